"""One segment of the index read as numpy arrays: postings, columns, field lengths and tags.

A segment never changes, only which of its lessons are deleted; so what was read of it is kept for as long as the
segment is in use, and a commit costs only what is new.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import IndexReader, SegmentReader
from whoosh.util.numeric import byte_to_length

from medialib.search.blocks import Documents, Weights, unpack_postings
from medialib.search.recent import Recent
from medialib.search.segments import column_bytes, stored_postings, term_count, term_postings, terms_beginning

__all__ = ["NO_POSTINGS", "Documents", "Kept", "Leaf", "Mask", "Numbers", "Postings", "ReadSegment", "Tags", "View"]

Mask = NDArray[np.bool_]
"""One truth for every document."""
Numbers = NDArray[np.float64]
Ids = NDArray[np.bytes_]

Number = TypeVar("Number", bound=np.number[Any])

_LENGTHS = np.array([byte_to_length(byte) for byte in range(256)], dtype=np.float32)
_NOWHERE = np.zeros(0, dtype=np.int32)
_WEIGHTLESS = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Postings:
    """The documents of a segment that hold a term, and how often each does."""

    documents: Documents
    weights: Weights

    @property
    def size_bytes(self) -> int:
        """What keeping it costs."""
        return self.documents.nbytes + self.weights.nbytes + 100


NO_POSTINGS = Postings(_NOWHERE, _WEIGHTLESS)


class Tags:
    """The values that documents carry in one field (slugs, kinds, years): by value, and by document."""

    def __init__(self, values: Sequence[str], documents: Sequence[Documents], size: int) -> None:
        self.values = tuple(values)
        self.documents = dict(zip(values, documents, strict=True))
        flat = np.concatenate([*documents, _NOWHERE])
        codes = np.repeat(np.arange(len(values), dtype=np.int32), [len(some) for some in documents])
        order = np.argsort(flat, kind="stable")
        self._codes = codes[order]
        self._ends = np.cumsum(np.bincount(flat, minlength=size))

    def count(self, documents: NDArray[np.intp]) -> NDArray[np.int64]:
        """How many of the documents carry each value, in the order of `values`."""
        if not self.values:
            return np.zeros(0, dtype=np.int64)
        counted: NDArray[np.int64] = np.bincount(self._codes[self._entries(documents)], minlength=len(self.values))
        return counted

    def _entries(self, documents: NDArray[np.intp]) -> NDArray[np.int64]:
        """Where the codes of the documents stand among all."""
        ends = self._ends[documents]
        starts = np.where(documents > 0, self._ends[documents - 1], 0)
        many = ends - starts
        before = np.cumsum(many) - many
        entries: NDArray[np.int64] = np.arange(int(many.sum())) + np.repeat(starts - before, many)
        return entries


class ReadSegment:
    """What was read of one segment so far; numbers of documents count from its own beginning."""

    def __init__(self, reader: SegmentReader, recent: Recent[tuple[str, str, str], Postings]) -> None:
        self.reader = reader
        """The newest reader of this segment."""
        self._recent = recent
        self._name = str(reader.segment().segment_id())
        self.size = int(reader.doc_count_all())
        self._tags: dict[str, Tags] = {}
        self._columns: dict[str, Numbers] = {}
        self._lengths: dict[str, NDArray[np.float32]] = {}
        self._ids: Ids | None = None
        """In order, the document of each in `_named`."""
        self._named = _NOWHERE

    def postings(self, field: str, text: str) -> Postings:
        """The documents that hold the term, the deleted ones too; none when there is no such term."""
        return self._recent.get((self._name, field, text), lambda: self._read(field, text))

    def many(self, field: str, text: str) -> int:
        """How many documents hold the term, the deleted ones too."""
        return term_count(self.reader, field, text.encode())

    def beginning(self, field: str, text: str) -> Iterator[str]:
        """The terms of a field that begin so, in order."""
        return (term.decode() for term in terms_beginning(self.reader, field, text.encode()))

    def tags(self, field: str) -> Tags:
        """The values of a field that holds few different ones."""
        if field not in self._tags:
            values, documents = [], []
            for term, kept in stored_postings(self.reader, field):
                values.append(term.decode())
                documents.append(unpack_postings(kept)[0])
            self._tags[field] = Tags(values, documents, self.size)
        return self._tags[field]

    def column(self, field: str) -> Numbers:
        """A number for every document."""
        if field not in self._columns:
            raw = np.frombuffer(self._bytes(field), dtype=">f8").astype(np.float64)
            self._columns[field] = _padded(raw, self.size)
        return self._columns[field]

    def lengths(self, field: str) -> NDArray[np.float32]:
        """How many terms of a field each document has, nearly: as the index rounds it."""
        if field not in self._lengths:
            codes = np.frombuffer(self._bytes(f"_{field}_len"), dtype=np.uint8)
            self._lengths[field] = _LENGTHS[_padded(codes, self.size)]
        return self._lengths[field]

    def of_ids(self, wanted: Ids) -> Documents:
        """The documents of those of these lessons that are here."""
        if self._ids is None:
            kept = [(term, unpack_postings(each)[0][-1]) for term, each in stored_postings(self.reader, "id")]
            self._ids = np.array([term for term, _ in kept], dtype=np.bytes_)
            self._named = np.array([number for _, number in kept], dtype=np.int32)
        if not len(wanted) or not len(self._ids):
            return _NOWHERE
        places = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        found: Documents = self._named[places[self._ids[places] == wanted]]
        return found

    def _read(self, field: str, text: str) -> Postings:
        kept = term_postings(self.reader, field, text.encode())
        if kept is None:
            return NO_POSTINGS
        documents, weights = unpack_postings(kept)
        if documents[-1] >= self.size:
            raise ValueError("a term is in a document that there is not")
        return Postings(documents, weights)

    def _bytes(self, column: str) -> bytes:
        return column_bytes(self.reader._perdoc, column)


@dataclass(frozen=True, eq=False)
class Leaf:
    """A segment as part of the whole index: the number of its first document, and which are not deleted."""

    segment: ReadSegment
    first: int
    alive: Mask

    @property
    def end(self) -> int:
        """One more than the number of its last document."""
        return self.first + self.segment.size

    def holds(self, field: str, text: str) -> bool:
        """Whether a document with this term is in it that is not deleted."""
        return bool(self.alive[self.segment.postings(field, text).documents].any())


class View:
    """All segments together, as one searcher sees them; numbers of documents are the searcher's.

    `narrowed` when some lessons in the segments are hidden from who asks: nothing may then be told of them.
    """

    def __init__(self, leaves: Iterable[Leaf], *, narrowed: bool = False) -> None:
        self.leaves = tuple(leaves)
        self.narrowed = narrowed
        self.size = sum(leaf.segment.size for leaf in self.leaves)
        self.alive: Mask = np.concatenate([np.zeros(0, dtype=np.bool_), *(leaf.alive for leaf in self.leaves)])
        self._firsts = [leaf.first for leaf in self.leaves]
        self._columns: dict[str, Numbers] = {}

    def mask(self, field: str, text: str) -> Mask:
        """Which documents hold a term of a field; deleted ones may be among them."""
        mask = np.zeros(self.size, dtype=np.bool_)
        for leaf in self.leaves:
            mask[leaf.segment.postings(field, text).documents + leaf.first] = True
        return mask

    def many(self, field: str, text: str, *, once: bool = False) -> int:
        """How many documents hold a term of a field; deleted ones may be among them, hidden ones are not.

        `once` when nothing else is asked of the term: its postings are not read then.
        """
        if self.narrowed:
            return int(np.count_nonzero(self.mask(field, text) & self.alive))
        if once:
            return sum(leaf.segment.many(field, text) for leaf in self.leaves)
        return sum(len(leaf.segment.postings(field, text).documents) for leaf in self.leaves)

    def id_of(self, document: int) -> str:
        """The id of a lesson, read from the disk."""
        leaf = self.leaves[bisect_right(self._firsts, document) - 1]
        return str(leaf.segment.reader.stored_fields(document - leaf.first)["id"])

    def of_ids(self, ids: Iterable[str]) -> Mask:
        """Which documents are those of these lessons."""
        wanted = as_ids(ids)
        mask = np.zeros(self.size, dtype=np.bool_)
        for leaf in self.leaves:
            mask[leaf.segment.of_ids(wanted) + leaf.first] = True
        return mask

    def column(self, field: str) -> Numbers:
        """A number for every document."""
        if field not in self._columns:
            parts = [leaf.segment.column(field) for leaf in self.leaves]
            self._columns[field] = parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0), *parts])
        return self._columns[field]


def together(view: View, other: View, seen: Iterable[str]) -> View:
    """Both as one; of the other only these lessons are there."""
    shown = other.alive & other.of_ids(seen)
    rest = (Leaf(one.segment, one.first + view.size, shown[one.first : one.end]) for one in other.leaves)
    return View([*view.leaves, *rest], narrowed=True)


class Kept:
    """What was read of the segments now in use; `view` adds what is new and forgets what is gone."""

    def __init__(self, most_bytes: int) -> None:
        self._recent: Recent[tuple[str, str, str], Postings] = Recent(most_bytes)
        self._segments: dict[str, ReadSegment] = {}

    def view(self, reader: IndexReader) -> View:
        """The segments that a reader reads."""
        known, self._segments = self._segments, {}
        leaves = []
        for part, first in reader.leaf_readers():
            if not part.doc_count_all():
                continue
            name = str(part.segment().segment_id())
            segment = known.get(name) or ReadSegment(part, self._recent)
            segment.reader = part
            self._segments[name] = segment
            leaves.append(Leaf(segment, first, _alive(part)))
        return View(leaves)


def _alive(reader: SegmentReader) -> Mask:
    alive = np.ones(reader.doc_count_all(), dtype=np.bool_)
    alive[list(reader.segment().deleted_docs())] = False
    return alive


def as_ids(ids: Iterable[str]) -> Ids:
    """As `ReadSegment.of_ids` takes them."""
    return np.array([id.encode() for id in ids], dtype=np.bytes_)


def _padded(values: NDArray[Number], size: int) -> NDArray[Number]:
    """The index leaves out zeros at the end of a column."""
    if len(values) > size:
        raise ValueError("a column is longer than its segment")
    return np.concatenate([values, np.zeros(size - len(values), dtype=values.dtype)])
