"""A lesson planned anew, by the settings or as it wants to be: it plays as before until the new version does."""

import os
import time
from dataclasses import replace

import structlog

from medialib.catalogue import cleaning, lookups, renewing, trimming, work_lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plans import Plan
from medialib.catalogue.trims import WHOLE, Trim
from medialib.errors import N_, ChangedMeanwhile, NotReady
from medialib.ingest.planning import plan_recording
from medialib.ingest.steps import CAPTIONS, RANKS, steps_of
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()

# Players hold addresses of the old version for as long as a page stays open, and caches for longer.
_KEPT_SECONDS = 24 * 3600
# So much before its files go, a version is still taken back into use.
_SPARE_SECONDS = 3600


def replan(workshop: Workshop, lesson_id: str) -> Plan | None:
    """The plan that is made from now on; None when the settings ask for what is there, or under way, already.

    Raises NotFound; NotReady when another process is at it; ChangedMeanwhile when the lesson got another recording or
    something else was wanted of it meanwhile;
    UnusableMedia when the settings do not admit the recording any more, and ToolFailed: then all stays as it was.
    """
    with workshop.leases.hold(f"replan:{lesson_id}") as lease:
        if lease is None:
            raise NotReady(N_("This lesson is just being planned anew."), retry_seconds=10)
        try:
            return _replan(workshop, lesson_id, lease.token)
        finally:
            workshop.store.discard(lease.token)


def follow(workshop: Workshop, lesson_id: str) -> bool:
    """Plan a lesson as its trim and its wish for a cleaned sound say, or let it have the plan back that it had before.

    False when another process is at it, or somebody has changed its recording or what is wanted of it meanwhile: then
    it is to be done again. Raises what replan does.
    """
    with workshop.leases.hold(f"replan:{lesson_id}") as lease:
        if lease is None:
            return False
        try:
            if not _return(workshop, lesson_id):
                _replan(workshop, lesson_id, lease.token)
        except ChangedMeanwhile as error:
            log.info("a lesson was changed while it was planned anew", lesson=lesson_id, detail=str(error))
            return False
        finally:
            workshop.store.discard(lease.token)
    return True


def _return(workshop: Workshop, lesson_id: str) -> bool:
    """Whether there is a plan as the lesson wants it, from which it plays at once."""
    since = time.time() - _KEPT_SECONDS + _SPARE_SECONDS
    with workshop.database.begin() as session:
        lesson = lookups.lesson(session, lesson_id)
        clean = cleaning.wanted(lesson, usually=workshop.settings.sound.clean_speech)
        version = renewing.kept_version(session, lesson, trimming.wanted(lesson), clean=clean, since=since)
        if version is None:
            return False
        plan = lookups.plan(session, lesson_id, version)
        renewing.return_to(session, lesson_id, version, {step: RANKS[step] for step in steps_of(plan)})
    return True


def _wish(lesson: Lesson) -> tuple[Trim, bool | None]:
    return trimming.wanted(lesson), lesson.clean_speech


def _replan(workshop: Workshop, lesson_id: str, token: str) -> Plan | None:
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        wish = trim, _ = _wish(lesson)
        present = lookups.plan(session, lesson_id, renewing.version_at_work(lesson))
        source = lookups.source(session, lesson_id)
        # Those that could not be read would come on the clock of a part, while the whole still plays.
        reading = [row for row in work_lookups.steps_left(session, lesson_id) if row.step == CAPTIONS]
        texts = any(trim == WHOLE or not row.parked for row in reading)
    store = workshop.store
    copy = store.workspace(token) / "source"
    os.link(store.source(lesson_id, source.extension, source.version), copy)
    clean = cleaning.wanted(lesson, usually=workshop.settings.sound.clean_speech)
    planned = plan_recording(workshop, copy, clean=clean, trim=trim)
    # Where nothing steady is heard, only what was looked for is another.
    present = replace(present, source=replace(present.source, noise_sought=clean))
    same = replace(planned.plan, version=present.version) == present
    if planned.plan.source.mended and not same:
        store.publish(planned.seen.read, store.mended(lesson_id, source.version))
    steps = {step: RANKS[step] for step in steps_of(planned.plan, texts=texts)}
    with workshop.database.begin() as session:
        if _wish(lookups.lesson_to_change(session, lesson_id)) != wish:  # it takes minutes to look at a long recording
            raise ChangedMeanwhile(renewing.CHANGED)
        if same:
            renewing.restate(session, lesson_id, present)
            return None
        return renewing.renew(session, lesson_id, planned.plan, steps, source_version=source.version)


def forget_retired(workshop: Workshop) -> None:
    """Remove what was made by plans that were given up a day ago."""
    with workshop.database.read() as session:
        found = renewing.retired(session, before=time.time() - _KEPT_SECONDS)
    for lesson_id, version in found:
        workshop.store.remove_version(lesson_id, version)
        with workshop.database.begin() as session:
            renewing.forget(session, lesson_id, version)
        log.info("an old version of a lesson is removed", lesson=lesson_id, version=version)
