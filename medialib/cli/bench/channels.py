"""A channel of eight recordings that have nothing in common, by many players at once: who stalls or loses sound?"""

import re
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from medialib.catalogue import channel_edits
from medialib.catalogue.timetables import Show, Timetable
from medialib.cli.bench.browser import ARGUMENTS
from medialib.cli.bench.channel_players import reading
from medialib.cli.bench.extent import SHARED, Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.report import Figure
from medialib.cli.bench.stalls import begin_to_watch, stalls_of
from medialib.services import open_with
from medialib.settings import Settings, Store

SECONDS = 600
_QUICK_SECONDS = 75
_BAR = "1 s"
_SHORTEST_SECONDS, _LONGEST_SECONDS = 4, 60

# name, picture, frames a second, sound: upright, wide, 24, 25 and 30 a second, sound alone, no sound, mono.
_FILES: tuple[tuple[str, str, int, str], ...] = (
    ("wide.mp4", "640x360", 25, "sine=440"), ("upright.mp4", "360x640", 30, "sine=550"),
    ("heard.mp3", "", 0, "sine=660"),
    ("silent.mp4", "480x360", 30, ""), ("mono.mp4", "640x360", 30, "sine=330:r=44100"),
    ("small.mkv", "320x240", 15, "sine=770"), ("film.mkv", "854x480", 24, "sine=500"),
    ("square.mp4", "480x480", 25, "sine=600"),
)  # fmt: skip


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """All of them play the same minutes of it, across every join."""
    library = make_library(folder, "channels", {"SERVER__WORKERS": "2"})
    seconds = extent.seconds(SECONDS, quick=_QUICK_SECONDS)
    with running(library):
        slug = make_channel(library, folder, extent)
        before = _joins_gone(library, slug)
        stalls = _play(library, slug, seconds)
        joins = _joins_gone(library, slug) - before
    group = f"channel of {len(_FILES)} recordings, {seconds} s"
    beside = f"{joins} joins"
    return [
        Figure(group=group, what=f"{name}: longest stall, without sound", value=value, bar=_BAR, yardstick=beside)
        for name, value in stalls.items()
    ]


def make_channel(library: BenchLibrary, folder: Path, extent: Extent) -> str:
    """Eight recordings in a running library, and a channel of them; returns its address."""
    for path in _real(extent) or [_record(folder, one, 20 + number) for number, one in enumerate(_FILES)]:
        library.take_in(path, wait="complete")
    services = open_with(Settings(store=Store(url=str(library.folder))))
    with services.database.begin() as session:
        table = Timetable(filler=Show(kind="latest"))
        slug = channel_edits.add(session, title="bench", timetable=table, target_seconds=4, by=None).slug
    services.database.close()
    return slug


def _real(extent: Extent) -> list[Path]:
    """Eight of the folder that was named, or beside the checkout, that are neither very short nor long; or none."""
    beside = extent.media or SHARED / "media"
    files = sorted(path for path in beside.iterdir() if path.suffix not in (".md", ".txt")) if beside.is_dir() else []
    found = [path for path in files if _SHORTEST_SECONDS <= _seconds_of(path) <= _LONGEST_SECONDS][: len(_FILES)]
    return found if len(found) == len(_FILES) else []


def _seconds_of(path: Path) -> float:
    argv = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    told = subprocess.run(argv, timeout=60, capture_output=True, text=True, check=False).stdout.strip()
    return float(told) if told.replace(".", "", 1).isdigit() else 0.0


def _record(folder: Path, one: tuple[str, str, int, str], seconds: int) -> Path:
    name, size, rate, sound = one
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}"] if size else []
    inputs += ["-f", "lavfi", "-i", sound] if sound else []
    coding = ["-c:v", "libx264", "-preset", "ultrafast"] if size else []
    argv = ["ffmpeg", "-v", "error", "-y", *inputs, "-t", str(seconds), *coding, str(folder / name)]
    subprocess.run(argv, check=True, timeout=600)
    return folder / name


def _joins_gone(library: BenchLibrary, slug: str) -> int:
    """How many joins the channel's window has left behind."""
    told = library.get(f"/channels/{slug}/sound.m3u8").decode()
    number = re.search(r"#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)", told)
    return int(number[1]) if number else 0


def _play(library: BenchLibrary, slug: str, seconds: int) -> dict[str, str]:
    fmp4, ts = (f"{library.address}/channels/{slug}{ending}" for ending in (".m3u8", ".ts.m3u8"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        with reading(ts, seconds) as others:
            pages = {
                "hls.js, fMP4": _open(browser, library, "hls.js", fmp4),
                "Chromium's own HLS, fMP4": _open(browser, library, "own", fmp4),
                "hls.js, TS": _open(browser, library, "hls.js", ts),
            }
            time.sleep(seconds)
            found = {name: f"{stalls_of(page)}{_complaints_of(page)}" for name, page in pages.items()}
        browser.close()
    return found | others


def _open(browser: Browser, library: BenchLibrary, how: str, address: str) -> Page:
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto(f"{library.address}/latest")
    page.add_script_tag(url=f"{library.address}/static/vendor/hls.min.js")
    page.evaluate(_PLAY, [how, address])
    begin_to_watch(page)
    return page


def _complaints_of(page: Page) -> str:
    """What the player reported, fatal or not, beside waiting for data."""
    said: list[str] = page.evaluate("window.complaints")
    told = ", ".join(f"{number} x {one}" for one, number in Counter(said).most_common(3))
    return f", complaints: {told}" if said else ""


_PLAY = """([how, address]) => {
  document.body.innerHTML = "<video></video>";
  const video = document.querySelector("video"), complaints = (window.complaints = []);
  video.addEventListener("error", () => complaints.push(`video: ${video.error.message}`));
  if (how === "hls.js") {
    const player = new Hls({ liveSyncDuration: 20 });
    player.on(Hls.Events.MANIFEST_PARSED, () => video.play());
    player.on(Hls.Events.ERROR, (_, { fatal, details }) => {
      if (fatal || !/Stalled|Nudge|SeekOverHole/.test(details)) complaints.push(fatal ? `${details}, fatal` : details);
      if (fatal) player.recoverMediaError();
    });
    player.loadSource(address);
    player.attachMedia(video);
  } else {
    video.src = address;
    video.play();
  }
}"""
