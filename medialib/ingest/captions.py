"""A captions file to cues: SubRip, WebVTT, SubStation Alpha, LRC, read by pysubs2 and webvtt-py; pure.

The parsers get text that is already decoded, with short lines and no long emptiness: some of their patterns take
time that grows with the square of a line or a gap.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pysubs2
import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from medialib.catalogue.cues import Cue
from medialib.errors import N_, BadRequest
from medialib.ingest import cue_text
from medialib.ingest.charsets import decode
from medialib.ingest.lrc import LrcLine, read_lrc

MOST_BYTES = 5_000_000
_LONGEST_LINE = 2_000
# A line of a song, or of a reading, is on show for so long at most.
_LONGEST_LRC_SECONDS = 12.0

_ARROW = "-->"
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_EMPTINESS = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_BELOW_ZERO = re.compile(r"-\d{1,2}:\d{1,2}:\d{1,2}[.,]\d{1,3}")
# A line of times as people, translators and other programs leave it: 00：00：01，5 -> 1:02.
_TIME = r"\d+(?:[ \t]*[:：.,．，][ \t]*\d+)*"
_TIMES = re.compile(rf"^({_TIME})[ \t]*(?:[-–—－]+[>＞]|→)[ \t]*({_TIME})", re.MULTILINE)
_PLAIN = str.maketrans("：．，,", ":...", " \t")
_TIME_PARTS = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:\.(\d{1,9}))?")
_DIALOGUE = re.compile(r"^Dialogue:[^\n]*\d:\d", re.MULTILINE | re.IGNORECASE)
# What the columns of an event are unless a line “Format:” says so; the text comes last, for it has commas.
_COLUMNS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_CLOCK = re.compile(r"-?\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,3})?")


@dataclass(frozen=True, kw_only=True)
class RawCue:
    """A cue as its file has it, on the file's own clock; the text is clean already."""

    begin: float
    end: float
    text: str


def read_captions(content: bytes, name: str) -> tuple[RawCue, ...]:
    """The cues of a file, in its order; raises BadRequest when there are none, or it is too large.

    What it is, is told by its content: endings lie.
    """
    if len(content) > MOST_BYTES:
        raise BadRequest(
            N_("The captions %(file)s are larger than %(megabytes)s MB."),
            values={"file": name, "megabytes": MOST_BYTES // 1_000_000},
        )
    text = prepared(decode(content))
    try:
        cues = tuple(_reader(text)(text))
    except (pysubs2.Pysubs2Error, MalformedFileError, MalformedCaptionError, ValueError, OverflowError) as error:
        raise _unreadable(name, str(error)) from error
    if not cues:
        raise _unreadable(name, "no cue")
    return cues


def prepared(text: str) -> str:
    """Text that no parser stumbles over: one kind of line end, no NUL, no endless line, no endless emptiness."""
    text = _BREAKS.sub("\n", text.replace("\0", " ").replace("\ufeff", ""))
    text = "\n".join(line.strip()[:_LONGEST_LINE].rstrip() for line in text.split("\n"))
    return _EMPTINESS.sub("\n\n", text).strip("\n") + "\n"


def lrc_cues(lines: tuple[LrcLine, ...]) -> Iterator[RawCue]:
    """Each line until the next one begins."""
    ends = [*(line.seconds for line in lines[1:]), float("inf")]
    for line, end in zip(lines, ends, strict=False):
        if text := cue_text.from_plain(line.text):
            yield RawCue(begin=line.seconds, end=min(end, line.seconds + _LONGEST_LRC_SECONDS), text=text)


def _unreadable(name: str, detail: str) -> BadRequest:
    return BadRequest(
        N_("The captions %(file)s cannot be read. Please save them as SRT or WebVTT."),
        values={"file": name},
        detail=detail,
    )


def _reader(text: str) -> Callable[[str], Iterable[RawCue]]:
    if text.lstrip().startswith("WEBVTT"):
        return _webvtt
    if _DIALOGUE.search(text) and ("[Events]" in text or "[Script Info]" in text or _ARROW not in text):
        return _substation
    if _ARROW in text or _TIMES.search(text):
        return _subrip
    return lambda text: lrc_cues(read_lrc(text))


def _subrip(text: str) -> Iterator[RawCue]:
    """Tags are left to cue_text: the library's own patterns for them are slow on hostile text."""
    text = _with_plain_times(_BELOW_ZERO.sub("00:00:00,000", text), point=",")
    for event in pysubs2.SSAFile.from_string(text, format_="srt", keep_html_tags=True).events:
        yield from _cue(event.start, event.end, cue_text.from_html(event.text.replace(r"\N", "\n")))


def _webvtt(text: str) -> Iterator[RawCue]:
    for caption in webvtt.from_string(_with_plain_times(text.lstrip(), point=".")).captions:
        begin, end = caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()
        yield from _cue(begin, end, cue_text.from_html(caption.raw_text))


def _with_plain_times(text: str, *, point: str) -> str:
    """Every line of times as the libraries know them: 00:00:01,500 --> 00:01:02,000."""

    def plain(line: re.Match[str]) -> str:
        begin, end = (_TIME_PARTS.fullmatch(one.translate(_PLAIN)) for one in line.groups())
        return f"{_clock(begin, point)} {_ARROW} {_clock(end, point)}" if begin and end else line[0]

    return _TIMES.sub(plain, text)


def _clock(parts: re.Match[str], point: str) -> str:
    minutes = int(parts[1] or 0) * 60 + int(parts[2])
    thousandths = f"{parts[4] or '':0<3}"[:3]
    return f"{minutes // 60:02}:{minutes % 60:02}:{int(parts[3]):02}{point}{thousandths}"


def _substation(text: str) -> Iterator[RawCue]:
    """Only what is said, in its simplest form: one wrong style or margin would spoil the whole file."""
    lines = ["[Events]"]
    for begin, end, said in _events(text):
        lines.append(f"Dialogue: 0,{begin},{end},Default,,0,0,0,,{said}")
    seen = set()
    for event in pysubs2.SSAFile.from_string("\n".join(lines), format_="ass").events:
        for cue in _cue(event.start, event.end, cue_text.from_substation(event.text)):
            if cue not in seen:  # outlines and shadows are layers of the same words
                seen.add(cue)
                yield cue


def _events(text: str) -> Iterator[tuple[str, str, str]]:
    """Begin, end and text of every event, in whichever columns the file says they are."""
    columns: tuple[str, ...] = _COLUMNS
    for line in text.split("\n"):
        kind, _, rest = line.partition(":")
        if kind.lower() == "format":
            told = tuple(column.strip().lower() for column in rest.split(","))
            columns = told if {"start", "end"} < set(told) and told[-1] == "text" else columns
        elif kind.lower() == "dialogue":
            said = dict(zip(columns, rest.split(",", len(columns) - 1), strict=False))
            begin, end = (said.get(one, "").strip() for one in ("start", "end"))
            if "text" in said and _CLOCK.fullmatch(begin) and _CLOCK.fullmatch(end):
                yield begin, end, said["text"]


def _cue(begin_ms: int, end_ms: int, text: str) -> Iterator[RawCue]:
    if text:
        yield RawCue(begin=begin_ms / 1000, end=end_ms / 1000, text=text)


def to_lesson_clock(cues: Iterable[RawCue], *, shift_seconds: float) -> list[Cue]:
    return [Cue(begin=one.begin + shift_seconds, end=one.end + shift_seconds, text=one.text) for one in cues]
