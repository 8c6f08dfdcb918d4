"""The ordered steps that turn a published lesson into a complete one; read this first.

    plan    a lesson that was trimmed is planned anew, which begins all that follows anew
    init    the init segments of what is played first, from the settings alone
    poster  the pictures that it is shown by
    captions  the text tracks that are inside
    audio   all sounds, the whole lesson
    start   the start rung, the whole lesson: from here on it plays everywhere; with it the others, if they are little
    sheets  small pictures of the whole film, to find a place by
    peaks   the sound of a recording without a picture, to be drawn
    copy    the top rung of the recording's own packets, where they are fit for it
    choose  a few segments of the other rungs, which tell which of them are worth their bits
    rungs   those rungs, decoded once together

State is derived: what the plan wants and the store lacks is the work. All lessons' earlier steps come before any
lesson's later ones, so a step's run is stopped when earlier work turns up: finished segments and sheets stay, peaks
and captions, which take seconds, begin anew. A copy is offered as a whole or not at all: it is held still instead.
"""

import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum

import structlog

from medialib.catalogue import renewing, work_edits, work_lookups
from medialib.errors import N_, MedialibError, NotFound, Stopped, ToolFailed, UnusableMedia
from medialib.ingest import artwork, choosing, commands, extraction, ffmpeg, holding, overview, runs
from medialib.ingest.bitstream import read_codecs
from medialib.ingest.copying import make_copy
from medialib.ingest.errand import Errand
from medialib.ingest.hot import bulk_run
from medialib.ingest.recording import Recording, count, load_at_work, stop_if_gone
from medialib.ingest.replanning import follow_trim
from medialib.ingest.steps import CHOOSE, COPY, RANKS, renditions_of_steps
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease
from medialib.store import NO_ROOM

log = structlog.get_logger()


class Outcome(Enum):
    """How far a step has come."""

    DONE = "done"
    MORE = "more"
    NOTHING_NOW = "nothing now"


# Does (part of) a step.
Step = Callable[[Workshop, Recording, Lease, Callable[[], bool]], Outcome]

_LOOK_AROUND_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Work:
    """One step of one lesson."""

    step: str
    lesson_id: str

    @property
    def lease_name(self) -> str:
        return f"work:{self.lesson_id}:{self.step}"


def next_work(workshop: Workshop, limit: int = 20) -> list[Work]:
    """The most urgent steps of all lessons; those that rest after a failure are left out."""
    with workshop.database.read() as session:
        return [Work(step=row.step, lesson_id=row.lesson_id) for row in work_lookups.next_steps(session, limit)]


def advance(workshop: Workshop, keep_going: Callable[[], bool], *, before: str = "") -> bool:
    """Do the most urgent piece of work that nobody else does, of a step `before` that one if given.

    False when nothing could be done, as on a full disk.
    """
    if workshop.store.is_full:
        return False
    idle: set[Work] = set()
    for work in next_work(workshop):
        if before and RANKS[work.step] >= RANKS[before]:
            break
        with workshop.leases.hold(work.lease_name) as lease:
            if lease is not None and attempt(workshop, work, lease, keep_going, idle=idle):
                return True
        idle.add(work)
    return False


def attempt(
    workshop: Workshop,
    work: Work,
    lease: Lease,
    keep_going: Callable[[], bool],
    *,
    idle: Collection[Work] = (),
) -> bool:
    """Try a step once; a failure is counted and, after the last attempt, parked with its sentence.

    False when there was nothing to do now, because hot runs are making all that is missing. `idle` is earlier work
    in which there is nothing to do now: it does not stop this one.
    """
    try:
        recording = load_at_work(workshop, work.lesson_id)
        going = keep_going if work.step == COPY else _until_urgent(workshop, work, keep_going, idle)
        try:
            outcome = _try(workshop, recording, work, lease, going)
        finally:
            stop_if_gone(workshop, recording)
    except NotFound:
        log.info("the lesson is gone", lesson=work.lesson_id)
        return True
    except Stopped:
        log.info("stopped early", lesson=work.lesson_id, step=work.step)
        return True
    with workshop.database.begin() as session:
        if outcome is Outcome.DONE:
            version = recording.plan.version
            renewing.finish_step(session, work.lesson_id, work.step, version, last_rank=RANKS["start"])
        work_edits.settle(session, work.lesson_id)
    return outcome is not Outcome.NOTHING_NOW


def _try(
    workshop: Workshop, recording: Recording, work: Work, lease: Lease, keep_going: Callable[[], bool]
) -> "Outcome":
    before = _segments_made(workshop, recording)
    try:
        return _DO[work.step](workshop, recording, lease, keep_going)
    except (Stopped, NotFound):
        raise
    except (ToolFailed, UnusableMedia) as error:
        failure: MedialibError = error
    except OSError as error:
        failure = ffmpeg.no_room(str(error)) if error.errno in NO_ROOM else _unforeseen(error)
    except Exception as error:  # noqa: BLE001  the one place: whatever happens, this step is parked and others go on
        failure = _unforeseen(error)
    came_on = _segments_made(workshop, recording) > before
    runs.record_failure(workshop, recording.lesson_id, work.step, failure, came_on=came_on)
    return Outcome.MORE


def _unforeseen(error: Exception) -> ToolFailed:
    return ToolFailed(N_("Something unforeseen stopped this work."), detail=traceback.format_exc() or str(error))


def prepare(workshop: Workshop, lesson_id: str) -> None:
    """Make the init segments at once, so that a player's first question is answered without a run."""
    work = Work(step="init", lesson_id=lesson_id)
    with workshop.leases.hold(work.lease_name) as lease:
        if lease is not None:
            attempt(workshop, work, lease, lambda: True)


def _until_urgent(
    workshop: Workshop, work: Work, keep_going: Callable[[], bool], idle: Collection[Work]
) -> Callable[[], bool]:
    """`keep_going`, and no once earlier work has turned up that is not `idle`; looked for every few seconds."""
    looked = time.monotonic()

    def still() -> bool:
        nonlocal looked
        if not keep_going():
            return False
        if time.monotonic() - looked < _LOOK_AROUND_SECONDS:
            return True
        looked = time.monotonic()
        others = workshop.leases.living("work:")
        free = (one for one in next_work(workshop) if one.lease_name not in others and one not in idle)
        return all(RANKS[one.step] >= RANKS[work.step] for one in free)

    return still


def _plan_anew(workshop: Workshop, recording: Recording, _: Lease, __: Callable[[], bool]) -> Outcome:
    return Outcome.DONE if follow_trim(workshop, recording.lesson_id) else Outcome.NOTHING_NOW


def _make_inits(workshop: Workshop, recording: Recording, lease: Lease, _: Callable[[], bool]) -> Outcome:
    store, plan = workshop.store, recording.plan
    workspace = store.workspace(lease.token)
    try:
        for one in plan.played_first:
            (workspace / one.name).mkdir(exist_ok=True)
        reach = ffmpeg.Reach(reads=None, writes=workspace)
        ffmpeg.run(commands.init_command(workshop.tools.ffmpeg, plan), reach=reach, limits=workshop.limits(hot=True))
        for one in plan.played_first:
            init = workspace / one.name / "init.mp4"
            codecs = read_codecs(runs.read_whole(init))
            if store.publish(init, store.init(recording.lesson_id, plan.version, one.name)):
                runs.record_codecs(workshop, recording, one.name, codecs)
    finally:
        store.discard(lease.token)
    return Outcome.DONE


def _make_pictures(make: Callable[[Errand], bool | None]) -> Step:
    """A step that is done in one go, or not yet (False)."""

    def step(workshop: Workshop, recording: Recording, lease: Lease, keep_going: Callable[[], bool]) -> Outcome:
        errand = Errand(workshop=workshop, recording=recording, lease=lease, keep_going=keep_going)
        return Outcome.NOTHING_NOW if make(errand) is False else Outcome.DONE

    return step


def _take_out_captions(
    workshop: Workshop, recording: Recording, lease: Lease, keep_going: Callable[[], bool]
) -> Outcome:
    extraction.take_out_captions(workshop, recording, lease, keep_going)
    return Outcome.DONE


def _make_segments(step: str) -> Step:
    """One run of a step; it is done when the store lacks none of its segments."""

    def make(workshop: Workshop, recording: Recording, lease: Lease, keep_going: Callable[[], bool]) -> Outcome:
        if step == "rungs" and _is_choosing(workshop, recording.lesson_id):
            return Outcome.NOTHING_NOW  # what is made now would be left out later, or never be counted
        for name in recording.left_out:  # what was made of them on trial; a kill may have come between
            workshop.store.remove_rendition(recording.lesson_id, recording.plan.version, name)
        wanted = renditions_of_steps(recording.plan)[step]
        names = tuple(name for name in wanted if recording.is_encoded(workshop, name))
        run = bulk_run(workshop, recording, {name: recording.missing(workshop, name) for name in names})
        if run:
            last_try = _is_last_try(workshop, recording, step)
            holding.carry_out(workshop, recording, run, lease, keep_going=keep_going, whatever=last_try)
        for name in names:
            count(workshop, recording, name)
        if not any(recording.missing(workshop, name) for name in names):
            return Outcome.DONE
        return Outcome.MORE if run else Outcome.NOTHING_NOW

    return make


def _copy(workshop: Workshop, recording: Recording, lease: Lease, keep_going: Callable[[], bool]) -> Outcome:
    work = Work(step=COPY, lesson_id=recording.lesson_id)
    nothing_urgent = _until_urgent(workshop, work, lambda: True, ())

    def do_what_is_urgent() -> None:
        while keep_going() and advance(workshop, keep_going, before=COPY):
            pass

    def meanwhile() -> Callable[[], None] | None:
        return None if nothing_urgent() else do_what_is_urgent

    for rung in recording.plan.video:
        if rung.copied:
            make_copy(workshop, recording, rung, lease, keep_going, meanwhile)
    return Outcome.DONE


def _choose(workshop: Workshop, recording: Recording, lease: Lease, keep_going: Callable[[], bool]) -> Outcome:
    """One run on trial; when there are enough of them, the choice."""
    names = choosing.candidates(workshop, recording)
    run = choosing.next_trial(workshop, recording, names)
    if run:
        last_try = _is_last_try(workshop, recording, CHOOSE)
        holding.carry_out(workshop, recording, run, lease, keep_going=keep_going, whatever=last_try)
        return Outcome.MORE
    if choosing.lacks_trials(workshop, recording, names):
        return Outcome.NOTHING_NOW
    choosing.choose(workshop, recording, names)
    return Outcome.DONE


def _is_choosing(workshop: Workshop, lesson_id: str) -> bool:
    """Whether another worker is still at it; what is parked is waited for by nobody."""
    with workshop.database.read() as session:
        choosing = work_lookups.step_left(session, lesson_id, CHOOSE)
    return choosing is not None and not choosing.parked


def _is_last_try(workshop: Workshop, recording: Recording, step: str) -> bool:
    """Whether another failure would park the step."""
    with workshop.database.read() as session:
        rows = work_lookups.steps_left(session, recording.lesson_id)
    return any(row.step == step and row.attempts + 1 >= workshop.settings.jobs.attempts for row in rows)


_DO: dict[str, Step] = {
    renewing.PLAN: _plan_anew,
    "init": _make_inits,
    "poster": _make_pictures(artwork.make_posters),
    "captions": _take_out_captions,
    "audio": _make_segments("audio"),
    "start": _make_segments("start"),
    "sheets": _make_pictures(overview.make_sheets),
    "peaks": _make_pictures(overview.make_peaks),
    COPY: _copy,
    CHOOSE: _choose,
    "rungs": _make_segments("rungs"),
}


def _segments_made(workshop: Workshop, recording: Recording) -> int:
    """How many segments there are; 0 when the store cannot tell, which is then the step's own failure."""
    lesson_id, plan = recording.lesson_id, recording.plan
    try:
        return sum(len(workshop.store.segments(lesson_id, plan.version, one.name)) for one in plan.renditions)
    except OSError:
        return 0
