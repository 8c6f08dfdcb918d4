"""A program that runs, supervised: what it prints is bounded, it must come on, and it may be held still."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from medialib.errors import ToolFailed, ToolStalled
from medialib.ingest.failures import failed

# What a program may print when it is not read line by line, and the longest line then.
_MOST_PRINTED_BYTES = 64 << 20
LONGEST_LINE_BYTES = 1 << 20
_LONGEST_HOLD_SECONDS = 8.0


class Process(Protocol):
    """What is held still: the leader of a group of its own."""

    pid: int

    def poll(self) -> int | None: ...


class Printer:
    """Keeps what a program prints, up to a bound, or hands it on line by line."""

    def __init__(self, each_line: Callable[[bytes], None] | None):
        self._each_line = each_line
        self.kept = bytearray()

    @property
    def by_lines(self) -> bool:
        return self._each_line is not None

    def take(self, chunk: bytes) -> None:
        self.kept += chunk
        if self._each_line:
            *lines, rest = self.kept.split(b"\n")
            self.kept = rest
            for line in lines:
                self._each_line(bytes(line))
        if len(self.kept) > (LONGEST_LINE_BYTES if self._each_line else _MOST_PRINTED_BYTES):
            raise failed("it printed too much")

    def end(self) -> None:
        if self._each_line and self.kept:
            self.take(b"\n")


class Watch:
    """Raises ToolStalled when a call takes too long or does not come on."""

    def __init__(self, *, wall_seconds: float, stall_seconds: float, lines_are_progress: bool):
        self._wall_seconds = wall_seconds
        self._stall_seconds = stall_seconds
        self._lines_are_progress = lines_are_progress
        self._begin = self._moved = time.monotonic()
        self._last: list[bytes] = []

    def saw(self, printed: bytes) -> None:
        if self._lines_are_progress:
            self._moved = time.monotonic()
            return
        places = [line for line in printed.split(b"\n") if line.startswith((b"out_time_us", b"frame"))]
        if places != self._last:
            self._moved = time.monotonic()
            self._last = places

    def excuse(self, seconds: float = 0.0) -> None:
        """It cannot come on just now, or could not for so long, which is none of its time."""
        self._begin += seconds
        self._moved = time.monotonic()

    def check(self) -> None:
        now = time.monotonic()
        if now - self._begin > self._wall_seconds:
            raise _stalled(f"took more than {self._wall_seconds:.0f} s")
        if now - self._moved > self._stall_seconds:
            raise _stalled(f"no progress for {self._stall_seconds:.0f} s")


class Brake:
    """Holds a program still while somebody waits for another: where the machine lends its cores, nice is not enough.

    After a long hold it runs on for as long, so that nothing waits for ever.
    """

    def __init__(self, process: Process, gives_way: Callable[[], bool]):
        self._process = process
        self._gives_way = gives_way
        self._held_since: float | None = None
        self._free_until = 0.0

    def holds(self) -> bool:
        now = time.monotonic()
        too_long = self._held_since is not None and now - self._held_since > _LONGEST_HOLD_SECONDS
        if too_long:
            self._free_until = now + _LONGEST_HOLD_SECONDS
        wanted = now >= self._free_until and self._gives_way()
        if wanted != (self._held_since is not None) and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGSTOP if wanted else signal.SIGCONT)
            self._held_since = now if wanted else None
        return self._held_since is not None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds it still for as long as the block lasts."""
        ours = self._held_since is None
        if ours and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if ours and self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGCONT)


def _stalled(detail: str) -> ToolFailed:
    return failed(detail, kind=ToolStalled)
