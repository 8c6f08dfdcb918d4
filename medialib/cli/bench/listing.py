"""Does a listing of many recordings play as one stream, every picture of it, and is its feed exact?"""

import io
import math
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import click
import feedparser
import podcastparser
from playwright.sync_api import Error

from medialib.catalogue import standins
from medialib.catalogue.plans import Plan
from medialib.cli.bench.browser import find_chromium, opened_page
from medialib.cli.bench.extent import SHARED, Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.players import play_in_mpv, play_in_vlc
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure
from medialib.errors import ToolFailed
from medialib.ingest import ffmpeg
from medialib.ingest.tools import all_ffmpegs, find_tools
from medialib.settings import Tools

_LESSONS = 12
# The slowest recordings of a folder would take most of the time and show nothing more.
_LARGEST_BYTES, _LONGEST_SECONDS = 12_000_000, 100
_FASTEST = 8
_PATIENCE_SECONDS = 120

_PLAY = """([how, address, speed]) => {
  document.body.innerHTML = "<video muted></video>";
  const video = document.querySelector("video");
  window.faults = [];
  video.defaultPlaybackRate = video.playbackRate = speed;
  video.addEventListener("error", () => window.faults.push(String(video.error && video.error.message)));
  if (how === "hls.js") {
    const player = new Hls({startLevel: 0, abrEwmaDefaultEstimate: 1});
    player.on(Hls.Events.ERROR, (_, told) => {
      if (told.fatal || !/Stalled|Nudge/.test(told.details)) window.faults.push(told.details);
    });
    player.on(Hls.Events.MANIFEST_PARSED, () => { player.currentLevel = player.firstLevel; video.play(); });
    player.loadSource(address);
    player.attachMedia(video);
  } else {
    video.src = address;
    video.play();
  }
}"""
_OVER = "() => { const video = document.querySelector('video'); return video.ended || video.error !== null; }"
_STATE = """() => {
  const video = document.querySelector("video"), shown = video.getVideoPlaybackQuality();
  return {ended: video.ended, pictures: shown.totalVideoFrames, faults: window.faults, seconds: video.currentTime};
}"""


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """One collection of twelve recordings in every player that is here."""
    library = make_library(folder, "listing")
    with running(library):
        lessons = _take_in(library, folder, extent)
        address = f"{library.address}/collections/{_collect(library, lessons)}"
        plans = library.plans()
        kept = [plans[one] for one in lessons]
        seconds = float(sum(standins.longest(plan) for plan in kept))
        group = f"listing, {len(lessons)} recordings, {seconds:.0f} s"
        figures = [
            Figure(group=group, what=what, value=value, bar=bar)
            for what, value, bar in _played(address, _pictures(address, kept), seconds, len(lessons))
        ]
        figures += [Figure(group=group, what=what, value=told, bar="all exact") for what, told in _feeds(address)]
    shutil.rmtree(library.folder)
    return figures


def _take_in(library: BenchLibrary, folder: Path, extent: Extent) -> list[str]:
    """Ids of the lessons, as many as are wanted and can be had."""
    lessons: list[str] = []
    for path in _recordings(folder, extent):
        try:
            lessons.append(library.take_in(path, wait="complete")["lesson"])
        except ToolFailed as error:
            click.echo(f"   {error}")
        if len(lessons) == _LESSONS:
            break
    return lessons


def _recordings(folder: Path, extent: Extent) -> list[Path]:
    media = extent.media or SHARED / "media"
    if media.exists() and not extent.quick:
        found = [path for path in sorted(media.iterdir()) if path.is_file() and path.suffix not in (".md", ".txt")]
        return [path for path in found if path.stat().st_size <= _LARGEST_BYTES and _is_short(path)] or found
    shapes: dict[str, Any] = {"seconds": 30, "megabits": 1}
    heights = (240, 360, 480)
    return [make_recording(folder, name=f"{one}.mp4", height=one, hertz=200 + one, **shapes) for one in heights]


def _is_short(path: Path) -> bool:
    asked = ("-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path))
    told = ffmpeg.capture([find_tools(Tools()).ffprobe, *asked], timeout_seconds=60).strip()
    return told == "N/A" or float(told) <= _LONGEST_SECONDS


def _collect(library: BenchLibrary, lessons: list[str]) -> str:
    def collection(*arguments: str) -> str:
        command = library.command("collection", *arguments)
        done = subprocess.run(command, env=library.environment, cwd=library.folder, capture_output=True, text=True)
        if done.returncode:
            raise ToolFailed("The benchmark's collection was refused: %(said)s", values={"said": done.stderr})
        return done.stdout.strip()

    slug = collection("create", "issue", "bench")
    collection("add", slug, *lessons)
    collection("publish", slug)
    return slug


def _pictures(address: str, plans: list[Plan]) -> int:
    """How many pictures the first variant has, by its own playlist and the plans."""
    master = _read(f"{address}.ts.m3u8").decode()
    first = next(line for line in master.splitlines() if line.startswith("/"))
    playlist = _read(re.sub(r"(https?://[^/]+).*", rf"\1{first}", address)).decode()
    names = [re.search(r"/v\d+/(?:standin/)?(\w+)/", part) for part in playlist.split("#EXT-X-DISCONTINUITY")]
    count = 0
    for plan, name in zip(plans, names, strict=True):
        rung = next((one for one in plan.video if name and one.name == name.group(1)), None)
        still = math.ceil(round(plan.seconds * standins.FRAMES_PER_SECOND, 6))
        count += rung.frames if rung else still
    return count


def _played(address: str, pictures: int, seconds: float, parts: int) -> list[tuple[str, str, str]]:
    """What is measured, its value and its bar."""
    every = f"all {pictures} pictures, no error"
    found = []
    if chromium := find_chromium():
        for how in ("hls.js", "its own HLS"):
            found.append((f"fMP4: Chromium, {how}", _browse(chromium, address, how, seconds), every))
    for number, program in enumerate(all_ffmpegs()):
        found.append((f"MPEG-TS: ffmpeg {number + 1}", _decode(program, f"{address}.ts.m3u8"), every))
    players: dict[str, Callable[[str], tuple[bool, list[str]]]] = {}
    if mpv := shutil.which("mpv"):
        players["mpv"] = lambda playlist: play_in_mpv(mpv, playlist)
    if vlc := shutil.which("cvlc"):
        players["VLC"] = lambda playlist: play_in_vlc(vlc, playlist, seconds, parts)
    for name, play in players.items():
        for form, ending in (("MPEG-TS", ".ts.m3u8"), ("M3U", ".m3u")):
            ended, errors = play(address + ending)
            for error in errors:
                click.echo(f"   {name}, {form}: {error}")
            value = f"{'to its end' if ended else 'not to its end'}, {len(errors)} errors"
            found.append((f"{form}: {name}", value, "to its end"))
    return found


def _browse(program: str, address: str, how: str, seconds: float) -> str:
    site = address.rpartition("/collections/")[0]
    with opened_page(program) as page:
        page.goto(f"{site}/latest")
        if how == "hls.js":
            page.add_script_tag(url=f"{site}/static/vendor/hls.min.js")
        page.evaluate(_PLAY, [how, f"{address}.m3u8", 1 if seconds < 60 else _FASTEST])
        try:
            page.wait_for_function(_OVER, timeout=(_PATIENCE_SECONDS + 2 * seconds) * 1000)
        except Error as error:
            click.echo(f"   Chromium, {how}: {error.message.splitlines()[0]}")
        state = page.evaluate(_STATE)
    for fault in state["faults"]:
        click.echo(f"   Chromium, {how}: {fault}")
    ended = "to its end" if state["ended"] else f"stopped at {state['seconds']:.1f} s"
    return f"{ended}, {state['pictures']} pictures, {len(state['faults'])} errors"


def _decode(program: str, playlist: str) -> str:
    argv = [program, "-nostdin", "-v", "warning", "-i", playlist, "-map", "0:v:0", "-map", "0:a:0", "-copyts"]
    form = ("-fps_mode", "passthrough", "-enc_time_base", "1/90000", "-f", "framecrc", "-")
    done = subprocess.run([*argv, *form], capture_output=True, text=True)
    pictures = sum(line.startswith("0,") for line in done.stdout.splitlines())
    errors = [line for line in done.stderr.splitlines() if line.strip()]
    for error in errors:
        click.echo(f"   {program}: {error}")
    return f"{pictures} pictures, {len(errors)} errors"


def _feeds(address: str) -> list[tuple[str, str]]:
    """What two readers make of the feed, and whether its lengths are those of the files."""
    text = _read(f"{address}.rss")
    entries = feedparser.parse(text).entries
    others = podcastparser.parse(f"{address}.rss", io.BytesIO(text))["episodes"]
    exact = sum(_length(one.enclosures[0].href) == int(one.enclosures[0].length) for one in entries)
    agreed = sum(one["enclosures"][0]["file_size"] == _length(one["enclosures"][0]["url"]) for one in others)
    return [
        ("RSS: feedparser", f"{exact} of {len(entries)} exact"),
        ("RSS: podcastparser", f"{agreed} of {len(others)} exact"),
    ]


def _length(address: str) -> int:
    with urlopen(Request(address, method="HEAD"), timeout=60) as answer:
        return int(answer.headers["Content-Length"])


def _read(address: str) -> bytes:
    with urlopen(address, timeout=120) as answer:
        content: bytes = answer.read()
    return content
