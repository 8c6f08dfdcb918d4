"""Every question about the work on lessons: which steps are left, and how far each rendition has come."""

import time
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medialib.catalogue import lookups
from medialib.catalogue.lessons import LONGEST_REST_SECONDS, Lesson, RenditionProgress, StepLeft
from medialib.catalogue.plans import Plan


def ended(session: Session, ids: Sequence[str]) -> list[str]:
    """Those of `ids` for which nothing is being made: complete, stopped, or there no more."""
    busy = set(session.scalars(select(Lesson.id).where(Lesson.id.in_(ids), Lesson.state == "published")))
    return [id for id in ids if id not in busy]


def renditions(session: Session, one: Lesson) -> Sequence[RenditionProgress]:
    """How far the renditions of the current plan have come, audio last, small rungs first."""
    return renditions_of(session, one.id, lookups.current_plan(session, one))


def renditions_of(session: Session, lesson_id: str, plan: Plan) -> Sequence[RenditionProgress]:
    """The same of any of its plans."""
    query = select(RenditionProgress).where(
        RenditionProgress.lesson_id == lesson_id, RenditionProgress.version == plan.version
    )
    names = [rendition.name for rendition in plan.renditions]
    return sorted(session.scalars(query), key=lambda row: names.index(row.name))


def are_complete(session: Session, lesson_id: str, version: int, names: Sequence[str]) -> bool:
    """Whether every segment of these renditions is made."""
    query = select(func.count()).where(
        RenditionProgress.lesson_id == lesson_id,
        RenditionProgress.version == version,
        RenditionProgress.name.in_(names),
        RenditionProgress.complete,
    )
    return session.scalar(query) == len(names)


def left_out(session: Session, lesson_id: str, version: int) -> frozenset[str]:
    """Names of the renditions that turned out not to be worth their bits."""
    query = select(RenditionProgress.name).where(
        RenditionProgress.lesson_id == lesson_id,
        RenditionProgress.version == version,
        RenditionProgress.left_out.is_(True),
    )
    return frozenset(session.scalars(query))


def miscounted(session: Session) -> Sequence[RenditionProgress]:
    """Renditions of which not all is said to be there, though nothing is left to do for their lessons."""
    busy = select(StepLeft.lesson_id).where(StepLeft.rank >= 0)
    current = (RenditionProgress.lesson_id == Lesson.id) & (RenditionProgress.version == Lesson.plan_version)
    query = select(RenditionProgress).join(Lesson, current).where(Lesson.id.not_in(busy))
    query = query.where(RenditionProgress.complete.is_(False), RenditionProgress.left_out.is_(False))
    return session.scalars(query).all()


def troubles(session: Session, lesson_id: str) -> Sequence[StepLeft]:
    """Steps of the lesson that have failed: resting until the next attempt, or parked."""
    query = select(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.attempts > 0)
    return session.scalars(query.order_by(StepLeft.rank, StepLeft.step)).all()


def steps_left(session: Session, lesson_id: str) -> Sequence[StepLeft]:
    """What is still to be done for the lesson, parked or not."""
    query = select(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.rank >= 0)
    return session.scalars(query.order_by(StepLeft.rank)).all()


def next_steps(session: Session, limit: int) -> Sequence[StepLeft]:
    """The most urgent steps that may be tried now."""
    now = time.time()
    rested = ~StepLeft.retry_at.between(now, now + LONGEST_REST_SECONDS)
    query = select(StepLeft).where(StepLeft.parked.is_(False), StepLeft.rank >= 0, rested)
    return session.scalars(query.order_by(StepLeft.rank, StepLeft.queued_at).limit(limit)).all()


def parked_ids(session: Session) -> Sequence[str]:
    """The lessons of which something was put aside after several attempts."""
    return session.scalars(select(StepLeft.lesson_id).where(StepLeft.parked, StepLeft.rank >= 0).distinct()).all()


def is_renewed(session: Session, lesson: Lesson) -> bool:
    """Whether another version is to take the place of the one that plays."""
    return lesson.next_version is not None or step_left(session, lesson.id, "plan") is not None


def step_left(session: Session, lesson_id: str, step: str) -> StepLeft | None:
    """What is still to be done, whether it has failed before or not; of hot runs only those that failed."""
    return session.get(StepLeft, (lesson_id, step))
