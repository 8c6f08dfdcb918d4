"""A lesson of six minutes over networks that fail: too slow, away for half a minute, dropping again and again."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from medialib.cli.bench.browser import ARGUMENTS, find_chromium, open_lesson
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.pages import slow_page, throttle
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure
from medialib.errors import MissingTool

GROUP = "torture, 6 min lesson"
# Steps of (seconds, kbit/s), one after the other, until the time is over.
NETWORKS: dict[str, Sequence[tuple[float, float]]] = {
    "150 kbit/s": ((10, 150),),
    "away for 30 s": ((20, 400), (30, 0), (10, 400)),
    "400 to 100 kbit/s and back": ((10, 400), (10, 100)),
}
_WATCHED_SECONDS, _QUICK_SECONDS = 90, 60

# Counts the time in which nothing moves once it has moved, and what is heard without its picture, by looking four times
# a second.
_COUNT = """() => {
  const video = document.querySelector("video"), player = document.querySelector(".player");
  window.stalled = window.heard = 0;
  window.since = performance.now();
  let begun = false, at = 0, when = window.since;
  setInterval(() => {
    const now = performance.now();
    if (begun && video.currentTime === at) window.stalled += (now - when) / 1000;
    begun ||= video.currentTime > 0;
    if (player.classList.contains("sound")) window.heard += Math.max(0, Math.min(video.currentTime - at, 1));
    [at, when] = [video.currentTime, now];
  }, 250);
  document.querySelector("button.start").click();
}"""
_STATE = """() => {
  const video = document.querySelector("video");
  const failed = !document.querySelector(".failed").hidden;
  const { stalled, heard } = window, passed = (performance.now() - window.since) / 1000;
  return { at: video.currentTime, stalled, heard, passed, failed };
}"""


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """For each network: how far it played, how long it stood still, and whether it gave up."""
    program = find_chromium()
    if program is None:
        raise MissingTool("This measurement needs Chromium, which is not installed.")
    library = make_library(folder, "torture")
    source = make_recording(folder, name="torture.mp4", height=240, seconds=360, megabits=0.6)
    seconds = _QUICK_SECONDS if extent.quick else _WATCHED_SECONDS
    with running(library):
        line = library.take_in(source, wait="complete")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=program, args=ARGUMENTS)
            address = library.address + line["page"]
            states = {name: _watched(browser, address, steps, seconds) for name, steps in NETWORKS.items()}
            browser.close()
        needed = _least_kilobits(library, line["master"])
    return [_told(name, state, needed) for name, state in states.items()]


def _least_kilobits(library: BenchLibrary, master: str) -> float:
    """What the smallest picture takes with its sound: no player can show more than the network carries."""
    streams = re.findall(r"#EXT-X-STREAM-INF:(.*RESOLUTION=.*)", library.get(master).decode())
    return min(int(told[1]) for one in streams if (told := re.search(r"AVERAGE-BANDWIDTH=(\d+)", one))) / 1000


def _watched(browser: Browser, address: str, steps: Sequence[tuple[float, float]], seconds: float) -> dict[str, Any]:
    with slow_page(browser, cpu=1) as page:
        session = page.cdp  # type: ignore[attr-defined]
        open_lesson(page, address)
        page.wait_for_timeout(5000)
        page.evaluate(_COUNT)
        passed, turn = 0.0, 0
        while passed < seconds:
            lasting, kilobits = steps[turn % len(steps)]
            throttle(session, kilobits=kilobits)
            page.wait_for_timeout(min(lasting, seconds - passed) * 1000)
            passed, turn = passed + lasting, turn + 1
        throttle(session, kilobits=400)
        before = page.evaluate(_STATE)
        page.wait_for_timeout(10_000)
        after: dict[str, Any] = page.evaluate(_STATE)
    return {**after, "goes on": after["at"] > before["at"]}


def _told(name: str, state: dict[str, Any], needed: float) -> Figure:
    gave_up = "gave up" if state["failed"] else "no fatal error"
    goes_on = "goes on" if state["goes on"] else "stands still"
    played = f"{state['at']:.0f} s played" + (f", {state['heard']:.0f} s of it as sound" if state["heard"] else "")
    value = f"{gave_up}, {goes_on}, {played}, {state['stalled']:.0f} s of {state['passed']:.0f} s waited"
    beside = f"the smallest picture with its sound takes {needed:.0f} kbit/s"
    return Figure(group=GROUP, what=name, value=value, bar="no fatal error, goes on", yardstick=beside)
