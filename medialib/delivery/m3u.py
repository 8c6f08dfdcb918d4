"""M3U: lessons as a list that players, Kodi and set-top boxes open; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

MEDIA_TYPE = "audio/x-mpegurl"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One lesson: its length, what it is called, and its absolute address."""

    seconds: float
    title: str
    address: str


def render_m3u(title: str, entries: Sequence[Entry]) -> str:
    """The list in UTF-8, with lengths and titles."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(title)}"]
    for entry in entries:
        lines += [f"#EXTINF:{max(1, round(entry.seconds))},{_line(entry.title)}", entry.address]
    return "\n".join([*lines, ""])


def _line(text: str) -> str:
    """Without what would end the line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
