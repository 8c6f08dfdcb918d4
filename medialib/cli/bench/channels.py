"""A channel of eight recordings that have nothing in common, by many players at once: who stalls or loses sound?"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from medialib.catalogue import channel_edits
from medialib.catalogue.timetables import Show, Timetable
from medialib.cli.bench.browser import ARGUMENTS
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.report import Figure
from medialib.services import open_with
from medialib.settings import Settings, Store

SECONDS = 600
_QUICK_SECONDS = 75
_BAR = "1 s"
_LOOK_MILLISECONDS = 200

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
    seconds = _QUICK_SECONDS if extent.quick else SECONDS
    with running(library):
        for number, one in enumerate(_FILES):
            library.take_in(_record(folder, one, 20 + number), wait="complete")
        slug = _make_channel(library)
        stalls = _play(library, folder, slug, seconds)
    group = f"channel of {len(_FILES)} recordings, {seconds} s"
    return [
        Figure(group=group, what=f"{name}: longest stall, longest without sound", value=value, bar=_BAR)
        for name, value in stalls.items()
    ]


def _record(folder: Path, one: tuple[str, str, int, str], seconds: int) -> Path:
    name, size, rate, sound = one
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}"] if size else []
    inputs += ["-f", "lavfi", "-i", sound] if sound else []
    coding = ["-c:v", "libx264", "-preset", "ultrafast"] if size else []
    argv = ["ffmpeg", "-v", "error", "-y", *inputs, "-t", str(seconds), *coding, str(folder / name)]
    subprocess.run(argv, check=True, timeout=120)
    return folder / name


def _make_channel(library: BenchLibrary) -> str:
    services = open_with(Settings(store=Store(url=str(library.folder))))
    with services.database.begin() as session:
        table = Timetable(filler=Show(kind="latest"))
        slug = channel_edits.add(session, title="bench", timetable=table, target_seconds=4, by=None).slug
    services.database.close()
    return slug


def _play(library: BenchLibrary, folder: Path, slug: str, seconds: int) -> dict[str, str]:
    fmp4, ts = (f"{library.address}/channels/{slug}{ending}" for ending in (".m3u8", ".ts.m3u8"))
    found: dict[str, str] = {}
    with _recorders(folder, ts, seconds) as files, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        pages = {
            "hls.js, fMP4": _open(browser, library, "hls.js", fmp4),
            "Chromium's own HLS, fMP4": _open(browser, library, "own", fmp4),
            "hls.js, TS": _open(browser, library, "hls.js", ts),
        }
        time.sleep(seconds)
        for name, page in pages.items():
            state = page.evaluate("window.state")
            found[name] = f"{state['still'] / 1000:.1f} s, {state['quiet'] / 1000:.1f} s"
        browser.close()
    found |= {name: _holes(path, seconds) for name, path in files.items()}
    shutil.rmtree(files["VLC, TS"].parent, ignore_errors=True)
    return found


@contextmanager
def _recorders(folder: Path, address: str, seconds: int) -> Iterator[dict[str, Path]]:
    """ffmpeg and VLC write down what they read; what is missing here is left out."""
    outside = Path(tempfile.mkdtemp(prefix="medialib-bench-vlc-"))
    outside.chmod(0o777)  # VLC refuses to run as root
    took = {"ffmpeg, TS": folder / "ffmpeg.ts", "VLC, TS": outside / "vlc.ts"}
    other = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups") if os.geteuid() == 0 else ()
    written = f"#std{{access=file,mux=ts,dst={took['VLC, TS']}}}"
    commands = [
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-re", "-i", address, "-t", str(seconds), "-c", "copy", "-f",
         "mpegts", str(took["ffmpeg, TS"])],
        [*other, "env", f"HOME={outside}", "cvlc", "-q", "--sout", written, address],
    ]  # fmt: skip
    nowhere = subprocess.DEVNULL
    players = [
        subprocess.Popen(argv, stdin=nowhere, stdout=nowhere, stderr=nowhere)
        for argv in commands
        if shutil.which("cvlc") or "cvlc" not in argv
    ]
    try:
        yield took
    finally:
        for process in players:
            process.terminate()
            process.wait(timeout=30)


def _holes(path: Path, seconds: int) -> str:
    """The longest time without a picture and without sound in what was written down."""
    if not path.exists():
        return "no such player here"
    longest, length = [], 0.0
    for stream in ("v:0", "a:0"):
        argv = [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            stream,
            "-show_entries",
            "packet=pts_time",
            "-of",
            "csv=p=0",
        ]
        told = subprocess.run([*argv, str(path)], check=True, timeout=120, capture_output=True, text=True).stdout
        times = sorted(float(one.rstrip(",")) for one in told.split() if one.strip(",") not in ("", "N/A"))
        longest.append(max((b - a for a, b in pairwise(times)), default=float(seconds)))
        length = max(length, times[-1] - times[0] if times else 0.0)
    return f"{longest[0]:.1f} s, {longest[1]:.1f} s of {length:.0f} s"


def _open(browser: Browser, library: BenchLibrary, how: str, address: str) -> Page:
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto(f"{library.address}/latest")
    page.add_script_tag(url=f"{library.address}/static/vendor/hls.min.js")
    page.evaluate(_PLAY, [how, address, _LOOK_MILLISECONDS])
    return page


_PLAY = """([how, address, every]) => {
  document.body.innerHTML = "<video></video>";
  const video = document.querySelector("video"), state = (window.state = { still: 0, quiet: 0 });
  if (how === "hls.js") {
    const player = new Hls({ liveSyncDuration: 20 });
    player.on(Hls.Events.MANIFEST_PARSED, () => video.play());
    player.on(Hls.Events.ERROR, (_, told) => { if (told.fatal) player.recoverMediaError(); });
    player.loadSource(address);
    player.attachMedia(video);
  } else {
    video.src = address;
    video.play();
  }
  let place = 0, sound = 0, moved = 0, heard = 0;
  setInterval(() => {
    const now = performance.now();
    if (video.currentTime !== place) { place = video.currentTime; moved = now; }
    if (video.webkitAudioDecodedByteCount !== sound) { sound = video.webkitAudioDecodedByteCount; heard = now; }
    if (moved) state.still = Math.max(state.still, now - moved);
    if (heard) state.quiet = Math.max(state.quiet, now - heard);
    if (!moved) state.still = state.quiet = now;
    else if (!state.began) { state.began = true; state.still = state.quiet = 0; }
  }, every);
}"""
