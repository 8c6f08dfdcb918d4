"""The members' pages on a slow phone and a weak network: what they weigh, how soon they show and play, what tools say.

400 kbit/s, 400 ms to the server and back, a processor four times slower: Chromium pretends it.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from medialib.cli.bench.browser import ARGUMENTS, find_chromium, open_lesson
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure
from medialib.errors import MissingTool

GROUP = "pages, 400 kbit/s, 400 ms, CPU 4x slower"
LIGHTHOUSE = Path(__file__).parents[3] / ".build" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
_LESSONS = 8
_READ_MS = 6000
_CATEGORIES = ("performance", "accessibility", "best-practices")

# What a page has moved since it was opened, and when it first showed something.
_WATCH = """(() => {
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved += one.value;
  }).observe({ type: "layout-shift", buffered: true });
})()"""
_SHOWN = """() => ({
  shown: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1,
  moved: window.moved,
  bytes: [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
    .filter((one) => !one.name.includes("/vendor/") && !/[.]m(4s|3u8)$/.test(one.name))
    .reduce((sum, one) => sum + one.transferSize, 0),
})"""
_FIRST_FRAME = """() => new Promise((resolve, reject) => {
  const video = document.querySelector("video"), begin = performance.now();
  video.requestVideoFrameCallback(() => resolve(performance.now() - begin));
  document.querySelector("button.start").click();
  setTimeout(() => reject(new Error("no picture")), 60000);
})"""


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """The figures for the first page, a search and a lesson."""
    program = find_chromium()
    if program is None:
        raise MissingTool("This measurement needs Chromium, which is not installed.")
    library = make_library(folder, "pages")
    with running(library):
        lines = [
            library.take_in(
                make_recording(folder, name=f"{n}.mp4", height=360, seconds=60, megabits=1, hertz=220 + n * 20),
                wait="complete",
            )
            for n in range(2 if extent.quick else _LESSONS)
        ]
        lesson = lines[-1]["page"]
        with _browser(program) as browser:
            figures = [*_page(browser, library, "first page", "/"), *_page(browser, library, "lesson", lesson)]
            figures.append(_played(browser, library, lesson))
        pages = (("first page", "/"), ("search", "/search?q=1"), ("lesson", lesson))
        return figures + [one for name, path in pages for one in _lighthouse(program, library, name, path)]


@contextmanager
def _browser(program: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def slow_page(browser: Browser, *, kilobits: float = 400, latency_ms: float = 400, cpu: float = 4) -> Iterator[Page]:
    """A page on a weak phone; without a service worker, whose requests Chromium would not slow down."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    throttle(session, kilobits=kilobits, latency_ms=latency_ms)
    session.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    page.add_init_script(_WATCH)
    page.set_default_timeout(120_000)
    page.cdp = session  # type: ignore[attr-defined]
    yield page
    context.close()


def throttle(session: Any, *, kilobits: float, latency_ms: float = 400) -> None:
    """0 kbit/s is no network at all."""
    told = {
        "offline": kilobits == 0, "latency": latency_ms, "downloadThroughput": kilobits * 125,
        "uploadThroughput": kilobits * 125,
    }  # fmt: skip
    session.send("Network.emulateNetworkConditions", told)


def _page(browser: Browser, library: BenchLibrary, name: str, path: str) -> list[Figure]:
    with slow_page(browser) as page:
        page.goto(library.address + path, wait_until="load")
        page.wait_for_timeout(1000)
        seen = page.evaluate(_SHOWN)
    return [
        Figure(group=GROUP, what=f"{name}: shows something", value=f"{seen['shown'] / 1000:.2f} s", bar="2 s"),
        Figure(group=GROUP, what=f"{name}: moved (CLS)", value=f"{seen['moved']:.3f}", bar="0.1"),
        Figure(group=GROUP, what=f"{name}: bytes, pictures too", value=f"{seen['bytes'] / 1000:.0f} kB", bar="100 kB"),
    ]


def _played(browser: Browser, library: BenchLibrary, path: str) -> Figure:
    """Pressed after some seconds of reading, as people do."""
    with slow_page(browser) as page:
        open_lesson(page, library.address + path)
        page.wait_for_timeout(_READ_MS)
        first = page.evaluate(_FIRST_FRAME) / 1000
    return Figure(group=GROUP, what="lesson: first frame after play", value=f"{first:.2f} s", bar="4 s")


def _lighthouse(program: str, library: BenchLibrary, name: str, path: str) -> list[Figure]:
    """What Lighthouse says of a page, on its own idea of a phone."""
    node = shutil.which("node")
    if node is None or not LIGHTHOUSE.exists():
        return [Figure(group=GROUP, what=f"{name}: Lighthouse", value="not installed", bar="95")]
    report = library.folder / "lighthouse.json"
    argv = [
        str(LIGHTHOUSE), library.address + path, "--quiet", "--output=json", f"--output-path={report}",
        f"--only-categories={','.join(_CATEGORIES)}", "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]  # fmt: skip
    environment = {**library.environment, "CHROME_PATH": program}
    subprocess.run(argv, env=environment, check=True, capture_output=True, timeout=300)
    scores = json.loads(report.read_text(encoding="utf-8"))["categories"]
    told = ", ".join(f"{key} {round(scores[key]['score'] * 100)}" for key in _CATEGORIES)
    return [Figure(group=GROUP, what=f"{name}: Lighthouse", value=told, bar="95 each")]
