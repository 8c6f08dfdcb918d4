"""What members say is wrong with lessons, over the API: what nobody has seen to yet, and that somebody has."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from medialib.catalogue import reports
from medialib.catalogue.reports import Report, ReportKind
from medialib.catalogue.rights import viewer_of
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.desk.shell import me


class ReportAnswer(Answer):
    """`at_seconds` is where in the lesson it was. Who said it is not known. `closed_at` is when somebody saw to it."""

    id: int
    lesson: str
    title: str
    kind: ReportKind
    words: str
    at_seconds: float | None
    created_at: float
    closed_at: float | None


class ReportsAnswer(Answer):
    """What nobody has seen to yet, of the lessons that the person may change, the oldest first."""

    reports: list[ReportAnswer]


class ReportsQuery(Body):
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def add_to(api: Api) -> None:
    editors = api.family(access.at_least("editor"), below="/reports", writes="edit", group="reports")
    editors(_all, "GET", "", N_("What members say is wrong with lessons"), query=ReportsQuery, answer=ReportsAnswer)
    for act, summary in (
        ("close", N_("Says that somebody has seen to it")), ("reopen", N_("Takes that back")),
    ):  # fmt: skip
        view = _settling(closed=act == "close")
        editors(view, "POST", f"/<int:report_id>/{act}", summary, answer=ReportAnswer)


def _told(one: Report) -> ReportAnswer:
    same = ("id", "kind", "words", "at_seconds", "created_at", "closed_at")
    return ReportAnswer(lesson=one.lesson_id, title=one.lesson.title, **{name: getattr(one, name) for name in same})


def _all(services: Services, query: ReportsQuery) -> ReportsAnswer:
    with services.database.read() as session:
        found = reports.open_reports(session, viewer_of(me(services)), limit=query.limit)
        return ReportsAnswer(reports=[_told(one) for one in found])


def _settling(*, closed: bool) -> Callable[..., ReportAnswer]:
    def view(services: Services, report_id: int) -> ReportAnswer:
        with services.database.begin() as session:
            one = reports.report(session, viewer_of(me(services)), report_id)
            reports.settle(one, closed=closed)
            return _told(one)

    return view
