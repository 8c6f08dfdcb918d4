"""LRC: lyrics with times, as recorders and music programs write them; pure.

[ti:小桃讲党课]        a tag; [offset:500] lets every line come half a second earlier
[00:12.50][01:40]合唱   a line that is sung twice
[01:02:03.40]下一讲     after an hour
<00:12.50>合<00:13>唱   with times of words, which are passed over
"""

import re
from dataclasses import dataclass

# With hours only where hundredths follow: [01:40:20] is a minute and forty seconds and a bit.
_TIME = re.compile(r"\[(?:(\d{1,2}):(?=\d{1,2}:\d{1,2}\.))?(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]\s*")
_TAG = re.compile(r"\[([A-Za-z#]{1,20}):([^\]]*)\]")
_WORD_TIME = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_FURTHEST_MS = 600_000


@dataclass(frozen=True, kw_only=True)
class LrcLine:
    seconds: float
    text: str


def read_lrc(text: str) -> tuple[LrcLine, ...]:
    """The lines in the order of their times; lines without text say where the one before ends."""
    offset_ms = 0
    found: list[LrcLine] = []
    for line in text.splitlines():
        line = line.strip()
        times, at = [], 0
        while time := _TIME.match(line, at):
            times.append(_seconds(time))
            at = time.end()
        if not times:
            offset_ms = _offset(line, offset_ms)
            continue
        said = _WORD_TIME.sub("", line[at:]).strip()
        found += [LrcLine(seconds=seconds, text=said) for seconds in times]
    moved = (LrcLine(seconds=max(0.0, one.seconds - offset_ms / 1000), text=one.text) for one in found)
    return tuple(sorted(moved, key=lambda one: one.seconds))


def _seconds(time: re.Match[str]) -> float:
    hours, minutes, seconds, fraction = time.groups("0")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _offset(line: str, before: int) -> int:
    tag = _TAG.match(line)
    if tag is None or tag[1].lower() != "offset":
        return before
    value = tag[2].strip()
    if not re.fullmatch(r"[+-]?\d{1,7}", value):
        return before
    return max(-_FURTHEST_MS, min(_FURTHEST_MS, int(value)))
