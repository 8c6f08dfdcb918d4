"""Every change made to collections. Lessons whose search entry it alters get a new revision."""

import time
from collections.abc import Collection as Collection_
from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from medialib.catalogue import collected, collection_checks, edits, lookups
from medialib.catalogue.collections import KINDS, Collection, CollectionKind, CollectionLesson
from medialib.catalogue.dates import check_date
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_, BadRequest

_KINDS_IN_SEARCH = ("featured", "series")
"""A series' title is searched for; what is featured comes before its equals."""


def create(
    session: Session, *, kind: CollectionKind, title: str, description: str = "", dated: str | None = None
) -> Collection:
    """A new draft; raises BadRequest for a title that is there already and a date that does not exist."""
    title = " ".join(title.split())
    collection_checks.check_title(session, kind, title)
    check_date(dated)
    return edits.new_collection(session, kind=kind, title=title, description=description, dated=dated)


def kind_of(one: Collection) -> CollectionKind:
    return next(kind for kind in KINDS if kind == one.kind)


def add(session: Session, one: Collection, lesson_ids: Sequence[str]) -> None:
    """Put lessons at the end; raises NotFound, and BadRequest for what is in it already or in another series."""
    there = {lesson.id for lesson in collected.lessons_of(session, one, whole=True)}
    place = collected.highest_place(session, one)
    for lesson_id in lesson_ids:
        lesson = lookups.lesson(session, lesson_id)
        if lesson.id in there:
            raise BadRequest(N_("The lesson “%(title)s” is in this collection already."), values=_named(lesson))
        there.add(lesson.id)
        place += 1
        if one.kind == "series":
            _add_part(lesson, one, place)
        else:
            session.add(CollectionLesson(collection_slug=one.slug, lesson_id=lesson.id, position=place))
        _tell_search(one, lesson)
    session.flush()


def _add_part(lesson: Lesson, series: Collection, number: int) -> None:
    collection_checks.check_series(lesson, series)
    lesson.series, lesson.series_slug, lesson.number = series, series.slug, number


def remove(session: Session, one: Collection, lesson_ids: Sequence[str]) -> None:
    """Take lessons out; raises NotFound, and BadRequest for a lesson that is not in it."""
    for lesson in _members(session, one, lesson_ids):
        if one.kind == "series":
            leave_series(lesson)
        else:
            session.execute(
                delete(CollectionLesson).where(
                    CollectionLesson.collection_slug == one.slug, CollectionLesson.lesson_id == lesson.id
                )
            )
        _tell_search(one, lesson)
    session.flush()


def order(session: Session, one: Collection, lesson_ids: Sequence[str]) -> None:
    """Put these lessons first, in this order; the others follow as they are. Raises NotFound, BadRequest."""
    first = _members(session, one, lesson_ids)
    chosen = {lesson.id for lesson in first}
    rest = [lesson for lesson in collected.lessons_of(session, one, whole=True) if lesson.id not in chosen]
    for place, lesson in enumerate([*first, *rest], start=1):
        if one.kind == "series":
            lesson.number = place
            continue
        row = (CollectionLesson.collection_slug == one.slug, CollectionLesson.lesson_id == lesson.id)
        session.execute(update(CollectionLesson).where(*row).values(position=place))
    session.flush()


def leave_series(lesson: Lesson) -> None:
    """A part of none from now on."""
    lesson.series, lesson.series_slug, lesson.number = None, None, None


def _members(session: Session, one: Collection, lesson_ids: Sequence[str]) -> list[Lesson]:
    there = {lesson.id: lesson for lesson in collected.lessons_of(session, one, whole=True)}
    found = []
    for lesson_id in dict.fromkeys(lesson_ids):
        lesson = lookups.lesson(session, lesson_id)
        if lesson.id not in there:
            raise BadRequest(N_("The lesson “%(title)s” is not in this collection."), values=_named(lesson))
        found.append(there[lesson.id])
    return found


def publish(session: Session, one: Collection) -> None:
    """Let everyone see it from now on; raises BadRequest when there is nothing in it."""
    if collected.count_of(session, one, whole=True) == 0:
        raise BadRequest(N_("There is no lesson in this collection yet. Add some, then publish it."))
    if not one.public:
        one.published_at = time.time()
        tell_search_of_all(session, one)


def withdraw(session: Session, one: Collection) -> None:
    """Make it a draft again: it is found nowhere."""
    if one.published_at is not None:
        one.published_at = None
        tell_search_of_all(session, one)


def tell_search_of_all(session: Session, one: Collection) -> None:
    """What search knows of its lessons is no longer so."""
    session.flush()
    tell_search_of(session, one, [lesson.id for lesson in collected.lessons_of(session, one, whole=True)])
    one.told_at = time.time()


def tell_search_of(session: Session, one: Collection, lesson_ids: Collection_[str]) -> None:
    """The same for these lessons, which are in it, or were."""
    for lesson in lookups.lessons_by_id(session, list(lesson_ids)):
        _tell_search(one, lesson)


def tell_what_is_due(session: Session) -> None:
    """Let search know of the collections and featured lessons whose day has come, or is over, since it last heard."""
    for one in collected.newly_due(session):
        tell_search_of_all(session, one)


def _tell_search(one: Collection, lesson: Lesson) -> None:
    if one.kind in _KINDS_IN_SEARCH:
        lesson.revision += 1


def _named(lesson: Lesson) -> dict[str, str]:
    return {"title": lesson.title}
