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

What each of them does is said in making.py; here is which step of which lesson is done next, and what becomes of it.

State is derived: what the plan wants and the store lacks is the work. All lessons' earlier steps come before any
lesson's later ones, so a step's run is stopped when earlier work turns up: finished segments and sheets stay, peaks
and captions, which take seconds, begin anew. A copy is offered as a whole or not at all: it is held still instead.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from medialib.catalogue import renewing, work_edits, work_lookups
from medialib.errors import MedialibError, NotFound, Stopped, ToolFailed, UnusableMedia
from medialib.ingest.attempts import record_failure
from medialib.ingest.errand import Errand
from medialib.ingest.failures import unforeseen
from medialib.ingest.making import DO, Outcome
from medialib.ingest.recording import Recording, load_at_work, stop_if_gone
from medialib.ingest.steps import COPY, RANKS
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease

log = structlog.get_logger()

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
        try:
            outcome = _try(_errand(workshop, recording, work, lease, keep_going, idle), work.step)
        finally:
            workshop.store.discard(lease.token)
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


def _errand(
    workshop: Workshop,
    recording: Recording,
    work: Work,
    lease: Lease,
    keep_going: Callable[[], bool],
    idle: Collection[Work],
) -> Errand:
    """A step is stopped when earlier work turns up, but a copy is held still until that is done."""
    if work.step != COPY:
        going = _until_urgent(workshop, work, keep_going, idle)
        return Errand(workshop=workshop, recording=recording, lease=lease, keep_going=going)
    nothing_urgent = _until_urgent(workshop, work, lambda: True, ())

    def do_what_is_urgent() -> None:
        while keep_going() and advance(workshop, keep_going, before=COPY):
            pass

    def meanwhile() -> Callable[[], None] | None:
        return None if nothing_urgent() else do_what_is_urgent

    return Errand(workshop=workshop, recording=recording, lease=lease, keep_going=keep_going, meanwhile=meanwhile)


def _try(errand: Errand, step: str) -> Outcome:
    before = _segments_made(errand)
    try:
        return DO[step](errand)
    except (Stopped, NotFound):
        raise
    except (ToolFailed, UnusableMedia) as error:
        failure: MedialibError = error
    except Exception as error:  # noqa: BLE001  whatever happens, this step is parked and others go on
        failure = unforeseen(error)
    came_on = _segments_made(errand) > before
    record_failure(errand.workshop, errand.recording.lesson_id, step, failure, came_on=came_on)
    return Outcome.MORE


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


def _segments_made(errand: Errand) -> int:
    """How many segments there are; 0 when the store cannot tell, which is then the step's own failure."""
    store, lesson_id, plan = errand.workshop.store, errand.recording.lesson_id, errand.recording.plan
    try:
        return sum(len(store.segments(lesson_id, plan.version, one.name)) for one in plan.renditions)
    except OSError:
        return 0
