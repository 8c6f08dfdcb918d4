"""Statistics over the API: the sums of the desk's tables, with the same limits."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from medialib.catalogue import statistics, unit_tree
from medialib.catalogue.people import Person
from medialib.catalogue.plays import LEAST_SHOWN
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.statistics import Span, Sum
from medialib.errors import N_, BadRequest, NotAllowed
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Slug
from medialib.web.desk.shell import me

_TABLES: dict[str, Callable[[Session, Span], Sequence[Sum]]] = {
    "days": lambda session, span: sorted(statistics.by_day(session, span).values(), key=lambda one: one.key),
    "lessons": statistics.by_lesson,
    "themes": statistics.by_theme,
    "units": statistics.by_unit,
    "collections": statistics.by_collection,
    "devices": statistics.by_device,
    "hours": lambda session, span: [
        Sum(key=str(hour), plays=plays) for hour, plays in enumerate(statistics.by_hour(session, span))
    ],
}

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class SumsQuery(Body):
    """The last 30 days unless others are named."""

    by: Literal["days", "lessons", "themes", "units", "collections", "devices", "hours"] = "days"
    since: Day | None = None
    until: Day | None = None
    unit: Slug | None = None


class SumAnswer(Answer):
    """Null stands for fewer than five plays; of hours of the day (`0` to `23`) only plays are counted."""

    key: str
    name: str
    plays: int | None
    listened: int | None
    minutes: int | None


class SumsAnswer(Answer):
    since: str
    until: str
    total: SumAnswer
    sums: list[SumAnswer]


class VainQuery(Body):
    """The last 90 days unless others are named."""

    since: Day | None = None
    until: Day | None = None


class VainWords(Answer):
    words: str
    times: int
    last_day: str


class VainAnswer(Answer):
    """`searches` in all, how many `missed`, and the words that were looked for in vain often enough to be told; null
    stands for fewer than five.
    """

    searches: int | None
    missed: int | None
    words: list[VainWords]


class RoomQuery(Body):
    """Of all units, for an editor of the own one and those below it."""

    by: Literal["units", "renditions"] = "units"


class RoomAnswer(Answer):
    key: str
    name: str
    lessons: int
    seconds: float
    sources_bytes: int
    made_bytes: int


class RoomsAnswer(Answer):
    rooms: list[RoomAnswer]


def add_to(api: Api) -> None:
    office = api.family(access.at_least("curator"), below="/statistics", group="statistics")
    office(_vain, "GET", "/searches", N_("What was looked for in vain"), query=VainQuery, answer=VainAnswer)
    editors = api.family(access.at_least("editor"), below="/statistics", group="statistics")
    editors(_rooms, "GET", "/room", N_("What takes room on the disk"), query=RoomQuery, answer=RoomsAnswer)
    editors(
        _sums,
        "GET",
        "",
        N_("Plays and minutes, by day, lesson, theme, unit, collection, device or hour"),
        query=SumsQuery,
        answer=SumsAnswer,
        refusals=(404,),
    )


def _vain(services: Services, query: VainQuery) -> VainAnswer:
    since, until = days_asked(query.since, query.until, days=90)
    span = {"first": since.isoformat(), "last": until.isoformat()}
    with services.database.read() as session:
        searches, missed = statistics.searches(session, **span)
        words = [
            VainWords(words=one.words, times=one.times, last_day=one.day) for one in statistics.missed(session, **span)
        ]
    shown = {
        name: number if number >= LEAST_SHOWN else None for name, number in (("searches", searches), ("missed", missed))
    }
    return VainAnswer(**shown, words=words)


def _rooms(services: Services, query: RoomQuery) -> RoomsAnswer:
    ask = statistics.room_by_unit if query.by == "units" else statistics.room_by_rendition
    with services.database.read() as session:
        found = ask(session, unit_path=_own(me(services), ""))
        return RoomsAnswer(rooms=[RoomAnswer(**asdict(one)) for one in found])


def days_asked(since: date | None, until: date | None, *, days: int) -> tuple[date, date]:
    """The days that are asked for, else the last ones; raises BadRequest when they end before they begin."""
    last = until or date.today()
    first = since or last - timedelta(days=days - 1)
    if first > last:
        raise BadRequest(N_("“%(name)s” is missing, or not as it should be."), values={"name": "since"})
    return first, last


def _sums(services: Services, query: SumsQuery) -> SumsAnswer:
    since, until = days_asked(query.since, query.until, days=30)
    with services.database.read() as session:
        path = unit_tree.unit(session, query.unit).path if query.unit else ""
        span = Span(first=since.isoformat(), last=until.isoformat(), unit_path=_own(me(services), path))
        sums = _TABLES[query.by](session, span)
        total = statistics.total(session, span)
    told = [_told(one) if query.by != "hours" else _hour_told(one) for one in sums]
    return SumsAnswer(since=span.first, until=span.last, total=_told(total), sums=told)


def _own(person: Person, path: str) -> str:
    """The unit that is asked for, for an editor within the own one; raises NotAllowed."""
    if viewer_of(person).at_least("curator"):
        return path
    if not person.unit_path:
        raise NotAllowed(N_("Your account belongs to no unit yet. Please ask an administrator."))
    if path and not path.startswith(person.unit_path):
        raise NotAllowed(N_("This is about another unit."))
    return path or person.unit_path


def _told(one: Sum) -> SumAnswer:
    if not one.is_shown:
        return SumAnswer(key=one.key, name=one.name, plays=None, listened=None, minutes=None)
    listened = one.listened if one.listened >= LEAST_SHOWN else None
    return SumAnswer(key=one.key, name=one.name, plays=one.plays, listened=listened, minutes=one.minutes)


def _hour_told(one: Sum) -> SumAnswer:
    return SumAnswer(key=one.key, name="", plays=one.plays if one.is_shown else None, listened=None, minutes=None)
