"""Changes by which a lesson gets a new plan: made beside the old one, put in its place, the old one forgotten later."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import cut_texts, lookups, work_edits, work_lookups
from medialib.catalogue.lessons import Lesson, RenditionProgress, StoredPlan
from medialib.catalogue.plans import Plan
from medialib.catalogue.trims import Trim
from medialib.errors import N_, ChangedMeanwhile

PLAN = "plan"
"""The step that plans a lesson anew, as its trim and its wish for a cleaned sound say."""
_PLAN_RANK = 0
CHANGED = N_("This lesson has been changed meanwhile. Please try again.")


def renew(session: Session, lesson_id: str, plan: Plan, steps: Mapping[str, int], *, source_version: int) -> Plan:
    """Store the plan under the next free version, to be made from now on; one that is being made is given up.

    `steps` are what is to be done for it, each with its rank. Returns it as it is stored. Raises NotFound, and
    ChangedMeanwhile when the lesson has another recording than that of `source_version`, which the plan is of.
    """
    lesson = lookups.lesson_to_change(session, lesson_id)
    if lookups.source(session, lesson_id).version != source_version:
        raise ChangedMeanwhile(CHANGED)
    plan = replace(plan, version=lesson.last_version + 1)
    give_up_next(session, lesson)
    add_plan(session, lesson, plan, source_version=source_version)
    lesson.next_version = plan.version
    _begin_work(session, lesson_id, steps)
    return plan


def _begin_work(session: Session, lesson_id: str, steps: Mapping[str, int]) -> None:
    work_edits.begin_anew(session, lesson_id, steps)
    session.flush()
    work_edits.settle(session, lesson_id)


def ask(session: Session, lesson_id: str) -> None:
    """Let the worker plan the lesson as it says now."""
    work_edits.finish_step(session, lesson_id, PLAN)  # one that failed begins anew
    work_edits.queue_steps(session, lesson_id, {PLAN: _PLAN_RANK}, at=time.time())
    session.flush()
    work_edits.settle(session, lesson_id)


def kept_version(session: Session, lesson: Lesson, trim: Trim, *, clean: bool, since: float) -> int | None:
    """A plan of this recording with that trim, and cleaned or not, which is the lesson's, or was given up after `since`
    and plays.
    """
    of = lookups.source(session, lesson.id).version
    query = select(StoredPlan).where(StoredPlan.lesson_id == lesson.id, StoredPlan.source_version == of)
    for row in session.scalars(query.order_by(StoredPlan.version.desc())):
        plan = Plan.from_json(row.document)
        if plan.source.trim != trim or plan.cleans != clean:
            continue
        names = [one.name for one in plan.played_first]
        given_up_lately = (row.retired_at or 0.0) > since
        if row.version == lesson.plan_version or (
            given_up_lately and work_lookups.are_complete(session, lesson.id, row.version, names)
        ):
            return row.version
    return None


def return_to(session: Session, lesson_id: str, version: int, steps: Mapping[str, int]) -> None:
    """Let the lesson play by a plan that it had, at once; `steps` are what that one may still lack."""
    lesson = lookups.lesson_to_change(session, lesson_id)
    give_up_next(session, lesson)
    if version != lesson.plan_version:
        this = (StoredPlan.lesson_id == lesson_id, StoredPlan.version == version)
        session.execute(update(StoredPlan).where(*this).values(retired_at=None))
        _switch(session, lesson, version)
    _begin_work(session, lesson_id, steps)


def add_plan(session: Session, lesson: Lesson, plan: Plan, *, source_version: int) -> None:
    """Store a plan of one of the lesson's recordings; raises ChangedMeanwhile when its number is not the next one."""
    if plan.version != lesson.last_version + 1:
        raise ChangedMeanwhile(N_("This lesson is just being planned anew."), detail=f"{lesson.id} v{plan.version}")
    lesson.last_version = plan.version
    document = plan.to_json()
    session.add(StoredPlan(lesson_id=lesson.id, version=plan.version, document=document, source_version=source_version))
    work_edits.add_progress(session, lesson.id, plan)


def restate(session: Session, lesson_id: str, plan: Plan) -> None:
    """Store anew what is told with a plan and changes nothing of what is made by it."""
    this = (StoredPlan.lesson_id == lesson_id, StoredPlan.version == plan.version)
    session.execute(update(StoredPlan).where(*this).values(document=plan.to_json()))


def give_up_next(session: Session, lesson: Lesson) -> None:
    """A plan that is being made to take the place of the present one is not made any further."""
    if lesson.next_version:
        _retire(session, lesson.id, lesson.next_version)
        lesson.next_version = None


def finish_step(session: Session, lesson_id: str, step: str, version: int, *, last_rank: int) -> None:
    """A step of this version is done, unless another one took its place meanwhile; see switch_when_made."""
    lesson = session.get(Lesson, lesson_id, with_for_update={"of": Lesson})
    if lesson and version_at_work(lesson) == version:
        work_edits.finish_step(session, lesson_id, step)
        switch_when_made(session, lesson, last_rank=last_rank)


def switch_when_made(session: Session, lesson: Lesson, *, last_rank: int) -> None:
    """Put the new plan in place of the old one once no step up to `last_rank` is left."""
    lesson_id = lesson.id
    if not lesson.next_version or any(row.rank <= last_rank for row in work_lookups.steps_left(session, lesson_id)):
        return
    _switch(session, lesson, lesson.next_version)
    lesson.next_version = None


def _switch(session: Session, lesson: Lesson, version: int) -> None:
    before, plan = (lookups.plan(session, lesson.id, one) for one in (lesson.plan_version, version))
    _retire(session, lesson.id, before.version)
    lesson.plan_version, lesson.seconds = version, plan.seconds
    lesson.revision += 1
    if before.source.trim != plan.source.trim:
        cut_texts.refit(session, lesson, before.source.trim, plan.source.trim)


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
