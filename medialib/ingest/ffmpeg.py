"""The one place that runs ffmpeg and ffprobe: limited, sandboxed when possible, killed with its parent."""

import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from medialib.errors import N_, DiskFull, MissingTool, ToolFailed, ToolKilled, ToolStalled

_DETAIL_BYTES = 4_000
# What a program may print when it is not read line by line, and the longest line then.
_MOST_PRINTED_BYTES = 64 << 20
_LONGEST_LINE_BYTES = 1 << 20
_LONGEST_HOLD_SECONDS = 8.0
# By SIGKILL: itself, or as the sandbox tells it.
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
# strerror(ENOSPC), which is all that ffmpeg says, if it says anything.
_NO_ROOM = "No space left on device"
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one call may use.

    `stall_seconds`: ended when it reports no progress for so long; `file_bytes`: it writes no file larger than that;
    `gives_way`: it is held still while this is true.
    """

    memory_bytes: int
    wall_seconds: float
    stall_seconds: float
    nice: int
    sandbox: str
    file_bytes: int = 4 << 30
    gives_way: Callable[[], bool] = lambda: False


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The only things of the machine that a call sees: one file to read, one directory to write and work in."""

    reads: Path | None
    writes: Path


def capture(argv: Sequence[str], *, timeout_seconds: float) -> str:
    """What a trusted question (such as -version) prints; raises ToolFailed."""
    try:
        done = subprocess.run(argv, capture_output=True, timeout=timeout_seconds, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(f"{argv[0]}: {error}") from error
    if done.returncode:
        raise _failed(f"{argv[0]} ended with {done.returncode}: {_tail(done.stderr)}")
    return done.stdout.decode(errors="replace")


def run(
    argv: Sequence[str],
    *,
    reach: Reach,
    limits: Limits,
    tick: Callable[[], None] = lambda: None,
    tick_seconds: float = 0.25,
    meanwhile: Callable[[], Callable[[], None] | None] = lambda: None,
    each_line: Callable[[bytes], None] | None = None,
    complained: Callable[[str], None] = lambda _: None,
) -> bytes:
    """Run to the end and return what it printed; `tick` is called meanwhile and may raise to end it.

    `meanwhile` may hand out something more urgent: the program is held still until that is done.
    `each_line` is given what is printed line by line instead, however much that is, and every line counts as
    progress. `complained` hears the end of what a run that went well wrote about its troubles.
    Raises ToolFailed when it fails (DiskFull when it tells of that), ToolStalled when it stalls or takes too long, and
    whatever `tick` raises; in every case no process is left behind.
    """
    with tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            confine(argv, reach, limits),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=reach.writes,
            # Not a session of its own: with autogroup scheduling `nice` counts only among the processes of a session.
            process_group=0,
        )
        try:
            printer = _Printer(each_line)
            _follow(process, printer, limits, tick, tick_seconds, meanwhile)
        finally:
            _end(process)
        complaints = _end_of(stderr)
        if process.returncode:
            failure = _failed(f"{Path(argv[0]).name} ended with {process.returncode}: {complaints}")
            if process.returncode in _KILLED:
                raise ToolKilled(failure.message, detail=failure.detail)
            if _NO_ROOM in complaints:
                raise no_room(failure.detail)
            raise failure
    complained(complaints)
    return bytes(printer.kept)


def confine(argv: Sequence[str], reach: Reach, limits: Limits) -> list[str]:
    """`argv` with its limits and sandbox around it; raises MissingTool when sandbox is required and absent."""
    bounds = [
        # First, so that the parent's death is noticed from the earliest moment on; it outlives the programs below.
        *("setpriv", "--pdeathsig", "KILL", "--"),
        *(
            "prlimit",
            f"--as={limits.memory_bytes}",
            "--core=0",
            f"--cpu={int(limits.wall_seconds * 4)}",
            f"--fsize={limits.file_bytes}",
            "--",
        ),
        *("nice", "-n", str(limits.nice)),
    ]
    bwrap = working_bubblewrap() if limits.sandbox != "off" else None
    if bwrap is None and limits.sandbox == "required":
        raise MissingTool(N_("sandbox is required, but bubblewrap does not work here. Please install bubblewrap."))
    return [*bounds, *(_walls(bwrap, argv[0], reach) if bwrap else []), *argv]


@lru_cache
def working_bubblewrap() -> str | None:
    """The path of bwrap when it is there and may make namespaces."""
    found = shutil.which("bwrap")
    if found is None:
        return None
    trial = subprocess.run([found, "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True)
    return found if trial.returncode == 0 else None


def _walls(bwrap: str, program: str, reach: Reach) -> list[str]:
    walls = [bwrap, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    # Not all of /dev: its tty would let a hijacked decoder type into the operator's shell.
    for device in ("/dev/null", "/dev/urandom"):
        walls += ["--dev-bind", device, device]
    for place in (*_SYSTEM, str(Path(program).resolve()), program):
        walls += ["--ro-bind-try", place, place]
    if reach.reads:
        walls += ["--ro-bind", str(reach.reads), str(reach.reads)]
    return [*walls, "--bind", str(reach.writes), str(reach.writes), "--chdir", str(reach.writes), "--"]


def _follow(
    process: subprocess.Popen[bytes],
    printer: "_Printer",
    limits: Limits,
    tick: Callable[[], None],
    tick_seconds: float,
    meanwhile: Callable[[], Callable[[], None] | None],
) -> None:
    """Read stdout until it closes; progress reports (out_time) count as signs of life when they move."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    watch, brake = _Watch(limits, lines_are_progress=printer.by_lines), _Brake(process, limits.gives_way)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(tick_seconds):
                chunk = process.stdout.read(_LONGEST_LINE_BYTES)
                if chunk == b"":
                    break
                printer.take(chunk or b"")
                watch.saw(chunk or b"")
            tick()
            if urgent := meanwhile():
                began = time.monotonic()
                with brake.held():
                    urgent()
                watch.excuse(time.monotonic() - began)
            if brake.holds():
                watch.excuse()
            watch.check()
    printer.end()
    process.wait(timeout=30)
    tick()


class _Printer:
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
        if len(self.kept) > (_LONGEST_LINE_BYTES if self._each_line else _MOST_PRINTED_BYTES):
            raise _failed("it printed too much")

    def end(self) -> None:
        if self._each_line and self.kept:
            self.take(b"\n")


class _Watch:
    """Raises ToolStalled when a call takes too long or does not come on."""

    def __init__(self, limits: Limits, *, lines_are_progress: bool):
        self._limits = limits
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
        if now - self._begin > self._limits.wall_seconds:
            raise _stalled(f"took more than {self._limits.wall_seconds:.0f} s")
        if now - self._moved > self._limits.stall_seconds:
            raise _stalled(f"no progress for {self._limits.stall_seconds:.0f} s")


class _Brake:
    """Holds a program still while somebody waits for another: where the machine lends its cores, nice is not enough.

    After a long hold it runs on for as long, so that nothing waits for ever.
    """

    def __init__(self, process: subprocess.Popen[bytes], gives_way: Callable[[], bool]):
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


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program, and what is left of its group: a sandbox killed early leaves its child waiting."""
    if process.poll() is None or process.returncode:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def end_orphans(folder: Path) -> list[int]:
    """End sandboxes at work below `folder` whose leader was killed while they began; returns the ids of the processes.

    bubblewrap's second process waits for a word of its first one, and for ever when that was killed before.
    """
    ended = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended by itself, or is another user's
            named, _, rest = (place / "stat").read_text().rpartition(")")
            leader = rest.split()[2]
            if not named.endswith("(bwrap") or Path("/proc", leader).exists():
                continue
            if (place / "cwd").readlink().is_relative_to(folder.resolve()):
                os.kill(int(place.name), signal.SIGKILL)
                ended.append(int(place.name))
    return ended


def _failed(detail: str) -> ToolFailed:
    return ToolFailed(N_("This part of the recording could not be converted."), detail=detail)


def no_room(detail: str) -> DiskFull:
    return DiskFull(N_("The server has no room for this file. Please tell the county office."), detail=detail)


def _stalled(detail: str) -> ToolStalled:
    return ToolStalled(N_("This part of the recording could not be converted."), detail=detail)


def _end_of(file: IO[bytes]) -> str:
    """The last of what was written: a damaged file makes ffmpeg complain without end."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _DETAIL_BYTES))
    return _tail(file.read())


def _tail(complaints: bytes) -> str:
    return complaints[-_DETAIL_BYTES:].decode(errors="replace").strip()
