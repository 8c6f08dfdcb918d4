"""Damaged files beside a living worker: each is refused with a sentence or becomes a lesson, and nothing hangs."""

import json
import os
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from medialib.catalogue import lookups
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.family import at_work
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.report import Figure
from medialib.ingest.ffmpeg import capture
from medialib.ingest.tools import find_tools
from medialib.services import open_with
from medialib.settings import Settings, Store, Tools

_NUMBER, _QUICK_NUMBER = 300, 32
_SEED = 20
_HEAD_BYTES = 800
_MOST_SECONDS = 1500
_REST_SECONDS = 60
_NAMES = ("a.mp4", "a.mkv", "a.ts", "a.flv", "a.avi", "a.mp3", "a.ogg", "a.m4a")
_SETTINGS = {"JOBS__BACKOFF_SECONDS": "0.2", "LADDER__PRESET": "ultrafast", "TOOLS__STALL_SECONDS": "20"}


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """MEDIALIB_MUTATIONS files, or 300, are imported by one command beside a server and a worker."""
    number = int(os.environ.get("MEDIALIB_MUTATIONS", _QUICK_NUMBER if extent.quick else _NUMBER))
    broken = make_broken(folder, number, random.Random(_SEED))
    library = make_library(folder, "mutations", _SETTINGS)
    with running(library) as supervisor:
        before = _worker(supervisor)
        lines = _take_in(library, broken)
        states = _settled(library)
        lives = _worker(supervisor) == before
        there = [one for one in psutil.Process(supervisor.pid).children(recursive=True) if "ff" in one.name()]
        _, hung = psutil.wait_procs(there, timeout=_REST_SECONDS)  # thumbnails of the last lesson may be under way
    kinds = {kind: sum(line["status"] == kind for line in lines) for kind in sorted({one["status"] for one in lines})}
    told = sum(bool(line["lesson"] or line["reason"]) for line in lines)
    ends = ", ".join(f"{states.count(one)} {one}" for one in sorted(set(states)))
    left = sum(1 for _ in (library.folder / "tmp").iterdir())
    group = f"damage, {number} files beside a living worker"
    return [
        Figure(
            group=group, what="a lesson or a sentence", value=f"{told} of {number}", bar="all",
            yardstick=", ".join(f"{count} {kind}" for kind, count in kinds.items()),
        ),
        Figure(group=group, what="lessons that came to an end", value=ends, bar="none published"),
        Figure(group=group, what="the worker lives", value="yes" if lives else "no", bar="yes"),
        Figure(group=group, what="processes that hang, temporary files", value=f"{len(hung)}, {left}", bar="0, 0"),
    ]  # fmt: skip


def make_broken(folder: Path, number: int, chance: random.Random) -> list[Path]:
    """Small recordings of several containers, each cut off or with other bytes here and there."""
    place = folder / "broken"
    place.mkdir()
    whole = {name: _whole(folder / name).read_bytes() for name in _NAMES}
    found = []
    for count in range(number):
        name = _NAMES[count % len(_NAMES)]
        content = whole[name]
        broken = bytearray(content[: chance.choice((len(content), chance.randrange(1, len(content))))])
        for _ in range(chance.choice((1, 10, 100))):
            within = chance.choice((len(broken), min(len(broken), _HEAD_BYTES)))
            broken[chance.randrange(within)] = chance.randrange(256)
        found.append(place / f"{count:03}{Path(name).suffix}")
        found[-1].write_bytes(broken)
    return found


def _whole(path: Path) -> Path:
    picture = ("-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25")
    sound = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100")
    inputs = sound if path.suffix in (".mp3", ".ogg", ".m4a") else (*picture, *sound)
    encoder = ("-c:a", "libvorbis") if path.suffix == ".ogg" else ()
    program = find_tools(Tools()).ffmpeg
    capture([program, "-nostdin", "-v", "error", "-y", *inputs, "-t", "2", *encoder, str(path)], timeout_seconds=60)
    return path


def _take_in(library: BenchLibrary, files: Sequence[Path]) -> list[dict[str, Any]]:
    command = library.command("import", "--json", "--wait", "published", *map(str, files))
    done = subprocess.run(
        command, env=library.environment, cwd=library.folder, capture_output=True, text=True, timeout=_MOST_SECONDS
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _settled(library: BenchLibrary) -> list[str]:
    """The states of all lessons once there is nothing left to do, or when it takes too long."""
    services = open_with(Settings(store=Store(url=str(library.folder))))
    end = time.monotonic() + _MOST_SECONDS
    while True:
        with services.database.read() as session:
            states = [one.state for one in lookups.all_lessons(session)]
        if "published" not in states or time.monotonic() > end:
            services.database.close()
            return states
        time.sleep(1)


def _worker(supervisor: subprocess.Popen[bytes]) -> int | None:
    workers = at_work("work", psutil.Process(supervisor.pid).children())
    return workers[0].pid if workers else None
