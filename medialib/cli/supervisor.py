"""A supervisor: processes that should be running are begun, again when they die, and ended with it.

They are forks of it: what it has loaded by then none of them loads anew, and all of them share the memory of that.
"""

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkProcess

import structlog

from medialib.cli.stopping import Told

log = structlog.get_logger()

_FORK = multiprocessing.get_context("fork")
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_ENDING = (signal.SIGTERM, signal.SIGINT)
_GRACE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 30


@dataclass
class Child:
    """Work that a process of its own should be at, and when it may begin again; one that runs `once` may end."""

    name: str
    work: Callable[[], None]
    process: ForkProcess | None = None
    started: float = 0.0
    pause_seconds: float = 0.5
    longest_pause_seconds: float = LONGEST_PAUSE_SECONDS
    once: bool = False

    def start(self) -> None:
        # A signal that comes before the child listens itself waits until then.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            # No daemon, as those may begin no process of their own, and an index is built anew by two.
            self.process = _FORK.Process(target=self._begin, args=(os.getpid(),))
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.started = time.monotonic()

    def _begin(self, supervisor: int) -> None:
        """In the child, as if it had been called from a shell: a name, and nobody listening to signals yet."""
        library = ctypes.CDLL(None)
        library.prctl(_PR_SET_NAME, process_name(self.name).encode())
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # that of one that was killed must not go on alone
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        if os.getppid() == supervisor:
            self.work()

    def tend(self) -> None:
        """Start the process, or again when it has ended: at once, with growing pauses if it keeps dying."""
        if self.process is not None and (self.process.exitcode is None or self.once):
            return
        if self.process is not None:
            lived = time.monotonic() - self.started
            if lived < self.pause_seconds:
                return
            log.warning("a process ended and is started again", what=self.name, code=self.process.exitcode)
            self.pause_seconds = 0.5 if lived > 60 else min(self.pause_seconds * 2, self.longest_pause_seconds)
        self.start()


class Supervisor:
    """Keeps children running until this process is told to stop."""

    def __init__(self, children: list[Child]):
        self._children = children

    def watch(self) -> None:
        told = Told()
        try:
            while True:
                for child in self._children:
                    child.tend()
                if told.wait(0.2):
                    break
        finally:  # also by a mistake: this process would wait for them, and nobody would tend them
            self._stop()

    def _stop(self) -> None:
        running = [child.process for child in self._children if child.process and child.process.is_alive()]
        for process in running:
            process.terminate()
        end = time.monotonic() + _GRACE_SECONDS
        for process in running:
            process.join(max(0.1, end - time.monotonic()))
            if process.is_alive():
                process.kill()


def process_name(command: str) -> str:
    """What `ps` and `top` call the process of a command; the system keeps fifteen letters."""
    return f"medialib {command}"
