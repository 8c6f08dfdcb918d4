"""The queue: hints that there is work, on huey (SQLite file by default, PostgreSQL or Redis by URL).

A message only says where to look; the worker recomputes what is missing. So a lost or doubled message
does no harm.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from huey import Huey, PostgresHuey, PriorityRedisHuey, SqliteHuey
from huey.consumer import Consumer, Worker

from medialib.errors import MissingDriver

log = structlog.get_logger()

HOT = "hot"
BULK = "bulk"
DOWNLOADS = "downloads"
QUEUES = (HOT, BULK, DOWNLOADS)

_URGENT = 10
# How long a consumer that is told to stop waits for what it is at: all of them together less than a supervisor waits.
_LAST_SECONDS = 4

Handler = Callable[..., None]


class _Thread(Worker):  # type: ignore[misc]
    """A worker that waits for its turn to wait: all that are idle look as often as one would, each time another.

    Where one message was, there may be `more`: the next one looks at once.
    """

    turn: threading.Lock
    more: threading.Event

    def sleep(self) -> None:
        with self.turn:
            if not self.stop_flag.is_set() and self.more.wait(self.delay):
                self.more.clear()


class _Threads(Consumer):  # type: ignore[misc]
    """A consumer that leaves the process's signals alone: there are several of them in one process."""

    worker_class = _Thread

    def __init__(self, queue: Huey, more: threading.Event, **options: Any):
        self._turn, self._more = threading.Lock(), more
        super().__init__(queue, **options)

    def _create_worker(self) -> Worker:
        worker = super()._create_worker()
        worker.turn, worker.more = self._turn, self._more
        return worker

    def stop(self, graceful: bool = False) -> None:
        self.stop_flag.set()
        self._more.set()
        super().stop(graceful=graceful)

    def _set_signal_handlers(self) -> None:
        pass


class Queues:
    """`hot` for what a player waits for, `downloads` for whole files that a person waits for, `bulk` for the rest.

    Each is served by workers of its own.
    """

    def __init__(self, url: str, folder: Path):
        self._handlers: dict[str, Handler] = {}
        try:
            self.failures = _failures(url)
        except ImportError as error:
            raise MissingDriver(error) from error
        self._queues = {name: _open(name, url, folder) for name in QUEUES}
        self._more = {name: threading.Event() for name in QUEUES}
        self._tasks = {name: queue.task(name="handle")(self._handling(name)) for name, queue in self._queues.items()}

    def on(self, work: str, handler: Handler) -> None:
        """Say who does `work`; only a worker process needs this."""
        self._handlers[work] = handler

    def send(self, queue: str, work: str, *arguments: str | int, within_seconds: float | None = None) -> None:
        """Leave a message. One that matters only `within_seconds` overtakes those that wait, and is dropped later.

        When the queue cannot be reached that is only logged: what is to be done is stored, and workers find it.
        """
        urgent = {} if within_seconds is None else {"priority": _URGENT, "expires": within_seconds}
        try:
            self._tasks[queue](work, *arguments, **urgent)
        except self.failures as error:
            log.warning("the workers could not be told; they will find the work", work=work, error=str(error))

    def depth(self, queue: str) -> int:
        """Messages that wait."""
        return int(self._queues[queue].pending_count())

    def consumer(self, queue: str, *, workers: int, poll_seconds: float) -> Consumer:
        """The threads that serve a queue; start() and stop() it."""
        return _Threads(
            self._queues[queue],
            self._more[queue],
            workers=workers,
            periodic=False,
            initial_delay=poll_seconds,
            max_delay=poll_seconds,
            backoff=1.0,
            shutdown_timeout=_LAST_SECONDS,
        )

    def _handling(self, queue: str) -> Handler:
        def handle(work: str, *arguments: Any) -> None:
            self._more[queue].set()
            self._handlers[work](*arguments)

        return handle


def _failures(url: str) -> tuple[type[Exception], ...]:
    """What is raised when the queue cannot be reached, or stays locked."""
    if url.startswith(("redis://", "rediss://")):
        from redis.exceptions import RedisError  # an extra package, as the next one

        return (RedisError,)
    if url.startswith("postgresql://"):
        import psycopg

        return (psycopg.Error,)
    return (sqlite3.Error,)


def _open(name: str, url: str, folder: Path) -> Huey:
    if not url:
        return SqliteHuey(f"medialib-{name}", filename=str(folder / f"{name}.db"), results=False, fsync=False)
    if url.startswith(("redis://", "rediss://")):
        return PriorityRedisHuey(f"medialib-{name}", url=url, results=False)
    return PostgresHuey(f"medialib-{name}", dsn=url, results=False)
