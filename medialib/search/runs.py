"""Postings gathered document by document and given back term by term, in bounded memory.

Whoosh's pool keeps a tuple for every posting and sorts them all; here a posting is two numbers in an array. What
does not fit becomes a sorted run in a temporary file, and the runs are merged as they are read.
"""

import heapq
import struct
import tempfile
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import numpy as np

from medialib.search.blocks import Documents, Weights

POSTING_BYTES, TERM_BYTES, VALUE_BYTES = 32, 200, 60
"""What each costs in memory until it is written, sorting included."""
# Of an entry in a file: bytes of its term, postings, bytes of all its values.
_HEAD = struct.Struct("<IIq")
_NO_VALUES = -1
_SIZES = np.dtype("<u4")


class Entry(NamedTuple):
    """A term and its postings, documents ascending; `values` is None in fields without any."""

    term: bytes
    documents: Documents
    weights: Weights
    values: Sequence[bytes] | None = None


class SortedRun(Protocol):
    """Postings sorted by field and term."""

    def entries(self, field: str) -> Iterator[Entry]:
        """The terms of a field, ascending; may be asked for once."""
        ...

    def close(self) -> None:
        """Give back memory and disk."""
        ...


class Pool:
    """Postings of documents that come in ascending order; `take` gives them back as runs."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._fields: dict[str, _Gathered] = {}
        self._runs: list[SortedRun] = []

    def add(self, field: str, document: int, items: Iterable[tuple[str, int, float, bytes]]) -> int:
        """The terms of one field of a document, each with its frequency, weight and value; returns how many in all."""
        return self._gathered(field).add(document, items)

    def count(self, field: str, document: int, terms: Sequence[str]) -> int:
        """The same for a plain list of terms, which weigh as often as they come and have no values."""
        counted = Counter(terms)
        self._gathered(field).extend(document, counted.keys(), counted.values())
        return len(terms)

    def _gathered(self, field: str) -> "_Gathered":
        gathered = self._fields.get(field)
        if gathered is None:
            gathered = self._fields[field] = _Gathered()
        return gathered

    def rest(self) -> None:
        """Between documents: puts what was gathered aside when it has become much."""
        if sum(gathered.size_bytes for gathered in self._fields.values()) > self._most_bytes:
            self._runs.append(_Aside(self._folder, self._fields))
            self._fields = {}

    def take(self) -> list[SortedRun]:
        """Everything added since the last time, earlier documents first."""
        taken = self._runs
        if self._fields:
            taken = [*taken, _Inside(self._fields)]
        self._fields, self._runs = {}, []
        return taken


def merged(runs: Sequence[SortedRun], field: str) -> Iterator[Entry]:
    """The terms of a field from all runs, whose documents follow each other in the order of the runs."""
    streams = [run.entries(field) for run in runs]
    if len(streams) == 1:
        yield from streams[0]
        return
    # Equal terms come in the order of the streams: what heapq.merge promises.
    for term, group in groupby(heapq.merge(*streams, key=_by_term), key=_by_term):
        entries = list(group)
        yield entries[0] if len(entries) == 1 else _joined(term, entries)


def _by_term(entry: Entry) -> bytes:
    return entry.term


def _joined(term: bytes, entries: Sequence[Entry]) -> Entry:
    values = None
    if any(entry.values for entry in entries):
        values = [value for entry in entries for value in entry.values or [b""] * len(entry.documents)]
    return Entry(
        term,
        np.concatenate([entry.documents for entry in entries]),
        np.concatenate([entry.weights for entry in entries]),
        values,
    )


class _Numbers(dict[str, int]):
    """Terms numbered as they are first met."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class _Gathered:
    """The postings of one field, as they came."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._terms = array("i")
        self._weights = array("f")
        self._documents = array("i")
        self._many = array("i")
        self._values: list[bytes] = []
        self._value_bytes = 0

    @property
    def size_bytes(self) -> int:
        postings, terms, values = len(self._terms), len(self._numbers), len(self._values)
        return postings * POSTING_BYTES + terms * TERM_BYTES + values * VALUE_BYTES + self._value_bytes

    def add(self, document: int, items: Iterable[tuple[str, int, float, bytes]]) -> int:
        some = list(items)
        if not some:
            return 0
        terms, frequencies, weights, values = zip(*some, strict=True)
        self.extend(document, terms, weights)
        if self._values or any(values):
            self._values.extend([b""] * (len(self._terms) - len(some) - len(self._values)))
            self._values.extend(values)
            self._value_bytes += sum(map(len, values))
        return sum(frequencies)

    def extend(self, document: int, terms: Collection[str], weights: Iterable[float]) -> None:
        numbers = self._numbers
        self._terms.extend([numbers[term] for term in terms])
        self._weights.extend(weights)
        self._documents.append(document)
        self._many.append(len(terms))

    def entries(self) -> Iterator[Entry]:
        """Sorted by term, documents ascending."""
        terms = [term.encode() for term in self._numbers]
        ascending = sorted(range(len(terms)), key=terms.__getitem__)
        ranks = np.empty(len(terms), dtype=np.int32)
        ranks[ascending] = np.arange(len(terms), dtype=np.int32)
        ranked = ranks[np.frombuffer(self._terms, np.int32)] if terms else ranks
        order = np.argsort(ranked, kind="stable")
        ends = np.cumsum(np.bincount(ranked, minlength=len(terms))).tolist()
        documents = np.repeat(np.frombuffer(self._documents, np.int32), np.frombuffer(self._many, np.int32))[order]
        weights = np.frombuffer(self._weights, np.float32)[order]
        start = 0
        for place, end in zip(ascending, ends, strict=True):
            values = [self._values[at] for at in order[start:end]] if self._values else None
            yield Entry(terms[place], documents[start:end], weights[start:end], values)
            start = end


class _Inside:
    """A run that is still in memory."""

    def __init__(self, fields: dict[str, _Gathered]) -> None:
        self._fields = fields

    def entries(self, field: str) -> Iterator[Entry]:
        gathered = self._fields.get(field)
        return gathered.entries() if gathered else iter(())

    def close(self) -> None:
        self._fields = {}


class _Aside:
    """A run in temporary files, one for each field."""

    def __init__(self, folder: Path, fields: dict[str, _Gathered]) -> None:
        self._files: dict[str, IO[bytes]] = {}
        for name in list(fields):
            file = self._files[name] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (open until `close`)
            for entry in fields.pop(name).entries():
                _write(file, entry)
            file.seek(0)

    def entries(self, field: str) -> Iterator[Entry]:
        file = self._files.get(field)
        while file and (entry := _read(file)):
            yield entry

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def _write(file: IO[bytes], entry: Entry) -> None:
    size = sum(map(len, entry.values)) if entry.values is not None else _NO_VALUES
    file.write(_HEAD.pack(len(entry.term), len(entry.documents), size) + entry.term)
    file.write(entry.documents.astype("<i4").tobytes() + entry.weights.astype("<f4").tobytes())
    if entry.values is not None:
        file.write(np.array([len(value) for value in entry.values], dtype=_SIZES).tobytes() + b"".join(entry.values))


def _read(file: IO[bytes]) -> Entry | None:
    head = file.read(_HEAD.size)
    if not head:
        return None
    term_bytes, count, size = _HEAD.unpack(head)
    term = file.read(term_bytes)
    documents = np.frombuffer(file.read(4 * count), np.int32)
    weights = np.frombuffer(file.read(4 * count), np.float32)
    if size == _NO_VALUES:
        return Entry(term, documents, weights)
    edges = [0, *accumulate(np.frombuffer(file.read(4 * count), _SIZES).tolist())]
    values = file.read(size)
    return Entry(term, documents, weights, [values[start:end] for start, end in pairwise(edges)])
