"""The worker: serves the queues, and reconciles what is with what should be.

Messages are hints. Each handler recomputes what is missing and takes a lease, so any of them may be lost,
doubled or served by another machine.
"""

import itertools
import secrets
import threading
import time
from collections.abc import Callable
from functools import partial

import structlog

from medialib import arrivals, orphans
from medialib.airing import Station, keep_on_air
from medialib.catalogue import upload_lookups
from medialib.database import AWAY, told
from medialib.errors import MedialibError
from medialib.ingest import (
    cache,
    hot,
    own_pictures,
    packaging,
    pipeline,
    redrawing,
    shelf_covers,
    slate,
    standins,
)
from medialib.ingest.recording import recount
from medialib.ingest.replanning import forget_retired
from medialib.jobs.leases import Lease
from medialib.jobs.queue import BULK, DOWNLOADS, HOT
from medialib.reconciling import forget_old, order_steps, reconcile, show_due
from medialib.services import Services
from medialib.tasks import announce, index_stale, rebuild_index
from medialib.watching import Watch
from medialib.webhooks import Messenger

log = structlog.get_logger()

# How long a message of a queue lies at most until one of its idle workers finds it.
_HOT_POLL_SECONDS = 0.05
_BULK_POLL_SECONDS = 0.5
_DUE_SECONDS = 2.0
_AWAY = "the catalogue does not answer, trying again"
_TURNS_BETWEEN_TRIMS = 10
# An hour, as turns usually come.
_TURNS_BETWEEN_SWEEPS = 120


class Worker:
    """Threads that do the work of one process: hot queue, bulk queue, reconciler. start() once, stop() once."""

    def __init__(self, services: Services):
        self._services = services
        self._workshop = services.workshop
        self._station = Station(services)
        self._stopping = threading.Event()
        jobs = services.settings.jobs
        queues = services.queues
        queues.on("segment", self._segment)
        queues.on("prepare", self._prepare)
        queues.on("picture", self._picture)
        queues.on("cover", self._cover)
        queues.on("ts", self._ts)
        queues.on("film", self._film)
        queues.on("recording", self._recording)
        queues.on("standin", self._standin)
        queues.on("filled_ts", self._filled_ts)
        queues.on("slate", self._slate)
        queues.on("index", self._index)
        queues.on("reindex", self._reindex)
        queues.on("advance", self._advance)
        queues.on("upload", self._upload)
        self._consumers = [
            queues.consumer(HOT, workers=jobs.hot_workers, poll_seconds=_HOT_POLL_SECONDS),
            queues.consumer(BULK, workers=jobs.bulk_workers, poll_seconds=_BULK_POLL_SECONDS),
            # One at a time: a whole lesson's file is much to read and write.
            queues.consumer(DOWNLOADS, workers=1, poll_seconds=_BULK_POLL_SECONDS),
        ]
        self._reconciler = threading.Thread(target=self._keep_reconciling, name="reconciler", daemon=True)
        self._stand_in = threading.Thread(target=self._keep_standing_in, name="stand-in", daemon=True)
        self._messenger = Messenger(services)
        self._watcher = threading.Thread(target=self._keep_watching, name="watcher", daemon=True)
        self._lease = self._register()

    def start(self) -> None:
        for consumer in self._consumers:
            consumer.start()
        self._reconciler.start()
        self._stand_in.start()
        self._messenger.start()
        self._watcher.start()
        log.info("the worker is ready", ffmpeg=self._workshop.tools.ffmpeg_version)

    def stop(self) -> None:
        """End running work (finished segments stay) and give everything back."""
        self._stopping.set()
        for consumer in self._consumers:
            consumer.stop(graceful=True)
        self._reconciler.join(timeout=1)
        self._stand_in.join(timeout=1)
        self._messenger.stop()
        if self._lease:
            self._services.leases.give_back(self._lease)

    def _register(self) -> Lease | None:
        return self._services.leases.take(f"worker:{secrets.token_hex(4)}")

    def _stay_registered(self) -> None:
        """A lease is lost when the machine slept, its clock jumped or the database was away for long."""
        if self._lease is None or self._lease.lost.is_set():
            if self._lease:
                self._services.leases.give_back(self._lease)
            self._lease = self._register()

    def _going(self) -> bool:
        return not self._stopping.is_set()

    def _segment(self, lesson_id: str, version: int, name: str, number: int) -> None:
        self._logging_errors(lambda: hot.hurry(self._workshop, lesson_id, version, name, number, self._going))
        if self._services.queues.depth(BULK) == 0:
            self._services.queues.send(BULK, "advance")  # it may have left this segment to us

    def _prepare(self, lesson_id: str) -> None:
        self._logging_errors(lambda: pipeline.prepare(self._workshop, lesson_id))

    def _picture(self, lesson_id: str, version: int, number: int, at_milliseconds: int) -> None:
        self._logging_errors(lambda: own_pictures.take(self._workshop, lesson_id, version, number, at_milliseconds))

    def _cover(self, lesson_id: str) -> None:
        self._logging_errors(lambda: redrawing.redraw(self._workshop, lesson_id))

    def _ts(self, lesson_id: str, version: int, name: str, number: int) -> None:
        self._logging_errors(lambda: packaging.make_ts(self._workshop, lesson_id, version, name, number))

    def _film(self, lesson_id: str, version: int) -> None:
        self._logging_errors(lambda: packaging.make_film(self._workshop, lesson_id, version))

    def _recording(self, lesson_id: str) -> None:
        self._logging_errors(lambda: packaging.make_recording(self._workshop, lesson_id))

    def _standin(self, lesson_id: str) -> None:
        self._logging_errors(lambda: standins.make_template(self._workshop, lesson_id))

    def _filled_ts(self, lesson_id: str, version: int, name: str, number: int) -> None:
        self._logging_errors(lambda: standins.make_filled_ts(self._workshop, lesson_id, version, name, number))

    def _slate(self, segment_seconds: int) -> None:
        self._logging_errors(lambda: slate.make(self._workshop, segment_seconds))

    def _index(self) -> None:
        self._logging_errors(lambda: index_stale(self._services))

    def _upload(self, upload_id: str) -> None:
        self._logging_errors(lambda: self._take_upload(upload_id))

    def _take_upload(self, upload_id: str) -> None:
        if lesson_id := arrivals.finish(self._services, upload_id):
            announce(self._services, lesson_id)

    def _reindex(self) -> None:
        self._logging_errors(lambda: rebuild_index(self._services, wait_seconds=60))

    def _advance(self) -> None:
        self._logging_errors(self._advance_all)

    def _advance_all(self) -> None:
        while self._going() and pipeline.advance(self._workshop, self._going):
            pass

    def _logging_errors(self, work: Callable[[], object]) -> None:
        try:
            work()
        except MedialibError as error:
            log.warning("work was not done", error=str(error), detail=error.detail)
        except AWAY as error:
            log.warning("work was not done, as the catalogue does not answer; it is found later", error=told(error))

    def _keep_watching(self) -> None:
        """The watched folder has a thread of its own: copying out of it may take minutes."""
        watch = Watch(self._services)
        while not self._stopping.wait(self._services.settings.jobs.reconcile_seconds):
            try:
                for lesson_id in watch.look():
                    announce(self._services, lesson_id)
            except AWAY as error:
                log.warning(_AWAY, error=told(error))
            except Exception:
                log.exception("watching failed, trying again")

    def _keep_reconciling(self) -> None:
        for turn in itertools.count():
            self._attempt(partial(self._take_turn, turn))
            end = time.monotonic() + self._services.settings.jobs.reconcile_seconds
            if self._rests(end):
                return

    def _take_turn(self, turn: int) -> None:
        self._stay_registered()
        if turn == 0:
            order_steps(self._services)
        if turn % _TURNS_BETWEEN_SWEEPS == 0:
            orphans.sweep(self._services)
            shelf_covers.let_go(self._workshop)
            forget_retired(self._workshop)
            recount(self._workshop)
            forget_old(self._services)
        reconcile(self._services, quiet=turn > 0)
        keep_on_air(self._services, self._station)
        if turn % _TURNS_BETWEEN_TRIMS == 0:
            cache.trim(self._workshop)

    def _attempt(self, work: Callable[[], None]) -> bool:
        """Nothing may end the reconciler or the stand-in: no work that was lost would ever be found again."""
        try:
            work()
        except AWAY as error:
            log.warning(_AWAY, error=told(error))
            return False
        except Exception:
            log.exception("reconciling failed, trying again")
        return True

    def _keep_standing_in(self) -> None:
        """It has a thread of its own: one run may take minutes, and what the reconciler does is due in time."""
        while not self._stopping.wait(self._services.settings.jobs.reconcile_seconds):
            self._attempt(self._stand_in_for_the_queue)

    def _stand_in_for_the_queue(self) -> None:
        """No hint comes from a queue that does not answer: what there is to do is done here until then."""

        def away() -> bool:
            return self._going() and self._services.queues.is_away

        while away():
            with self._services.database.read() as session:
                whole = upload_lookups.whole_uploads(session)
            for upload_id in whole:
                self._upload(upload_id)
            if not pipeline.advance(self._workshop, away):
                return

    def _rests(self, end: float) -> bool:
        """Wait for the next turn, but show in the meantime what its time has come for; whether the worker stops."""
        wait = _DUE_SECONDS
        while (left := end - time.monotonic()) > 0:
            if self._stopping.wait(min(left, wait)):
                return True
            # A catalogue that is away is not asked every moment, for hours.
            there = self._attempt(partial(show_due, self._services))
            wait = _DUE_SECONDS if there else wait * 2
        return self._stopping.is_set()
