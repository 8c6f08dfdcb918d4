"""Which rungs are worth their bits: a few segments of each, spread over the lesson, tell; they are kept."""

from collections.abc import Sequence

import structlog

from medialib.catalogue.plans import VideoRendition
from medialib.ingest.command_parts import Run
from medialib.ingest.hot import bulk_run
from medialib.ingest.recording import Recording, record_progress
from medialib.ingest.rungs import leave_out, trial_segments
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()


def candidates(workshop: Workshop, recording: Recording) -> tuple[str, ...]:
    """The rungs to be encoded beside the start rung."""
    others = (one.name for one in recording.plan.video if one.name != recording.plan.start_rung)
    return tuple(name for name in others if recording.is_encoded(workshop, name))


def next_trial(workshop: Workshop, recording: Recording, names: Sequence[str]) -> Run | None:
    """The next trial segments that lie together, for all rungs that lack them; what hot runs make is left to them."""
    return bulk_run(workshop, recording, _lacking(workshop, recording, names))


def lacks_trials(workshop: Workshop, recording: Recording, names: Sequence[str]) -> bool:
    return any(_lacking(workshop, recording, names).values())


def choose(workshop: Workshop, recording: Recording, names: Sequence[str]) -> None:
    """Mark the rungs that are left out. Their segments are removed by the next step, so that this one can be repeated
    after a kill and comes to the same result."""
    plan = recording.plan
    there = (*names, plan.start_rung, *(one.name for one in plan.video if one.copied))
    bits = {one.name: _trial_bits(workshop, recording, one) for one in plan.video if one.name in there}
    gone = leave_out(bits, start=plan.start_rung, kept=[name for name in bits if name not in names])
    if gone:
        log.info("rungs left out", lesson=recording.lesson_id, rungs=gone, bits=bits)
    record_progress(workshop, recording, gone, left_out=True, complete=False, size_bytes=0)


def _lacking(workshop: Workshop, recording: Recording, names: Sequence[str]) -> dict[str, set[int]]:
    trials = set(trial_segments(recording.plan.segment_count))
    return {name: trials & set(recording.missing(workshop, name)) for name in names}


def _trial_bits(workshop: Workshop, recording: Recording, rung: VideoRendition) -> int:
    sizes = workshop.store.segments(recording.lesson_id, recording.plan.version, rung.name)
    return sum(sizes.get(number, 0) for number in trial_segments(recording.plan.segment_count)) * 8
