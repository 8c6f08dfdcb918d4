"""What each step does to a lesson: the table at the end has a function for every one of them."""

from collections.abc import Callable
from enum import Enum

from medialib.catalogue import renewing, work_lookups
from medialib.ingest import artwork, choosing, commands, ffmpeg, holding, overview
from medialib.ingest.command_parts import Run
from medialib.ingest.copying import make_copy
from medialib.ingest.errand import Errand
from medialib.ingest.extraction import take_out_captions
from medialib.ingest.hot import bulk_run
from medialib.ingest.publishing import publish_init
from medialib.ingest.recording import count
from medialib.ingest.replanning import follow
from medialib.ingest.steps import CAPTIONS, CHOOSE, COPY, renditions_of_steps


class Outcome(Enum):
    """How far a step has come."""

    DONE = "done"
    MORE = "more"
    NOTHING_NOW = "nothing now"


# Does (part of) a step.
Step = Callable[[Errand], Outcome]


def _plan_anew(errand: Errand) -> Outcome:
    return Outcome.DONE if follow(errand.workshop, errand.recording.lesson_id) else Outcome.NOTHING_NOW


def _make_inits(errand: Errand) -> Outcome:
    workshop, plan, workspace = errand.workshop, errand.recording.plan, errand.workspace
    try:
        for one in plan.played_first:
            (workspace / one.name).mkdir(exist_ok=True)
        reach = ffmpeg.Reach(reads=None, writes=workspace)
        ffmpeg.run(commands.init_command(workshop.tools.ffmpeg, plan), reach=reach, limits=workshop.limits(hot=True))
        for one in plan.played_first:
            publish_init(workshop, errand.recording, one.name, workspace / one.name / "init.mp4")
    finally:
        errand.discard()
    return Outcome.DONE


def _at_once(make: Callable[[Errand], bool | None]) -> Step:
    """A step that is done in one go, or not yet (False)."""

    def step(errand: Errand) -> Outcome:
        return Outcome.NOTHING_NOW if make(errand) is False else Outcome.DONE

    return step


def _make_segments(step: str) -> Step:
    """One run of a step; it is done when the store lacks none of its segments."""

    def make(errand: Errand) -> Outcome:
        workshop, recording = errand.workshop, errand.recording
        for name in recording.left_out:  # what was made of them on trial; a kill may have come between
            workshop.store.remove_rendition(recording.lesson_id, recording.plan.version, name)
        wanted = renditions_of_steps(recording.plan)[step]
        names = tuple(name for name in wanted if recording.is_encoded(workshop, name))
        run = bulk_run(workshop, recording, {name: recording.missing(workshop, name) for name in names})
        if run:
            _carry_out(errand, run, step)
        for name in names:
            count(workshop, recording, name)
        if not any(recording.missing(workshop, name) for name in names):
            return Outcome.DONE
        return Outcome.MORE if run else Outcome.NOTHING_NOW

    return make


def _make_the_others(errand: Errand) -> Outcome:
    """Once they are chosen: what is made before would be left out later, or never be counted."""
    return Outcome.NOTHING_NOW if _is_choosing(errand) else _make_segments("rungs")(errand)


def _copy(errand: Errand) -> Outcome:
    for rung in errand.recording.plan.video:
        if rung.copied:
            make_copy(errand, rung)
    return Outcome.DONE


def _choose(errand: Errand) -> Outcome:
    """One run on trial; when there are enough of them, the choice."""
    workshop, recording = errand.workshop, errand.recording
    names = choosing.candidates(workshop, recording)
    run = choosing.next_trial(workshop, recording, names)
    if run:
        _carry_out(errand, run, CHOOSE)
        return Outcome.MORE
    if choosing.lacks_trials(workshop, recording, names):
        return Outcome.NOTHING_NOW
    choosing.choose(workshop, recording, names)
    return Outcome.DONE


def _carry_out(errand: Errand, run: Run, step: str) -> None:
    """When another failure would park the step, whatever can be made is made."""
    with errand.workshop.database.read() as session:
        rows = work_lookups.steps_left(session, errand.recording.lesson_id)
    attempts = errand.workshop.settings.jobs.attempts
    last_try = any(row.step == step and row.attempts + 1 >= attempts for row in rows)
    holding.carry_out(errand, run, whatever=last_try)


def _is_choosing(errand: Errand) -> bool:
    """Whether another worker is still at it; what is parked is waited for by nobody."""
    with errand.workshop.database.read() as session:
        left = work_lookups.step_left(session, errand.recording.lesson_id, CHOOSE)
    return left is not None and not left.parked


DO: dict[str, Step] = {
    renewing.PLAN: _plan_anew,
    "init": _make_inits,
    "poster": _at_once(artwork.make_posters),
    CAPTIONS: _at_once(take_out_captions),
    "audio": _make_segments("audio"),
    "start": _make_segments("start"),
    "sheets": _at_once(overview.make_sheets),
    "peaks": _at_once(overview.make_peaks),
    COPY: _copy,
    CHOOSE: _choose,
    "rungs": _make_the_others,
}
