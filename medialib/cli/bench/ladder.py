"""What a complete ladder costs, beside one uninterrupted decode-once ffmpeg command with the same settings."""

import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medialib.catalogue.cuts import Cuts
from medialib.catalogue.plans import Plan
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import make_library
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure
from medialib.ingest import ffmpeg
from medialib.ingest.commands import whole_command
from medialib.ingest.tools import find_tools
from medialib.settings import Tools

# bubblewrap does not wait for what it runs: its processor time would be nobody's.
_SANDBOX: Final = "off"


@dataclass(frozen=True)
class _Cost:
    cpu_seconds: float
    wall_seconds: float


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """CPU of an import to the end against CPU of the yardstick, one after the other on the same file."""
    seconds = 60 if extent.quick else 600 if extent.long else 180
    source = make_recording(folder, name=f"ladder-{seconds}.mp4", height=1080, seconds=seconds, megabits=12)
    library = make_library(folder, "ladder", {"TOOLS__SANDBOX": _SANDBOX})
    ours = _cost(lambda: library.take_in(source, wait="complete"))
    (plan,) = library.plans().values()
    without = _not_encoded(library.folder, plan)
    shutil.rmtree(library.folder)
    theirs = _cost(lambda: _make_whole(folder / "whole", source, plan, without))
    shutil.rmtree(folder / "whole")
    ratio = ours.cpu_seconds / theirs.cpu_seconds
    speed = seconds / ours.wall_seconds
    group = f"ladder, {seconds // 60} min 1080p30 12 Mbit/s"
    beside = f"{ours.cpu_seconds:.0f} s CPU, {theirs.cpu_seconds:.0f} s of one ffmpeg command"
    pace = f"{seconds / theirs.wall_seconds:.2f} of one ffmpeg command"
    return [
        Figure(group=group, what="CPU of the complete ladder", value=f"{ratio:.3f} x", bar="1.15 x", yardstick=beside),
        Figure(group=group, what="lesson completed per second", value=f"{speed:.2f} s", bar="", yardstick=pace),
    ]


def _not_encoded(library: Path, plan: Plan) -> set[str]:
    """Rungs that were left out, or copied: the yardstick is not to make them either."""
    (version,) = library.glob("lessons/*/*/v1")
    there = {one.name for one in plan.video if (version / one.name / "0.m4s").exists()}
    copied = {path.parent.name for path in version.glob("*/cuts.json") if Cuts.from_text(path.read_text()).copied}
    return {one.name for one in plan.video} - there | copied


def _make_whole(folder: Path, source: Path, plan: Plan, without: set[str]) -> None:
    """Everything in one call."""
    for rendition in plan.renditions:
        (folder / rendition.name).mkdir(parents=True, exist_ok=True)
    tools = Tools()
    limits = ffmpeg.Limits(
        memory_bytes=tools.memory_megabytes * 1024 * 1024,
        wall_seconds=tools.run_seconds,
        stall_seconds=tools.stall_seconds,
        nice=0,
        sandbox=_SANDBOX,
    )
    reach = ffmpeg.Reach(reads=source, writes=folder)
    ffmpeg.run(whole_command(find_tools(tools).ffmpeg, source, plan, without=without), reach=reach, limits=limits)


def _cost(work: Callable[[], object]) -> _Cost:
    """Of the processes that `work` starts and waits for, and of theirs."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Cost(cpu_seconds=cpu, wall_seconds=time.monotonic() - began)
