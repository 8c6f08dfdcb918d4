"""Every change in how far the work on lessons has come: segments counted, steps done, failed and tried again."""

import time
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, telling, work_lookups
from medialib.catalogue.lessons import (
    EXTRAS,
    LONGEST_REST_SECONDS,
    Lesson,
    RenditionProgress,
    StepLeft,
    hot_step,
)
from medialib.catalogue.plans import Plan
from medialib.errors import MedialibError


def add_progress(session: Session, lesson_id: str, plan: Plan) -> None:
    """Of each rendition of a plan nothing is made yet."""
    for rendition in plan.renditions:
        session.add(
            RenditionProgress(
                lesson_id=lesson_id,
                version=plan.version,
                name=rendition.name,
                seconds_total=float(rendition.seconds),
                codecs=rendition.codecs,
            )
        )


def queue_steps(session: Session, lesson_id: str, steps: Mapping[str, int], *, at: float) -> None:
    """These are to be done for the lesson, each with its rank among the steps of all lessons."""
    session.add_all(StepLeft(lesson_id=lesson_id, step=step, rank=rank, queued_at=at) for step, rank in steps.items())


def begin_anew(session: Session, lesson_id: str, steps: Mapping[str, int]) -> None:
    """These are to be done, and nothing of what was left before."""
    session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id))
    queue_steps(session, lesson_id, steps, at=time.time())


def record_progress(
    session: Session, *, lesson_id: str, version: int, name: str, **figures: float | int | bool | str
) -> None:
    """Store what was counted of a rendition. What is complete stays so: a late count of less of it is passed over."""
    wanted = [
        RenditionProgress.lesson_id == lesson_id,
        RenditionProgress.version == version,
        RenditionProgress.name == name,
    ]
    if "seconds_done" in figures and not figures.get("complete"):
        wanted.append(RenditionProgress.complete.is_(False))
    session.execute(update(RenditionProgress).where(*wanted).values(**figures))


def record_failure(
    session: Session,
    *,
    lesson_id: str,
    step: str,
    error: MedialibError,
    attempts: int,
    backoff_seconds: float,
    came_on: bool = False,
    growing: bool = True,
) -> StepLeft:
    """Count a failed attempt; after `attempts` of them without any progress (`came_on`) the step is parked.

    Rests grow from one attempt to the next, unless `growing` is false. A step without a row is a hot run's: it
    rests, but is never parked, since the next player may ask again. Raises NotFound when the lesson is gone.
    """
    lookups.lesson(session, lesson_id)
    row = session.get(StepLeft, (lesson_id, step))
    if row is None:
        row = StepLeft(lesson_id=lesson_id, step=step, rank=-1, queued_at=time.time())
        session.add(row)
    row.message, row.message_values, row.detail = error.message, error.values, error.detail
    row.attempts = 1 if came_on else row.attempts + 1
    factor = 4 ** min(row.attempts - 1, 10) if growing else 1
    row.retry_at = time.time() + min(backoff_seconds * factor, LONGEST_REST_SECONDS)
    row.parked = row.rank >= 0 and row.attempts >= attempts
    return row


def forget_hot_failures(session: Session, lesson_id: str, name: str, numbers: Iterable[int]) -> None:
    """These segments are there now, whoever made them: that a hot run failed with one is of no interest any more."""
    failed = select(StepLeft.step).where(StepLeft.lesson_id == lesson_id, StepLeft.rank < 0)
    steps = set(session.scalars(failed)) & {hot_step(name, number) for number in numbers}
    if steps:
        session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.step.in_(steps)))


def finish_step(session: Session, lesson_id: str, step: str) -> None:
    session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.step == step))


def settle(session: Session, lesson_id: str) -> str:
    """Bring the lesson's state in line with what is left: complete, parked when all that is left is, or published.

    A lesson that lacks only pictures, and will not get them, is complete all the same.
    """
    left = [row for row in work_lookups.steps_left(session, lesson_id) if not (row.parked and row.step in EXTRAS)]
    parked = bool(left) and all(row.parked for row in left)
    state = "parked" if parked else "published" if left else "complete"
    changed = update(Lesson).where(Lesson.id == lesson_id, Lesson.state != state).values(state=state)
    lesson = session.scalar(changed.returning(Lesson))
    if lesson is not None and state != "published":
        telling.tell(session, "ingest.failed" if state == "parked" else "lesson.complete", lesson)
    return state


def retry(session: Session, lesson_id: str) -> None:
    """Try everything of this lesson again from now on."""
    lookups.lesson(session, lesson_id)
    session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.rank < 0))
    fresh = {"attempts": 0, "retry_at": 0.0, "parked": False, "message": "", "detail": ""}
    session.execute(update(StepLeft).where(StepLeft.lesson_id == lesson_id).values(**fresh))
    settle(session, lesson_id)


def rank_steps(session: Session, ranks: Mapping[str, int]) -> None:
    """Bring what is left to do in line with the present order of the steps."""
    for step, rank in ranks.items():
        wrong = (StepLeft.step == step, StepLeft.rank >= 0, StepLeft.rank != rank)
        session.execute(update(StepLeft).where(*wrong).values(rank=rank))
