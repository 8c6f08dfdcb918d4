"""Changes by which a lesson gets a new plan: made beside the old one, put in its place, the old one forgotten later."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import edits, lookups
from medialib.catalogue.lessons import Lesson, RenditionProgress, StepLeft, StoredPlan
from medialib.catalogue.plans import Plan
from medialib.errors import N_, ChangedMeanwhile


def renew(session: Session, lesson_id: str, plan: Plan, steps: Mapping[str, int], *, source_version: int) -> Plan:
    """Store the plan under the next free version, to be made from now on; one that is being made is given up.

    `steps` are what is to be done for it, each with its rank. Returns it as it is stored. Raises NotFound, and
    ChangedMeanwhile when the lesson has another recording than that of `source_version`, which the plan is of.
    """
    lesson = edits.lesson_to_change(session, lesson_id)
    if lookups.source(session, lesson_id).version != source_version:
        raise ChangedMeanwhile(N_("This lesson has got another recording meanwhile. Please try again."))
    plan = replace(plan, version=lesson.last_version + 1)
    give_up_next(session, lesson)
    add_plan(session, lesson, plan, source_version=source_version)
    session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id))
    now = time.time()
    session.add_all(StepLeft(lesson_id=lesson_id, step=step, rank=rank, queued_at=now) for step, rank in steps.items())
    lesson.next_version = plan.version
    session.flush()
    edits.settle(session, lesson_id)
    return plan


def add_plan(session: Session, lesson: Lesson, plan: Plan, *, source_version: int) -> None:
    """Store a plan of one of the lesson's recordings; raises ChangedMeanwhile when its number is not the next one."""
    if plan.version != lesson.last_version + 1:
        raise ChangedMeanwhile(N_("This lesson is just being planned anew."), detail=f"{lesson.id} v{plan.version}")
    lesson.last_version = plan.version
    document = plan.to_json()
    session.add(StoredPlan(lesson_id=lesson.id, version=plan.version, document=document, source_version=source_version))
    edits.add_progress(session, lesson.id, plan)


def give_up_next(session: Session, lesson: Lesson) -> None:
    """A plan that is being made to take the place of the present one is not made any further."""
    if lesson.next_version:
        _retire(session, lesson.id, lesson.next_version)
        lesson.next_version = None


def finish_step(session: Session, lesson_id: str, step: str, version: int, *, last_rank: int) -> None:
    """A step of this version is done, unless another one took its place meanwhile; see switch_when_made."""
    lesson = session.get(Lesson, lesson_id, with_for_update=True)
    if lesson and version_at_work(lesson) == version:
        edits.finish_step(session, lesson_id, step)
        switch_when_made(session, lesson, last_rank=last_rank)


def switch_when_made(session: Session, lesson: Lesson, *, last_rank: int) -> None:
    """Put the new plan in place of the old one once no step up to `last_rank` is left."""
    lesson_id = lesson.id
    if not lesson.next_version or any(row.rank <= last_rank for row in lookups.steps_left(session, lesson_id)):
        return
    _retire(session, lesson_id, lesson.plan_version)
    plan = lookups.plan(session, lesson_id, lesson.next_version)
    lesson.plan_version, lesson.next_version = plan.version, None
    lesson.seconds = plan.seconds
    lesson.revision += 1


def retired(session: Session, *, before: float) -> Sequence[tuple[str, int]]:
    """Lessons and versions of plans that were given up before that time."""
    query = select(StoredPlan.lesson_id, StoredPlan.version).where(StoredPlan.retired_at < before)
    return [(row.lesson_id, row.version) for row in session.execute(query)]


def forget(session: Session, lesson_id: str, version: int) -> None:
    """Forget a plan that was given up; its files are the store's affair."""
    for table in (RenditionProgress, StoredPlan):
        session.execute(delete(table).where(table.lesson_id == lesson_id, table.version == version))


def _retire(session: Session, lesson_id: str, version: int) -> None:
    this = (StoredPlan.lesson_id == lesson_id, StoredPlan.version == version)
    session.execute(update(StoredPlan).where(*this).values(retired_at=time.time()))


def version_at_work(lesson: Lesson) -> int:
    """The version of the plan that the steps left are about."""
    return lesson.next_version or lesson.plan_version
