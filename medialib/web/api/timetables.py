"""A channel's timetable as JSON: the value that the catalogue keeps, checked as it is read (pure)."""

from typing import Annotated, Literal

from pydantic import Field

from medialib.catalogue.timetables import DAY_MINUTES, EVERY_DAY, MOST_PARTS, Order, Show, ShowKind, Timetable
from medialib.web.api.operations import Body
from medialib.web.api.texts import Line

Day = Literal[0, 1, 2, 3, 4, 5, 6]
Days = Annotated[list[Day], Field(min_length=1, max_length=7, default_factory=lambda: [*EVERY_DAY])]
Begins = Annotated[int, Field(ge=0, lt=DAY_MINUTES)]
Ends = Annotated[int, Field(ge=0, le=DAY_MINUTES)]


class ShowBody(Body):
    """A listing: `slug` names a theme, a collection, a unit, a place or one lesson, `words` a search."""

    kind: ShowKind
    slug: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,64}$")] = ""
    words: Annotated[Line, Field(max_length=200)] = ""
    order: Order = "listed"

    def value(self) -> Show:
        return Show.from_json(self.model_dump())


class PartBody(Body):
    """Minutes since midnight; days from Monday as 0. An `exact` part cuts off what is on when it begins."""

    days: Days
    begins: Begins
    ends: Ends
    show: ShowBody
    exact: bool = False


class QuietBody(Body):
    """Hours in which nothing is shown."""

    days: Days
    begins: Begins
    ends: Ends


class SpecialBody(Body):
    """Once, `at` a local time (`2026-11-26T19:30`), for so many minutes at most."""

    at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")]
    minutes: Annotated[int, Field(ge=1, le=DAY_MINUTES)]
    show: ShowBody
    title: Annotated[Line, Field(max_length=100)] = ""


class TimetableBody(Body):
    """`filler` is what fills the time that no part covers."""

    zone: Annotated[Line, Field(max_length=40)] = "Asia/Shanghai"
    parts: Annotated[list[PartBody], Field(max_length=MOST_PARTS, default_factory=list)]
    quiet: Annotated[list[QuietBody], Field(max_length=MOST_PARTS, default_factory=list)]
    specials: Annotated[list[SpecialBody], Field(max_length=MOST_PARTS, default_factory=list)]
    filler: ShowBody | None = None

    def value(self) -> Timetable:
        return Timetable.from_json(self.model_dump())
