"""A supervisor: processes that should be running are started, again when they die, and ended with it."""

import ctypes
import signal
import subprocess
import time
from dataclasses import dataclass

import structlog

from medialib.cli.stopping import Told

log = structlog.get_logger()

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 30


@dataclass
class Child:
    """A process that should be running, and when it may be started again; one that runs `once` may end."""

    argv: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause_seconds: float = 0.5
    longest_pause_seconds: float = LONGEST_PAUSE_SECONDS
    once: bool = False

    def start(self) -> None:
        self.process = subprocess.Popen(self.argv, preexec_fn=_die_with_parent)
        self.started = time.monotonic()

    def tend(self) -> None:
        """Start the process, or again when it has ended: at once, with growing pauses if it keeps dying."""
        if self.process is not None and (self.process.poll() is None or self.once):
            return
        if self.process is not None:
            lived = time.monotonic() - self.started
            if lived < self.pause_seconds:
                return
            log.warning("a process ended and is started again", what=self.argv[-1], code=self.process.returncode)
            self.pause_seconds = 0.5 if lived > 60 else min(self.pause_seconds * 2, self.longest_pause_seconds)
        self.start()


class Supervisor:
    """Keeps children running until this process is told to stop."""

    def __init__(self, children: list[Child]):
        self._children = children

    def watch(self) -> None:
        told = Told()
        while True:
            for child in self._children:
                child.tend()
            if told.wait(0.2):
                break
        self._stop()

    def _stop(self) -> None:
        running = [child.process for child in self._children if child.process and child.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        end = time.monotonic() + _GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def _die_with_parent() -> None:
    """A child of a supervisor that was killed must not go on alone (Linux: prctl)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
