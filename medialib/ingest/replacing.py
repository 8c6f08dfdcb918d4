"""Another file becomes the recording of a lesson that is there: under a new plan, beside the old one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from medialib.catalogue import former_sources, lookups, renewing, replacing, trimming
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.errors import N_, BadRequest, ChangedMeanwhile, NotReady
from medialib.ingest.examining import examine, put_in_place
from medialib.ingest.intake import Receipt, known_already, link
from medialib.ingest.steps import RANKS, steps_of
from medialib.ingest.texts import TextTrack
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()

_TRIES = 3


def replace_recording(
    workshop: Workshop,
    path: Path,
    lesson_id: str,
    *,
    name: str,
    by: Person | None,
    also: Callable[[Session, Lesson], None] = lambda _session, _lesson: None,
) -> Receipt:
    """Let the lesson have the file at `path`, which is in the store and which nobody writes to any more.

    `also` is stored in the same transaction. Raises what take_in does, and NotFound when the lesson is gone.
    """
    with workshop.leases.hold(f"replace:{lesson_id}") as lease:
        if lease is None:
            raise NotReady(N_("Please try again in a moment."), retry_seconds=5)
        for _ in range(_TRIES):
            copy = workshop.store.workspace(lease.token) / "source"
            try:
                sha256, size_bytes = link(workshop, path, copy, lambda _: None)
                if known := known_already(workshop, sha256):
                    return Receipt(lesson=known, duplicate=True)
                source_parts: dict[str, Any] = {"sha256": sha256, "size_bytes": size_bytes, "name": name[-255:]}
                return Receipt(lesson=_replace(workshop, copy, lesson_id, source_parts, by, also), duplicate=False)
            except ChangedMeanwhile as error:
                log.info("a lesson was planned anew while its recording was exchanged: once more", detail=str(error))
            finally:
                workshop.store.discard(lease.token)
    raise NotReady(N_("Please try again in a moment."), retry_seconds=5)


def _replace(
    workshop: Workshop,
    copy: Path,
    lesson_id: str,
    source_parts: dict[str, Any],
    by: Person | None,
    also: Callable[[Session, Lesson], None],
) -> Lesson:
    with workshop.database.read() as session:
        version = replacing.next_version(session, lesson_id)
        clean = lookups.lesson(session, lesson_id).clean_speech
    found = examine(workshop, copy, clean_speech=clean, version=version)
    workshop.store.remove_sources(lesson_id, version)  # what an attempt that was cut off has left
    put_in_place(workshop, copy, found.seen.read, lesson_id, found.extension, version=version)
    try:
        with workshop.database.begin() as session:
            lesson = replacing.replace_recording(
                session, lesson_id, plan=found.plan, source_parts={**source_parts, **found.stored}, steps=found.steps,
                notices=found.notices, days=workshop.settings.uploads.replaced_days, by=by,
            )  # fmt: skip
            also(session, lesson)
            if lesson.clean_speech != clean:  # somebody has asked for another sound meanwhile
                session.flush()
                renewing.ask(session, lesson_id)
        return lesson
    except IntegrityError as error:
        workshop.store.remove_sources(lesson_id, version)
        raise BadRequest(N_("This recording is a lesson already."), detail=str(error)) from error
    except BaseException:
        workshop.store.remove_sources(lesson_id, version)
        raise


def bring_back(workshop: Workshop, lesson_id: str, *, by: Person | None) -> None:
    """Undo the last replacement; raises BadRequest. What was made of the old recording is still there."""
    with workshop.database.begin() as session:
        before = replacing.last_recording(session, lesson_id)
        plan = lookups.plan(session, lesson_id, before.shown["plan_version"])
        texts = any(TextTrack(**one).readable for one in before.facts.get("texts", []))
        steps = {step: RANKS[step] for step in steps_of(plan, texts=texts)}
        days = workshop.settings.uploads.replaced_days
        lesson = replacing.bring_back(session, lesson_id, steps=steps, days=days, by=by)
        if trimming.wanted(lesson) != plan.source.trim or lesson.clean_speech not in (None, plan.cleans):
            renewing.ask(session, lesson_id)  # it was put away before it was trimmed or cleaned


def let_go(workshop: Workshop) -> list[str]:
    """Delete the recordings that were put away long ago, with all that was made of them; the log tells of each."""
    gone = []
    with workshop.database.read() as session:
        due = [(one.lesson_id, one.version) for one in former_sources.due(session)]
    for lesson_id, version in due:
        # Within the transaction: until now somebody may have brought it back, from now on nobody can.
        with workshop.database.begin() as session:
            plans = replacing.forget(session, lesson_id, version)
            if plans is None:
                continue
            for plan in plans:
                workshop.store.remove_version(lesson_id, plan)
            workshop.store.remove_sources(lesson_id, version)
        gone.append(lesson_id)
    return gone
