"""What a complete ladder costs, beside one uninterrupted decode-once ffmpeg command with the same settings."""

import os
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from medialib.catalogue.plans import Plan
from medialib.cli.bench.library import make_library, make_recording
from medialib.cli.bench.report import Figure
from medialib.ingest.commands import whole_command
from medialib.ingest.tools import find_tools
from medialib.services import open_with
from medialib.settings import Settings, Store, Tools


@dataclass(frozen=True)
class _Cost:
    cpu_seconds: float
    wall_seconds: float


def measure(folder: Path, quick: bool) -> list[Figure]:
    """CPU of an import to the end against CPU of the yardstick, one after the other on the same file."""
    seconds = 60 if quick else 600
    source = make_recording(folder, name=f"ladder-{seconds}.mp4", height=1080, seconds=seconds, megabits=12)
    library = make_library(folder, "ladder")
    ours = _cost(library.command("import", "--json", "--wait", "complete", str(source)), library.environment, folder)
    plan = _plan(library.folder)
    whole = folder / "whole"
    for rendition in plan.renditions:
        (whole / rendition.name).mkdir(parents=True, exist_ok=True)
    program = find_tools(Tools()).ffmpeg
    theirs = _cost(whole_command(program, source, plan), dict(os.environ), whole)
    shutil.rmtree(whole)
    shutil.rmtree(library.folder)
    ratio = ours.cpu_seconds / theirs.cpu_seconds
    speed = seconds / ours.wall_seconds
    group = f"ladder, {seconds // 60} min 1080p30 12 Mbit/s"
    beside = f"{theirs.cpu_seconds:.0f} s CPU of one ffmpeg command"
    return [
        Figure(group=group, what="CPU of the complete ladder", value=f"{ratio:.3f} x", bar="1.15 x", yardstick=beside),
        Figure(group=group, what="seconds of lesson completed per second", value=f"{speed:.2f}", bar=""),
    ]


def _plan(folder: Path) -> Plan:
    from medialib.catalogue import lookups

    services = open_with(Settings(store=Store(url=str(folder))))
    with services.database.read() as session:
        (lesson,) = lookups.all_lessons(session)
        plan = lookups.current_plan(session, lesson)
    services.database.close()
    return plan


def _cost(argv: list[str], environment: dict[str, str], folder: Path) -> _Cost:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(argv, env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Cost(cpu_seconds=cpu, wall_seconds=time.monotonic() - began)
