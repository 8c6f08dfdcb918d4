"""The ordered steps that turn a published lesson into a complete one; read this first.

    init    the init segments of what is played first, from the settings alone
    poster  one picture
    audio   all sounds, the whole lesson
    start   the start rung, the whole lesson: from here on it plays everywhere
    rungs   the other rungs, decoded once together

State is derived: what the plan wants and the store lacks is the work. All lessons' earlier steps come before any
lesson's later ones, so a step's run is stopped when earlier work turns up; what it had finished stays.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from medialib import metrics
from medialib.catalogue import edits, lookups
from medialib.catalogue.plans import Plan
from medialib.errors import NotFound, Stopped, ToolFailed, UnusableMedia
from medialib.ingest import commands, ffmpeg, runs
from medialib.ingest.commands import Run
from medialib.ingest.runs import Recording
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease

log = structlog.get_logger()

# Does (part of) a step and says whether the whole step is done.
Step = Callable[[Workshop, Recording, Lease, Callable[[], bool]], bool]

STEPS = ("init", "poster", "audio", "start", "rungs")
_LOOK_AROUND_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Work:
    """One step of one lesson."""

    step: str
    lesson_id: str

    @property
    def lease_name(self) -> str:
        return f"work:{self.lesson_id}:{self.step}"


def load(workshop: Workshop, lesson_id: str, version: int | None = None) -> Recording:
    """The recording of a lesson in a plan's version (None: the current one); raises NotFound."""
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.plan(session, lesson_id, version or lesson.plan_version)
        extension = lookups.source(session, lesson_id).extension
    return Recording(lesson_id=lesson_id, plan=plan, source=workshop.store.source(lesson_id, extension))


def next_work(workshop: Workshop, limit: int = 20) -> list[Work]:
    """The most urgent steps of all lessons; those that rest after a failure are left out."""
    with workshop.database.read() as session:
        return [Work(step=row.step, lesson_id=row.lesson_id) for row in lookups.next_steps(session, limit)]


def advance(workshop: Workshop, keep_going: Callable[[], bool]) -> bool:
    """Do the most urgent piece of work that nobody else does; False when there was none."""
    for work in next_work(workshop):
        with workshop.leases.hold(work.lease_name) as lease:
            if lease is not None:
                attempt(workshop, work, lease, keep_going)
                return True
    return False


def attempt(workshop: Workshop, work: Work, lease: Lease, keep_going: Callable[[], bool]) -> None:
    """Try a step once; a failure is counted and, after the last attempt, parked with its sentence."""
    try:
        recording = load(workshop, work.lesson_id)
        before = _segments_made(workshop, recording)
        try:
            done = _DO[work.step](workshop, recording, lease, _until_urgent(workshop, work, keep_going))
        except (ToolFailed, UnusableMedia) as error:
            _failed(workshop, work, error, came_on=_segments_made(workshop, recording) > before)
            done = False
    except NotFound:
        log.info("the lesson is gone", lesson=work.lesson_id)
        return
    except Stopped:
        log.info("stopped early", lesson=work.lesson_id, step=work.step)
        return
    with workshop.database.begin() as session:
        if done:
            edits.finish_step(session, work.lesson_id, work.step)
        edits.settle(session, work.lesson_id)


def hurry(workshop: Workshop, lesson_id: str, version: int, name: str, number: int) -> None:
    """Make a segment that a player waits for, and the next missing ones; a failure is put on the lesson."""
    recording = load(workshop, lesson_id, version)
    prefix = f"hot:{lesson_id}:{version}:{name}:"
    run = _hot_run(workshop, recording, name, number, _numbers_in(workshop.leases.living(prefix)))
    if run is None:
        return
    with workshop.leases.hold(f"{prefix}{run.first}-{run.first + run.count}") as lease:
        if lease is None:
            return
        began = time.monotonic()
        try:
            runs.carry_out(workshop, recording, run, lease)
        except ToolFailed as error:
            metrics.HOT_RUNS.labels("failed").inc()
            _failed(workshop, Work(step=f"hot:{name}", lesson_id=lesson_id), error)
            return
        metrics.HOT_RUNS.labels("made").inc()
        log.info("hot run", lesson=lesson_id, rendition=name, first=run.first, seconds=time.monotonic() - began)
    with workshop.database.begin() as session:
        edits.finish_step(session, lesson_id, f"hot:{name}")


def prepare(workshop: Workshop, lesson_id: str) -> None:
    """Make the init segments at once, so that a player's first question is answered without a run."""
    work = Work(step="init", lesson_id=lesson_id)
    with workshop.leases.hold(work.lease_name) as lease:
        if lease is not None:
            attempt(workshop, work, lease, lambda: True)


def steps_of(plan: Plan) -> tuple[str, ...]:
    """What is to be done for a plan, in order."""
    poster = ("poster",) if plan.source.video_index is not None or plan.source.cover_index is not None else ()
    return ("init", *poster, *(step for step, names in _names(plan).items() if names))


def _names(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Which renditions each step makes."""
    return {
        "audio": tuple(one.name for one in plan.audio),
        "start": tuple(one.name for one in plan.video if one.name == plan.start_rung),
        "rungs": tuple(one.name for one in plan.video if one.name != plan.start_rung),
    }


def _until_urgent(workshop: Workshop, work: Work, keep_going: Callable[[], bool]) -> Callable[[], bool]:
    """`keep_going`, and no once earlier work has turned up; looked for every few seconds."""
    looked = time.monotonic()

    def still() -> bool:
        nonlocal looked
        if not keep_going():
            return False
        if time.monotonic() - looked < _LOOK_AROUND_SECONDS:
            return True
        looked = time.monotonic()
        urgent = next(iter(next_work(workshop, 1)), work)
        return STEPS.index(urgent.step) >= STEPS.index(work.step)

    return still


def _make_inits(workshop: Workshop, recording: Recording, lease: Lease, _: Callable[[], bool]) -> bool:
    store, plan = workshop.store, recording.plan
    workspace = store.workspace(lease.token)
    try:
        for one in plan.played_first:
            (workspace / one.name).mkdir(exist_ok=True)
        reach = ffmpeg.Reach(reads=None, writes=workspace)
        ffmpeg.run(commands.init_command(workshop.tools.ffmpeg, plan), reach=reach, limits=workshop.limits(hot=True))
        for one in plan.played_first:
            init = workspace / one.name / "init.mp4"
            content = init.read_bytes()
            if store.publish(init, store.init(recording.lesson_id, plan.version, one.name)):
                runs.record_codecs(workshop, recording, one.name, content)
    finally:
        store.discard(lease.token)
    return True


def _make_poster(workshop: Workshop, recording: Recording, lease: Lease, _: Callable[[], bool]) -> bool:
    store, plan = workshop.store, recording.plan
    workspace = store.workspace(lease.token)
    at_seconds = min(plan.source.video_end_seconds * 0.1, 60.0)
    try:
        ffmpeg.run(
            commands.poster_command(workshop.tools.ffmpeg, recording.source, plan, at_seconds),
            reach=ffmpeg.Reach(reads=recording.source, writes=workspace),
            limits=workshop.limits(hot=False),
        )
        store.publish(workspace / "poster.jpg", store.poster(recording.lesson_id, plan.version))
    finally:
        store.discard(lease.token)
    return True


def _make_segments(step: str) -> Step:
    """One run of a step; it is done when the store lacks none of its segments."""

    def make(workshop: Workshop, recording: Recording, lease: Lease, keep_going: Callable[[], bool]) -> bool:
        names = _names(recording.plan)[step]
        if run := _bulk_run(workshop, recording, names):
            runs.carry_out(workshop, recording, run, lease, keep_going=keep_going)
        return all([runs.count(workshop, recording, name) for name in names])

    return make


_DO: dict[str, Step] = {
    "init": _make_inits,
    "poster": _make_poster,
    "audio": _make_segments("audio"),
    "start": _make_segments("start"),
    "rungs": _make_segments("rungs"),
}


def _bulk_run(workshop: Workshop, recording: Recording, names: tuple[str, ...]) -> Run | None:
    """The first stretch in which the same renditions lack segments; what hot runs make is left to them."""
    hot = {
        name: _numbers_in(workshop.leases.living(f"hot:{recording.lesson_id}:{recording.plan.version}:{name}:"))
        for name in names
    }
    lacking = {name: set(recording.missing(workshop, name)) - hot[name] for name in names}
    everything = sorted(set().union(*lacking.values()))
    if not everything:
        return None
    first = everything[0]
    these = tuple(name for name in names if first in lacking[name])
    count = 1
    while count < workshop.settings.runs.bulk_segments and all(first + count in lacking[name] for name in these):
        count += 1
    return Run(names=these, first=first, count=count)


def _hot_run(workshop: Workshop, recording: Recording, name: str, number: int, being_made: set[int]) -> Run | None:
    lacking = set(recording.missing(workshop, name)) - being_made
    if number not in lacking:
        return None
    count = 1
    while count < workshop.settings.runs.hot_segments and number + count in lacking:
        count += 1
    return Run(names=(name,), first=number, count=count, hot=True)


def _numbers_in(leases: dict[str, str]) -> set[int]:
    """The segment numbers that the hot leases …:FIRST-END cover."""
    numbers: set[int] = set()
    for name in leases:
        first, _, end = name.rpartition(":")[2].partition("-")
        numbers.update(range(int(first), int(end)))
    return numbers


def _segments_made(workshop: Workshop, recording: Recording) -> int:
    lesson_id, plan = recording.lesson_id, recording.plan
    return sum(len(workshop.store.segments(lesson_id, plan.version, one.name)) for one in plan.renditions)


def _failed(workshop: Workshop, work: Work, error: ToolFailed | UnusableMedia, *, came_on: bool = False) -> None:
    """Count the failure; one that `came_on` (it made segments before it failed) is the first of a new count."""
    jobs = workshop.settings.jobs
    with workshop.database.begin() as session:
        trouble = edits.record_failure(
            session,
            lesson_id=work.lesson_id,
            step=work.step,
            error=error,
            attempts=1 if isinstance(error, UnusableMedia) else jobs.attempts,
            backoff_seconds=jobs.backoff_seconds,
            came_on=came_on,
        )
        log.warning(
            "a step failed", lesson=work.lesson_id, step=work.step, attempt=trouble.attempts,
            parked=trouble.parked, detail=error.detail,
        )  # fmt: skip
