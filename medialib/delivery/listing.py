"""Listing: any ordered result, with one address whose ending chooses its form."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from medialib.catalogue.collections import Collection
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.places import Place
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit

Kind = Literal["search", "themes", "collections", "units", "places", "latest"]
Subject = Theme | Collection | Unit | Place | None

MOST_LESSONS = 500
"""How many lessons a playlist or a feed holds."""
MOST_SEGMENTS = 10_800
"""How many segments one continuous stream has: twelve hours of 4 s."""

FORMS = {
    "json": ".json",
    "m3u": ".m3u",
    "hls": ".m3u8",
    "hls_ts": ".ts.m3u8",
    "rss": ".rss",
    "qr_png": ".png",
    "qr_svg": ".svg",
}
"""What each form is called in JSON, and its ending."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Lessons in order and what chose them: the `subject` of its kind, and the `query` of its address.

    `lessons` are those of one page, or the first ones; `total` is how many there are. The order of a `serial` one
    means something: its first lesson comes first.
    """

    kind: Kind
    slug: str = ""
    subject: Subject = None
    query: dict[str, Any] = field(default_factory=dict)
    total: int = 0
    lessons: Sequence[Lesson] = ()

    @property
    def serial(self) -> bool:
        return isinstance(self.subject, Collection) and self.subject.kind != "featured"

    @property
    def path(self) -> str:
        """The address of its page, without the query."""
        return f"/{self.kind}/{self.slug}" if self.slug else f"/{self.kind}"

    def address(self, ending: str = "", **more: str) -> str:
        """Its address in the form that the ending stands for, below the site's root."""
        query = urlencode({**self.query, **more})
        return f"{self.path}{ending}?{query}" if query else f"{self.path}{ending}"

    def forms(self) -> dict[str, str]:
        """The address of each form."""
        return {name: self.address(ending) for name, ending in FORMS.items()}
