"""The search index on disk: put, remove and rebuild for the one writer, a fresh searcher for every reader."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from whoosh import scoring
from whoosh.codec.base import Segment
from whoosh.index import EmptyIndexError, FileIndex

from medialib.search import generations
from medialib.search.analysing import analysed
from medialib.search.building import SegmentBuilder
from medialib.search.damage import IndexUnavailable, reading
from medialib.search.fingerprint import fingerprint
from medialib.search.leaves import Kept, View
from medialib.search.merging import MOST_SEGMENTS, is_small, merge_smaller, merge_smallest
from medialib.search.schema import Document, index_fields, make_schema
from medialib.search.searcher import IndexSearcher
from medialib.search.segments import IndexStorage, let_go, refuse_cut_off
from medialib.search.writing import IndexBusy, delete, writing

__all__ = ["Document", "IndexBusy", "IndexUnavailable", "SearchIndex", "reading"]

POSTINGS_BYTES = 32 * 2**20
"""Of the lists of documents that terms are in, the most lately used stay decoded."""
LET_GO_EVERY = 8
"""Questions after which the pages of the index that they read are given back: each question reads some megabytes."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """An open searcher, and the generation and commit it shows."""

    generation: Path
    commit: int
    index: FileIndex
    searcher: IndexSearcher


class SearchIndex:
    """The index under one directory: any number of processes read, the one with the lease writes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._schema = make_schema()
        self._kept: _Kept | None = None
        self._read = Kept(POSTINGS_BYTES)
        self._asked = 0

    def put(self, documents: Iterable[Document]) -> None:
        """Add lessons, or replace those of the same id, in one commit that leaves other segments alone."""
        latest = {document.id: document for document in documents}
        if not latest:
            return
        with self._writing() as writer:
            delete(writer, latest)
            for document in latest.values():
                writer.add_document(**index_fields(document))
            writer.commit(merge=False)

    def remove(self, ids: Iterable[str]) -> None:
        """Take lessons out; an unknown id is no error, and costs no commit."""
        unwanted = self._held(ids)
        if not unwanted:
            return
        with self._writing() as writer:
            delete(writer, unwanted)
            writer.commit(merge=False)

    def tidy(self) -> bool:
        """Merge the smallest segments when there are ten; for right after lessons were put. True when it did."""
        if sum(map(is_small, self._segments())) < MOST_SEGMENTS:
            return False
        with self._writing() as writer:
            writer.commit(mergetype=merge_smallest)
            return True

    def merge_if_many(self) -> bool:
        """Merge small segments when there are more than ten; for quiet moments. True when it did."""
        if len(self._segments()) <= MOST_SEGMENTS:
            return False
        with self._writing() as writer:
            writer.commit(mergetype=merge_smaller)
            return True

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Build a new generation beside the current one and switch to it; returns how many lessons it holds.

        Readers keep the old one until the switch. When building fails the old one stays in use.
        """
        before = generations.current(self._directory)
        fresh = generations.begin(self._directory, built_by=fingerprint())
        try:
            count = self._build(fresh, documents)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        generations.switch(self._directory, fresh)
        generations.sweep(self._directory, keep={fresh} if before is None else {fresh, before})
        return count

    def count(self) -> int:
        """How many lessons a process finds that opens the index now. Raises IndexUnavailable, also when somebody came
        upon damage: what this process has open stays readable when its files are gone.
        """
        with reading():
            if generation := generations.current(self._directory):
                self._check(generation)
            self.close()
            return int(self.searcher().doc_count())

    def ids(self) -> set[str]:
        """All lessons that can be found, each read from the disk. Raises IndexUnavailable."""
        with reading():
            view = self.view()
            return {view.id_of(int(number)) for number in np.flatnonzero(view.alive)}

    def searcher(self) -> IndexSearcher:
        """This process's searcher, opened again after a commit or rebuild. Raises IndexUnavailable.

        The one it replaces is not closed but dropped: a request that was switched out may still be using
        it, and its files unmap with it.
        """
        with reading():
            try:
                found = self._refreshed()
            except (FileNotFoundError, EmptyIndexError):
                # A commit or a rebuild removed a file between our naming it and opening it.
                found = self._refreshed()
            for leaf in found.view.leaves:
                refuse_cut_off(leaf.segment.reader)
            self._asked += 1
            if self._asked % LET_GO_EVERY == 0:
                for leaf in found.view.leaves:
                    let_go(leaf.segment.reader)
            return found

    def view(self) -> View:
        """The same documents as arrays. Raises IndexUnavailable."""
        return self.searcher().view

    def distrust(self, error: IndexUnavailable) -> None:
        """Have the index built anew, because somebody came upon damage that not everyone meets."""
        generation = self._kept.generation if self._kept else generations.current(self._directory)
        if error.lasting and generation:
            generations.disown(generation)

    def close(self) -> None:
        """Let go of the kept searcher; the next question opens a new one."""
        self._kept = None

    def _held(self, ids: Iterable[str]) -> list[str]:
        """Those of these lessons that are in the index."""
        some = list(ids)
        if not some or generations.untouched(self._directory):
            return []
        with reading():
            leaves = self.view().leaves
            return [id for id in some if any(leaf.holds("id", id) for leaf in leaves)]

    def _refreshed(self) -> IndexSearcher:
        generation = generations.current(self._directory)
        if generation is None:
            self.close()
            raise IndexUnavailable("there is no index yet")
        kept = self._kept
        same = kept is not None and kept.generation == generation and generations.is_trusted(generation)
        if kept is None or not same or kept.index.latest_generation() != kept.commit:
            self._kept = kept = self._open(generation)
        return kept.searcher

    def _open(self, generation: Path) -> "_Kept":
        self._check(generation)
        index = FileIndex(IndexStorage(str(generation)), schema=self._schema)
        # Asked before opening: a commit in between is then seen as news the next time.
        commit = index.latest_generation()
        reader = index.reader()
        view = self._read.view(reader)
        searcher = IndexSearcher(reader, view=view, weighting=_weighting(), fromindex=index)
        return _Kept(generation=generation, commit=commit, index=index, searcher=searcher)

    def _check(self, generation: Path) -> None:
        """Raises IndexUnavailable for what another version built, FileNotFoundError for what was just replaced."""
        if generations.built_by(generation) == fingerprint():
            return
        if generations.current(self._directory) != generation:
            raise FileNotFoundError(generation)
        raise IndexUnavailable("the search index was built by another version of medialib, or is lost")

    def _segments(self) -> list[Segment]:
        generation = generations.current(self._directory)
        if generation is None:
            return []
        with reading():
            found: list[Segment] = FileIndex(IndexStorage(str(generation)), schema=self._schema)._segments()
            return found

    def _build(self, generation: Path, documents: Iterable[Document]) -> int:
        with writing(FileIndex.create(IndexStorage(str(generation)), self._schema)) as writer:
            for fields in analysed(_first_of_each(documents)):
                writer.add_document(**fields)
            writer.commit(merge=False)
            return int(writer.doc_count())

    @contextmanager
    def _writing(self) -> Iterator[SegmentBuilder]:
        generation = generations.current(self._directory)
        if generation is None:
            if not generations.untouched(self._directory):
                raise IndexUnavailable("the link to the current index is lost")
            generation = generations.begin(self._directory, built_by=fingerprint())
            FileIndex.create(IndexStorage(str(generation)), self._schema)
            generations.switch(self._directory, generation)
        self._check(generation)
        with reading():
            opened = FileIndex(IndexStorage(str(generation)), schema=self._schema)
        with writing(opened) as writer:
            yield writer


def _first_of_each(documents: Iterable[Document]) -> Iterator[Document]:
    seen: set[str] = set()
    for document in documents:
        if document.id not in seen:
            seen.add(document.id)
            yield document


def _weighting() -> scoring.BM25F:
    return scoring.BM25F(B=0.5, transcript_B=0.75)
