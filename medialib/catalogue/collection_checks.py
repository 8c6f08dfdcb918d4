"""What a collection may not say or hold, each with its sentence."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue import collected, lookups
from medialib.catalogue.arrangement import Arrangement, Entry
from medialib.catalogue.collections import Collection
from medialib.catalogue.dates import check_date
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_, BadRequest

LONGEST_TITLE = 200
TITLE_IS_TAKEN = N_("There is a collection of this kind called “%(title)s” already.")
IN_ANOTHER_SERIES = N_("The lesson “%(title)s” is a part of the series “%(series)s”. Take it out of that first.")
_LONGEST: Mapping[str, int] = {"description": 2_000, "editorial": 15_000, "text": 10_000, "note": 500, "link": 500}
_LINK = re.compile(r"(https?://|/)\S+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?")


def check(session: Session, one: Collection, before: Arrangement | None, after: Arrangement) -> None:
    """Raises BadRequest for what cannot stand so."""
    if before is None or before.title != after.title:
        check_title(session, one.kind, after.title, besides=one.slug)
    if before is None or before.dated != after.dated:
        check_date(after.dated)
        check_month(session, one, after.dated)
    if after.number is not None and not 0 < after.number < 100_000:
        raise BadRequest(N_("A number is from 1 to 99999."))
    for name in ("description", "editorial"):
        if before is not None and getattr(before, name) != getattr(after, name):  # commands give longer ones
            _check_length(getattr(after, name), _LONGEST[name])
    known = {entry.id: entry for entry in before.entries} if before else {}
    for entry in after.entries:
        if known.get(entry.id) != entry:
            _check_entry(session, one, entry, is_new=before is not None and entry.id not in known)


def check_month(session: Session, one: Collection, dated: str | None) -> None:
    """Raises BadRequest for a package of a month that has one."""
    if one.kind != "package" or not dated:
        return
    same = select(Collection).where(Collection.kind == "package", Collection.dated == dated[:7])
    other = session.scalar(same.where(Collection.slug != one.slug).limit(1))
    if other is not None:
        raise BadRequest(N_("There is a package for this month already: “%(title)s”."), values={"title": other.title})


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise BadRequest(N_("That is too long: at most %(number)s characters."), values={"number": most})


def _check_entry(session: Session, one: Collection, entry: Entry, *, is_new: bool) -> None:
    for name in ("text", "note", "link"):
        _check_length(getattr(entry, name), _LONGEST[name])
    if entry.kind != "lesson" and one.kind == "series":
        raise BadRequest(N_("A series holds lessons only: its tasks and readings would be seen by nobody."))
    if entry.kind == "lesson":
        lesson = lookups.lesson(session, entry.id)
        if is_new and one.kind == "series":
            check_series(lesson, one)
    elif not entry.title.strip() or len(entry.title) > LONGEST_TITLE:
        raise BadRequest(N_("Please say in a few words what is to be done or read."))
    if entry.link and not _LINK.fullmatch(entry.link):
        raise BadRequest(N_("A link begins with https:// or with a slash."))
    for day in (entry.begins, entry.ends):
        if day and not _is_day(day):
            raise BadRequest(N_("“%(date)s” is not a day."), values={"date": day[:40]})
    if entry.begins and entry.ends and entry.ends < entry.begins:
        raise BadRequest(N_("The last day comes before the first one."))


def _is_day(told: str) -> bool:
    if not _DAY.fullmatch(told):
        return False
    try:
        datetime.fromisoformat(told)
    except ValueError:
        return False
    return date.fromisoformat(told[:10]).year >= 1900


def check_title(session: Session, kind: str, title: str, *, besides: str = "") -> None:
    """Raises BadRequest for what cannot be the title of a collection of this kind, other than `besides`."""
    if not title:
        raise BadRequest(N_("A collection needs a title."))
    if len(title) > LONGEST_TITLE:
        raise BadRequest(N_("A title has at most %(number)s characters."), values={"number": LONGEST_TITLE})
    other = collected.same_title(session, kind, title)
    if other is not None and other.slug != besides:
        raise BadRequest(TITLE_IS_TAKEN, values={"title": title})


def check_series(lesson: Lesson, series: Collection) -> None:
    """Raises BadRequest for a lesson that is a part of another series."""
    if lesson.series_slug not in (None, series.slug):
        title = lesson.series.title if lesson.series else ""
        raise BadRequest(IN_ANOTHER_SERIES, values={"title": lesson.title, "series": title})
