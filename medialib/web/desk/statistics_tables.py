"""The tables of the statistics: one for each thing that plays are summed by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, statistics
from medialib.catalogue.statistics import Room, Sum
from medialib.errors import N_
from medialib.web.desk.figures import count, day_name, told_bytes
from medialib.web.desk.statistics_question import Asked
from medialib.web.i18n import gettext, language

DEVICE_NAMES = {
    "phone": N_("Phone"),
    "desktop": N_("Computer"),
    "television": N_("Television"),
    "podcast": N_("Podcast program"),
    "other": N_("Other"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table: a name, where it leads to, its figures as text, and its share of the largest one. `saved` are
    the figures in a file, where they are reckoned with; None: as they are shown.
    """

    name: str
    figures: tuple[str, ...]
    saved: tuple[str, ...] | None = None
    address: str = ""
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """`columns` are what the name and the figures are called, in a file `saved`; `told` says something of all."""

    columns: tuple[str, ...]
    saved: tuple[str, ...] = ()
    rows: Sequence[Row]
    told: str = ""
    nothing: str = N_("As soon as something is played, it is counted here.")


@dataclass(frozen=True)
class Kind:
    """A table: what it is called, and how it is asked for; `of_all` when it cannot be told apart by units."""

    name: str
    ask: Callable[[Session, Asked], Table]
    of_all: bool = False


_COLUMNS = (N_("Plays"), N_("only listened to"), N_("Minutes"))


def _figures(one: Sum) -> tuple[str, ...]:
    if not one.is_shown:
        return (count(one.plays), "", "")
    return (count(one.plays), count(one.listened), f"{one.minutes:,}")


def _sums(first: str, sums: Sequence[Sum], *, address: Callable[[Sum], str] | None = None, **more: Any) -> Table:
    most = max((one.plays for one in sums), default=0)
    rows = [
        Row(
            name=one.name,
            figures=_figures(one),
            address=address(one) if address else "",
            share=one.plays / most if one.is_shown else None,
        )
        for one in sums
    ]
    return Table(columns=(first, *_COLUMNS), rows=rows, **more)


def _renamed(one: Sum, name: str) -> Sum:
    return Sum(key=one.key, name=name, plays=one.plays, listened=one.listened, seconds=one.seconds)


def _days(session: Session, question: Asked) -> Table:
    sums = sorted(statistics.by_day(session, question.span).values(), key=lambda one: one.key)
    return _sums(N_("Day"), [_renamed(one, one.key) for one in sums])


def _lessons(session: Session, question: Asked) -> Table:
    def address(one: Sum) -> str:
        return f"{url_for('desk.statistics')}?{urlencode({**question.query, 'lesson': one.key})}#stops"

    return _sums(N_("Lesson"), statistics.by_lesson(session, question.span), address=address)


def _themes(session: Session, question: Asked) -> Table:
    known = {one.slug: one for one in lookups.themes(session)}
    sums = statistics.by_theme(session, question.span)
    if not language().startswith("zh"):
        sums = [_renamed(one, known[one.key].en or one.name) for one in sums]
    return _sums(N_("Theme"), sums, told=gettext("A lesson with two themes counts for both."))


def _units(session: Session, question: Asked) -> Table:
    return _sums(N_("Unit"), statistics.by_unit(session, question.span))


def _collections(session: Session, question: Asked) -> Table:
    return _sums(
        N_("Collection"),
        statistics.by_collection(session, question.span),
        told=gettext("What was played in the order of a collection."),
        nothing=N_("Nothing was played from a collection in these days."),
    )


def _devices(session: Session, question: Asked) -> Table:
    sums = statistics.by_device(session, question.span)
    return _sums(N_("Device"), [_renamed(one, gettext(DEVICE_NAMES.get(one.key, "Other"))) for one in sums])


def _searches(session: Session, question: Asked) -> Table:
    days = {"first": question.span.first, "last": question.span.last}
    asked, missed = statistics.searches(session, **days)
    rows = [
        Row(
            name=one.words,
            figures=(count(one.times), day_name(one.day)),
            saved=(count(one.times), one.day),
            address=url_for("phone.search", q=one.words),
        )
        for one in statistics.missed(session, **days)
    ]
    return Table(
        columns=(N_("What was looked for"), N_("How often"), N_("last")),
        rows=rows,
        told=gettext("%(asked)s searches, %(missed)s of them found nothing.", asked=count(asked), missed=count(missed)),
        nothing=N_("Whatever was looked for by several people was found."),
    )


def _room(session: Session, question: Asked) -> Table:
    units = statistics.room_by_unit(session, unit_path=question.span.unit_path)
    most = max((one.bytes for one in units), default=0)
    rows = [
        Row(
            name=one.name or gettext("No unit"),
            figures=(f"{one.lessons:,}", *map(told_bytes, (one.sources_bytes, one.made_bytes, one.bytes))),
            saved=(str(one.lessons), *map(_megabytes, (one.sources_bytes, one.made_bytes, one.bytes))),
            share=one.bytes / most if most else None,
        )
        for one in units
    ]
    return Table(
        columns=(N_("Unit"), N_("Lessons"), N_("Recordings"), N_("Made of them"), N_("Together")),
        saved=(N_("Unit"), N_("Lessons"), N_("Recordings, MB"), N_("Made of them, MB"), N_("Together, MB")),
        rows=rows,
        told=gettext("Together %(size)s.", size=told_bytes(sum(one.bytes for one in units))),
        nothing=N_("There are no lessons yet."),
    )


def _renditions(session: Session, question: Asked) -> Table:
    kinds = statistics.room_by_rendition(session, unit_path=question.span.unit_path)
    most = max((one.bytes for one in kinds), default=0)
    rows = [
        Row(
            name=_rendition(one),
            figures=(f"{one.lessons:,}", told_bytes(one.bytes), _hourly(one)),
            saved=(str(one.lessons), _megabytes(one.bytes), _megabytes(one.bytes_an_hour)),
            share=one.bytes / most if most else None,
        )
        for one in kinds
    ]
    return Table(
        columns=(N_("What is made"), N_("Lessons"), N_("Together"), N_("An hour")),
        saved=(N_("What is made"), N_("Lessons"), N_("Together, MB"), N_("An hour, MB")),
        rows=rows,
        nothing=N_("Nothing is made yet."),
    )


def _rendition(one: Room) -> str:
    """v480 is a picture of 480 lines, a64 sound of 64 kbit/s."""
    number = "".join(letter for letter in one.key[1:].partition("t")[0] if letter.isdigit())
    if one.key.startswith("v"):
        return gettext("Picture of %(number)s lines", number=number)
    return gettext("Sound of %(number)s kbit/s", number=number)


def _hourly(one: Room) -> str:
    return told_bytes(one.bytes_an_hour) if one.seconds else ""


def _megabytes(size_bytes: float) -> str:
    return f"{size_bytes / 1e6:.3f}"


KINDS: dict[str, Kind] = {
    "days": Kind(N_("By day"), _days),
    "lessons": Kind(N_("Lessons"), _lessons),
    "themes": Kind(N_("Themes"), _themes),
    "units": Kind(N_("Units"), _units),
    "collections": Kind(N_("Collections"), _collections),
    "devices": Kind(N_("Devices"), _devices),
    "searches": Kind(N_("Not found"), _searches, of_all=True),
    "room": Kind(N_("Storage"), _room),
    "renditions": Kind(N_("What is made"), _renditions),
}
