"""Changing a lesson so that it can be taken back: every change a row that tells what was before and after."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, people_edits, renewing
from medialib.catalogue.collections import Collection
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import edited, viewer_of
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.errors import N_, BadRequest, NotAllowed, NotFound

LONGEST_WORDS = 2000
TRIM, SOUND = "trim", "sound"
"""The kinds of changes after which the lesson is planned anew."""
_HIGHEST_NUMBER = 2**31 - 1


def record(
    session: Session,
    lesson: Lesson,
    kind: str,
    after: Mapping[str, Any],
    *,
    by: Person | None,
    words: str = "",
    batch: str = "",
    undoes: int | None = None,
) -> LessonChange:
    """Give the lesson these values and keep the row that tells of it; search is to look at the lesson again.

    `themes` are slugs. Nothing is written before the session is flushed.
    """
    before = present(lesson, after)
    for name, value in after.items():
        _put(session, lesson, name, value)
    lesson.revision += 1
    lesson.changed_at = time.time()
    made = LessonChange(
        lesson_id=lesson.id, at=lesson.changed_at, kind=kind, before=before, after=dict(after), words=words,
        batch=batch, undoes=undoes, **people_edits.doer(by),
    )  # fmt: skip
    session.add(made)
    return made


def present(lesson: Lesson, names: Iterable[str]) -> dict[str, Any]:
    """What the lesson has now under these names."""
    return {name: _value(lesson, name) for name in names}


def _value(lesson: Lesson, name: str) -> Any:
    if name == "themes":
        return [theme.slug for theme in lesson.themes]
    value = getattr(lesson, name)
    return list(value) if isinstance(value, list) else value


def _put(session: Session, lesson: Lesson, name: str, value: Any) -> None:
    """With the objects that the lesson holds beside their slugs."""
    if name == "themes":
        themes = session.scalars(select(Theme).where(Theme.slug.in_(value)).order_by(Theme.position, Theme.slug)).all()
        lesson.themes = list(themes)
        return
    if name == "unit_slug":
        lesson.unit = session.get(Unit, value) if value else None
    if name == "series_slug":
        lesson.series = session.get(Collection, value) if value else None
    setattr(lesson, name, value)


def undo(session: Session, lesson_id: str, change_id: int, *, by: Person | None) -> LessonChange:
    """Take one change back, as long as what it changed is still so.

    Raises NotFound, NotAllowed for what others did, and BadRequest for what came in between.
    """
    lesson = lookups.lesson_to_change(session, lesson_id)
    change = change_of(session, lesson_id, change_id)
    if not _may(by, change):
        raise NotAllowed(N_("Only who did this, or the county office, can take it back."))
    if not may_undo(lesson, change):
        raise BadRequest(N_("This cannot be taken back any more: it was changed again since then."))
    made = _take_back(session, lesson, change, by=by)
    session.flush()
    return made


def change_of(session: Session, lesson_id: str, change_id: int) -> LessonChange:
    """A change of this lesson by its number, which anybody may have typed; raises NotFound."""
    change = session.get(LessonChange, change_id) if 0 < change_id <= _HIGHEST_NUMBER else None
    if change is None or change.lesson_id != lesson_id:
        raise NotFound(N_("There is no such change."), detail=str(change_id)[:40])
    return change


def undo_batch(
    session: Session, batch: str, *, by: Person | None,
    require: Callable[[Lesson, LessonChange], None] = lambda *_: None,
) -> int:  # fmt: skip
    """Take back what was done at once, the last of it first, as far as it is still so; returns of how many lessons.

    Lessons that have left the person's units since stay as they are. `require` may refuse what is about to be taken
    back, and with it all of it.
    """
    together = (LessonChange.batch == batch, LessonChange.batch != "")
    changes = session.scalars(select(LessonChange).where(*together).order_by(LessonChange.id.desc())).all()
    ids = [change.lesson_id for change in changes]
    mine = edited(viewer_of(by)) if by else true()
    allowed = session.scalars(select(Lesson.id).where(Lesson.id.in_(ids), mine)).all()
    lessons = {one.id: one for one in to_change(session, allowed)}
    done = set()
    for change in changes:
        lesson = lessons.get(change.lesson_id)
        if lesson and _may(by, change) and may_undo(lesson, change):
            require(lesson, change)
            _take_back(session, lesson, change, by=by)
            done.add(lesson.id)
    session.flush()
    return len(done)


def to_change(session: Session, lesson_ids: Sequence[str]) -> Sequence[Lesson]:
    """These lessons as they are now, and nobody else's until the commit."""
    query = select(Lesson).where(Lesson.id.in_(lesson_ids)).with_for_update(of=Lesson)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _take_back(session: Session, lesson: Lesson, change: LessonChange, *, by: Person | None) -> LessonChange:
    made = record(session, lesson, change.kind, change.before, by=by, undoes=change.id)
    change.undone = True
    if change.kind in (TRIM, SOUND):
        session.flush()
        renewing.ask(session, lesson.id)
    note(session, by, "lesson.undone", on_id=lesson.id, on_name=lesson.title)
    return made


def _may(by: Person | None, change: LessonChange) -> bool:
    return by is None or by.id == change.person_id or viewer_of(by).at_least("curator")


def may_undo(lesson: Lesson, change: LessonChange) -> bool:
    """Whether what was changed is still as this change left it."""
    if change.undone or change.undoes is not None or not change.before:
        return False
    return present(lesson, change.after) == dict(change.after)


def remark(session: Session, lesson_id: str, words: str, *, by: Person | None) -> LessonChange:
    """Say something in the lesson's thread; raises NotFound, and BadRequest for nothing."""
    lesson = lookups.lesson_to_change(session, lesson_id)
    words = words.strip()[:LONGEST_WORDS]
    if not words:
        raise BadRequest(N_("Please write something first."))
    made = LessonChange(lesson_id=lesson_id, at=time.time(), kind="remark", words=words, **people_edits.doer(by))
    session.add(made)
    note(session, by, "lesson.remark", on_id=lesson_id, on_name=lesson.title)
    session.flush()
    return made


def history(session: Session, lesson_id: str, *, limit: int | None = None) -> Sequence[LessonChange]:
    """All that was done to a lesson, the latest first."""
    query = select(LessonChange).where(LessonChange.lesson_id == lesson_id).order_by(LessonChange.id.desc())
    return session.scalars(query.limit(limit)).all()


def changes_after(session: Session, lesson_id: str, change_id: int) -> Sequence[LessonChange]:
    """What was done to a lesson after that change, the earliest first."""
    later = (LessonChange.lesson_id == lesson_id, LessonChange.id > change_id)
    return session.scalars(select(LessonChange).where(*later).order_by(LessonChange.id)).all()


def thread(session: Session, lesson_id: str) -> Sequence[LessonChange]:
    """What editors and county said to each other about a lesson, the oldest first."""
    said = (LessonChange.lesson_id == lesson_id, LessonChange.words != "")
    return session.scalars(select(LessonChange).where(*said).order_by(LessonChange.id)).all()


def batch_of(session: Session, batch: str) -> Sequence[LessonChange]:
    """What was done at once and still stands."""
    done = (LessonChange.batch == batch, LessonChange.undone.is_(False))
    return session.scalars(select(LessonChange).where(*done)).all() if batch else []


def last_moves(session: Session, lesson_ids: Sequence[str]) -> dict[str, LessonChange]:
    """The move that led to where each lesson stands, by the lesson's id."""
    moved = (LessonChange.lesson_id.in_(lesson_ids), LessonChange.kind == "stage")
    rows = session.scalars(select(LessonChange).where(*moved).order_by(LessonChange.id))
    return {row.lesson_id: row for row in rows}
