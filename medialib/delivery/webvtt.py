"""Captions as WebVTT: one file, segments for HLS with their playlist (RFC 8216bis, 3.1.4), and chapters; pure."""

import html
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from medialib.catalogue.cues import Cue
from medialib.catalogue.plans import Plan

MEDIA_TYPE = "text/vtt"
TICKS_PER_SECOND = 90_000
_WRAP = 1 << 33


def render_captions(cues: Iterable[Cue]) -> str:
    """The whole captions as one file."""
    return "\n".join(["WEBVTT", "", *_blocks(cues)])


def render_segment(cues: Sequence[Cue], plan: Plan, number: int, *, clock_ticks: int = 0) -> str:
    """Segment `number`: every cue that is on show in it, with its own whole time, also those of its neighbours.

    `clock_ticks` is what the clock of pictures and sound, which has 33 bits, says at the lesson's 0, where that of the
    captions says 0.
    """
    begin = number * plan.segment_seconds
    end = begin + plan.segment_seconds if number + 1 < plan.segment_count else float("inf")
    timestamp_map = f"X-TIMESTAMP-MAP=MPEGTS:{clock_ticks % _WRAP},LOCAL:00:00:00.000"
    within = (cue for cue in cues if cue.begin < end and cue.end > begin)
    return "\n".join(["WEBVTT", timestamp_map, "", *_blocks(within)])


def render_playlist(plan: Plan) -> str:
    """The media playlist of captions, on the grid of the pictures."""
    whole = plan.segment_seconds
    last = plan.seconds - whole * (plan.segment_count - 1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{whole}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    for number in range(plan.segment_count):
        seconds = whole if number + 1 < plan.segment_count else last
        lines += [f"#EXTINF:{seconds:.6f},", f"{number}.vtt"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def render_chapters(chapters: Sequence[Mapping[str, Any]], *, seconds: float) -> str:
    """Chapters as a track (HTML, `kind=chapters`): each lasts until the next."""
    begins = [float(one["start_seconds"]) for one in chapters]
    cues = [
        Cue(begin=begin, end=end, text=html.escape(str(one["title"]), quote=False))
        for one, (begin, end) in zip(chapters, pairwise([*begins, max(seconds, *begins, 0.001)]), strict=True)
    ]
    return render_captions(cues)


def _blocks(cues: Iterable[Cue]) -> Iterable[str]:
    for cue in cues:
        yield f"{timestamp(cue.begin)} --> {timestamp(cue.end)}"
        yield cue.text
        yield ""


def timestamp(seconds: float) -> str:
    """01:02:03.400"""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, whole = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{whole:02}.{milliseconds:03}"
