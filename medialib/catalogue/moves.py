"""Changes to where a lesson stands on its way to the shelf, each kept as a row, and taking the last one back."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue import edits, lookups, telling
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.stages import MOVES, STAGES
from medialib.catalogue.webhooks import Event
from medialib.errors import N_, BadRequest, NotAllowed, NotFound

LONGEST_REASON = 2000
_TOLD: Mapping[str, Event] = {
    "submitted": "lesson.submitted", "returned": "lesson.returned", "published": "lesson.published",
}  # fmt: skip
"""Stages whose reaching other systems want to hear of."""
_FURTHEST_SECONDS = 5 * 366 * 86_400


def move(
    session: Session,
    lesson_id: str,
    stage: str,
    *,
    by: Person | None,
    reason: str = "",
    at: float | None = None,
    batch: str = "",
) -> LessonChange:
    """Let the lesson stand at another stage; published at once, or `at` a time (unix seconds).

    Raises NotFound, BadRequest for a move that there is not or that lacks its reason, and NotAllowed.
    """
    lesson = edits.lesson_to_change(session, lesson_id)
    if stage not in STAGES or (lesson.stage, stage) not in MOVES:
        raise BadRequest(N_("This lesson cannot be moved there from where it is now."), detail=stage)
    if by is not None and not viewer_of(by).at_least(MOVES[lesson.stage, stage]):
        raise NotAllowed(N_("Your account does not have the right to do this."))
    reason = reason.strip()[:LONGEST_REASON]
    if stage == "returned" and not reason:
        raise BadRequest(N_("Please say what is to be changed."))
    published_at = lesson.published_at
    if stage == "published":
        published_at = _date(lesson, at)
    after = {"stage": stage, "published_at": published_at}
    made = record(session, lesson, "stage", after, by=by, words=reason, batch=batch)
    note(session, by, f"lesson.{stage}", on_id=lesson_id, on_name=lesson.title, reason=reason[:200])
    if stage in _TOLD:
        telling.tell(session, _TOLD[stage], lesson, at=published_at if stage == "published" else None)
    return made


def _date(lesson: Lesson, at: float | None) -> float:
    """When members see it: a lesson that was taken down comes back with the date that it had."""
    now = time.time()
    if at is None:
        return lesson.published_at if lesson.stage == "archived" and lesson.published_at <= now else now
    if not 0 < at <= now + _FURTHEST_SECONDS:
        raise BadRequest(N_("Please choose a date within the next five years."))
    return at


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
    """Give the lesson these values and keep the row that tells of it; search is to look at the lesson again."""
    before = present(lesson, after)
    for name, value in after.items():
        setattr(lesson, name, value)
    lesson.revision += 1
    lesson.changed_at = time.time()
    made = LessonChange(
        lesson_id=lesson.id, at=lesson.changed_at, kind=kind, before=before, after=dict(after), words=words,
        batch=batch, undoes=undoes, **edits.doer(by),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def present(lesson: Lesson, names: Mapping[str, Any]) -> dict[str, Any]:
    """What the lesson has now under these names."""
    return {name: getattr(lesson, name) for name in names}


def remark(session: Session, lesson_id: str, words: str, *, by: Person | None) -> LessonChange:
    """Say something in the lesson's thread; raises NotFound, and BadRequest for nothing."""
    lesson = lookups.lesson(session, lesson_id)
    words = words.strip()[:LONGEST_REASON]
    if not words:
        raise BadRequest(N_("Please write something first."))
    made = LessonChange(lesson_id=lesson_id, at=time.time(), kind="remark", words=words, **edits.doer(by))
    session.add(made)
    note(session, by, "lesson.remark", on_id=lesson_id, on_name=lesson.title)
    session.flush()
    return made


def undo(session: Session, lesson_id: str, change_id: int, *, by: Person | None) -> LessonChange:
    """Take one change back, as long as what it changed is still so.

    Raises NotFound, NotAllowed for what others did, and BadRequest for what came in between.
    """
    lesson = edits.lesson_to_change(session, lesson_id)
    change = session.get(LessonChange, change_id)
    if change is None or change.lesson_id != lesson_id:
        raise NotFound(N_("There is no such change."), detail=str(change_id))
    if by is not None and by.id != change.person_id and not viewer_of(by).at_least("curator"):
        raise NotAllowed(N_("Only who did this, or the county office, can take it back."))
    if not may_undo(lesson, change):
        raise BadRequest(N_("This cannot be taken back any more: it was changed again since then."))
    made = record(session, lesson, change.kind, change.before, by=by, batch=change.batch, undoes=change.id)
    change.undone = True
    note(session, by, "lesson.undone", on_id=lesson_id, on_name=lesson.title)
    session.flush()
    return made


def may_undo(lesson: Lesson, change: LessonChange) -> bool:
    """Whether what was changed is still as this change left it."""
    if change.undone or change.undoes is not None or not change.before:
        return False
    return present(lesson, change.after) == dict(change.after)


def history(session: Session, lesson_id: str, *, limit: int | None = None) -> Sequence[LessonChange]:
    """All that was done to a lesson, the latest first."""
    query = select(LessonChange).where(LessonChange.lesson_id == lesson_id).order_by(LessonChange.id.desc())
    return session.scalars(query.limit(limit)).all()


def thread(session: Session, lesson_id: str) -> Sequence[LessonChange]:
    """What editors and county said to each other about a lesson, the oldest first."""
    said = (LessonChange.lesson_id == lesson_id, LessonChange.words != "")
    return session.scalars(select(LessonChange).where(*said).order_by(LessonChange.id)).all()


def last_move(session: Session, lesson_id: str) -> LessonChange | None:
    """The move that led to where the lesson stands."""
    moved = (LessonChange.lesson_id == lesson_id, LessonChange.kind == "stage")
    return session.scalar(select(LessonChange).where(*moved).order_by(LessonChange.id.desc()).limit(1))
