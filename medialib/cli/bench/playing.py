"""How soon a recording plays: playlists, first frame and a jump in real Chromium, while nothing but the plan exists."""

import shutil
import time
from pathlib import Path
from typing import Any

import click

from medialib.cli.bench.library import BenchLibrary, make_library, make_recording, running
from medialib.cli.bench.report import Figure

BROWSER_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
]  # fmt: skip

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


def measure(folder: Path, quick: bool) -> list[Figure]:
    """The figures for ten minutes of 1080p, also with few keyframes, and for two hours of 720p."""
    recordings = {
        "10 min 1080p30 12 Mbit/s": {"name": "ten.mp4", "height": 1080, "seconds": 600, "megabits": 12},
        "the same, a keyframe every 8 s": {
            "name": "sparse.mp4",
            "height": 1080,
            "seconds": 600,
            "megabits": 12,
            "gop_seconds": 8,
        },
        "2 h 720p30 3 Mbit/s": {"name": "long.mp4", "height": 720, "seconds": 600 if quick else 7200, "megabits": 3},
    }
    figures = []
    for title, parts in recordings.items():
        source = make_recording(folder, **parts)  # type: ignore[arg-type]
        library = make_library(folder, f"playing-{parts['name']}")
        with running(library):
            figures += _play(library, source, title)
        shutil.rmtree(library.folder)
    return figures


def _play(library: BenchLibrary, source: Path, title: str) -> list[Figure]:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        click.echo("   Chromium is not installed: nothing can be said of first frames")
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.goto(library.address)
        line = library.take_in(source)
        end_of_intake = time.monotonic()
        _read_playlists(library, line)
        playlists = time.monotonic() - end_of_intake
        page.goto(library.address + line["page"])
        page.evaluate(_NEXT_FRAME, [None])
        first = time.monotonic() - end_of_intake
        jump = page.evaluate(_NEXT_FRAME, [0.75])
        browser.close()
    group = f"playing, {title}"
    return [
        Figure(group=group, what="playlists answer after the intake's end", value=f"{playlists:.2f} s", bar="1 s"),
        Figure(group=group, what="first frame in Chromium after the intake's end", value=f"{first:.2f} s", bar="2.5 s"),
        Figure(group=group, what="jump to 75 %", value=f"{jump:.2f} s", bar="2.5 s"),
    ]


def _read_playlists(library: BenchLibrary, line: dict[str, Any]) -> None:
    master = library.get(line["master"]).decode()
    for uri in (row for row in master.splitlines() if row and not row.startswith("#")):
        library.get(f"{line['master'].rpartition('/')[0]}/{uri}")
