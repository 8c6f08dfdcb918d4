"""Cue: a line of captions and when it is shown; a value, pure."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

_TAG = re.compile(r"</?[biu]>")


@dataclass(frozen=True, kw_only=True)
class Cue:
    """Seconds on the lesson's clock, and WebVTT cue text: <i>, <b> and <u>, everything else escaped."""

    begin: float
    end: float
    text: str

    @property
    def words(self) -> str:
        """The text as it is read, without markup."""
        return without_marks(self.text)

    @property
    def marked(self) -> str:
        """The text as people write it: <i>, <b> and <u>, and nothing escaped."""
        return html.unescape(self.text)


def without_marks(text: str) -> str:
    """Cue text as it is read."""
    return html.unescape(_TAG.sub("", text))


@dataclass(frozen=True, kw_only=True)
class CaptionTrack:
    """The captions of a lesson in one language (BCP 47); `label` is what that language calls itself."""

    language: str
    label: str
    cues: tuple[Cue, ...]


def to_stored(cues: Iterable[Cue]) -> list[list[Any]]:
    """As the catalogue keeps them: [begin, end, text]."""
    return [[cue.begin, cue.end, cue.text] for cue in cues]


def from_stored(stored: Iterable[Sequence[Any]]) -> tuple[Cue, ...]:
    return tuple(Cue(begin=float(begin), end=float(end), text=str(text)) for begin, end, text in stored)


def transcript(cues: Iterable[Cue]) -> str:
    """All that is said, for search."""
    return "\n".join(cue.words for cue in cues)
