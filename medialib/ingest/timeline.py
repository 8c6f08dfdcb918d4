"""What the packets of a file say of its clock: where each track ends, and whether the clock jumps; pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

# The fields of `packets_command` that tell times, in ffprobe's order; the flags come behind them.
_FIELDS = 4
_DISCARDED, _KEYFRAME = b"D", b"K"
# Pictures are not stored in the order in which they are shown, but nearly.
_BACK_SECONDS = 1.0
# When nothing at all happens for so long, the clock was set; a silent film may well hold a picture for longer.
_HOLE_SECONDS = 10.0
_LONE_HOLE_SECONDS = 60.0
# When all of several tracks are silent for so long, something is missing.
_LACK_SECONDS = 2.0
# In a format that knows no silence between its packets, so little is missing.
_GAP_SECONDS = 0.2
# How long a picture or sound is taken to last when nothing says it.
_UNTOLD_SECONDS = 0.04


@dataclass
class Timeline:
    """Reads packets in the file's order; keeps the last of each track only, however many there are.

    `jumps`: the clock of the tracks in `used` goes back, or leaves a hole in all of them; `lacks`: some seconds of
    all of them are missing. In a `gapless` format a hole of any size is what could not be read, and never a jump.
    """

    used: Collection[int]
    gapless: bool = False
    jumps: bool = False
    lacks: bool = False
    _ends: dict[int, float] = field(default_factory=dict)
    _last: dict[int, float] = field(default_factory=dict)
    _latest: float | None = None
    _keyframes: dict[int, float] = field(default_factory=dict)
    _apart: dict[int, float] = field(default_factory=dict)

    def take(self, line: bytes) -> None:
        """A line of `ffprobe -of csv=p=0`: stream_index, pts_time, dts_time, duration_time, flags.

        What the file's edit list leaves away (D) is decoded and never shown.
        """
        parts = line.split(b",")
        flags = b"".join(parts[_FIELDS:])
        if len(parts) < _FIELDS or not parts[0].isdigit() or _DISCARDED in flags:
            return
        index = int(parts[0])
        shown, stored, lasts = (_seconds(part) for part in parts[1:_FIELDS])
        begin = stored if shown is None else shown
        if begin is None:
            return
        end = self._ends.get(index, begin)
        self._ends[index] = max(begin + (lasts or _UNTOLD_SECONDS), end)
        if index not in self.used:
            return
        if _KEYFRAME in flags:
            self._apart[index] = self.keyframes_apart(index, begin)
            self._keyframes[index] = begin
        if self.gapless:
            self.lacks = self.lacks or begin > end + _GAP_SECONDS
        else:
            self._follow(index, begin if stored is None else stored)

    @property
    def packets(self) -> list[dict[str, Any]]:
        """One packet for each track, that with the latest end, as `read_ends` wants them."""
        return [{"stream_index": index, "pts_time": end} for index, end in self._ends.items()]

    def keyframes_apart(self, index: int, end: float) -> float:
        """The longest time from a keyframe of a track to the next, or to the `end`; 0 when there is none."""
        return max(self._apart.get(index, 0.0), end - self._keyframes.get(index, end))

    def _follow(self, index: int, at: float) -> None:
        last, latest = self._last.get(index), self._latest
        hole = _HOLE_SECONDS if len(self.used) > 1 else _LONE_HOLE_SECONDS
        back = last is not None and at < last - _BACK_SECONDS
        self.jumps = self.jumps or back or (latest is not None and at > latest + hole)
        several = len(self.used) > 1
        self.lacks = self.lacks or (several and latest is not None and at > latest + _LACK_SECONDS)
        self._last[index] = at
        self._latest = at if latest is None else max(at, latest)


def _seconds(text: bytes) -> float | None:
    try:
        return float(text)
    except ValueError:  # N/A
        return None
