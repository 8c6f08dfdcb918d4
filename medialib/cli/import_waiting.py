"""An import waits until its lessons are complete, and makes them itself when nobody else does."""

import time
from pathlib import Path

from medialib import showing, tasks
from medialib.catalogue import lookups, work_lookups
from medialib.cli.import_report import Report
from medialib.services import Services
from medialib.worker import Worker

# How often is asked whether a lesson is complete: of one that takes long, more and more seldom.
_POLL_SECONDS, _LONGEST_POLL_SECONDS, _POLL_SHARE = 0.25, 2.0, 0.02


def wait_until_complete(services: Services, taken: dict[str, Path | None], report: Report) -> None:
    """Report each lesson when it is complete or parked; when no worker lives, this process works itself."""
    own: Worker | None = None
    waiting, began = dict(taken), time.monotonic()
    try:
        while True:
            for lesson_id in _ended(services, waiting, report):
                del waiting[lesson_id]
            if not waiting:
                break
            if own is None and not tasks.worker_lives(services):
                own = Worker(services)
                own.start()
            waited = time.monotonic() - began
            time.sleep(min(_LONGEST_POLL_SECONDS, _POLL_SECONDS + _POLL_SHARE * waited))
        if own:
            tasks.index_stale(services)
    finally:
        if own:
            own.stop()


def _ended(services: Services, waiting: dict[str, Path | None], report: Report) -> list[str]:
    with services.database.read() as session:
        # Asked often, and for long: the lessons themselves only once there is something to say of them.
        ids = work_lookups.ended(session, list(waiting))
        ended = [(one, showing.parked_by(session, one)) for one in lookups.lessons_by_id(session, ids)]
    for lesson_id in set(ids) - {lesson.id for lesson, _ in ended}:
        if path := waiting[lesson_id]:
            report.say(path, "failed", reason="The lesson was removed while it was being made.")
    for lesson, trouble in ended:
        path = waiting[lesson.id]
        if path is None:
            continue
        if trouble:
            report.say(path, "failed", lesson=lesson, reason=str(trouble))
        else:
            report.say(path, "complete", lesson=lesson)
    return ids
