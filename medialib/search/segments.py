"""Whoosh's segment files read in place; stock Whoosh copies a whole compound segment to open it."""

from io import BytesIO
from pathlib import Path

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3Segment
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.matching import Matcher
from whoosh.reading import TermInfo


class MappedCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's own file format, whose segments open as ``MappedSegment``."""

    def new_segment(self, storage: FileStorage, indexname: str) -> "MappedSegment":  # noqa: ARG002
        """The segment a writer is about to fill; pickled into the table of contents."""
        return MappedSegment(self, indexname)

    def postings_reader(self, dbfile: StructFile, terminfo: TermInfo, *args: object, **kwargs: object) -> Matcher:
        """Open a term's postings. Damage is a ``ValueError``; Whoosh would raise a bare ``Exception``."""
        if not terminfo.is_inlined() and dbfile.get(terminfo.extent()[0], 4) != WHOOSH3_HEADER_MAGIC:
            raise ValueError("no postings where the index says there are some")
        return super().postings_reader(dbfile, terminfo, *args, **kwargs)


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


class MappedFile(StructFile):  # type: ignore[misc]
    """Whoosh's structured file over a view of memory: bytes are copied only as they are read."""

    def __init__(self, view: memoryview, name: str) -> None:
        super().__init__(_Window(view), name)
        self._view = view

    def get(self, position: int, length: int) -> bytes:
        """``length`` bytes at ``position``, without moving the reading position."""
        return bytes(self._view[position : position + length])

    def subset(self, offset: int, length: int, name: str | None = None) -> "MappedFile":
        """A part of this part."""
        return MappedFile(self._view[offset : offset + length], name or self._name)


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
