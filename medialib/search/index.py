"""The search index on disk: put, remove and rebuild for the one writer, a fresh searcher for every reader."""

import pickle
import shutil
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from whoosh import scoring
from whoosh.codec.base import Segment
from whoosh.filedb.filestore import StorageError
from whoosh.filedb.filetables import FileFormatError
from whoosh.index import EmptyIndexError, FileIndex, LockError
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import SegmentReader, TermNotFound

from medialib.search import generations
from medialib.search.building import SegmentBuilder
from medialib.search.fingerprint import fingerprint
from medialib.search.leaves import Kept
from medialib.search.schema import Document, index_fields, make_schema
from medialib.search.searcher import IndexSearcher
from medialib.search.segments import IndexStorage

__all__ = ["Document", "IndexBusy", "IndexUnavailable", "SearchIndex"]

MOST_SEGMENTS = 10
"""Queries slow down with every segment: 5 ms at 1, 15 at 11, 38 at 57 (100,000 lessons)."""
SMALL_SEGMENT = 50
"""Lessons of a segment that is merged by the way when there are ten of them: a tenth of a second or two."""
GATHERED_BYTES = 256 * 2**20
"""Memory of a writer for terms, until it puts them aside on the disk."""
POSTINGS_BYTES = 64 * 2**20
"""Of the lists of documents that terms are in, the most lately used stay decoded."""
LOCK_SECONDS = 5.0

# What reading missing, cut off or overwritten index files raises, from Python and from Whoosh.
_DAMAGE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, NameError, ImportError,
    OverflowError, MemoryError, AssertionError, struct.error, zlib.error, pickle.PickleError,
    WhooshIndexError, StorageError, FileFormatError, TermNotFound,
)  # fmt: skip


class IndexUnavailable(Exception):
    """The index is missing or damaged: answer from the database, and ask for a rebuild."""


class IndexBusy(Exception):
    """Another process is writing to the index, although the lease should prevent it: try again later."""


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

    def put(self, documents: Iterable[Document]) -> None:
        """Add lessons, or replace those of the same id, in one commit that leaves other segments alone."""
        latest = {document.id: document for document in documents}
        if not latest:
            return
        with self._writing() as writer:
            _delete(writer, latest)
            for document in latest.values():
                writer.add_document(**index_fields(document))
            writer.commit(mergetype=_merge_smallest)

    def remove(self, ids: Iterable[str]) -> None:
        """Take lessons out; an unknown id is no error."""
        unwanted = list(ids)
        if not unwanted:
            return
        with self._writing() as writer:
            _delete(writer, unwanted)
            writer.commit(merge=False)

    def merge_if_many(self) -> bool:
        """Merge small segments when there are more than ten; for quiet moments. True when it did."""
        with self._writing() as writer:
            if len(writer.segments) <= MOST_SEGMENTS:
                writer.cancel()
                return False
            writer.commit(mergetype=_merge_smaller)
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
        """How many lessons can be found. Raises IndexUnavailable."""
        with reading():
            return int(self.searcher().doc_count())

    def searcher(self) -> IndexSearcher:
        """This process's searcher, opened again after a commit or rebuild. Raises IndexUnavailable.

        The one it replaces is not closed but dropped: a request that was switched out may still be using
        it, and its files unmap with it.
        """
        with reading():
            try:
                return self._refreshed()
            except (FileNotFoundError, EmptyIndexError):
                # A commit or a rebuild removed a file between our naming it and opening it.
                return self._refreshed()

    def close(self) -> None:
        """Let go of the kept searcher; the next question opens a new one."""
        self._kept = None

    def _refreshed(self) -> IndexSearcher:
        generation = generations.current(self._directory)
        if generation is None:
            self.close()
            raise IndexUnavailable("there is no index yet")
        kept = self._kept
        if kept is None or kept.generation != generation or kept.index.latest_generation() != kept.commit:
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

    def _build(self, generation: Path, documents: Iterable[Document]) -> int:
        seen: set[str] = set()
        with _writing(FileIndex.create(IndexStorage(str(generation)), self._schema)) as writer:
            for document in documents:
                if document.id not in seen:
                    seen.add(document.id)
                    writer.add_document(**index_fields(document))
            writer.commit(merge=False)
        return len(seen)

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
        with _writing(opened) as writer:
            yield writer


@contextmanager
def reading() -> Iterator[None]:
    """Around reading the index: turns whatever missing or damaged files raise into IndexUnavailable."""
    try:
        yield
    except _DAMAGE as error:
        raise IndexUnavailable(f"the search index cannot be read: {error!r}") from error


@contextmanager
def _writing(index: FileIndex) -> Iterator[SegmentBuilder]:
    try:
        writer = SegmentBuilder(index, most_bytes=GATHERED_BYTES, timeout_seconds=LOCK_SECONDS)
    except LockError as error:
        raise IndexBusy("the search index is being written to by another process") from error
    try:
        yield writer
    finally:
        if not writer.is_closed:
            _abandon(writer)


def _abandon(writer: SegmentBuilder) -> None:
    # Whoosh frees its lock last, so not at all when closing the files fails (a full disk).
    lock, writer.writelock = writer.writelock, None
    try:
        writer.cancel()
    finally:
        lock.release()


def _delete(writer: SegmentBuilder, ids: Iterable[str]) -> None:
    with reading(), writer.searcher() as searcher:
        for id in ids:
            writer.delete_by_term("id", id, searcher=searcher)


def _merge_smallest(writer: SegmentBuilder, segments: list[Segment]) -> list[Segment]:
    """Merge those that take no time as soon as there are many: a quiet moment may be long in coming."""
    small = [segment for segment in segments if segment.doc_count_all() <= SMALL_SEGMENT]
    if len(small) < MOST_SEGMENTS:
        return segments
    _take_over(writer, small)
    return [segment for segment in segments if segment not in small]


def _merge_smaller(writer: SegmentBuilder, segments: list[Segment]) -> list[Segment]:
    """Merge from the smallest up; a segment larger than all smaller ones together stays as it is.

    So a lesson is rewritten a logarithmic number of times. A segment with a fifth deleted is merged too.
    """
    kept: list[Segment] = []
    merged = 0
    for segment in sorted(segments, key=Segment.doc_count):
        large = merged > 0 and segment.doc_count() > 2 * merged and len(kept) < MOST_SEGMENTS // 2
        if large and segment.deleted_count() * 5 < segment.doc_count_all():
            kept.append(segment)
            continue
        merged += segment.doc_count()
        _take_over(writer, [segment])
    return kept


def _take_over(writer: SegmentBuilder, segments: Iterable[Segment]) -> None:
    with reading():
        for segment in segments:
            writer.add_reader(SegmentReader(writer.storage, writer.schema, segment))


def _weighting() -> scoring.BM25F:
    return scoring.BM25F(B=0.5, transcript_B=0.75)
