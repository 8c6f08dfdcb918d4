"""Counts in memory and adds to the catalogue every few seconds, so that a play costs a page nothing."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from medialib import metrics
from medialib.catalogue import play_edits, rights
from medialib.catalogue.counted import Batch, Fetched, Moment, Play, moment_of
from medialib.database import Database

log = structlog.get_logger()

FLUSH_SECONDS = 5.0
_PATIENCE_SECONDS = 0.2
"""So long a write waits for another one: whatever waits longer would hold up the pages of this process."""
_PATIENCE_AT_THE_END = 10.0


class Tally:
    """What this process has counted. `flush` when it stops; until then a timer sees to it."""

    def __init__(self, database: Database, *, key: str, now: Callable[[], datetime] = datetime.now):
        self._database = database
        self._key = key
        self._now = now
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._batch = Batch()
        self._timer: threading.Timer | None = None

    def played(
        self, lesson_id: str, *, device: str, way: str, collection: str, begun: bool, parts: Sequence[float]
    ) -> None:
        """Seconds of each part of a lesson that were played; `begun` when with them a play has begun."""
        play = Play(self._moment(), lesson_id, device, way, collection)

        def count(batch: Batch) -> None:
            batch.plays[play] += int(begun)
            batch.seconds[play] += sum(parts)  # type: ignore[assignment]  # a Counter adds up fractions as well
            batch.draw(lesson_id, plays=int(begun), parts=parts)

        self._count(count)

    def fetched(self, lesson_id: str, *, version: int, number: int, device: str, way: str, alone: bool) -> None:
        """A segment was fetched by a program that tells nothing of what it plays (see Fetched)."""
        segment = Fetched(self._moment(), lesson_id, version, number, device, way, alone)
        self._count(lambda batch: batch.fetched.update((segment,)))

    def downloaded(self, lesson_id: str, *, device: str, way: str) -> None:
        """A whole file was fetched: a play of which nobody knows how long it lasts."""
        play = Play(self._moment(), lesson_id, device, way)
        self._count(lambda batch: batch.plays.update((play,)))

    def searched(self, words: str, *, found: bool) -> None:
        """Words, folded, were searched for."""
        day = self._moment().day

        def count(batch: Batch) -> None:
            batch.searches[day, found] += 1
            if not found:
                batch.misses[day, words] += 1

        self._count(count)

    def flush(self, *, patience_seconds: float = _PATIENCE_AT_THE_END) -> None:
        """Add what was counted to the catalogue; what cannot be written now stays for the next time."""
        with self._writing:
            with self._lock:
                batch, self._batch = self._batch, Batch()
            if not batch:
                return
            try:
                with rights.looking_as(None), self._database.begin(patience_seconds=patience_seconds) as session:
                    begun = play_edits.add_up(session, batch, key=self._key)
            except SQLAlchemyError as error:
                log.info("counts wait for the next time", detail=str(error).splitlines()[0])
                self._count(lambda waiting: waiting.add(batch))
                return
        for way, number in begun.items():
            metrics.PLAYS.labels(way).inc(number)

    def _moment(self) -> Moment:
        return moment_of(self._now())

    def _count(self, count: Callable[[Batch], None]) -> None:
        with self._lock:
            if self._batch.is_full:
                return
            count(self._batch)
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self._on_time)
                self._timer.daemon = True
                self._timer.start()

    def _on_time(self) -> None:
        with self._lock:
            self._timer = None
        self.flush(patience_seconds=_PATIENCE_SECONDS)
