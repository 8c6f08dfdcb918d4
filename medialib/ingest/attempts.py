"""A failed attempt is counted on its lesson, and after the last one the step is parked."""

import sys

import structlog

from medialib.catalogue import work_edits
from medialib.errors import DiskFull, MedialibError, ToolKilled, UnusableMedia
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()

# To be killed says little about the recording, but one that eats all memory must not be tried for ever.
_KILLS_PER_ATTEMPT = 10


def record_failure(
    workshop: Workshop, lesson_id: str, step: str, error: MedialibError, *, came_on: bool = False
) -> None:
    """Count a failed attempt; one that `came_on` (it made segments before it failed) is the first of a new count.

    Where there was no room it does not count: nobody need say so when there is some again.
    """
    full = isinstance(error, DiskFull)
    with workshop.database.begin() as session:
        row = work_edits.record_failure(
            session,
            lesson_id=lesson_id,
            step=step,
            error=error,
            attempts=_attempts_for(error, workshop.settings.jobs.attempts),
            backoff_seconds=workshop.settings.jobs.backoff_seconds,
            growing=not isinstance(error, ToolKilled),
            came_on=came_on or full,
        )
        attempts, parked = row.attempts, row.parked
    log.warning("a step failed", lesson=lesson_id, step=step, attempt=attempts, parked=parked, detail=error.detail)


def _attempts_for(error: MedialibError, usual: int) -> int:
    """How many there may be before the step is parked."""
    if isinstance(error, UnusableMedia):
        return 1
    if isinstance(error, DiskFull):
        return sys.maxsize
    return usual * (_KILLS_PER_ATTEMPT if isinstance(error, ToolKilled) else 1)
