"""How soon a recording plays: playlists, first frame and a jump in real Chromium, while nothing but the plan exists.

Beside them stands what ffmpeg alone takes for the segments that are waited for, with nothing else at work.
"""

import shutil
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from medialib.catalogue.plans import Plan
from medialib.cli.bench.browser import find_chromium, open_lesson, opened_page
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure
from medialib.ingest import commands, ffmpeg
from medialib.ingest.command_parts import Run
from medialib.ingest.tools import find_tools
from medialib.settings import Tools

# Resolves with the seconds from the call until a picture is presented (after the clock has moved past `from`).
_NEXT_FRAME = """([seek]) => new Promise((resolve, reject) => {
  const video = document.querySelector("video"), begin = performance.now();
  const target = seek === null ? 0 : video.duration * seek;
  const look = (_, shown) => shown.mediaTime >= target - 0.1 && shown.mediaTime < target + 8
    ? resolve((performance.now() - begin) / 1000) : video.requestVideoFrameCallback(look);
  video.requestVideoFrameCallback(look);
  if (seek !== null) video.currentTime = target; else document.querySelector("button.start").click();
  setTimeout(() => reject(new Error("no picture")), 60000);
})"""
# The order of _Waits.
_BARS = {
    "playlists answer after the intake's end": "1 s",
    "first frame in Chromium after the intake's end": "2.5 s",
    "jump to 75 %": "2.5 s",
    "ffmpeg alone, to the end of segment 0": "",
    "ffmpeg alone, to the end of the segment at 75 %": "",
}

_LIMITS = ffmpeg.Limits(memory_bytes=6 << 30, wall_seconds=120, stall_seconds=60, nice=0, sandbox="auto")


@dataclass(frozen=True)
class _Waits:
    """Seconds."""

    playlists: float
    first_frame: float
    jump: float
    alone_first: float
    alone_jump: float


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """The figures for ten minutes of 1080p, also with few keyframes, and for two hours of 720p."""
    program = find_chromium()
    if program is None:
        return [Figure(group="playing", what="first frames", value="not measured: Chromium is not here", bar="")]
    ten: dict[str, Any] = {"height": 1080, "seconds": 600, "megabits": 12}
    hours = 10 / 60 if extent.quick else 2
    recordings: dict[str, dict[str, Any]] = {
        "10 min 1080p30 12 Mbit/s": {"name": "ten.mp4", **ten},
        "the same, a keyframe every 8 s": {"name": "sparse-ten.mp4", "gop_seconds": 8, **ten},
        f"{'10 min' if extent.quick else '2 h'} 720p30 3 Mbit/s": {
            "name": "long.mp4", "height": 720, "seconds": int(hours * 3600), "megabits": 3,
        },
    }  # fmt: skip
    figures = []
    for title, parts in recordings.items():
        source = make_recording(folder, **parts)
        waits = [_play_anew(folder, program, source) for _ in range(extent.repeat)]
        figures += _figures(f"playing, {title}", waits)
    return figures


def _figures(group: str, waits: list[_Waits]) -> list[Figure]:
    """The median of each wait; beside it the quickest and the slowest."""
    figures = []
    for (what, bar), seconds in zip(_BARS.items(), zip(*map(astuple, waits), strict=True), strict=True):
        spread = f"{min(seconds):.2f}–{max(seconds):.2f} s in {len(seconds)} runs" if len(seconds) > 1 else ""
        figures.append(Figure(group=group, what=what, value=f"{median(seconds):.2f} s", bar=bar, yardstick=spread))
    return figures


def _play_anew(folder: Path, program: str, source: Path) -> _Waits:
    """In a new library: what is there already would be quicker."""
    library = make_library(folder, "playing")
    with running(library), opened_page(program) as page:
        page.goto(library.address)
        with library.taking_in(source) as line:
            end_of_intake = time.monotonic()
            _read_playlists(library, line)
            playlists = time.monotonic() - end_of_intake
            open_lesson(page, library.address + line["page"])
            page.evaluate(_NEXT_FRAME, [None])
            first_frame = time.monotonic() - end_of_intake
            jump = page.evaluate(_NEXT_FRAME, [0.75])
    (plan,) = library.plans().values()
    shutil.rmtree(library.folder)
    alone = [_alone(source, plan, number) for number in (0, plan.segment_count * 3 // 4)]
    return _Waits(playlists, first_frame, jump, *alone)


def _alone(source: Path, plan: Plan, number: int) -> float:
    """Seconds until the hot run's own command, with nothing else at work, has made its first segment."""
    tools = find_tools(Tools())
    assert plan.start_rung
    run = Run(names=(plan.start_rung,), first=number, count=1, hot=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / plan.start_rung).mkdir()
        began = time.monotonic()
        ffmpeg.run(
            commands.video_command(tools.ffmpeg, source, plan, run),
            reach=ffmpeg.Reach(reads=source, writes=Path(folder)),
            limits=_LIMITS,
        )
        return time.monotonic() - began


def _read_playlists(library: BenchLibrary, line: dict[str, Any]) -> None:
    master = library.get(line["master"]).decode()
    for uri in (row for row in master.splitlines() if row and not row.startswith("#")):
        library.get(f"{line['master'].rpartition('/')[0]}/{uri}")
