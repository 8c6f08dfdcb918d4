"""Whether the queue can be reached: one that cannot is left alone for a moment, longer each time, and nobody waits."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0


class Reach:
    """Asks a queue in another process; `failures` are what is raised when it does not answer."""

    def __init__(
        self,
        failures: tuple[type[Exception], ...],
        *,
        longest_pause_seconds: float = LONGEST_PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.failures = failures
        self._longest_pause_seconds = longest_pause_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._pause_seconds = 0.0
        self._until = 0.0

    @property
    def pause_seconds(self) -> float:
        """How long it is left alone yet."""
        return max(0.0, self._until - self._clock())

    @property
    def is_away(self) -> bool:
        """Whether it did not answer when it was asked last."""
        return self._pause_seconds > 0

    def ask(self, act: Callable[[], T]) -> T | None:
        """What `act` answers; None when the queue does not answer, or did not a moment ago."""
        return None if self.pause_seconds else self.ask_now(act)

    def ask_now(self, act: Callable[[], T]) -> T | None:
        """The same of what has begun and cannot wait: it is asked even though it did not answer a moment ago."""
        try:
            answer = act()
        except self.failures as error:
            self._failed(error)
            return None
        self._reached()
        return answer

    def _failed(self, error: Exception) -> None:
        with self._lock:
            if self.pause_seconds:
                return  # another thread has just told
            self._pause_seconds = min(self._longest_pause_seconds, self._pause_seconds * 2 or FIRST_PAUSE_SECONDS)
            self._until = self._clock() + self._pause_seconds
            again = self._pause_seconds
        log.warning(
            "the queue (jobs.url) does not answer; work goes on without it, only more slowly",
            error=" ".join(str(error).split()), again_seconds=again,
        )  # fmt: skip

    def _reached(self) -> None:
        if self._pause_seconds:
            self._pause_seconds = self._until = 0.0
            log.info("the queue (jobs.url) answers again")
