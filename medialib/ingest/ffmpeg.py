"""The one place that runs ffmpeg and ffprobe: limited, sandboxed when possible, killed with its parent."""

import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from medialib.errors import N_, MissingTool, ToolFailed, ToolKilled
from medialib.ingest.failures import failed, gone, no_room
from medialib.ingest.supervision import LONGEST_LINE_BYTES, Brake, Printer, Watch

_DETAIL_BYTES = 4_000
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
        raise failed(f"{argv[0]}: {error}") from error
    if done.returncode:
        raise failed(f"{argv[0]} ended with {done.returncode}: {_tail(done.stderr)}")
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
    if reach.reads and not reach.reads.exists():
        raise gone(reach.reads)
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
            printer = Printer(each_line)
            _follow(process, printer, limits, tick, tick_seconds, meanwhile)
        finally:
            _end(process)
        complaints = _end_of(stderr)
        if process.returncode:
            raise _failure(argv, process.returncode, complaints)
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
    printer: Printer,
    limits: Limits,
    tick: Callable[[], None],
    tick_seconds: float,
    meanwhile: Callable[[], Callable[[], None] | None],
) -> None:
    """Read stdout until it closes; progress reports (out_time) count as signs of life when they move."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    brake = Brake(process, limits.gives_way)
    watch = Watch(
        wall_seconds=limits.wall_seconds, stall_seconds=limits.stall_seconds, lines_are_progress=printer.by_lines
    )
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(tick_seconds):
                chunk = process.stdout.read(LONGEST_LINE_BYTES)
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


def _failure(argv: Sequence[str], code: int, complaints: str) -> ToolFailed:
    told = f"{Path(argv[0]).name} ended with {code}: {complaints}"
    if code in _KILLED:
        return failed(told, kind=ToolKilled)
    return no_room(told) if _NO_ROOM in complaints else failed(told, names=_names(argv))


def _names(argv: Sequence[str]) -> set[str]:
    """The paths among the arguments."""
    return {one.removeprefix("file:") for one in argv if "/" in one}


def _end_of(file: IO[bytes]) -> str:
    """The last of what was written: a damaged file makes ffmpeg complain without end."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _DETAIL_BYTES))
    return _tail(file.read())


def _tail(complaints: bytes) -> str:
    return complaints[-_DETAIL_BYTES:].decode(errors="replace").strip()
