"""Captions as SubRip, which every program for captions reads; pure."""

from collections.abc import Iterable

from medialib.catalogue.cues import Cue
from medialib.delivery.webvtt import timestamp

MEDIA_TYPE = "application/x-subrip"


def render_srt(cues: Iterable[Cue]) -> str:
    """Numbered blocks with commas in their times; the text without markup but <i>, <b> and <u>."""
    blocks = [
        f"{number}\n{_time(cue.begin)} --> {_time(cue.end)}\n{cue.marked}\n" for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(blocks)


def _time(seconds: float) -> str:
    return timestamp(seconds).replace(".", ",")
