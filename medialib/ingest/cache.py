"""The cache of what can be made again from finished segments: each thing is made once, and all stays within bounds."""

import shutil
from collections.abc import Callable

import structlog
from mutagen import MutagenError

from medialib.catalogue import work_edits, work_lookups
from medialib.errors import N_, MedialibError, NoSpace, Stopped, ToolFailed
from medialib.files import NO_ROOM
from medialib.ingest.attempts import record_failure
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease

log = structlog.get_logger()


def make_once(workshop: Workshop, lesson_id: str, step: str, make: Callable[[Lease], None]) -> bool:
    """Do it once, whoever else was asked; a failure is kept on the lesson, and says so to whoever waits."""
    with workshop.leases.hold(f"make:{lesson_id}:{step}") as lease:
        if lease is None or _rests(workshop, lesson_id, step):
            return False
        try:
            make(lease)
        except Stopped:
            return False
        except (MedialibError, MutagenError, OSError) as error:
            record_failure(workshop, lesson_id, step, _foreseen(error))
            return False
        finally:
            workshop.store.discard(lease.token)
    with workshop.database.read() as session:
        failed = work_lookups.step_left(session, lesson_id, step)
    if failed:
        with workshop.database.begin() as session:
            work_edits.finish_step(session, lesson_id, step)
    return True


def _rests(workshop: Workshop, lesson_id: str, step: str) -> bool:
    """Whether it failed just now: whoever waits is told so, and may have asked several times."""
    with workshop.database.read() as session:
        failed = work_lookups.step_left(session, lesson_id, step)
    return failed is not None and failed.rests


def _foreseen(error: Exception) -> MedialibError:
    if isinstance(error, MedialibError):
        return error
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return NoSpace(N_("The server has no room for this file. Please tell the county office."), detail=str(error))
    return ToolFailed(N_("This file could not be put together."), detail=f"{type(error).__name__}: {error}")


def make_room(workshop: Workshop, wanted_bytes: float, *, reserve_bytes: int) -> None:
    """See that there is room, at the cost of older files of the cache if need be; raises NoSpace."""
    store = workshop.store
    lacking = int(wanted_bytes) + reserve_bytes - shutil.disk_usage(store.root).free
    if lacking > 0:
        store.trim_cache(keep_bytes=int(workshop.settings.store.cache_gigabytes * 1e9), free_bytes=lacking)
        store.require_space(int(wanted_bytes), reserve_bytes)


def trim(workshop: Workshop) -> None:
    """Keep the cache within its bounds; it also gives way to what must stay free on the disk."""
    store, settings = workshop.store, workshop.settings
    lacking = settings.limits.reserve_bytes - shutil.disk_usage(store.root).free
    with workshop.leases.hold("cache") as lease:
        if lease:
            freed = store.trim_cache(keep_bytes=int(settings.store.cache_gigabytes * 1e9), free_bytes=max(0, lacking))
            if freed:
                log.info("the cache was trimmed", bytes=freed)
