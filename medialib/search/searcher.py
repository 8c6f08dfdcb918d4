"""Whoosh's searcher, with the same index as arrays beside it."""

from typing import Any

from whoosh.reading import IndexReader
from whoosh.searching import Searcher

from medialib.search.leaves import View


class IndexSearcher(Searcher):  # type: ignore[misc]
    """What `SearchIndex.searcher` gives: answers Whoosh's queries, and `view` is the same documents for numpy."""

    def __init__(self, reader: IndexReader, *, view: View | None = None, **known: Any) -> None:
        self.view = view or View(())
        super().__init__(reader, **known)
