"""Another recording takes the place of a lesson's: its address, captions and figures stay, and it can be taken back."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import former_sources, lookups, renewing, work_edits
from medialib.catalogue.former_sources import FormerSource
from medialib.catalogue.lessons import Lesson, RenditionProgress, Source, StoredPlan
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.plans import Plan
from medialib.errors import N_, BadRequest

_SHOWN = (
    "kind", "seconds", "plan_version", "poster_choice", "chapters", "notices", "trim_start_seconds", "trim_end_seconds",
)  # fmt: skip
"""What of a lesson belongs to its recording."""

_KEPT = ("version", "sha256", "name", "extension", "size_bytes", "facts")
_DAY_SECONDS = 86_400


def next_version(session: Session, lesson_id: str) -> int:
    """The number of a plan that no address has borne; raises NotFound."""
    return lookups.lesson(session, lesson_id).last_version + 1


def replace_recording(
    session: Session,
    lesson_id: str,
    *,
    plan: Plan,
    source_parts: Mapping[str, Any],
    steps: Mapping[str, int],
    notices: Sequence[dict[str, Any]],
    days: float,
    by: Person | None,
) -> Lesson:
    """Let the lesson have this recording from now on; raises NotFound, and ChangedMeanwhile when the plan's number is
    taken by now.

    Who plays goes on with the old one, whose plan and files stay at their addresses for `days`.
    """
    lesson = lookups.lesson_to_change(session, lesson_id)
    _put_away(session, lesson, days)
    session.add(Source(lesson_id=lesson_id, version=plan.version, **source_parts))
    renewing.add_plan(session, lesson, plan, source_version=plan.version)
    _begin_work(session, lesson_id, steps)
    chapters = [one for one in lesson.chapters if one["start_seconds"] < plan.seconds]
    _show(
        lesson, kind="video" if plan.video else "audio", seconds=plan.seconds, plan_version=plan.version,
        poster_choice=min(lesson.poster_choice, 0), chapters=chapters, notices=list(notices),
        trim_start_seconds=0.0, trim_end_seconds=None,
    )  # fmt: skip
    note(session, by, "lesson.replaced", on_id=lesson_id, on_name=lesson.title)
    return lesson


def bring_back(session: Session, lesson_id: str, *, steps: Mapping[str, int], days: float, by: Person | None) -> Lesson:
    """Let the lesson have the recording that it had before; `steps` are those of its plan. Raises BadRequest."""
    lesson = lookups.lesson_to_change(session, lesson_id)
    before = last_recording(session, lesson_id)
    parts = {name: getattr(before, name) for name in _KEPT}
    shown = dict(before.shown)
    session.delete(before)
    session.flush()
    _put_away(session, lesson, days)
    session.add(Source(lesson_id=lesson_id, **parts))
    _begin_work(session, lesson_id, steps)
    _show(lesson, **shown)
    note(session, by, "lesson.brought.back", on_id=lesson_id, on_name=lesson.title)
    return lesson


def last_recording(session: Session, lesson_id: str) -> FormerSource:
    """The one before the present one; raises BadRequest when there is none, or none any more."""
    found = former_sources.former(session, lesson_id)
    if not found or found[0].is_over:
        raise BadRequest(N_("There is no earlier recording of this lesson, or no longer."))
    return found[0]


def plans_of(session: Session, one: FormerSource) -> list[int]:
    """The versions of the plans that were made of this recording."""
    mine = (StoredPlan.lesson_id == one.lesson_id, StoredPlan.source_version == one.version)
    return list(session.scalars(select(StoredPlan.version).where(*mine)))


def forget(session: Session, lesson_id: str, version: int) -> list[int] | None:
    """A recording whose time is over goes, which stands in the log; returns the plans that were made of it.

    None when it was brought back meanwhile: then nothing of it may go.
    """
    gone = session.get(FormerSource, (lesson_id, version), with_for_update=True)
    if gone is None or not gone.is_over:
        return None
    plans = plans_of(session, gone)
    for table in (RenditionProgress, StoredPlan):
        session.execute(delete(table).where(table.lesson_id == lesson_id, table.version.in_(plans)))
    title = lookups.lesson(session, lesson_id).title
    note(session, None, "lesson.recording.gone", on_id=lesson_id, on_name=title, name=gone.name)
    session.delete(gone)
    session.flush()
    return plans


def _put_away(session: Session, lesson: Lesson, days: float) -> None:
    renewing.give_up_next(session, lesson)
    now, current = time.time(), lookups.source(session, lesson.id)
    kept = {name: getattr(current, name) for name in _KEPT}
    shown = {name: getattr(lesson, name) for name in _SHOWN}
    ends = now + days * _DAY_SECONDS
    session.add(FormerSource(lesson_id=lesson.id, put_away_at=now, let_go_at=ends, shown=shown, **kept))
    session.delete(current)
    session.flush()


def _begin_work(session: Session, lesson_id: str, steps: Mapping[str, int]) -> None:
    """What was left to do for the other recording is nobody's work any more."""
    work_edits.begin_anew(session, lesson_id, steps)
    session.execute(update(Lesson).where(Lesson.id == lesson_id).values(state="published"))


def _show(lesson: Lesson, **parts: Any) -> None:
    for name, value in parts.items():
        setattr(lesson, name, value)
    lesson.state = "published"
    lesson.revision += 1
    lesson.changed_at = time.time()
