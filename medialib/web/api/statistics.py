"""Statistics over the API: the sums of the desk's tables, with the same limits."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from medialib.catalogue import statistics, unit_tree
from medialib.catalogue.people import Person
from medialib.catalogue.plays import LEAST_SHOWN
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.statistics import Span, Sum
from medialib.errors import N_, BadRequest, NotAllowed
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body, Operation
from medialib.web.api.texts import Slug
from medialib.web.desk.shell import me

_TABLES = {
    "days": lambda session, span: sorted(statistics.by_day(session, span).values(), key=lambda one: one.key),
    "lessons": statistics.by_lesson,
    "themes": statistics.by_theme,
    "units": statistics.by_unit,
    "collections": statistics.by_collection,
    "devices": statistics.by_device,
}

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class SumsQuery(Body):
    """The last 30 days unless others are named."""

    by: Literal["days", "lessons", "themes", "units", "collections", "devices"] = "days"
    since: Day | None = None
    until: Day | None = None
    unit: Slug | None = None


class SumAnswer(Answer):
    """Null stands for fewer than five plays."""

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


def add_to(api: Api, services: Services) -> None:
    operation = Operation(
        method="GET", path="/statistics", group="statistics", query=SumsQuery, answer=SumsAnswer, role="editor",
        summary=N_("Plays and minutes, by day, lesson, theme, unit, collection or device"), refusals=(404,),
    )  # fmt: skip
    api.add(operation, access.at_least("editor"), lambda query: _sums(services, query))


def _sums(services: Services, query: SumsQuery) -> SumsAnswer:
    until = query.until or date.today()
    since = query.since or max(date.min + timedelta(days=30), until) - timedelta(days=29)
    if since > until:
        raise BadRequest(N_("“%(name)s” is missing, or not as it should be."), values={"name": "since"})
    with services.database.read() as session:
        path = unit_tree.unit(session, query.unit).path if query.unit else ""
        span = Span(first=since.isoformat(), last=until.isoformat(), unit_path=_own(me(services), path))
        sums = _TABLES[query.by](session, span)
        total = statistics.total(session, span)
    told = [_told(one) for one in sums]
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
