"""Segments made of others: cut from a template that may be told at any time, or moved in time; pure.

Boxes are those of ISO/IEC 14496-12.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from medialib.errors import N_, ToolFailed
from medialib.ingest.bitstream import read_clock, read_samples

# trun (8.8.8): where the data begins, then for each sample its duration, size and flags.
_TRUN_FIELDS = 0x01 | 0x100 | 0x200 | 0x400
_DEFAULT_BASE_IS_MOOF = 0x020000
_SYNC, _NOT_SYNC = 0x02000000, 0x01010000


@dataclass(frozen=True, kw_only=True)
class Template:
    """An init segment and the samples of one fragment, the first of which can be decoded by itself.

    `all_sync`: so can all others, as those of sound.
    """

    init: bytes
    samples: tuple[bytes, ...]
    timescale: int
    all_sync: bool

    @classmethod
    def read(cls, content: bytes, *, all_sync: bool) -> "Template":
        """A file of one moov and one fragment; raises ToolFailed."""
        found = read_samples(BytesIO(content))
        at, length = found.first
        first = at + length - found.sizes[0]
        samples, begin = [], first
        for size in found.sizes:
            samples.append(content[begin : begin + size])
            begin += size
        if begin > len(content):
            raise ToolFailed(N_("This file could not be put together."), detail="a template that was cut off")
        init = content[:at]
        return cls(init=init, samples=tuple(samples), timescale=read_clock(init).timescale, all_sync=all_sync)

    def segment(self, number: int, *, begin: int, durations: Sequence[int]) -> bytes:
        """Segment `number` with as many samples as there are `durations`; times in units of the timescale."""
        samples = self.samples[: len(durations)]
        runs = b"".join(
            _number(duration) + _number(len(sample)) + _number(_SYNC if self.all_sync or place == 0 else _NOT_SYNC)
            for place, (duration, sample) in enumerate(zip(durations, samples, strict=True))
        )
        sequence = _full_box(b"mfhd", 0, 0, _number(number + 1))
        head = _full_box(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, _number(1))
        time = _full_box(b"tfdt", 1, 0, begin.to_bytes(8, "big"))
        # The offset is counted from the moof's first byte to what follows the mdat's header.
        whole = 8 + len(sequence) + 8 + len(head) + len(time) + 20 + len(runs)
        run = _full_box(b"trun", 0, _TRUN_FIELDS, _number(len(samples)) + _number(whole + 8) + runs)
        moof = _box(b"moof", sequence + _box(b"traf", head + time + run))
        return moof + _box(b"mdat", b"".join(samples))


def _box(kind: bytes, content: bytes) -> bytes:
    return _number(8 + len(content)) + kind + content


def _full_box(kind: bytes, version: int, flags: int, content: bytes) -> bytes:
    return _box(kind, bytes([version]) + flags.to_bytes(3, "big") + content)


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def read_shift(init: bytes) -> int:
    """By how much its edit list moves every picture, in units of the track's timescale."""
    return read_clock(init).shift


def even_init(init: bytes) -> bytes:
    """The init segment without its edit list, as long as before.

    Pictures are decoded before they are shown, and ffmpeg makes room for that by an edit list. Where lessons are
    joined, players that count from the samples leave a hole of that length: `even_segment` moves the samples instead.
    """
    content = bytearray(init)
    for at, _ in _places(content, b"moov", b"trak", b"edts"):
        content[at + 4 : at + 8] = b"free"
    return bytes(content)


def even_segment(segment: bytes, shift: int) -> bytes:
    """A segment whose samples are shown `shift` later, for an init segment without an edit list; as long as before.

    Pictures that are shown in the order in which they are decoded have no offsets, and nothing to be shifted.
    """
    content = bytearray(segment)
    for at, _ in _places(content, b"sidx"):  # it tells the first picture's time as it was
        content[at + 4 : at + 8] = b"free"
    for at, _ in _places(content, b"moof", b"traf", b"trun") if shift else ():
        _move(content, at + 8, shift)
    return bytes(content)


def _move(content: bytearray, at: int, shift: int) -> None:
    """Add `shift` to every composition offset of the trun at `at`; version 1 of it has signed ones (8.8.8)."""
    flags, count = int.from_bytes(content[at + 1 : at + 4], "big"), int.from_bytes(content[at + 4 : at + 8], "big")
    if not flags & 0x800:
        raise ToolFailed(N_("This file could not be put together."), detail="samples without composition offsets")
    content[at] = 1
    fields = 4 * sum(bool(flags & one) for one in (0x100, 0x200, 0x400))
    place = at + 8 + 4 * bool(flags & 0x01) + 4 * bool(flags & 0x04) + fields
    for _ in range(count):
        offset = int.from_bytes(content[place : place + 4], "big", signed=True) + shift
        content[place : place + 4] = offset.to_bytes(4, "big", signed=True)
        place += fields + 4


def _places(content: bytearray, *path: bytes, begin: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Where every box at `path` begins, and its size."""
    at, end = begin, len(content) if end is None else end
    while at + 8 <= end:
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8:
            return
        if content[at + 4 : at + 8] == path[0]:
            if len(path) == 1:
                yield at, size
            else:
                yield from _places(content, *path[1:], begin=at + 8, end=min(at + size, end))
        at += size
