"""Trim: from when to when a recording is shown, and where its captions and chapters are then; a value, pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from medialib.errors import N_, BadRequest

LEAST_SECONDS = 1.0
# Less than this of a line is not worth showing, and no chapter is so short.
_SLIVER_SECONDS, _SHORT_SECONDS = 0.2, 1.0
_TIME = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{1,2}(?:\.\d{1,3})?)|(\d{1,5}(?:\.\d{1,3})?)")
_AS_COLONS = str.maketrans({"：": ":", "时": ":", "分": ":", "秒": None, "．": ".", "。": ".", " ": None})

CueRow = Sequence[Any]
"""[begin seconds, end seconds, text], as the catalogue keeps captions."""


@dataclass(frozen=True, kw_only=True)
class Trim:
    """Seconds on the clock of the whole recording; without `end_seconds` it goes on to the recording's end."""

    start_seconds: float = 0.0
    end_seconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


WHOLE = Trim()


def read_time(typed: str) -> float | None:
    """Seconds of 1:05, 1:05.5, 65 or 1分5秒; None for nothing. Raises BadRequest."""
    text = typed.translate(_AS_COLONS)
    if not text:
        return None
    found = _TIME.fullmatch(text + "0" if text.endswith(":") else text)
    if found is None:
        raise BadRequest(N_("Please write a time like 1:05 or 1:05.5."), detail=typed[:40])
    hours, minutes, seconds, alone = found.groups()
    return float(alone) if alone else int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)


def show_time(seconds: float) -> str:
    """As it is typed: 1:05.5, 1:00:00."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    told = f"{hours}:{minutes:02}" if hours else str(minutes)
    return f"{told}:{rest // 10:02}" + (f".{rest % 10}" if rest % 10 else "")


def checked(trim: Trim, whole_seconds: float) -> Trim:
    """In tenths of seconds, without an end that is the recording's own. Raises BadRequest for what is not there."""
    start = round(trim.start_seconds, 1)
    end = None if trim.end_seconds is None else round(trim.end_seconds, 1)
    if end is not None and end >= round(whole_seconds, 1) and end < whole_seconds + 1:
        end = None
    if start < 0 or start > whole_seconds or (end or 0) > whole_seconds:
        length = {"length": show_time(whole_seconds)}
        raise BadRequest(N_("The recording is %(length)s long: choose times within it."), values=length)
    left = (whole_seconds if end is None else end) - start
    if left < 0:
        raise BadRequest(N_("The end is before the beginning. Please choose a later end."))
    if left < LEAST_SECONDS:
        raise BadRequest(N_("At least one second must be left between beginning and end."))
    return Trim(start_seconds=start, end_seconds=end)


def refit_cues(shown: Iterable[CueRow], aside: Iterable[CueRow], old: Trim, new: Trim) -> tuple[list[Any], list[Any]]:
    """Captions on the clock of a lesson trimmed as `new`, and what lies outside, which waits on the recording's clock.

    `shown` and `aside` are the same for `old`. A line that a cut goes through is in both, and whole again later.
    """
    pieces = [[begin + old.start_seconds, end + old.start_seconds, text] for begin, end, text in shown]
    inside: list[Any] = []
    outside: list[Any] = []
    for begin, end, text in _joined(sorted([*pieces, *map(list, aside)]), old):
        first = max(begin, new.start_seconds)
        last = end if new.end_seconds is None else min(end, new.end_seconds)
        if last - first < min(_SLIVER_SECONDS, end - begin):
            outside.append([begin, end, text])
            continue
        inside.append([round(first - new.start_seconds, 3), round(last - new.start_seconds, 3), text])
        outside += [[one, other, text] for one, other in ((begin, first), (last, end)) if other > one]
    return inside, outside


def _joined(pieces: list[list[Any]], old: Trim) -> list[list[Any]]:
    """The two parts of a line that the old trim went through are one again, unless it was written anew since."""
    found: list[list[Any]] = []
    for piece in pieces:
        before = found[-1] if found else None
        cuts = (old.start_seconds, old.end_seconds)
        if before and before[2] == piece[2] and abs(before[1] - piece[0]) < 0.002 and _is_at(piece[0], cuts):
            before[1] = piece[1]
        else:
            found.append(piece)
    return found


def _is_at(seconds: float, cuts: Iterable[float | None]) -> bool:
    return any(cut is not None and abs(seconds - cut) < 0.002 for cut in cuts)


def refit_chapters(
    shown: Iterable[Mapping[str, Any]], aside: Iterable[Mapping[str, Any]], old: Trim, new: Trim
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The same for chapters; the one in which the lesson now begins begins with it, and waits with the others."""
    waiting = [(float(one["start_seconds"]), str(one["title"])) for one in aside]
    before = [title for start, title in waiting if start < old.start_seconds]
    came = [(one["start_seconds"] + old.start_seconds, str(one["title"])) for one in shown]
    if came and before and came[0][0] == old.start_seconds and came[0][1] == before[-1]:
        came = came[1:]  # it began before the cut
    everything = sorted([*waiting, *came])
    end = float("inf") if new.end_seconds is None else new.end_seconds
    inside = [one for one in everything if new.start_seconds <= one[0] < end]
    outside = [one for one in everything if one not in inside]
    earlier = [title for start, title in outside if start < new.start_seconds]
    if earlier and (not inside or inside[0][0] - new.start_seconds >= _SHORT_SECONDS):
        inside.insert(0, (new.start_seconds, earlier[-1]))
    return (
        [{"start_seconds": round(start - new.start_seconds, 3), "title": title} for start, title in inside],
        [{"start_seconds": start, "title": title} for start, title in outside],
    )
