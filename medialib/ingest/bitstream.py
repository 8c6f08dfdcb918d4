"""What init segments and segments say of themselves: codecs strings, numbers and sizes of samples, times; pure.

Boxes are those of ISO/IEC 14496-12, in the form that ffmpeg's muxer writes.
"""

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


# nal_unit_type (ITU-T H.264 table 7-1): a coded slice, its first partition, a slice of an IDR picture, the parameters
# of a sequence, such as its size.
_IDR_SLICE, _SEQUENCE = 5, 7
_SLICES = (1, 2, _IDR_SLICE)


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The samples of a segment: `first` are (offset, length) in bytes from its first moof to its first sample's end."""

    first: tuple[int, int]
    sizes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time base of a track, and what its edit list adds to the times in its fragments."""

    timescale: int
    shift: int


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """A segment of one video track, in units of the track's clock before its shift.

    `begin` is its first picture's presentation time; `independent` when that is an IDR picture; `sequences` are the
    different sequence parameter sets among its samples.
    """

    begin: int
    duration: int
    pictures: int
    independent: bool
    sequences: frozenset[bytes] = frozenset()


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


def is_whole(file: bytes) -> bool:
    """Whether the last box is all there: ffmpeg says nothing when there was no room for its end."""
    at = 0
    while at + 8 <= len(file):
        at += max(8, int.from_bytes(file[at : at + 4], "big"))
    return at == len(file) and bool(file)


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


def read_clock(init: bytes) -> Clock:
    """From mdhd (8.4.2) and elst (8.6.6); raises ToolFailed."""
    header = _box(init, b"moov", b"trak", b"mdia", b"mdhd")
    movie = _box(init, b"moov", b"mvhd")
    timescale = _number(header, 20 if header[:1] == b"\1" else 12)
    movie_timescale = _number(movie, 20 if movie[:1] == b"\1" else 12)
    if not timescale or not movie_timescale:
        raise _unreadable("init segment without a clock")
    return Clock(
        timescale=timescale, shift=_shift(_box(init, b"moov", b"trak", b"edts", b"elst"), timescale, movie_timescale)
    )


def _shift(edits: bytes, timescale: int, movie_timescale: int) -> int:
    """Empty edits come first and delay; the first real one cuts off what lies before its media time."""
    wide = 8 if edits[:1] == b"\1" else 4
    shift, at = 0, 8
    for _ in range(_number(edits, 4)):
        lasts, media_time = _number(edits, at, wide), _number(edits, at + wide, wide, signed=True)
        if media_time >= 0:
            return shift - media_time
        shift += lasts * timescale // movie_timescale
        at += 2 * wide + 4
    return shift


def read_fragment(segment: bytes) -> Fragment:
    """From tfhd, tfdt, trun (8.8) and the first sample's NAL units (14496-15, 5.3); raises ToolFailed."""
    pieces = [_box(moof, b"traf") for kind, moof in _boxes(segment) if kind == b"moof"]
    if not pieces:
        raise _unreadable("segment without a fragment")
    runs = [(_durations(piece), _box(piece, b"tfdt"), _box(piece, b"trun")) for piece in pieces]
    decode_time, first = runs[0][1], runs[0][2]
    begin = _number(decode_time, 4, 8 if decode_time[:1] == b"\1" else 4)
    units = [unit for kind, samples in _boxes(segment) if kind == b"mdat" for unit in _units(samples)]
    return Fragment(
        begin=begin + _first_offset(first),
        duration=sum(sum(durations) for durations, _, _ in runs),
        pictures=sum(len(durations) for durations, _, _ in runs),
        independent=next((kind for kind, _ in units if kind in _SLICES), None) == _IDR_SLICE,
        sequences=frozenset(bytes(unit) for kind, unit in units if kind == _SEQUENCE),
    )


# Which of trun's fields each sample has, in order: duration, size, flags, composition offset.
_DURATION, _SIZE, _FLAGS, _OFFSET = 0x100, 0x200, 0x400, 0x800


def _durations(traf: bytes) -> list[int]:
    header, run = _box(traf, b"tfhd"), _box(traf, b"trun")
    flags, count, at = _number(run, 1, 3), _number(run, 4), _samples_at(run)
    if not flags & _DURATION:
        said = _number(header, 1, 3)
        usual = _number(header, 8 + 8 * bool(said & 1) + 4 * bool(said & 2)) if said & 8 else 0
        return [usual] * count
    step = 4 * sum(bool(flags & one) for one in (_DURATION, _SIZE, _FLAGS, _OFFSET))
    return [_number(run, at + step * place) for place in range(count)]


def _first_offset(run: bytes) -> int:
    flags = _number(run, 1, 3)
    if not flags & _OFFSET:
        return 0
    before = 4 * sum(bool(flags & one) for one in (_DURATION, _SIZE, _FLAGS))
    return _number(run, _samples_at(run) + before, signed=run[:1] == b"\1")


def _samples_at(run: bytes) -> int:
    flags = _number(run, 1, 3)
    return 8 + 4 * bool(flags & 1) + 4 * bool(flags & 4)


def _units(samples: bytes) -> Iterator[tuple[int, memoryview]]:
    """The NAL units of samples side by side, by type: each stands behind its length."""
    content, at = memoryview(samples), 0
    while at + 5 <= len(content):
        end = at + 4 + _number(samples, at)
        yield content[at + 4] & 0x1F, content[at + 4 : end]
        at = end


def _box(content: bytes, *path: bytes) -> bytes:
    """The first box at `path`, or nothing."""
    for name in path:
        content = next((inner for kind, inner in _boxes(content) if kind == name), b"")
    return content


def _number(content: bytes, at: int, size: int = 4, *, signed: bool = False) -> int:
    return int.from_bytes(content[at : at + size], "big", signed=signed)


def _unreadable(detail: str) -> ToolFailed:
    return ToolFailed(N_("This part of the recording could not be converted."), detail=detail)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes side by side in `content`, by type; ends at the first that is cut off."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8 or at + size > len(content):
            return
        yield content[at + 4 : at + 8], content[at + 8 : at + size]
        at += size
