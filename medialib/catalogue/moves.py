"""Changes to where a lesson stands on its way to the shelf."""

import time
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from medialib.catalogue import edits, lookups, telling
from medialib.catalogue.changing import LONGEST_WORDS, record, to_change
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.stages import MOVES, REMOVABLE, STAGES
from medialib.catalogue.webhooks import Event
from medialib.errors import N_, BadRequest, NotAllowed

_TOLD: Mapping[str, Event] = {
    "submitted": "lesson.submitted", "returned": "lesson.returned", "published": "lesson.published",
}  # fmt: skip
"""Stages whose reaching other systems want to hear of."""
_FURTHEST_SECONDS = 5 * 366 * 86_400
_NO_RIGHT = N_("Your account does not have the right to do this.")


def move(
    session: Session, lesson_id: str, stage: str, *, by: Person | None, reason: str = "", at: float | None = None
) -> LessonChange:
    """Let the lesson stand at another stage; published at once, or `at` a time (unix seconds).

    Raises NotFound, BadRequest for a move that there is not or that lacks its reason, and NotAllowed.
    """
    lesson = lookups.lesson_to_change(session, lesson_id)
    if stage not in STAGES or (lesson.stage, stage) not in MOVES:
        raise BadRequest(N_("This lesson cannot be moved there from where it is now."), detail=stage)
    if not may_move(lesson, stage, by):
        raise NotAllowed(_NO_RIGHT)
    reason = reason.strip()[:LONGEST_WORDS]
    if stage == "returned" and not reason:
        raise BadRequest(N_("Please say what is to be changed."))
    made = _move(session, lesson, stage, at, by=by, words=reason)
    session.flush()
    return made


def move_many(session: Session, lesson_ids: Sequence[str], stage: str, *, by: Person | None, batch: str) -> int:
    """Move those of the lessons that may go there, others stay; returns how many went. Nobody is returned so."""
    moved = [one for one in to_change(session, lesson_ids) if one.stage != stage and may_move(one, stage, by)]
    for lesson in moved:
        _move(session, lesson, stage, None, by=by, batch=batch)
    session.flush()
    return len(moved)


def may_move(lesson: Lesson, stage: str, by: Person | None) -> bool:
    """Whether there is such a move, and this person may make it with a lesson that they may edit."""
    least = MOVES.get((lesson.stage, stage))
    return least is not None and (by is None or viewer_of(by).at_least(least))


def _move(
    session: Session,
    lesson: Lesson,
    stage: str,
    at: float | None,
    *,
    by: Person | None,
    words: str = "",
    batch: str = "",
) -> LessonChange:
    published_at = _date(lesson, at) if stage == "published" else lesson.published_at
    after = {"stage": stage, "published_at": published_at}
    note(session, by, f"lesson.{stage}", on_id=lesson.id, on_name=lesson.title, reason=words[:200])
    made = record(session, lesson, "stage", after, by=by, words=words, batch=batch)
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


def remove(session: Session, lesson_id: str, *, by: Person | None) -> str:
    """Forget a draft, or a lesson that was taken down; returns its title. The recording is the store's affair.

    Raises NotFound, BadRequest for what others still see or wait for, and NotAllowed.
    """
    lesson = lookups.lesson_to_change(session, lesson_id)
    if lesson.stage not in REMOVABLE:
        raise BadRequest(N_("Only drafts and lessons that were taken down can be deleted."))
    if by is not None and lesson.stage != "draft" and not viewer_of(by).at_least("curator"):
        raise NotAllowed(_NO_RIGHT)
    note(session, by, "lesson.removed", on_id=lesson_id, on_name=lesson.title)
    edits.remove(session, lesson_id)
    session.flush()
    return lesson.title
