"""The worker: serves the queues, reconciles what is with what should be, and keeps the search index.

Messages are hints. Each handler recomputes what is missing and takes a lease, so any of them may be lost,
doubled or served by another machine.
"""

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import structlog

from medialib import orphans
from medialib.catalogue import edits, lookups
from medialib.catalogue.lessons import Lesson
from medialib.errors import MedialibError
from medialib.ingest import cache, hot, packaging, pipeline, standins
from medialib.ingest.recording import load, recount
from medialib.jobs.leases import Lease
from medialib.jobs.queue import BULK, DOWNLOADS, HOT
from medialib.search.index import Document, IndexBusy, IndexUnavailable
from medialib.services import Services

T = TypeVar("T")

log = structlog.get_logger()

_HOT_POLL_SECONDS = 0.05
_BULK_POLL_SECONDS = 0.5
_INDEX_LEASE = "index"
_INDEX_BATCH = 200
_MOST_AHEAD = 4
_TURNS_BETWEEN_TRIMS = 10
# An hour, as turns usually come.
_TURNS_BETWEEN_SWEEPS = 120


def announce(services: Services, lesson_id: str) -> None:
    """Tell the workers of a new lesson; its beginning is made before anyone asks for it, unless many come at once."""
    plan, queues = load(services.workshop, lesson_id).plan, services.queues
    send = queues.send
    send(HOT, "prepare", lesson_id)
    if queues.depth(HOT) < _MOST_AHEAD:
        for name in (plan.start_rung, plan.audio[-1].name if plan.audio else None):
            if name:
                send(HOT, "segment", lesson_id, plan.version, name, 0)
    send(HOT, "index")
    send(BULK, "advance")


def worker_lives(services: Services) -> bool:
    """Whether any worker process, here or elsewhere, is at work."""
    return bool(services.leases.living("worker:"))


class Worker:
    """Threads that do the work of one process: hot queue, bulk queue, reconciler. start() once, stop() once."""

    def __init__(self, services: Services):
        self._services = services
        self._workshop = services.workshop
        self._stopping = threading.Event()
        jobs = services.settings.jobs
        queues = services.queues
        queues.on("segment", self._segment)
        queues.on("prepare", self._prepare)
        queues.on("ts", self._ts)
        queues.on("film", self._film)
        queues.on("recording", self._recording)
        queues.on("standin", self._standin)
        queues.on("filled_ts", self._filled_ts)
        queues.on("index", self._index)
        queues.on("advance", self._advance)
        self._consumers = [
            queues.consumer(HOT, workers=jobs.hot_workers, poll_seconds=_HOT_POLL_SECONDS),
            queues.consumer(BULK, workers=jobs.bulk_workers, poll_seconds=_BULK_POLL_SECONDS),
            # One at a time: a whole lesson's file is much to read and write.
            queues.consumer(DOWNLOADS, workers=1, poll_seconds=_BULK_POLL_SECONDS),
        ]
        self._reconciler = threading.Thread(target=self._keep_reconciling, name="reconciler", daemon=True)
        self._lease = self._register()

    def start(self) -> None:
        for consumer in self._consumers:
            consumer.start()
        self._reconciler.start()
        log.info("the worker is ready", ffmpeg=self._workshop.tools.ffmpeg_version)

    def stop(self) -> None:
        """End running work (finished segments stay) and give everything back."""
        self._stopping.set()
        for consumer in self._consumers:
            consumer.stop(graceful=True)
        self._reconciler.join(timeout=10)
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
        self._logging_errors(lambda: hot.hurry(self._workshop, lesson_id, version, name, number))
        if self._services.queues.depth(BULK) == 0:
            self._services.queues.send(BULK, "advance")  # it may have left this segment to us

    def _prepare(self, lesson_id: str) -> None:
        self._logging_errors(lambda: pipeline.prepare(self._workshop, lesson_id))

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

    def _index(self) -> None:
        index_stale(self._services)

    def _advance(self) -> None:
        while self._going() and pipeline.advance(self._workshop, self._going):
            pass

    def _logging_errors(self, work: Callable[[], None]) -> None:
        try:
            work()
        except MedialibError as error:
            log.warning("work was not done", error=str(error), detail=error.detail)

    def _keep_reconciling(self) -> None:
        for turn in itertools.count():
            try:
                self._stay_registered()
                if turn == 0:
                    order_steps(self._services)
                if turn % _TURNS_BETWEEN_SWEEPS == 0:
                    orphans.sweep(self._services)
                    recount(self._workshop)
                reconcile(self._services, quiet=turn > 0)
                if turn % _TURNS_BETWEEN_TRIMS == 0:
                    cache.trim(self._workshop)
            except Exception:
                log.exception("reconciling failed, trying again")
            if self._stopping.wait(self._services.settings.jobs.reconcile_seconds):
                return


def reconcile(services: Services, *, quiet: bool) -> None:
    """Forget lapsed leases, sweep what they left, issue work anew, mend the index; in `quiet` moments merge it."""
    services.leases.renew()  # those of this process did not lapse, though their time may seem over after a sleep
    services.leases.sweep()
    swept = services.store.sweep(lambda: services.leases.living().values())
    if swept:
        log.info("temporary directories swept", count=len(swept))
    with services.database.read() as session:
        waiting = lookups.next_steps(session, 1)
    if waiting and services.queues.depth(BULK) == 0:
        services.queues.send(BULK, "advance")
    mend_index(services)
    index_stale(services)
    if quiet and not waiting:
        with services.leases.hold(_INDEX_LEASE) as lease:
            if lease:
                merge_index(services)


def order_steps(services: Services) -> None:
    """Bring work that an earlier version left into the order of this one."""
    with services.database.begin() as session:
        edits.rank_steps(session, pipeline.RANKS)


def index_stale(services: Services) -> int:
    """Bring the index up to date with the catalogue, when nobody else is at it; returns how many lessons were put."""
    done = 0
    with services.leases.hold(_INDEX_LEASE) as lease:
        if lease is None:
            return 0
        services.known.learn_names()
        while True:
            with services.database.read() as session:
                stale = lookups.stale_in_index(session, _INDEX_BATCH)
                public = [lesson for lesson in stale if lesson.access == "public"]
                ids = [lesson.id for lesson in public]
                said, featured = lookups.transcripts(session, ids), lookups.featured(session, ids)
                documents = [document(one, said.get(one.id, ""), featured=one.id in featured) for one in public]
            if not stale:
                return done
            try:
                # Search knows only what is for everyone: what it counts must not tell of anything else.
                services.index.remove([lesson.id for lesson in stale if lesson.access != "public"])
                services.index.put(documents)
            except (IndexUnavailable, IndexBusy) as error:
                _not_written(services, error)
                return done
            with services.database.begin() as session:
                edits.mark_indexed(session, [(lesson.id, lesson.revision) for lesson in stale])
            done += len(stale)


def merge_index(services: Services) -> None:
    """Merge the segments of the index when there are many; under the lease."""
    try:
        services.index.merge_if_many()
    except (IndexUnavailable, IndexBusy) as error:
        _not_written(services, error)


def _not_written(services: Services, error: IndexUnavailable | IndexBusy) -> None:
    log.warning("the index cannot be written now", error=str(error))
    if isinstance(error, IndexUnavailable):
        services.index.distrust(error)


def mend_index(services: Services) -> bool:
    """Rebuild the index when it is damaged, gone or lacks lessons that were put; says whether it did."""
    try:
        there = services.index.count()
    except IndexUnavailable as error:
        log.info("the search index cannot be read", error=str(error))
        there = -1
    with services.database.read() as session:
        expected = lookups.indexed_count(session)
    if there >= expected:
        return False
    log.warning("the search index is rebuilt", lessons=expected, found=max(there, 0))
    return rebuild_index(services) is not None


def rebuild_index(services: Services, *, wait_seconds: float = 0) -> int | None:
    """Build the index anew beside the old one and switch; None when another writer kept the lease."""
    end = time.monotonic() + wait_seconds
    while True:
        with services.leases.hold(_INDEX_LEASE) as lease:
            if lease:
                services.known.learn_names()
                put: list[tuple[str, int]] = []
                count = services.index.rebuild(_all_documents(services, put))
                for some in _batches(put):
                    # Each batch by itself, so that nobody waits long for the database.
                    with services.database.begin() as session:
                        edits.mark_indexed(session, some)
                return count
        if time.monotonic() >= end:
            return None
        time.sleep(0.2)


def _all_documents(services: Services, put: list[tuple[str, int]]) -> Iterator[Document]:
    """All lessons for everyone, the oldest first; all at once would fill the memory. Each lesson is noted in `put`."""
    with services.database.read() as session:
        ids = lookups.ids_by_age(session)
    for some in _batches(ids):
        with services.database.read() as session:
            lessons = lookups.lessons_by_id(session, some)
            said, featured = lookups.transcripts(session, some), lookups.featured(session, some)
            public = [one for one in lessons if one.access == "public"]
            documents = [document(one, said.get(one.id, ""), featured=one.id in featured) for one in public]
            put += [(one.id, one.revision) for one in lessons]
        yield from documents


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[at : at + _INDEX_BATCH] for at in range(0, len(values), _INDEX_BATCH))


def remove_lessons(services: Services, lesson_ids: Sequence[str], *, wait_seconds: float = 10) -> None:
    """Take lessons away: out of the catalogue, the store and the index.

    Work under way ends by itself, as the lesson is gone, and takes what it still made with it. The index may be busy
    for longer than is waited: it shows no lesson that the catalogue does not have.
    """
    for lesson_id in lesson_ids:
        with services.database.begin() as session:
            edits.remove(session, lesson_id)
        services.store.remove_lesson(lesson_id)
    end = time.monotonic() + wait_seconds
    while time.monotonic() < end:
        with services.leases.hold(_INDEX_LEASE) as lease:
            if lease:
                try:
                    services.index.remove(lesson_ids)
                except (IndexUnavailable, IndexBusy) as error:
                    _not_written(services, error)
                return
        time.sleep(0.2)


def document(lesson: Lesson, transcript: str = "", *, featured: bool = False) -> Document:
    """What the index knows of a lesson."""
    return Document(
        id=lesson.id,
        title=lesson.title,
        description=lesson.description,
        speaker=lesson.speaker,
        units=lesson.unit.slugs if lesson.unit else (),
        unit=lesson.unit_name,
        series=lesson.series_title,
        place=lesson.place,
        themes=tuple(dict.fromkeys(slug for theme in lesson.themes for slug in theme.slugs)),
        theme_words=tuple(word for theme in lesson.themes for word in (theme.zh, theme.en) if word),
        transcript=transcript,
        kind=lesson.kind,
        year=lesson.year,
        seconds=lesson.seconds,
        published=lesson.published_at,
        featured=featured,
    )
