"""What is with what should be, reconciled every half minute: lost work is issued anew, and what is due is shown."""

import structlog

from medialib import arrivals
from medialib.catalogue import (
    collected,
    collecting,
    forgetting,
    indexing,
    upload_lookups,
    work_edits,
    work_lookups,
)
from medialib.ingest import ffmpeg, reading_files
from medialib.ingest.replacing import let_go
from medialib.ingest.steps import RANKS
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services
from medialib.tasks import index_stale, mend_index, merge_index

log = structlog.get_logger()


def reconcile(services: Services, *, quiet: bool) -> None:
    """Forget lapsed leases, sweep what they left, issue work anew, mend the index; in `quiet` moments merge it."""
    services.leases.renew()  # those of this process did not lapse, though their time may seem over after a sleep
    services.leases.sweep()
    if ended := ffmpeg.end_orphans(services.store.temporary):
        log.info("sandboxes ended whose leader was killed", count=len(ended))
    swept = services.store.sweep(lambda: services.leases.living().values())
    if swept:
        log.info("temporary directories swept", count=len(swept))
    arrivals.sweep(services)
    for lesson_id in let_go(services.workshop):
        log.info("an earlier recording was let go", lesson=lesson_id)
    reading_files.let_go(services.workshop)
    with services.database.read() as session:
        waiting = work_lookups.next_steps(session, 1)
        whole = upload_lookups.whole_uploads(session)
    for upload_id in whole if services.queues.depth(HOT) == 0 else ():
        services.queues.send(HOT, "upload", upload_id)
    if waiting and services.queues.depth(BULK) == 0:
        services.queues.send(BULK, "advance")
    show_due_collections(services)
    mend_index(services)
    index_stale(services)
    if quiet and not waiting:
        merge_index(services)


def show_due(services: Services) -> None:
    """Let search hold the lessons whose date has come since it was last asked."""
    with services.database.read() as session:
        due = indexing.has_newly_due(session)
    if due:
        index_stale(services)


def forget_old(services: Services) -> None:
    """Forget what the settings keep no longer."""
    keep = services.settings.keep
    with services.database.begin() as session:
        forgetting.forget_old(
            session, shown_days=keep.shown_days, reports_days=keep.reports_days, channels_days=keep.channels_days
        )


def show_due_collections(services: Services) -> None:
    """Let search know of collections and featured lessons whose day has come."""
    with services.database.read() as session:
        due = collected.newly_due(session)
    if due:
        with services.database.begin() as session:
            collecting.tell_what_is_due(session)


def order_steps(services: Services) -> None:
    """Bring work that an earlier version left into the order of this one."""
    with services.database.begin() as session:
        work_edits.rank_steps(session, RANKS)
