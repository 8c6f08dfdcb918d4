"""A channel's timetable as a form: what its fields say, and the listings to choose from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from medialib.catalogue import collected, tagging, unit_tree
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.timetables import Order, Part, Quiet, Show, Special, Timetable
from medialib.errors import N_, BadRequest
from medialib.web.desk.timetable_rows import names, typed_days, typed_show
from medialib.web.i18n import gettext
from medialib.web.phone.formats import theme_name

ORDER_NAMES: dict[Order, str] = {
    "listed": N_("In its order"), "newest": N_("Newest first"), "shuffle": N_("Shuffled, none twice"),
}  # fmt: skip
_MOST_TITLES = 2_000


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A listing that can be shown; `value` is kind:slug."""

    value: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    """By the heading under which they stand."""

    groups: Sequence[tuple[str, Sequence[Choice]]]

    def title_of(self, show: Show | None) -> str:
        if show is None:
            return ""
        if show.kind == "search":
            return gettext("Search: %(words)s", words=show.words)
        value = f"{show.kind}:{show.slug}"
        found = (one.title for _, some in self.groups for one in some if one.value == value)
        return next(found, show.words or show.slug)


def choices(session: Session) -> Choices:
    shelves = [one.collection for one in collected.shelves(session)]
    themes = [theme for theme, count in tagging.tree(session) if count]
    units = [row.unit for row in unit_tree.rows(session) if row.lessons]
    return Choices(
        groups=[
            ("", [Choice(value="latest:", title=gettext("New lessons"))]),
            (gettext("Collections"), [Choice(value=f"collections:{one.slug}", title=one.title) for one in shelves]),
            (gettext("Themes"), [Choice(value=f"themes:{one.slug}", title=theme_name(one)) for one in themes]),
            (gettext("Units"), [Choice(value=f"units:{one.slug}", title=one.name) for one in units]),
            (
                gettext("By words"),
                [
                    Choice(value="lesson:", title=gettext("One lesson, by its title")),
                    Choice(value="search:", title=gettext("What a search finds")),
                ],
            ),
        ]
    )


def titles(session: Session) -> Sequence[str]:
    """For a field that names one lesson."""
    query = select(Lesson.title).where(Lesson.access == "public").order_by(Lesson.published_at.desc())
    return session.scalars(query.limit(_MOST_TITLES)).all()


def read_timetable(session: Session, zone: str) -> Timetable:
    """What the form says; rows that are left empty are passed over. Raises BadRequest."""
    form = request.form
    return Timetable(
        zone=zone,
        parts=tuple(_parts(session, form)),
        quiet=tuple(_quiet(form)),
        specials=tuple(_specials(session, form)),
        filler=read_show(session, form, "filler"),
    )


def _parts(session: Session, form: MultiDict[str, str]) -> Iterator[Part]:
    for row in names(form, "part", "show"):
        show, begins, ends = read_show(session, form, row), form.get(f"{row}-begins", ""), form.get(f"{row}-ends", "")
        if show:
            exact = f"{row}-exact" in form
            yield Part(days=typed_days(form, row), begins=_minutes(begins), ends=_minutes(ends), show=show, exact=exact)
        elif begins or ends:
            raise BadRequest(N_("Please say what is shown in every part of the day, or take its times away."))


def _quiet(form: MultiDict[str, str]) -> Iterator[Quiet]:
    for row in names(form, "quiet", "begins"):
        begins, ends = form.get(f"{row}-begins", ""), form.get(f"{row}-ends", "")
        if begins or ends:
            yield Quiet(days=typed_days(form, row), begins=_minutes(begins), ends=_minutes(ends))


def _specials(session: Session, form: MultiDict[str, str]) -> Iterator[Special]:
    for row in names(form, "special", "show"):
        show, minutes, at = read_show(session, form, row), form.get(f"{row}-minutes", ""), form.get(f"{row}-at", "")
        if show:
            if not re.fullmatch(r"\d{1,4}", minutes):
                raise BadRequest(N_("A screening lasts between one minute and one day."))
            yield Special(at=at[:16], minutes=int(minutes), show=show)
        elif at:
            raise BadRequest(N_("Please say what is shown at every screening, or take its time away."))


def _minutes(text: str) -> int:
    """08:30 -> 510; raises BadRequest."""
    found = re.fullmatch(r"(\d{1,2}):(\d\d)", text.strip())
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        raise BadRequest(N_("Please give a begin and an end within the day."))
    return int(found[1]) * 60 + int(found[2])


def read_show(session: Session, form: MultiDict[str, str], row: str) -> Show | None:
    show = typed_show(form, row)
    if show is None or show.kind != "lesson" or show.slug:
        return show
    found = session.scalar(select(Lesson.id).where(Lesson.title == show.words).limit(1))
    if found is None:
        raise BadRequest(N_("No lesson has exactly this title. Please choose it from the list."))
    return replace(show, slug=found)
