"""Chapters of a recording: from its container, or from a CUE sheet, WebVTT or LRC file beside it; pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from medialib.catalogue.cues import without_marks
from medialib.errors import N_, BadRequest, MedialibError
from medialib.ingest.captions import MOST_BYTES, prepared, read_captions
from medialib.ingest.charsets import decode, mend
from medialib.ingest.lrc import LrcLine, read_lrc

_MOST = 500
_LONGEST_TITLE = 200
# Chapters nearer to each other than this are one.
_NEAREST_SECONDS = 0.5
# Lyrics change every few seconds; what changes so rarely is a table of contents.
_CONTENTS_SECONDS = 60.0
# A CUE sheet counts minutes, seconds and CD frames.
_CUE_INDEX = re.compile(r"^[ \t]*INDEX[ \t]+0*1[ \t]+(\d{1,4}):(\d{1,2}):(\d{1,2})", re.IGNORECASE | re.MULTILINE)
_CUE_TRACK = re.compile(r"\s*TRACK\s+\d", re.IGNORECASE)
_CUE_TITLE = re.compile(r'\s*TITLE\s+(?:"([^"]*)"|(\S.*))', re.IGNORECASE)
_CUE_FILE = re.compile(r"\s*FILE\s", re.IGNORECASE)
_CD_FRAMES = 75
# As people list them beneath a recording (1. 01:02:03 - 开场), and as programs for MP4 and Matroska do.
_LISTED = re.compile(
    r"^(?:\d+[.、)][ \t]*)?(?:(\d{1,2})[:：])?(\d{1,3})[:：](\d{1,2})(?:[.,]\d{1,3})?"
    r"(?:[ \t]*[-–—~][ \t]*\d{1,3}(?:[:：]\d{1,2}){1,2})?[ \t]+(?:[-–—][ \t]*)?(\S.*)$",
    re.MULTILINE,
)
_NUMBERED = re.compile(
    r"^CHAPTER(\d+)=(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)[ \t]*\nCHAPTER\1NAME=(.*)$", re.MULTILINE
)
# How programs call chapters of ID3 among themselves, which ffprobe tells as the title where there is none.
_NO_TITLE = re.compile(r"(?:c|ch|chp|chap)_?\d+")


@dataclass(frozen=True, kw_only=True)
class Chapter:
    start_seconds: float
    title: str

    def to_stored(self) -> dict[str, Any]:
        return {"start_seconds": self.start_seconds, "title": self.title}


def clean_chapters(chapters: Iterable[Chapter], *, seconds: float) -> tuple[Chapter, ...]:
    """In order, within the lesson, each once, each with a title; none when there is only one."""
    within = (one for one in chapters if one.start_seconds < seconds)
    found: list[Chapter] = []
    for one in sorted(within, key=lambda one: max(0.0, one.start_seconds)):
        start = round(max(0.0, one.start_seconds), 3)
        if not found or start - found[-1].start_seconds >= _NEAREST_SECONDS:
            found.append(Chapter(start_seconds=start, title=_title(one.title) or str(len(found) + 1)))
    return tuple(found[:_MOST]) if len(found) > 1 else ()


def read_container_chapters(probe: Mapping[str, Any], *, clock_start: float) -> tuple[Chapter, ...]:
    """Those of ffprobe's -show_chapters, on the lesson's clock; ID3's titles are mended as tags are.

    Where the first lies before the first picture, they were counted from there, and not on the file's clock.
    """
    found = []
    for one in probe.get("chapters", []):
        try:
            start = float(one["start_time"])
        except (KeyError, ValueError, TypeError):
            continue
        title = mend(str(one.get("tags", {}).get("title", "")))
        found.append(Chapter(start_seconds=start, title="" if _NO_TITLE.fullmatch(title) else title))
    first = min((one.start_seconds for one in found), default=0.0)
    shift = clock_start if first > clock_start - _NEAREST_SECONDS else 0.0
    return tuple(replace(one, start_seconds=one.start_seconds - shift) for one in found)


def read_chapters(content: bytes, name: str) -> tuple[Chapter, ...]:
    """The chapters in a file beside the recording; raises BadRequest when there are none."""
    if len(content) > MOST_BYTES:
        raise _unreadable(name)
    text = prepared(decode(content))
    if _CUE_INDEX.search(text):
        found = _cue_sheet(text)
    elif "-->" in text:
        found = _webvtt(content, name)
    else:
        found = contents_of(read_lrc(text)) or _listed(text)
    if not found:
        raise _unreadable(name)
    return found


def is_contents(lines: Sequence[LrcLine]) -> bool:
    """Whether an LRC file lists chapters and not what is said."""
    gaps = [after.seconds - before.seconds for before, after in pairwise(lines)]
    return len(gaps) > 0 and median(gaps) >= _CONTENTS_SECONDS


def contents_of(lines: Iterable[LrcLine]) -> tuple[Chapter, ...]:
    return tuple(Chapter(start_seconds=one.seconds, title=one.text) for one in lines if one.text)


def _webvtt(content: bytes, name: str) -> tuple[Chapter, ...]:
    try:
        cues = read_captions(content, name)
    except MedialibError as error:
        raise _unreadable(name) from error
    return tuple(Chapter(start_seconds=cue.begin, title=without_marks(cue.text)) for cue in cues)


def _listed(text: str) -> tuple[Chapter, ...]:
    """One a line, its time before its title."""
    lines = [found.groups("0") for found in _LISTED.finditer(text)] or [
        found.groups()[1:] for found in _NUMBERED.finditer(text)
    ]
    return tuple(
        Chapter(start_seconds=int(hours) * 3600 + int(minutes) * 60 + float(seconds), title=title)
        for hours, minutes, seconds, title in lines
    )


def _cue_sheet(text: str) -> tuple[Chapter, ...]:
    """Where each track begins; nothing when the sheet is of several files."""
    found: list[Chapter] = []
    title, files, in_track = "", 0, False
    for line in text.split("\n"):
        if _CUE_FILE.match(line):
            files += 1
        elif _CUE_TRACK.match(line):
            title, in_track = "", True
        elif in_track and (named := _CUE_TITLE.match(line)):
            title = named[1] if named[1] is not None else named[2]
        elif in_track and (index := _CUE_INDEX.match(line)):
            minutes, seconds, frames = (int(part) for part in index.groups())
            found.append(Chapter(start_seconds=minutes * 60 + seconds + frames / _CD_FRAMES, title=title))
    return tuple(found) if files <= 1 else ()


def _title(title: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in title).split())[:_LONGEST_TITLE]


def _unreadable(name: str) -> BadRequest:
    return BadRequest(N_("The chapters %(file)s cannot be read."), values={"file": name})
