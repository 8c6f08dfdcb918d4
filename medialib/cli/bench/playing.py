"""How soon a recording plays: playlists, first frame and a jump in real Chromium, while nothing but the plan exists."""

import shutil
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from medialib.cli.bench.browser import find_chromium, opened_page
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure

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
}


@dataclass(frozen=True)
class _Waits:
    """Seconds."""

    playlists: float
    first_frame: float
    jump: float


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
            page.goto(library.address + line["page"])
            page.evaluate(_NEXT_FRAME, [None])
            first_frame = time.monotonic() - end_of_intake
            jump = page.evaluate(_NEXT_FRAME, [0.75])
    shutil.rmtree(library.folder)
    return _Waits(playlists, first_frame, jump)


def _read_playlists(library: BenchLibrary, line: dict[str, Any]) -> None:
    master = library.get(line["master"]).decode()
    for uri in (row for row in master.splitlines() if row and not row.startswith("#")):
        library.get(f"{line['master'].rpartition('/')[0]}/{uri}")
