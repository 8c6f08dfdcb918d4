"""Lessons with much the same words as another one, by the search index."""

from collections.abc import Iterable

from whoosh import query

from medialib.search import text
from medialib.search.index import SearchIndex, reading

MOST_TERMS = 12
"""The rarest words of a text tell what it is about; each one more is a list of postings to read."""
_WEIGHTS = {"title": 2.0, "description": 1.0}


def neighbours(
    index: SearchIndex, value: str, *, without: Iterable[str] = (), most: int = 20
) -> list[tuple[str, float]]:
    """Ids of the lessons nearest to a text, the nearest first, each with its score; raises IndexUnavailable.

    `without` are ids to leave out.
    """
    left_out = set(without)
    with reading():
        searcher = index.searcher()
        rare = {
            word: searcher.idf("title", word)
            for word in dict.fromkeys(text.words(value))
            if len(word) > 1 and any(searcher.doc_frequency(field, word) for field in _WEIGHTS)
        }
        asked = sorted(rare, key=lambda word: (-rare[word], word))[:MOST_TERMS]
        if not asked:
            return []
        terms = [query.Term(field, word, boost=weight) for word in asked for field, weight in _WEIGHTS.items()]
        found = searcher.search(query.Or(terms), limit=most + len(left_out))
        near = [(str(hit["id"]), float(hit.score)) for hit in found]
    return [(id, score) for id, score in near if id not in left_out][:most]
