"""Statistics: what is played and listened to, where people stop, what they look for in vain, what the disk holds."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib import showing
from medialib.catalogue import lookups, rights, screenings, statistics
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plays import LEAST_SHOWN
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.statistics import Span, Sum
from medialib.delivery import posters
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import charts, figures, table_page
from medialib.web.desk.shell import me, page
from medialib.web.desk.statistics_question import SPANS, Asked, asked
from medialib.web.i18n import gettext

_MONTHS_FROM_DAYS = 70
_ON_OVERVIEW = 5


def add_to(blueprint: Blueprint, services: Services) -> None:
    editors = access.at_least("editor")
    blueprint.add_url_rule("/statistics", "statistics", editors(lambda: _overview(services)))
    blueprint.add_url_rule(
        "/statistics/<table>",
        "statistics_table",
        editors(lambda table: table_page.show(services, table, asked(services))),
    )
    blueprint.add_url_rule(
        "/statistics/<table>.csv",
        "statistics_csv",
        editors(lambda table: table_page.save(services, table, asked(services))),
    )
    blueprint.add_app_template_global(lambda lesson: of_lesson(services, lesson), "lesson_figures")


def _overview(services: Services) -> ResponseReturnValue:
    question = asked(services)
    span = question.span
    with services.database.read() as session:
        whole, days = statistics.total(session, span), statistics.by_day(session, span)
        tops = [one for one in statistics.by_lesson(session, span)[:_ON_OVERVIEW] if one.is_shown]
        lessons = lookups.lessons_by_id(session, [one.key for one in tops])
        lesson = _chosen_lesson(session, services, lessons)
        values: dict[str, Any] = {
            "whole": whole,
            "showings": _showings(session, span),
            "saved_bytes": statistics.saved_bytes(session, span),
            "bars": day_chart(days, question),
            "tops": tops,
            "pictures": {one.id: _picture(services, one) for one in lessons},
            "lessons": lessons,
            "lesson": lesson,
            "stops": stops_of(session, lesson) if lesson else None,
            "hours": hour_chart(statistics.by_hour(session, span)),
        }
    return page(
        services, "statistics.html", section="statistics", asked=question, spans=SPANS, least=LEAST_SHOWN,
        tables=table_page.names(me(services)), **values,
    )  # fmt: skip


def _showings(session: Session, span: Span) -> list[screenings.Reached]:
    """The screenings of these days to which people came who were counted."""
    first, behind = (datetime.fromisoformat(day) for day in (span.first, span.last))
    until = (behind + timedelta(days=1)).timestamp()
    return screenings.reached(session, since=first.timestamp(), until=until, unit_path=span.unit_path)


def _picture(services: Services, lesson: Lesson) -> str:
    pictures = showing.posters(services, lesson)
    return posters.shown(lesson, pictures).address if pictures else ""


def _chosen_lesson(session: Session, services: Services, usual: list[Lesson]) -> Lesson | None:
    """The lesson whose curve is asked for, else the most played one."""
    wanted = request.args.get("lesson", "")
    if wanted and rights.may_edit(session, viewer_of(me(services)), wanted):
        return lookups.lesson(session, wanted)
    return usual[0] if usual else None


@dataclass(frozen=True, kw_only=True)
class DayChart:
    """Plays by day, or by month where there are many days, drawn for a wide and for a narrow screen."""

    wide: charts.BarChart
    narrow: charts.BarChart
    rows: list[Sum]
    labels: list[str]
    highest: Sum | None
    highest_label: str


def day_chart(days: dict[str, Sum], question: Asked) -> DayChart:
    """Numbers that are too small to be shown are drawn as nothing."""
    by_month = question.days > _MONTHS_FROM_DAYS
    rows = _months(days, question) if by_month else _each_day(days, question)
    labels = [figures.month_name(one.key) if by_month else figures.day_name(one.key) for one in rows]
    pairs = [(one.listened, one.plays - one.listened) if one.is_shown else (0, 0) for one in rows]
    every = 1 if by_month and len(rows) <= 13 else max(1, len(rows) // 3)
    wide = charts.bar_chart(pairs, labels, width=1120, height=256, every=every)
    return DayChart(
        wide=wide,
        narrow=charts.bar_chart(pairs, labels, width=320, height=220, every=max(1, len(rows) // 2)),
        rows=rows,
        labels=labels,
        highest=rows[wide.highest] if wide.highest is not None else None,
        highest_label=labels[wide.highest] if wide.highest is not None else "",
    )


def _each_day(days: dict[str, Sum], question: Asked) -> list[Sum]:
    first = date.fromisoformat(question.span.first)
    dates = [(first + timedelta(days=number)).isoformat() for number in range(question.days)]
    return [days.get(day, Sum(key=day)) for day in dates]


def _months(days: dict[str, Sum], question: Asked) -> list[Sum]:
    months: dict[str, Sum] = {}
    for one in _each_day(days, question):
        month = one.key[:7]
        before = months.get(month, Sum(key=month))
        months[month] = replace(
            before,
            plays=before.plays + one.plays,
            listened=before.listened + one.listened,
            seconds=before.seconds + one.seconds,
        )
    return list(months.values())


@dataclass(frozen=True, kw_only=True)
class HourChart:
    chart: charts.BarChart
    plays: list[int]
    busiest: int | None


def hour_chart(plays: list[int]) -> HourChart:
    shown = [one if one >= LEAST_SHOWN else 0 for one in plays]
    labels = [gettext("%(hour)s o'clock", hour=hour) if hour in (6, 12, 20) else "" for hour in range(24)]
    chart = charts.bar_chart([(0, one) for one in shown], labels, width=240, height=220, lines=False)
    return HourChart(chart=chart, plays=shown, busiest=chart.highest)


@dataclass(frozen=True, kw_only=True)
class Stops:
    """Where people stop in a lesson."""

    curve: charts.Curve
    shares: list[float]
    part_seconds: float

    @property
    def finished(self) -> float:
        return self.shares[-1]

    @property
    def again_seconds(self) -> float | None:
        return None if self.curve.again_part is None else self.curve.again_part * self.part_seconds


def stops_of(session: Session, lesson: Lesson) -> Stops | None:
    shares = statistics.curve(session, lesson)
    if shares is None:
        return None
    chapters = [(one["start_seconds"] / lesson.seconds, one["title"]) for one in lesson.chapters]
    drawn = charts.curve(shares, [one for one in chapters if one[0] < 1], width=456, height=220)
    return Stops(curve=drawn, shares=shares, part_seconds=lesson.seconds / len(shares))


@dataclass(frozen=True, kw_only=True)
class LessonFigures:
    """What a lesson's own page shows: the last 30 days, and where people stop."""

    month: Sum
    plays: int
    stops: Stops | None


def of_lesson(services: Services, lesson: Lesson) -> LessonFigures:
    first, last = date.today() - timedelta(days=29), date.today()
    with services.database.read() as session:
        span = Span(first=first.isoformat(), last=last.isoformat())
        month, stops = statistics.of_lesson(session, lesson.id, span), stops_of(session, lesson)
    return LessonFigures(month=month, plays=lesson.plays, stops=stops)
