"""Timetable: what a channel shows in the course of a week, and on single days; a value, pure.

Days count from Monday as 0; minutes count from midnight of the channel's own time zone. A part that ends at or before
its begin goes on into the next day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from medialib.errors import N_, BadRequest

ShowKind = Literal["latest", "themes", "collections", "units", "places", "search", "lesson"]
SHOW_KINDS: tuple[ShowKind, ...] = get_args(ShowKind)
Order = Literal["listed", "newest", "shuffle"]
ORDERS: tuple[Order, ...] = get_args(Order)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
DAY_MINUTES = 24 * 60
MOST_PARTS = 60
"""How many parts, quiet hours or dated specials a timetable has at most."""


@dataclass(frozen=True, kw_only=True)
class Show:
    """A listing to show: `slug` names a theme, a collection, a unit, a place or one lesson; `words` a search."""

    kind: ShowKind
    slug: str = ""
    words: str = ""
    order: Order = "listed"

    @property
    def key(self) -> str:
        """Two parts that show the same go on from each other."""
        return f"{self.kind}:{self.slug or self.words}:{self.order}"

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Show":
        return cls(**document)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the day. An `exact` one begins to the second, and what is on then is cut off."""

    days: tuple[int, ...] = EVERY_DAY
    begins: int
    ends: int
    show: Show
    exact: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Part":
        return cls(**{**document, "days": tuple(document["days"]), "show": Show.from_json(document["show"])})


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Hours in which nothing is shown."""

    days: tuple[int, ...] = EVERY_DAY
    begins: int
    ends: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Quiet":
        return cls(**{**document, "days": tuple(document["days"])})


@dataclass(frozen=True, kw_only=True)
class Special:
    """A dated screening, once: `at` is a local time (2026-11-26T19:30). Each lesson is shown once, for `minutes` at
    most; then the week goes on.
    """

    at: str
    minutes: int
    show: Show
    title: str = ""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Special":
        return cls(**{**document, "show": Show.from_json(document["show"])})


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """`filler` is what fills the time that no part covers, and the rest before something exact begins."""

    zone: str = "Asia/Shanghai"
    parts: tuple[Part, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    specials: tuple[Special, ...] = ()
    filler: Show | None = None

    @property
    def shows(self) -> tuple[Show, ...]:
        """Everything that may be shown, each once."""
        found = [*(one.show for one in self.parts), *(one.show for one in self.specials)]
        found += [self.filler] if self.filler else []
        return tuple({one.key: one for one in found}.values())

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Timetable":
        return cls(
            zone=document["zone"],
            parts=tuple(Part.from_json(one) for one in document["parts"]),
            quiet=tuple(Quiet.from_json(one) for one in document["quiet"]),
            specials=tuple(Special.from_json(one) for one in document["specials"]),
            filler=Show.from_json(document["filler"]) if document["filler"] else None,
        )


@dataclass(frozen=True, kw_only=True)
class Pause:
    """From `begins` to `ends` (unix seconds) all channels are silent: a day of mourning, an exercise."""

    begins: float
    ends: float


def check(timetable: Timetable) -> None:
    """Raises BadRequest with what is wrong."""
    if timetable.zone not in available_timezones():
        raise BadRequest(N_("There is no such time zone."))
    if max(len(timetable.parts), len(timetable.quiet), len(timetable.specials)) > MOST_PARTS:
        raise BadRequest(N_("That is too much: at most %(number)s parts."), values={"number": MOST_PARTS})
    stretches: list[Part | Quiet] = [*timetable.parts, *timetable.quiet]
    for one in stretches:
        _check_days(one.days)
        if not (0 <= one.begins < DAY_MINUTES and 0 <= one.ends <= DAY_MINUTES) or one.begins == one.ends:
            raise BadRequest(N_("Please give a begin and an end within the day."))
    for special in timetable.specials:
        local_time(special.at, timetable.zone)
        if not 1 <= special.minutes <= DAY_MINUTES:
            raise BadRequest(N_("A screening lasts between one minute and one day."))
    for show in timetable.shows:
        _check_show(show)


def _check_days(days: Sequence[int]) -> None:
    if not days or any(day not in EVERY_DAY for day in days):
        raise BadRequest(N_("Please choose the days."))


def _check_show(show: Show) -> None:
    named = show.slug or (show.words if show.kind == "search" else "")
    if show.kind not in SHOW_KINDS or show.order not in ORDERS or not (named or show.kind == "latest"):
        raise BadRequest(N_("Please choose what is shown."))
    if len(show.slug) > 64 or len(show.words) > 200:
        raise BadRequest(N_("That is too long: at most %(number)s characters."), values={"number": 200})


def local_time(text: str, zone: str) -> float:
    """Unix seconds of a local date and time; raises BadRequest."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise BadRequest(N_("Please give a date and a time such as 2026-11-26 19:30.")) from None
