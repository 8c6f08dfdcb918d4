"""The way through a listing: which lesson comes before and behind the one that is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from medialib import finding
from medialib.catalogue import collected
from medialib.catalogue.lessons import Lesson
from medialib.delivery.listing import Kind, Listing
from medialib.errors import BadRequest, NotFound
from medialib.listings import open_listing
from medialib.services import Services
from medialib.web.forms import read_listing
from medialib.web.naming import title_of

_AS_FAR_AS = 100
"""Who has come further down a list than this has its neighbours on the list's own page."""
_ALONE: tuple[Kind, ...] = ("search", "latest")


@dataclass(frozen=True, kw_only=True)
class Way:
    """A listing that a lesson is in. `within` is its address without the leading slash, as `?in=` tells it.

    A `serial` one goes on by itself when a lesson is over. `place` counts from 1.
    """

    within: str
    title: str
    address: str
    place: int
    count: int
    before: Lesson | None
    after: Lesson | None
    serial: bool = False

    @property
    def collection(self) -> str:
        """Its slug when it is a collection, else ""."""
        return self.within.removeprefix("collections/") if self.within.startswith("collections/") else ""


def way_through(services: Services, session: Session, lesson: Lesson, within: str) -> Way | None:
    """The way that `within` tells; without one, or with one that does not lead here, the lesson's series or theme."""
    for told in (within, *_usual(lesson)):
        if told and (way := _way(services, session, lesson, told)) and (told == within or way.after):
            return way
    return None


def _usual(lesson: Lesson) -> tuple[str, ...]:
    series = f"collections/{lesson.series_slug}" if lesson.series_title else ""
    themes = [f"themes/{theme.slug}" for theme in lesson.themes[:1]]
    unit = f"units/{lesson.unit_slug}" if lesson.unit_slug else ""
    return (series, *themes, unit)


def _way(services: Services, session: Session, lesson: Lesson, within: str) -> Way | None:
    try:
        listing = listing_at(services, session, within)
    except (NotFound, BadRequest):
        return None
    if listing is None:
        return None
    lessons = listing.lessons
    place = next((number for number, one in enumerate(lessons) if one.id == lesson.id), None)
    if place is None:
        return None
    return Way(
        within=within,
        title=title_of(listing),
        address=listing.address(),
        place=place + 1,
        count=listing.total,
        before=_at(lessons, place - 1),
        after=_at(lessons, place + 1),
        serial=listing.serial,
    )


def listing_at(services: Services, session: Session, within: str) -> Listing | None:
    """The first lessons of a listing; None for what is no listing's address, NotFound or BadRequest for a wrong one."""
    try:
        parts = urlsplit(within)
    except ValueError:  # a bracket that opens no address
        return None
    name, _, slug = parts.path.partition("/")
    kind = next((one for one in get_args(Kind) if one == name), None)
    if kind is None or bool(slug) == (kind in _ALONE):
        return None
    if kind == "collections":
        one = collected.public_collection(session, slug)
        total = collected.count_of(session, one)
        return Listing(kind=kind, slug=slug, subject=one, total=total, lessons=collected.lessons_of(session, one))
    asked = read_listing(MultiDict(parse_qsl(parts.query)))
    asked = asked.model_copy(update=finding.named(session, **asked.names()))
    query = asked.model_dump(exclude_defaults=True, exclude={"page", "per_page"})
    question = {key: value for key, value in asked.finding().items() if key not in ("page", "per_page", "counted")}
    return open_listing(services, session, kind, slug, question=question, query=query, page=1, per_page=_AS_FAR_AS)


def _at(lessons: Sequence[Lesson], place: int) -> Lesson | None:
    return lessons[place] if 0 <= place < len(lessons) else None
