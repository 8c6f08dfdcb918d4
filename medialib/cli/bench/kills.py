"""Worker, server and ffmpeg are killed at random moments of an import; does everything mend itself?"""

import random
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click
import psutil

from medialib.cli.bench.extent import Extent
from medialib.cli.bench.family import at_work, says
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.recordings import LOOP_SECONDS, make_recording
from medialib.cli.bench.report import Figure
from medialib.store import Store

KILLS = 30
# Slow enough and cut finely enough that thirty kills fall into the work, and leases that end soon after.
SETTINGS = {
    "JOBS__LEASE_SECONDS": "2",
    "JOBS__RENEW_SECONDS": "0.5",
    "JOBS__RECONCILE_SECONDS": "1",
    "JOBS__BACKOFF_SECONDS": "0.1",
    "RUNS__BULK_SEGMENTS": "5",
    "LADDER__SEGMENT_SECONDS": "2",
    "LADDER__PRESET": "medium",
    "LADDER__START_RUNG": "240",
}
_WEIGHTS = {"ffmpeg": 4, "work": 1, "serve": 1}
_APPEAR_SECONDS = 60.0
_LATEST_SECONDS = 1.5
_SMALLEST_BYTES = 100
_SEED = 2023
_TOLD_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was killed, by kind; lessons by id; `leftovers` under tmp/ and `holes` among the segments as paths."""

    killed: tuple[str, ...]
    lessons: tuple[str, ...]
    complete: tuple[str, ...]
    seconds: float
    leftovers: tuple[str, ...]
    holes: tuple[str, ...]


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """The figures of thirty kills (ten when quick) during the import of four small recordings."""
    kills = 10 if extent.quick else KILLS
    library = make_library(folder, "kills", SETTINGS)
    with running(library) as supervisor:
        outcome = kill_and_wait(library, supervisor, make_recordings(folder), kills=kills, chance=random.Random(_SEED))
    group = f"kills, {len(outcome.lessons)} recordings of {LOOP_SECONDS} s"
    times = ", ".join(f"{kind} {outcome.killed.count(kind)}" for kind in _WEIGHTS)
    whole = f"{len(outcome.complete)} of {len(outcome.lessons)}"
    return [
        Figure(group=group, what="kill -9", value=f"{len(outcome.killed)}", bar=f"{kills}", yardstick=times),
        Figure(group=group, what="lessons complete without a command", value=whole, bar="all"),
        Figure(group=group, what="from the last kill to complete", value=f"{outcome.seconds:.1f} s", bar=""),
        Figure(group=group, what="temporary files left", value=f"{len(outcome.leftovers)}", bar="0"),
        Figure(group=group, what="segments missing or empty", value=f"{len(outcome.holes)}", bar="0"),
    ]


def make_recordings(folder: Path, *, count: int = 4) -> list[Path]:
    return [
        make_recording(folder, name=f"kills-{hertz}.mp4", height=480, seconds=LOOP_SECONDS, megabits=1, hertz=hertz)
        for hertz in range(300, 300 + 10 * count, 10)
    ]


def kill_and_wait(
    library: BenchLibrary,
    supervisor: subprocess.Popen[bytes],
    recordings: Sequence[Path],
    *,
    kills: int,
    chance: random.Random,
    patience_seconds: float = 300,
) -> Outcome:
    """Import all but one recording, kill at random, import the last one amidst, and look what becomes of it."""
    lessons = [library.take_in(path)["lesson"] for path in recordings[:-1]]
    kinds = [*_WEIGHTS, *chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=kills - len(_WEIGHTS))]
    chance.shuffle(kinds)
    killed = _kill(supervisor, kinds[: kills // 2], chance)
    lessons.append(library.take_in(recordings[-1])["lesson"])
    killed += _kill(supervisor, kinds[kills // 2 :], chance)
    began = time.monotonic()
    _wait(lambda: len(_complete(library, lessons)) == len(lessons), patience_seconds)
    seconds = time.monotonic() - began
    _tell(library, lessons)
    temporary = Store(library.folder).temporary
    _wait(lambda: not any(temporary.iterdir()), 20)
    return Outcome(
        killed=tuple(killed),
        lessons=tuple(lessons),
        complete=_complete(library, lessons),
        seconds=seconds,
        leftovers=tuple(sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*"))),
        holes=tuple(_holes(library)),
    )


def _kill(supervisor: subprocess.Popen[bytes], kinds: Sequence[str], chance: random.Random) -> list[str]:
    """Kill one of each kind in turn; fewer only when nothing of a kind runs any more."""
    return [kind for kind in kinds if _kill_one(psutil.Process(supervisor.pid), kind, chance)]


def _kill_one(supervisor: psutil.Process, kind: str, chance: random.Random) -> bool:
    """Wait until there is one of this kind, and kill one a moment later; says whether one was killed.

    What ended by itself meanwhile is not counted: the next one is waited for.
    """
    end = time.monotonic() + _APPEAR_SECONDS
    while time.monotonic() < end:
        _wait(lambda: bool(_victims(supervisor, kind)), _APPEAR_SECONDS)
        time.sleep(chance.uniform(0, _LATEST_SECONDS))
        if victims := _victims(supervisor, kind):
            with suppress(psutil.NoSuchProcess):
                chance.choice(victims).kill()
                return True
    return False


def _victims(supervisor: psutil.Process, kind: str) -> list[psutil.Process]:
    """The worker, the server's master or every ffmpeg that runs: descendants of the supervisor alone."""
    if kind == "ffmpeg":
        return [one for one in supervisor.children(recursive=True) if says(one.name).startswith(kind)]
    return at_work(kind, supervisor.children())


def _complete(library: BenchLibrary, lessons: Sequence[str]) -> tuple[str, ...]:
    """Those that are; none while the server is being started again."""
    try:
        return tuple(one for one in lessons if library.lesson(one)["state"] == "complete")
    except OSError:
        return ()


def _tell(library: BenchLibrary, lessons: Sequence[str]) -> None:
    """Print why lessons are not complete: each one's state, and the log's warnings."""
    for one in set(lessons) - set(_complete(library, lessons)):
        click.echo(f"   {one}: {library.lesson(one)['state']}")
        warnings = [row for row in library.log.read_text(errors="replace").splitlines() if one in row]
        click.echo("\n".join(f"      {row}" for row in warnings[-_TOLD_LINES:]))


def _holes(library: BenchLibrary) -> list[str]:
    """Segments of the plans that are not there, or have nothing in them."""
    store = Store(library.folder)
    found = []
    for lesson_id, plan in library.plans().items():
        for rendition in plan.renditions:
            if rendition.name in library.lesson(lesson_id)["left_out"]:
                continue
            sizes = store.segments(lesson_id, plan.version, rendition.name)
            for number in range(plan.segment_count):
                if sizes.get(number, 0) < _SMALLEST_BYTES:
                    found.append(f"{lesson_id}/{rendition.name}/{number}.m4s")
    return found


def _wait(true: Callable[[], bool], seconds: float) -> None:
    """Until it is true, or for so long."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
