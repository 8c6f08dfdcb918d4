"""What reading a missing or damaged index raises, turned into one error that says so."""

import pickle
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from whoosh.filedb.filestore import StorageError
from whoosh.filedb.filetables import FileFormatError
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import TermNotFound

# From Python and from Whoosh, for files that are gone, cut off or overwritten.
_DAMAGE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, NameError, ImportError,
    OverflowError, MemoryError, AssertionError, struct.error, zlib.error, pickle.PickleError,
    WhooshIndexError, StorageError, FileFormatError, TermNotFound,
)  # fmt: skip


class IndexUnavailable(Exception):
    """The index is missing or damaged: answer from the database, and ask for a rebuild."""

    @property
    def lasting(self) -> bool:
        """Whether the files themselves hold what cannot be; else it may be the machine's trouble of this moment."""
        return self.__cause__ is not None and not isinstance(self.__cause__, OSError | MemoryError)


@contextmanager
def reading() -> Iterator[None]:
    """Around reading the index: turns whatever missing or damaged files raise into IndexUnavailable."""
    try:
        yield
    except _DAMAGE as error:
        raise IndexUnavailable(f"the search index cannot be read: {error!r}") from error
