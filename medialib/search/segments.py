"""Whoosh's segment files read in place; stock Whoosh copies a whole compound segment to open it.

Postings are kept in blocks of our own (`blocks`), all else as Whoosh keeps it.
"""

import mmap
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from whoosh.codec.base import PerDocumentReader, Segment
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.formats import Format
from whoosh.reading import SegmentReader, TermInfo
from whoosh.scoring import BaseScorer

from medialib.search.blocks import BlockMatcher
from medialib.search.terms import TermFiles, count_of, keys_beginning, place_of, value_of


class MappedCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's file format with our blocks of postings, whose segments open as ``MappedSegment``."""

    def new_segment(self, storage: FileStorage, indexname: str) -> "MappedSegment":  # noqa: ARG002
        """The segment a writer is about to fill; pickled into the table of contents."""
        return MappedSegment(self, indexname)

    def field_writer(self, storage: FileStorage, segment: Segment) -> TermFiles:
        """What ``SegmentBuilder`` writes terms with."""
        return TermFiles(storage, segment, terms=self.TERMS_EXT, postings=self.POSTS_EXT)

    def postings_reader(
        self,
        dbfile: StructFile,
        terminfo: TermInfo,
        format_: Format,
        term: tuple[str, bytes] | None = None,
        scorer: BaseScorer | None = None,
    ) -> BlockMatcher:
        """Open a term's postings. Damage is a ``ValueError``."""
        # Whoosh reads the length as a tuple of one.
        offset, (length,) = terminfo.extent()
        return BlockMatcher(dbfile, offset, length, format_, term=term, scorer=scorer)


def term_postings(reader: SegmentReader, field: str, term: bytes) -> bytes | None:
    """The postings of a term as they are kept, deleted documents included; None when there is no such term."""
    terms = reader._terms
    info = value_of(terms._tindex, terms._keycoder(field, term))
    return None if info is None else _postings(reader, info)


def term_count(reader: SegmentReader, field: str, term: bytes) -> int:
    """How many documents have a term, deleted ones included."""
    terms = reader._terms
    info = value_of(terms._tindex, terms._keycoder(field, term))
    return 0 if info is None else count_of(info)


def terms_beginning(reader: SegmentReader, field: str, beginning: bytes) -> Iterator[bytes]:
    """The terms of a field that begin so, in order."""
    terms = reader._terms
    for key in keys_beginning(terms._tindex, terms._keycoder(field, beginning)):
        yield terms._keydecoder(key)[1]


def stored_postings(reader: SegmentReader, field: str) -> Iterator[tuple[bytes, bytes]]:
    """Every term of a field with its postings, as `term_postings` gives them."""
    terms = reader._terms
    for key, info in terms._tindex.items_from(terms._keycoder(field, b"")):
        name, term = terms._keydecoder(key)
        if name != field:
            return
        yield term, _postings(reader, info)


def column_bytes(documents: PerDocumentReader, column: str) -> bytes:
    """A whole column as it is kept, without what is zero at its end: Whoosh reads one value at a time only."""
    if not documents.has_column(column):
        return b""
    file, offset, length = documents._get_column_file(column)
    content: bytes = file.get(offset, length)
    return content


def let_go(reader: SegmentReader) -> None:
    """Give back the memory that reading took: what was read stays in the machine's cache, for all processes once."""
    if files := _mapped(reader):
        files.let_go()


def refuse_cut_off(reader: SegmentReader) -> None:
    """Raises ValueError when the file has become shorter than it was: to read what is gone would end the process."""
    files = _mapped(reader)
    if files and files.is_cut_off:
        raise ValueError("a file of the index was cut off")


def _mapped(reader: SegmentReader) -> "MappedStorage | None":
    files = reader.storage().a if reader.segment().is_compound() else None
    return files if isinstance(files, MappedStorage) else None


def _postings(reader: SegmentReader, info: bytes) -> bytes:
    kept: bytes = reader._terms._postfile.get(*place_of(info))
    return kept


class MappedSegment(W3Segment):  # type: ignore[misc]
    """A segment that opens its compound file as ``MappedStorage``."""

    def open_compound_file(self, storage: FileStorage) -> "MappedStorage":
        """Map the file; on damage close it first, because the storage closes it only once mapped."""
        file = storage.open_file(self.make_filename(self.COMPOUND_EXT))
        try:
            return MappedStorage(file, use_mmap=storage.supports_mmap)
        except BaseException:
            file.close()
            raise


class MappedStorage(CompoundStorage):  # type: ignore[misc]
    """The parts of a compound file as views of its memory map."""

    def open_file(self, name: str, *args: object, **kwargs: object) -> StructFile:
        """One part; falls back to Whoosh's way when the file could not be mapped."""
        if self.is_closed or not self._source:
            return super().open_file(name, *args, **kwargs)
        offset, length = self.range(name)
        return MappedFile(memoryview(self._source)[offset : offset + length], name)

    @property
    def is_cut_off(self) -> bool:
        """Whether the file, deleted or not, is shorter than when it was opened."""
        return bool(self._source) and not self.is_closed and self._source.size() < len(self._source)

    def let_go(self) -> None:
        """No longer count the pages that were read to this process."""
        if self._source and not self.is_closed:
            self._source.madvise(mmap.MADV_DONTNEED)


class MappedFile(StructFile):  # type: ignore[misc]
    """Whoosh's structured file over a view of memory: bytes are copied only as they are read."""

    def __init__(self, view: memoryview, name: str) -> None:
        super().__init__(_Window(view), name)
        self.view = view

    def get(self, position: int, length: int) -> bytes:
        """``length`` bytes at ``position``, without moving the reading position."""
        return bytes(self.view[position : position + length])

    def subset(self, offset: int, length: int, name: str | None = None) -> "MappedFile":
        """A part of this part."""
        return MappedFile(self.view[offset : offset + length], name or self._name)


class IndexStorage(FileStorage):  # type: ignore[misc]
    """The directory of one index; the table of contents is read at once: a damaged one leaks no file."""

    def open_file(self, name: str, **kwargs: object) -> StructFile:
        """Open a file for reading."""
        if name.endswith(".toc"):
            return StructFile(BytesIO(Path(self.folder, name).read_bytes()), name=name)
        return super().open_file(name, **kwargs)


class _Window:
    """The reading half of a file over a view. Without ``fileno``, by which Whoosh tells a real file."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def read(self, size: int | None = None) -> bytes:
        end = len(self._view) if size is None or size < 0 else self._at + size
        taken = bytes(self._view[self._at : end])
        self._at += len(taken)
        return taken

    def readline(self) -> bytes:
        rest = self.read()
        line = rest[: rest.find(b"\n") + 1] or rest
        self._at -= len(rest) - len(line)
        return line

    def seek(self, where: int, whence: int = 0) -> int:
        base = (0, self._at, len(self._view))[whence]
        self._at = max(0, base + where)
        return self._at

    def tell(self) -> int:
        return self._at
