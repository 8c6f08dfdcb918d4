"""The one writer of an index: how it is opened, takes lessons out, and is let go when its work fails."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from whoosh.index import FileIndex, LockError

from medialib.search.building import SegmentBuilder
from medialib.search.damage import reading

GATHERED_BYTES = 256 * 2**20
"""Memory of a writer for terms, until it puts them aside on the disk."""
LOCK_SECONDS = 5.0


class IndexBusy(Exception):
    """Another process is writing to the index, although the lease should prevent it: try again later."""


@contextmanager
def writing(index: FileIndex) -> Iterator[SegmentBuilder]:
    """A writer that is closed in the end, whatever happens. Raises IndexBusy."""
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


def delete(writer: SegmentBuilder, ids: Iterable[str]) -> None:
    with reading(), writer.searcher() as searcher:
        for id in ids:
            writer.delete_by_term("id", id, searcher=searcher)
