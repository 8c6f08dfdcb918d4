"""The two files of terms that a segment has: Whoosh's ordered hash table of terms, and their postings in blocks.

Whoosh's readers read both; its writers would keep some 300 bytes in memory for every term, of which pinyin makes
millions.
"""

import pickle
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.base import Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import OrderedHashReader
from whoosh.filedb.structfile import StructFile

from medialib.search.blocks import Documents, Weights, pack_few, pack_postings

# As whoosh.filedb.filetables and whoosh.codec.whoosh3.W3TermInfo read them, big endian.
_HASH_FILE, _CRC32 = b"HSH3", 1
_FILE_HEAD = struct.Struct("!4sBii")
_SIZES = struct.Struct("!ii")
_TABLE = struct.Struct("!qi")
_SLOT = np.dtype([("hash", ">u4"), ("place", ">i8")])
_PROBED = struct.Struct("!Iq")
_PLACE = struct.Struct("!q")
_INFO = struct.Struct("!BfIBBfIIqi")
_BUCKETS = 256
_WRITE_BYTES = 1 << 20
_FEW = 24


class TermFiles:
    """Writes the terms of one segment, in the order of field names and then of terms."""

    def __init__(self, storage: FileStorage, segment: Segment, *, terms: str, postings: str) -> None:
        self._postings: StructFile = segment.create_file(storage, postings)
        self._table = _TermTable(segment.create_file(storage, terms))
        self._end = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._field = b""
        self.is_closed = False

    def start_field(self, name: str) -> None:
        """The terms that follow are of this field."""
        self._field = self._table.field(name)

    def add(
        self,
        term: bytes,
        documents: Documents,
        weights: Weights,
        lengths: bytes | None = None,
        values: Sequence[bytes] | None = None,
    ) -> None:
        """A term and its postings, as `blocks.pack_postings` takes them; `lengths` is a byte for every document."""
        if values is None and len(documents) <= _FEW and self._add_few(term, documents, weights, lengths):
            return
        some = None if lengths is None else np.frombuffer(lengths, np.uint8)[documents]
        shortest, longest = (0, 0) if some is None else (int(some.min()), int(some.max()))
        first, last = int(documents[0]), int(documents[-1])
        info = (float(weights.sum()), len(documents), shortest, longest, float(weights.max()), first, last)
        self._write(term, pack_postings(documents, weights, some, values), info)

    def _add_few(self, term: bytes, documents: Documents, weights: Weights, lengths: bytes | None) -> bool:
        few, weighing = documents.tolist(), weights.tolist()
        shortest = longest = 0
        if lengths is not None:
            long = [lengths[document] for document in few]
            shortest, longest = min(long), max(long)
        packed = pack_few(few, weighing, shortest, longest)
        if packed is None:
            return False
        info = (sum(weighing), len(few), shortest, longest, max(weighing), few[0], few[-1])
        self._write(term, packed, info)
        return True

    def _write(self, term: bytes, packed: bytes, info: tuple[float, int, int, int, float, int, int]) -> None:
        self._table.add(self._field + term, _INFO.pack(0, *info, self._end, len(packed)))
        self._waiting.append(packed)
        self._end += len(packed)
        self._waiting_bytes += len(packed)
        if self._waiting_bytes > _WRITE_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._postings.write(b"".join(self._waiting))
        self._waiting, self._waiting_bytes = [], 0

    def close(self) -> None:
        """Finish both files; also when the writing is given up."""
        self.is_closed = True
        self._flush()
        self._postings.close()
        self._table.close()


def place_of(info: bytes) -> tuple[int, int]:
    """Where the postings of a term begin, and how many bytes they have; from what the table keeps of it."""
    offset, length = _INFO.unpack(info)[-2:]
    return offset, length


def count_of(info: bytes) -> int:
    """How many documents have a term; from what the table keeps of it."""
    count: int = _INFO.unpack(info)[2]
    return count


def value_of(table: OrderedHashReader, key: bytes) -> bytes | None:
    """What a table keeps of a key, None when it lacks it; Whoosh's own way there takes twice as long."""
    get, hashed = table.dbfile.get, zlib.crc32(key)
    first, slots = table.tables[hashed % _BUCKETS]
    for probe in range(slots):
        found, place = _PROBED.unpack(get(first + ((hashed >> 8) + probe) % slots * _PROBED.size, _PROBED.size))
        if not place:
            break
        if found == hashed:
            size, length = _SIZES.unpack(get(place, _SIZES.size))
            both: bytes = get(place + _SIZES.size, size + length)
            if size == len(key) and both.startswith(key):
                return both[size:]
    return None


def keys_beginning(table: OrderedHashReader, key: bytes) -> Iterator[bytes]:
    """The keys of a table that begin so, in order; Whoosh's own search takes twice as long."""
    view, places, head = table.dbfile.view, table.indexbase, _SIZES.size

    def key_of(number: int) -> bytes:
        (place,) = _PLACE.unpack_from(view, places + _PLACE.size * number)
        size, _ = _SIZES.unpack_from(view, place)
        return bytes(view[place + head : place + head + size])

    numbers = range(table.indexlen)
    for number in numbers[bisect_left(numbers, key, key=key_of) :]:
        found = key_of(number)
        if not found.startswith(key):
            return
        yield found


class _TermTable:
    """Whoosh's OrderedHashWriter, with arrays for what it remembers of every term."""

    def __init__(self, file: StructFile) -> None:
        self._file = file
        head = _FILE_HEAD.pack(_HASH_FILE, _CRC32, 0, 0)
        self._waiting = [head]
        self._waiting_bytes = self._end = len(head)
        self._places = array("q")
        self._hashes = array("I")
        self._fields: dict[str, int] = {}

    def field(self, name: str) -> bytes:
        """What the keys of a field begin with."""
        return struct.pack("!H", self._fields.setdefault(name, len(self._fields)))

    def add(self, key: bytes, value: bytes) -> None:
        """One term; keys ascend."""
        self._places.append(self._end)
        self._hashes.append(zlib.crc32(key))
        self._put(_SIZES.pack(len(key), len(value)) + key + value)

    def close(self) -> None:
        slots = self._put_tables()
        self._put(b"".join(_TABLE.pack(*table) for table in slots))
        extras = {"fieldmap": self._fields, "indextype": "q", "indexlen": len(self._places)}
        tail = pickle.dumps(extras, 2) + np.frombuffer(self._places, np.int64).astype(">i8").tobytes()
        self._put(tail + struct.pack("!i", len(tail)))
        self._flush()
        self._file.close()

    def _put_tables(self) -> list[tuple[int, int]]:
        """The 256 hash tables; returns where each is and how many slots it has."""
        hashes = np.frombuffer(self._hashes, np.uint32)
        places = np.frombuffer(self._places, np.int64)
        order = np.argsort((hashes & 0xFF).astype(np.uint8), kind="stable")
        ends = np.cumsum(np.bincount(hashes & 0xFF, minlength=_BUCKETS))
        tables = []
        for bucket in range(_BUCKETS):
            chosen = order[ends[bucket - 1] if bucket else 0 : ends[bucket]]
            tables.append((self._end, 2 * len(chosen)))
            self._put(_hash_table(hashes[chosen], places[chosen]))
        return tables

    def _put(self, content: bytes) -> None:
        self._waiting.append(content)
        self._end += len(content)
        self._waiting_bytes += len(content)
        if self._waiting_bytes > _WRITE_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._waiting, self._waiting_bytes = [], 0


def _hash_table(hashes: NDArray[np.uint32], places: NDArray[np.int64]) -> bytes:
    """Each in the first free slot from its own on: what probing one by one would give, found by sorting."""
    slots = 2 * len(hashes)
    table = np.zeros(slots, dtype=_SLOT)
    if not slots:
        return b""
    own = (hashes >> 8) % slots
    order = np.argsort(own, kind="stable")
    count = np.arange(len(order))
    taken = np.maximum.accumulate(own[order].astype(np.int64) - count) + count
    inside = taken < slots
    table["hash"][taken[inside]], table["place"][taken[inside]] = hashes[order[inside]], places[order[inside]]
    # Those pushed over the end go on at the beginning.
    free = np.flatnonzero(table["place"] == 0)
    rest = order[~inside]
    table["hash"][free[: len(rest)]], table["place"][free[: len(rest)]] = hashes[rest], places[rest]
    return table.tobytes()
