"""Hot runs: segments that a player waits for, made before all else; and bulk runs, which leave those alone."""

import time
from collections.abc import Callable, Iterable, Mapping

import structlog

from medialib import metrics
from medialib.catalogue import work_lookups
from medialib.catalogue.lessons import hot_step
from medialib.errors import Stopped, ToolFailed
from medialib.ingest import holding
from medialib.ingest.attempts import record_failure
from medialib.ingest.command_parts import Run
from medialib.ingest.errand import Errand
from medialib.ingest.failures import unforeseen
from medialib.ingest.recording import Recording, load
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()


def hurry(
    workshop: Workshop,
    lesson_id: str,
    version: int,
    name: str,
    number: int,
    keep_going: Callable[[], bool] = lambda: True,
) -> None:
    """Make a segment that a player waits for, and the next missing ones; a failure is put on the lesson."""
    recording = load(workshop, lesson_id, version)
    run = _run(workshop, recording, name, number)
    if run is None or _rests(workshop, recording, name, number):
        return
    with workshop.leases.hold(f"{_prefix(recording, name)}{run.first}-{run.first + run.count}") as lease:
        if lease is not None:
            _carry_out(Errand(workshop=workshop, recording=recording, lease=lease, keep_going=keep_going), run)


def being_made(workshop: Workshop, recording: Recording, name: str) -> set[int]:
    """The segments that hot runs are making: their leases are called …:FIRST-END."""
    numbers: set[int] = set()
    for lease_name in workshop.leases.living(_prefix(recording, name)):
        first, _, end = lease_name.rpartition(":")[2].partition("-")
        numbers.update(range(int(first), int(end)))
    return numbers


def bulk_run(workshop: Workshop, recording: Recording, lacking: Mapping[str, Iterable[int]]) -> Run | None:
    """Of the segments that renditions lack, the first that lie together; what hot runs make is left to them."""
    free = {name: set(numbers) - being_made(workshop, recording, name) for name, numbers in lacking.items()}
    everything = sorted(set().union(*free.values()))
    if not everything:
        return None
    first = everything[0]
    these = tuple(name for name in free if first in free[name])
    count = 1
    while count < workshop.settings.runs.bulk_segments and all(first + count in free[name] for name in these):
        count += 1
    return Run(names=these, first=first, count=count)


def _carry_out(errand: Errand, run: Run) -> None:
    (name,), lesson_id = run.names, errand.recording.lesson_id
    began = time.monotonic()
    try:
        holding.carry_out(errand, run)
    except Stopped:  # who still waits for the rest of it asks again
        metrics.HOT_RUNS.labels("gave way").inc()
        log.info("a hot run gave way", lesson=lesson_id, rendition=name, first=run.first)
    except (ToolFailed, OSError) as error:
        metrics.HOT_RUNS.labels("failed").inc()
        failure = error if isinstance(error, ToolFailed) else unforeseen(error)
        record_failure(errand.workshop, lesson_id, hot_step(name, run.first), failure)
    else:
        metrics.HOT_RUNS.labels("made").inc()
        seconds = time.monotonic() - began
        log.info("hot run", lesson=lesson_id, rendition=name, first=run.first, seconds=seconds)


def _run(workshop: Workshop, recording: Recording, name: str, number: int) -> Run | None:
    if not recording.is_encoded(workshop, name):
        return None
    lacking = set(recording.missing(workshop, name)) - being_made(workshop, recording, name)
    if number not in lacking:
        return None
    # Where a player begins or jumps to, the one segment: to close it before the next, the encoder would read far ahead.
    most = 1 if number == 0 or number - 1 in lacking else workshop.settings.runs.hot_segments
    count = 1
    while count < most and number + count in lacking:
        count += 1
    return Run(names=(name,), first=number, count=count, hot=True)


def _rests(workshop: Workshop, recording: Recording, name: str, number: int) -> bool:
    """Whether it failed just now: whoever waits is told so, and asked for it several times."""
    with workshop.database.read() as session:
        failed = work_lookups.step_left(session, recording.lesson_id, hot_step(name, number))
    return failed is not None and failed.rests


def _prefix(recording: Recording, name: str) -> str:
    return f"hot:{recording.lesson_id}:{recording.plan.version}:{name}:"
