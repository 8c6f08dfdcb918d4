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
from huey.consumer import Consumer, Scheduler, Worker

from medialib.errors import BadSettings, MissingDriver
from medialib.jobs.reach import FIRST_PAUSE_SECONDS, Reach

HOT = "hot"
BULK = "bulk"
DOWNLOADS = "downloads"
QUEUES = (HOT, BULK, DOWNLOADS)

_URGENT = 10
# How long a consumer that is told to stop waits for what it is at: all of them together less than a supervisor waits.
_LAST_SECONDS = 4
# How long a queue on another machine is waited for. Of what may be in the URL too, the URL's counts.
_REDIS_PATIENCE = {"socket_connect_timeout": 3, "socket_timeout": 3}
_POSTGRESQL_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000}

Handler = Callable[..., None]

log = structlog.get_logger()


class _Thread(Worker):  # type: ignore[misc]
    """A worker that waits for its turn to wait: all that are idle look as often as one would, each time another.

    Where one message was, there may be `more`: the next one looks at once.
    """

    turn: threading.Lock
    more: threading.Event
    reach: Reach

    def loop(self, now: Any = None) -> None:
        """As huey's, but a queue that is away is not looked for without a pause, and not with a traceback each time.

        Nothing may end it, as nobody would begin another.
        """
        if self.stop_flag.wait(self.reach.pause_seconds):
            return
        try:
            self._serve(now)
        except Exception:
            log.exception("a message was not served, going on with the next", queue=self.huey.name)
            self.stop_flag.wait(FIRST_PAUSE_SECONDS)

    def _serve(self, now: Any) -> None:
        task = self.reach.ask(self._next)
        if task is not None:
            # The queue is asked before the work (whether it was revoked) and after it.
            self.reach.ask_now(lambda: self.huey.execute(task, now))
        elif not self.reach.pause_seconds and not self.huey.storage.blocking:
            self.sleep()

    def _next(self) -> Any:
        _prepare(self.huey)
        return self.huey.dequeue()

    def sleep(self) -> None:
        with self.turn:
            if not self.stop_flag.is_set() and self.more.wait(self.delay):
                self.more.clear()


class _Idle(Scheduler):  # type: ignore[misc]
    """Nothing is ever put off until later in the queue: what is due is in the catalogue."""

    def loop(self, now: Any = None) -> None:  # noqa: ARG002
        self.stop_flag.wait()


class _Threads(Consumer):  # type: ignore[misc]
    """A consumer that leaves the process's signals alone: there are several of them in one process."""

    worker_class = _Thread
    scheduler_class = _Idle

    def __init__(self, queue: Huey, more: threading.Event, reach: Reach, **options: Any):
        self._turn, self._more, self._reach = threading.Lock(), more, reach
        super().__init__(queue, **options)

    def _create_worker(self) -> Worker:
        worker = super()._create_worker()
        worker.turn, worker.more, worker.reach = self._turn, self._more, self._reach
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
            self._reach = _reaches(url)
        except ImportError as error:
            raise MissingDriver(error) from error
        try:
            self._queues = {name: _open(name, url, folder) for name in QUEUES}
        except ValueError as error:
            raise BadSettings(
                "jobs.url is not an address such as redis://host:6379/0 or postgresql://user@host/name.",
                detail=str(error),
            ) from error
        self._more = {name: threading.Event() for name in QUEUES}
        self._tasks = {name: queue.task(name="handle")(self._handling(name)) for name, queue in self._queues.items()}

    def on(self, work: str, handler: Handler) -> None:
        """Say who does `work`; only a worker process needs this."""
        self._handlers[work] = handler

    def send(self, queue: str, work: str, *arguments: str | int, within_seconds: float | None = None) -> None:
        """Leave a message. One that matters only `within_seconds` overtakes those that wait, and is dropped later.

        While the queue does not answer, which is logged when it begins, messages are dropped: what is to be done is
        stored, and workers find it.
        """
        urgent = {} if within_seconds is None else {"priority": _URGENT, "expires": within_seconds}

        def put() -> None:
            _prepare(self._queues[queue])
            self._tasks[queue](work, *arguments, **urgent)

        self._reach[queue].ask(put)

    @property
    def is_away(self) -> bool:
        """Whether one of the queues did not answer when it was asked last."""
        return any(reach.is_away for reach in self._reach.values())

    def depth(self, queue: str) -> int:
        """Messages that wait; none are known of a queue that does not answer."""
        return self.known_depth(queue) or 0

    def known_depth(self, queue: str) -> int | None:
        """Messages that wait; None when the queue does not answer."""

        def count() -> int:
            _prepare(self._queues[queue])
            return int(self._queues[queue].pending_count())

        return self._reach[queue].ask(count)

    def consumer(self, queue: str, *, workers: int, poll_seconds: float) -> Consumer:
        """The threads that serve a queue; start() and stop() it."""
        return _Threads(
            self._queues[queue],
            self._more[queue],
            self._reach[queue],
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


def _reaches(url: str) -> dict[str, Reach]:
    """Queues on one server are away together; each file is locked by itself, and free again in a moment."""
    failures = _failures(url)
    if url:
        return dict.fromkeys(QUEUES, Reach(failures))
    return {name: Reach(failures, longest_pause_seconds=FIRST_PAUSE_SECONDS) for name in QUEUES}


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
        from redis import ConnectionPool
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError as Cut
        from redis.retry import Retry

        # Once more at once where a restart has cut the connection; more than that is for those who ask.
        again = Retry(NoBackoff(), 1, supported_errors=(Cut,))
        pool = ConnectionPool.from_url(url, retry=again, **_REDIS_PATIENCE)
        return PriorityRedisHuey(f"medialib-{name}", connection_pool=pool, results=False)
    patience = {key: value for key, value in _POSTGRESQL_PATIENCE.items() if f"{key}=" not in url}
    return PostgresHuey(f"medialib-{name}", dsn=url, results=False, create_tables=False, **patience)


def _prepare(queue: Huey) -> None:
    """Make the tables of a queue in PostgreSQL, which may have been away when it was opened."""
    if isinstance(queue, PostgresHuey) and not getattr(queue, "is_prepared", False):
        queue.storage.initialize_schema()
        queue.is_prepared = True
