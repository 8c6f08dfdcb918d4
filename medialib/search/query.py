"""A person's words to lesson ids: all words first, then wider when that finds too little."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from whoosh import query, sorting
from whoosh.searching import Results, Searcher

from medialib.search import sounds, text
from medialib.search.asking import Question, Unit, take_apart
from medialib.search.highlight import highlight
from medialib.search.index import SearchIndex, reading

__all__ = ["Filters", "Found", "highlight", "search"]

ENOUGH = 3
"""When asking for all words finds fewer lessons than this, lessons with some of them follow."""

_SORTS = {
    "newest": ("published", True),
    "oldest": ("published", False),
    "longest": ("seconds", True),
    "shortest": ("seconds", False),
}
# How much a hit counts by field; a pair of characters counts 0.4 of a word, a single character less still. What is
# only said counts less than any hit in a title or a description can.
_WORD_WEIGHTS = {"title": 4.0, "names": 2.0, "description": 1.2, "transcript": 0.03}
_GRAM_WEIGHTS = {"title_grams": 4.0, "names": 2.0, "description_grams": 1.2}
_SOUND_WEIGHTS = {"title_sounds": 3.0, "names_sounds": 1.5, "description_sounds": 0.8}
_INITIALS = 3.0
_PAIR = 0.4
_HOMOPHONE = 0.4
_SCATTERED = 0.3


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What every lesson found must be: the slugs of a theme, unit and place, a kind, a year."""

    theme: str | None = None
    kind: str | None = None
    unit: str | None = None
    place: str | None = None
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many lessons there are in all, and the ids on this page in order."""

    total: int
    ids: tuple[str, ...]


NO_FILTERS = Filters()


def search(
    index: SearchIndex,
    words: str,
    *,
    filters: Filters = NO_FILTERS,
    sort: str = "relevance",
    page: int = 1,
    per_page: int = 20,
) -> Found:
    """Find lessons. ``sort`` is relevance, newest, oldest, longest or shortest; anything else is relevance.

    Words without anything to look for find nothing; listing without words is the catalogue's work. Raises
    IndexUnavailable, and nothing for any words.
    """
    first = (max(page, 1) - 1) * max(per_page, 1)
    window = slice(first, first + max(per_page, 1))
    question = take_apart(words)
    with reading():
        if not question.units:
            return Found(total=0, ids=())
        return _Asking(index.searcher(), filters, sort, window.stop).answer(question, window)


class _Asking:
    """One question to one searcher: the filters, the order, and how many ids are needed."""

    def __init__(self, searcher: Searcher, filters: Filters, sort: str, needed: int) -> None:
        self._searcher = searcher
        self._filter = _filter_query(filters)
        self._sort = sort
        self._limit = max(1, min(needed, searcher.doc_count_all()))

    def answer(self, question: Question, window: slice) -> Found:
        nearest: list[int] = []
        for stage in _stages(question):
            results = self._run(stage)
            total, documents = len(results), [document for document, _ in results.items()]
            if self._sort not in _SORTS:
                # What the narrower look found leads, in its own order.
                documents = nearest = list(dict.fromkeys(nearest + documents))
            if total >= ENOUGH:
                break
        # Each id is read from the disk: only those of this page.
        return Found(total=total, ids=tuple(self._searcher.stored_fields(one)["id"] for one in documents[window]))

    def _run(self, asked: query.Query) -> Results:
        order = None
        if self._sort in _SORTS:
            field, reverse = _SORTS[self._sort]
            order = sorting.FieldFacet(field, reverse=reverse)
        return self._searcher.search(asked, limit=self._limit, filter=self._filter, sortedby=order)


class _AnyOf(query.Or):  # type: ignore[misc]
    """Or, always as Whoosh's tree of unions.

    For small indexes Whoosh would fill an array of 2,048 documents for every Or, and would take the best
    score among the parts for the highest possible sum, which can drop lessons from the first page.
    """

    matcher_type = query.Or.DEFAULT_MATCHER


def _stages(question: Question) -> Iterator[query.Query]:
    """Ever wider queries, each finding at least what the one before it found."""
    yield query.And([_AnyOf(_unit_choices(unit)) for unit in question.units])
    alike = [_unit_choices(unit) + _sounding_alike(unit) for unit in question.units]
    yield query.And([_AnyOf(choices) for choices in alike])
    some = [choice for choices in alike for choice in choices]
    some += [choice for word in question.subwords for choice in _word_choices(word, weight=_PAIR)]
    pairs = [pair for run in question.runs for pair in text.bigrams(run)]
    some += [choice for pair in pairs for choice in _gram_choices([pair], weight=_PAIR)]
    some += [choice for sound in question.sounds for choice in _sound_choices(sound, weight=_HOMOPHONE)]
    yield _AnyOf(_strongest(some))
    characters = dict.fromkeys("".join(question.runs))
    some += [choice for one in characters for choice in _gram_choices([one], weight=_SCATTERED)]
    yield _AnyOf(_strongest(some))


def _strongest(choices: list[query.Query]) -> list[query.Query]:
    """Each choice once, with its highest weight: every term less is a list of postings less to read."""
    weakest_first = sorted(choices, key=lambda choice: float(choice.boost))
    return list({frozenset(choice.terms()): choice for choice in weakest_first}.values())


def _unit_choices(unit: Unit) -> list[query.Query]:
    if not unit.han:
        return _latin_choices(unit.text)
    if len(unit.text) == 1:
        return _word_choices(unit.text) + _gram_choices([unit.text])
    return _word_choices(unit.text) + _gram_choices(text.bigrams(unit.text), weight=_PAIR)


def _sounding_alike(unit: Unit) -> list[query.Query]:
    if not unit.han or len(unit.text) == 1:
        return []
    return _sound_choices("".join(sounds.readings(unit.text)), weight=_HOMOPHONE)


def _latin_choices(word: str) -> list[query.Query]:
    choices = _word_choices(word)
    parts = text.latin_parts(word)[1:]
    if parts:
        choices.append(query.And([_AnyOf(_word_choices(part)) for part in parts]))
    letters = word.replace("ü", "v")
    if letters.isascii() and letters.isalpha():
        choices += [*_sound_choices(letters), query.Term("initials", letters, boost=_INITIALS)]
    said = sounds.split_pinyin(letters)
    if len(said) > sounds.LONGEST_SOUND:
        choices.append(query.And([_AnyOf(_sound_choices(pair)) for pair in sounds.pairs(said)]))
    return choices


def _word_choices(word: str, *, weight: float = 1.0) -> list[query.Query]:
    return [query.Term(field, word, boost=at * weight) for field, at in _WORD_WEIGHTS.items()]


def _gram_choices(grams: Iterable[str], *, weight: float = 1.0) -> list[query.Query]:
    """All of these characters or pairs, together in one field."""
    wanted = list(dict.fromkeys(grams))
    return [
        _all_of([query.Term(field, gram, boost=at * weight / len(wanted)) for gram in wanted])
        for field, at in _GRAM_WEIGHTS.items()
    ]


def _sound_choices(sound: str, *, weight: float = 1.0) -> list[query.Query]:
    return [query.Term(field, sound, boost=at * weight) for field, at in _SOUND_WEIGHTS.items()]


def _all_of(terms: list[query.Query]) -> query.Query:
    return terms[0] if len(terms) == 1 else query.And(terms)


def _filter_query(filters: Filters) -> query.Query | None:
    wanted = {
        "theme": filters.theme,
        "kind": filters.kind,
        "unit": filters.unit,
        "place": filters.place,
        "year": None if filters.year is None else str(filters.year),
    }
    terms = [query.Term(field, value) for field, value in wanted.items() if value is not None]
    return query.And(terms) if terms else None
