"""The writer of segments: Whoosh's, whose postings are gathered in arrays and written in blocks.

Its segments hold what Whoosh's own writer would put into them (a test compares both), several times as fast and in
bounded memory; merging copies arrays instead of adding every posting again.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from medialib.search.blocks import Documents, unpack_postings, unpack_values
from medialib.search.damage import reading
from medialib.search.runs import Entry, Pool, SortedRun, merged
from medialib.search.schema import Weights
from medialib.search.segments import MappedCodec, stored_postings
from medialib.search.terms import TermFiles

__all__ = ["SegmentBuilder"]


class SegmentBuilder(SegmentWriter):  # type: ignore[misc]
    """Writes one new segment of an index; gathers in up to `most_bytes` of memory. Raises Whoosh's LockError."""

    def __init__(self, index: FileIndex, *, most_bytes: int, timeout_seconds: float = 0.0) -> None:
        super().__init__(index, codec=MappedCodec(), timeout=timeout_seconds)
        self._pool = Pool(Path(self.storage.folder), most_bytes=most_bytes)
        self._runs: list[SortedRun] = []

    def add_document(self, **values: Any) -> None:
        """Add a document; a field without a value may be left out."""
        writer, number = self.perdocwriter, self.docnum
        writer.start_doc(number)
        for name in sorted(values):
            value, field = values[name], self.schema[name]
            if value is None:
                continue
            length = 0
            if field.indexed:
                length = self._gather(name, number, value)
            writer.add_field(name, field, value if field.stored else None, length if field.scorable else 0)
            if field.column_type:
                writer.add_column_value(name, field.column_type, field.to_column_value(value))
        writer.finish_doc()
        self._pool.rest()
        self._added = True
        self.docnum += 1

    def _gather(self, name: str, number: int, value: Any) -> int:
        field = self.schema[name]
        if isinstance(field.format, Weights):
            return self._pool.count(name, number, value)
        return self._pool.add(name, number, field.format.word_values(value, field.analyzer, mode="index"))

    def add_reader(self, reader: SegmentReader) -> None:
        """Take over what is left of another segment; its reader stays open until the commit."""
        first = self.docnum
        numbers = self.write_per_doc(self.schema.names(), reader)
        table = np.full(reader.doc_count_all(), -1, dtype=np.int32)
        left = np.fromiter(reader.all_doc_ids(), dtype=np.int64) if numbers is not None else np.arange(len(table))
        table[left] = np.arange(first, self.docnum, dtype=np.int32)
        self._runs += [*self._pool.take(), _Segment(reader, table)]
        self._added = True

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        self._runs += self._pool.take()
        writer: TermFiles = self.fieldwriter
        for name in sorted(self.schema.names()):
            field = self.schema[name]
            if field.indexed:
                writer.start_field(name)
                lengths = self._lengths(name) if field.scorable else None
                for entry in merged(self._runs, name):
                    writer.add(entry.term, entry.documents, entry.weights, lengths, entry.values)
        writer.close()

    def _lengths(self, field: str) -> bytes:
        """How long a field is in each document, as Whoosh's bytes: from the column just written."""
        path = Path(self.storage.folder, self.codec.column_filename(self.newsegment, f"_{field}_len"))
        kept = path.read_bytes() if path.exists() else b""
        return kept.ljust(self.docnum, b"\0")

    def _close_segment(self) -> None:
        super()._close_segment()
        for run in [*self._runs, *self._pool.take()]:
            run.close()
        self._runs = []


class _Segment:
    """A segment as a run of postings: `numbers` gives each document its new number, -1 for those left out."""

    def __init__(self, reader: SegmentReader, numbers: Documents) -> None:
        self._reader = reader
        self._numbers = numbers

    def entries(self, field: str) -> Iterator[Entry]:
        placed = self._reader.schema[field].format.fixed_value_size() != 0
        stored = iter(stored_postings(self._reader, field))
        while True:
            with reading():
                term, kept = next(stored, (None, b""))
                if term is None:
                    return
                old, weights = unpack_postings(kept)
                documents = self._numbers[old]
                values = unpack_values(kept) if placed else None
            stay = documents >= 0
            if not stay.all():
                documents, weights = documents[stay], weights[stay]
                values = values and [value for value, stays in zip(values, stay, strict=True) if stays]
            if len(documents):
                yield Entry(term, documents, weights, values)

    def close(self) -> None:
        """The reader is its owner's."""
