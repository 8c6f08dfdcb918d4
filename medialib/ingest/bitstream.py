"""What init segments and segments say of themselves: codecs strings, numbers and sizes of samples; pure."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from medialib.errors import N_, ToolFailed

_AAC_CONFIG_TAG = 0x05
# Which optional fields a track fragment's header and run have (ISO/IEC 14496-12, 8.8.7 and 8.8.8).
_TFHD_BEFORE_SIZE = ((0x01, 8), (0x02, 4), (0x08, 4))
_TFHD_SIZE = 0x10
_TRUN_OFFSET, _TRUN_FIRST_FLAGS, _TRUN_SIZE = 0x01, 0x04, 0x200
_TRUN_FIELDS = (0x100, 0x200, 0x400, 0x800)


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The samples of a segment: `first` are (offset, length) in bytes from its first moof to its first sample's end."""

    first: tuple[int, int]
    sizes: tuple[int, ...]


def read_codecs(init: bytes) -> str:
    """avc1.PPCCLL from the avcC box (ISO/IEC 14496-15, 5.3.3.1) or mp4a.40.N from esds (14496-3, 1.6.2.1).

    Raises ToolFailed when the init segment describes neither.
    """
    at = init.find(b"avcC")
    if at >= 0 and len(init) > at + 8:
        return f"avc1.{init[at + 5 : at + 8].hex().upper()}"
    at = init.find(b"esds")
    if at >= 0 and (kind := _audio_object_type(init[at + 4 :])):
        return f"mp4a.40.{kind}"
    raise ToolFailed(N_("This part of the recording could not be converted."), detail="init segment without a codec")


def _audio_object_type(esds: bytes) -> int | None:
    """The first five bits of the AudioSpecificConfig, which follows its tag and a length of up to four bytes."""
    decoder = esds.find(0x04)
    at = esds.find(_AAC_CONFIG_TAG, decoder + 14) + 1
    if decoder < 0 or at == 0:
        return None
    while at < len(esds) and esds[at] & 0x80:
        at += 1
    return esds[at + 1] >> 3 if at + 1 < len(esds) else None


def count_samples(segment: bytes) -> int:
    """The samples that the fragments of a segment hold: sample_count of every trun (ISO/IEC 14496-12, 8.8.8)."""
    found = 0
    for kind, moof in _boxes(segment):
        if kind == b"moof":
            tracks = (traf for name, traf in _boxes(moof) if name == b"traf")
            runs = (trun for traf in tracks for name, trun in _boxes(traf) if name == b"trun")
            found += sum(int.from_bytes(trun[4:8], "big") for trun in runs)
    return found


def read_samples(segment: BinaryIO) -> Samples:
    """Where the first sample of a segment is and how large all are, without reading them; raises ToolFailed."""
    first: tuple[int, int] | None = None
    sizes: list[int] = []
    for at, moof in _fragments(segment):
        for offset, found in _track_runs(moof):
            if first is None and found:
                first = (at, offset + found[0])
            sizes += found
    if first is None:
        raise ToolFailed(N_("This part of the recording could not be converted."), detail="a segment without samples")
    return Samples(first=first, sizes=tuple(sizes))


def _fragments(segment: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The content of every moof with the offset at which its box begins; the samples between them are passed over."""
    at = segment.seek(0)
    while len(head := segment.read(8)) == 8:
        size = int.from_bytes(head[:4], "big")
        if size < 8:
            return
        if head[4:] == b"moof":
            yield at, segment.read(size - 8)
        at = segment.seek(at + size, os.SEEK_SET)


def _track_runs(moof: bytes) -> Iterator[tuple[int, list[int]]]:
    """Each trun: where its first sample begins, counted from the moof, and the size of each sample."""
    for _, traf in (box for box in _boxes(moof) if box[0] == b"traf"):
        usual = 0
        for name, content in _boxes(traf):
            flags = int.from_bytes(content[1:4], "big")
            if name == b"tfhd" and flags & _TFHD_SIZE:
                at = 8 + sum(length for flag, length in _TFHD_BEFORE_SIZE if flags & flag)
                usual = int.from_bytes(content[at : at + 4], "big")
            elif name == b"trun":
                yield _track_run(content, flags, usual)


def _track_run(trun: bytes, flags: int, usual: int) -> tuple[int, list[int]]:
    count, at = int.from_bytes(trun[4:8], "big"), 8
    offset = int.from_bytes(trun[at : at + 4], "big", signed=True) if flags & _TRUN_OFFSET else 0
    at += 4 * bool(flags & _TRUN_OFFSET) + 4 * bool(flags & _TRUN_FIRST_FLAGS)
    step = 4 * sum(bool(flags & field) for field in _TRUN_FIELDS)
    if not flags & _TRUN_SIZE:
        return offset, [usual] * count
    at += 4 * bool(flags & _TRUN_FIELDS[0])
    table = memoryview(trun)[at : at + count * step]
    return offset, [int.from_bytes(table[place : place + 4], "big") for place in range(0, len(table), step)]


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes side by side in `content`, by type; ends at the first that is cut off."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8 or at + size > len(content):
            return
        yield content[at + 4 : at + 8], content[at + 8 : at + size]
        at += size
