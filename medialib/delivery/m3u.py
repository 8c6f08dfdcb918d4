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


@dataclass(frozen=True, kw_only=True)
class Station:
    """A channel: `id` is what the guide calls it."""

    id: str
    name: str
    number: int
    address: str
    logo: str = ""


def render_stations(stations: Sequence[Station], *, guide: str) -> str:
    """All channels, with the attributes that IPTV players read."""
    lines = [f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"']
    for one in stations:
        name = _line(one.name).replace('"', "'").replace(",", " ")
        logo = f' tvg-logo="{one.logo}"' if one.logo else ""
        lines += [
            f'#EXTINF:-1 tvg-id="{one.id}" tvg-name="{name}" tvg-chno="{one.number}"{logo},{name}',
            one.address,
        ]
    return "\n".join([*lines, ""])


def _line(text: str) -> str:
    """Without what would end the line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
