"""How a term's documents lie on the disk: blocks of arrays, which numpy and Whoosh's matchers both read.

Whoosh's own blocks hold pickled tuples of 128 postings: each number becomes an object, to be written and to be read.
"""

import struct
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.util.numeric import byte_to_length

MAGIC = b"MLB1"
BLOCK = 4096
"""Postings of one block: what Whoosh's matchers can skip at once."""

Documents = NDArray[np.int32]
Weights = NDArray[np.float32]
Bytes = NDArray[np.uint8]

# Bytes that follow (negative in the last block), postings, first and last document, highest weight, shortest and
# longest field as Whoosh's byte, and how many bytes each difference, weight and length of a value has.
_HEADER = struct.Struct("<iIIIfBBBBB")
_ALL_ONE, _FLOAT, _NO_VALUES = 0, 4, 0
_CODES = {1: "B", 2: "H", 4: "I"}
_MOST_SMALL = 0xFF
_UNSIGNED: dict[int, np.dtype[Any]] = {1: np.dtype("<u1"), 2: np.dtype("<u2"), 4: np.dtype("<u4")}


def pack_postings(
    documents: Documents, weights: Weights, lengths: Bytes | None = None, values: Sequence[bytes] | None = None
) -> bytes:
    """Postings as they are kept; documents ascend. `lengths` are those of the documents' fields, as Whoosh's bytes."""
    parts = [MAGIC]
    for at in range(0, len(documents), BLOCK):
        some = slice(at, at + BLOCK)
        last = at + BLOCK >= len(documents)
        parts += _pack_block(
            documents[some],
            weights[some],
            None if lengths is None else lengths[some],
            None if values is None else values[some],
            last=last,
        )
    return b"".join(parts)


def pack_few(documents: Sequence[int], weights: Sequence[float], shortest: int, longest: int) -> bytes | None:
    """The same for a few postings without values, which most terms have: arrays cost more than they save.

    None for what must be packed by `pack_postings`.
    """
    first, last = documents[0], documents[-1]
    highest = max(weights)
    packed, step_bytes, weight_bytes = b"", 1, _ALL_ONE
    if last != first:
        steps = [after - before for before, after in pairwise(documents)]
        step_bytes = _width(max(steps))
        packed = struct.pack(f"<{len(steps)}{_CODES[step_bytes]}", *steps)
    if highest != 1.0 or min(weights) != 1.0:
        if highest > _MOST_SMALL or not all(map(float.is_integer, weights)):
            return None
        weight_bytes = 1
        packed += bytes(map(int, weights))
    size = -len(packed)
    return MAGIC + _HEADER.pack(
        size, len(documents), first, last, highest, shortest, longest, step_bytes, weight_bytes, _NO_VALUES
    ) + packed  # fmt: skip


def _pack_block(
    documents: Documents, weights: Weights, lengths: Bytes | None, values: Sequence[bytes] | None, *, last: bool
) -> list[bytes]:
    steps = np.diff(documents)
    step_bytes = _width(int(steps.max(initial=0)))
    highest = float(weights.max())
    weight_bytes, packed = _pack_weights(weights, highest)
    parts = [steps.astype(_UNSIGNED[step_bytes]).tobytes(), packed]
    value_bytes = _NO_VALUES
    if values is not None and any(values):
        sizes = [len(value) for value in values]
        value_bytes = _width(max(sizes))
        parts += [np.array(sizes, dtype=_UNSIGNED[value_bytes]).tobytes(), *values]
    size = sum(map(len, parts))
    header = _HEADER.pack(
        # When nothing follows it is one plain posting, so the last block of its term in any case.
        -size if last else size,
        len(documents), int(documents[0]), int(documents[-1]), highest,
        0 if lengths is None else int(lengths.min()), 0 if lengths is None else int(lengths.max()),
        step_bytes, weight_bytes, value_bytes,
    )  # fmt: skip
    return [header, *parts]


def _pack_weights(weights: Weights, highest: float) -> tuple[int, bytes]:
    if highest == 1.0 and float(weights.min()) == 1.0:
        return _ALL_ONE, b""
    if highest < 0x10000 and np.array_equal(weights, np.floor(weights)) and float(weights.min()) >= 0:
        width = _width(int(highest)) if highest >= 1 else 1
        return width, weights.astype(_UNSIGNED[width]).tobytes()
    return _FLOAT, weights.astype("<f4").tobytes()


def _width(highest: int) -> int:
    return 1 if highest < 0x100 else 2 if highest < 0x10000 else 4


def unpack_postings(kept: bytes | memoryview) -> tuple[Documents, Weights]:
    """The documents and weights of a term. Raises ValueError for what is damaged."""
    check_magic(kept[:4])
    documents: list[Documents] = []
    weights: list[Weights] = []
    at, last = len(MAGIC), False
    while not last:
        block = Block(kept, at)
        at, last = block.end, block.last
        documents.append(block.documents())
        weights.append(block.weights())
    if len(documents) == 1:
        return documents[0], weights[0]
    return np.concatenate(documents), np.concatenate(weights)


def unpack_values(kept: bytes | memoryview) -> list[bytes]:
    """The values of a term's postings, each empty in fields without values."""
    values: list[bytes] = []
    at, last = len(MAGIC), False
    while not last:
        block = Block(kept, at)
        at, last = block.end, block.last
        values += block.values()
    return values


def check_magic(found: bytes | memoryview) -> None:
    """Raises ValueError when postings do not begin here; Whoosh would raise a bare ``Exception``."""
    if found != MAGIC:
        raise ValueError("no postings where the index says there are some")


class Block:
    """One block, of which parts are read as they are asked for; `end` is where the next one begins."""

    def __init__(self, kept: bytes | memoryview, at: int) -> None:
        (size, self.count, self.first, self.highest_document, self.highest_weight, self.shortest, self.longest,
         self._step_bytes, self._weight_bytes, self._value_bytes) = _HEADER.unpack_from(kept, at)  # fmt: skip
        self._kept = kept
        self._body = at + _HEADER.size
        self.end = self._body + abs(size)
        self.last = size <= 0
        least = (self.count - 1) * self._step_bytes + self.count * self._weight_bytes
        if not self.count or self._step_bytes not in _UNSIGNED or self.end > len(kept) or abs(size) < least:
            raise ValueError("a block of postings is damaged")

    def documents(self) -> Documents:
        """The numbers of the documents, ascending."""
        found = np.empty(self.count, dtype=np.int32)
        found[0] = self.first
        if self.count > 1:
            kind = _UNSIGNED[self._step_bytes]
            np.cumsum(np.frombuffer(self._kept, kind, self.count - 1, self._body), out=found[1:], dtype=np.int32)
            found[1:] += self.first
        return found

    def weights(self) -> Weights:
        """How often the term is in each document."""
        at = self._body + (self.count - 1) * self._step_bytes
        if self._weight_bytes == _ALL_ONE:
            return np.ones(self.count, dtype=np.float32)
        if self._weight_bytes == _FLOAT:
            return np.frombuffer(self._kept, np.dtype("<f4"), self.count, at).astype(np.float32)
        return np.frombuffer(self._kept, _UNSIGNED[self._weight_bytes], self.count, at).astype(np.float32)

    def values(self) -> list[bytes]:
        """What the field's format keeps of each posting: positions, or nothing."""
        if self._value_bytes == _NO_VALUES:
            return [b""] * self.count
        at = self._body + (self.count - 1) * self._step_bytes + self.count * self._weight_bytes
        sizes = np.frombuffer(self._kept, _UNSIGNED[self._value_bytes], self.count, at).tolist()
        begin = at + self.count * self._value_bytes
        edges = [*accumulate(sizes, initial=begin)]
        if edges[-1] > self.end:
            raise ValueError("the values of a block of postings are damaged")
        return [bytes(self._kept[start:end]) for start, end in pairwise(edges)]


class BlockMatcher(W3LeafMatcher):  # type: ignore[misc]
    """Whoosh's walk along the postings of one term, over these blocks."""

    def _read_header(self) -> None:
        self._kept = self._postfile.get(self._startoffset, self._length)
        check_magic(self._kept[:4])
        self._baseoffset = len(MAGIC)

    def _goto(self, position: int) -> None:
        self._block = block = Block(self._kept, position)
        self._data = None
        self._ids: list[int] | None = None
        self._weights: list[float] | None = None
        self._values: list[bytes] | None = None
        self._i = 0
        self._lastblock = block.last
        self._nextoffset = block.end
        self._blocklength, self._maxid, self._maxweight = block.count, block.highest_document, block.highest_weight
        self._minlength, self._maxlength = byte_to_length(block.shortest), byte_to_length(block.longest)

    def _read_ids(self) -> None:
        self._ids = self._block.documents().tolist()

    def _read_weights(self) -> None:
        self._weights = self._block.weights().tolist()

    def _read_values(self) -> None:
        self._values = self._block.values()
