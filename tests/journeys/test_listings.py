"""A listing taken along: one continuous stream, a list and a feed, by real players and readers.

Four short lessons that have nothing in common: upright, 30 pictures a second, without sound, without a picture.
"""

import io
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import m3u8
import media
import podcastparser
import pytest
import requests

from .browsing import chromium
from .running import FOUND, Library
from .test_playing import CHECKER

SECONDS = {"upright": 3, "quick": 2.4, "silent": 2, "heard": 2.2}
RUNGS = (
    "[{short_side: 240, max_bits_per_second: 300000, crf: 28}, {short_side: 360, max_bits_per_second: 600000, crf: 28}]"
)
SAID = {"upright": "竖着拍的", "heard": "听得见的"}
SLUG = "benyuejingxuan"
GPODDER = shutil.which("gpo")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(
        tmp_path_factory.mktemp("library"),
        LADDER__START_RUNG="240",
        LADDER__PRESET="superfast",
        LADDER__SEGMENT_SECONDS="2",
        LADDER__RUNGS=RUNGS,
        SERVER__WORKERS="1",
        **FOUND,
    )
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def lessons(library: Library) -> dict[str, str]:
    """Ids by name; all four in one published collection, in this order."""
    folder = library.folder
    media.film(folder / "upright.mp4", seconds=SECONDS["upright"], size="360x640", rate="25")
    media.film(folder / "quick.mp4", seconds=SECONDS["quick"], size="640x360", rate="30", hertz=700)
    media.film(folder / "silent.mp4", seconds=SECONDS["silent"], size="426x240", sound_seconds=0)
    media.tone(folder / "heard.mp3", seconds=SECONDS["heard"])
    for name, text in SAID.items():
        (folder / f"{name}.srt").write_text(f"1\n00:00:00,500 --> 00:00:01,500\n{text}\n", encoding="utf-8")
    files = [folder / name for name in ("upright.mp4", "quick.mp4", "silent.mp4", "heard.mp3")]
    found = {}
    for line in library.imported("--wait", "complete", *files):
        assert line["status"] == "complete", line
        found[Path(line["file"]).stem] = line["lesson"]
    assert library.medialib("collection", "create", "featured", "本月精选").stdout.strip() == SLUG
    assert library.medialib("collection", "add", SLUG, *(found[name] for name in SECONDS)).exit_code == 0
    assert library.medialib("collection", "publish", SLUG).exit_code == 0
    return found


@pytest.fixture(scope="module")
def stream(library: Library, lessons: dict[str, str]) -> str:
    """The address of the listing, without an ending."""
    assert len(lessons) == len(SECONDS)
    return f"{library.site}/collections/{SLUG}"


@pytest.fixture(scope="module")
def pictures(library: Library, lessons: dict[str, str]) -> int:
    """At 25 and 30 a second, the silent one's, and 25 a second of the still one beside the sound."""
    heard: float = library.lesson(lessons["heard"])["seconds"]
    return 75 + 72 + 50 + math.ceil(round(heard * 25, 6))


@pytest.mark.parametrize("ending", [".m3u8", ".ts.m3u8"])
def test_every_variant_has_the_same_joins(stream: str, ending: str) -> None:
    master = m3u8.load(f"{stream}{ending}")
    written = {one.absolute_uri for one in master.media if one.type == "SUBTITLES"}
    assert len(written) == 1, "captions in one language go along"
    shapes = set()
    for address in [one.absolute_uri for one in (*master.playlists, *(one for one in master.media if one.uri))]:
        playlist = m3u8.load(address)
        joins = [place for place, one in enumerate(playlist.segments) if one.discontinuity]
        shapes.add((len(playlist.segments), tuple(joins)))
        assert playlist.is_endlist and playlist.media_sequence == 0
        assert all(round(one.duration) <= playlist.target_duration for one in playlist.segments)
        maps = {one.init_section.uri for one in playlist.segments if one.init_section}
        # Every segment of WebVTT stands for itself (RFC 8216bis, 3.1.4); all of MPEG-TS do.
        assert len(maps) == (len(SECONDS) if ending == ".m3u8" and address not in written else 0)
    assert len(shapes) == 1
    assert {len(joins) for _, joins in shapes} == {len(SECONDS) - 1}


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
@pytest.mark.parametrize("how", ["hls.js", "its own"])
def test_a_browser_shows_every_picture(library: Library, stream: str, pictures: int, how: str) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{library.site}/latest")
        if how == "hls.js":
            page.add_script_tag(url=f"{library.site}/static/vendor/hls.min.js")
        page.evaluate(_PLAY, [how, f"{stream}.m3u8"])
        page.wait_for_function("() => { const v = document.querySelector('video'); return v.ended || v.error; }")
        state = page.evaluate(_STATE)
    said = state.pop("said")
    assert state == {"ended": True, "faults": [], "holes": 1, "pictures": pictures, "corrupted": 0}
    if how == "hls.js":
        begin = sum(SECONDS[name] for name in SECONDS if name != "heard")
        assert [text for _, text in said] == [*SAID.values()]
        assert [at for at, _ in said] == pytest.approx([0.5, begin + 0.5], abs=0.1)


_PLAY = """([how, address]) => {
  document.body.innerHTML = "<video muted></video>";
  const video = document.querySelector("video");
  window.faults = [];
  video.addEventListener("error", () => window.faults.push(String(video.error && video.error.message)));
  video.textTracks.addEventListener("addtrack", ({track}) => (track.mode = "showing"));
  if (how === "hls.js") {
    const player = new Hls();
    player.on(Hls.Events.ERROR, (_, told) => window.faults.push(told.details));
    player.on(Hls.Events.MANIFEST_PARSED, () => video.play());
    player.loadSource(address);
    player.attachMedia(video);
  } else {
    video.src = address;
    video.play();
  }
}"""
_STATE = """() => {
  const video = document.querySelector("video"), shown = video.getVideoPlaybackQuality();
  return {
    ended: video.ended, faults: window.faults, holes: video.buffered.length,
    pictures: shown.totalVideoFrames, corrupted: shown.corruptedVideoFrames,
    said: [...video.textTracks].flatMap((track) => [...(track.cues || [])].map((cue) => [cue.startTime, cue.text])),
  };
}"""


@pytest.mark.skipif(media.MPV is None, reason="NOT TESTED: no mpv here (Debian: apt install mpv)")
def test_mpv_plays_through_every_join_without_a_complaint(stream: str) -> None:
    assert media.mpv_complaints(f"{stream}.ts.m3u8") == []


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def test_ffmpeg_decodes_every_picture_and_all_of_the_sound(stream: str, pictures: int, program: str) -> None:
    argv = [program, "-nostdin", "-v", "warning", "-i", f"{stream}.ts.m3u8", "-copyts", "-fps_mode", "passthrough"]
    tracks = ("-map", "0:v:0", "-map", "0:a:0", "-enc_time_base", "1/90000", "-f", "framecrc", "-")
    done = subprocess.run([*argv, *tracks], capture_output=True, text=True, timeout=60)
    assert (done.returncode, media.besides_captions(done.stderr)) == (0, [])
    rows = [line.split(",") for line in done.stdout.splitlines() if not line.startswith("#")]
    shown = [int(row[2]) / 90_000 for row in rows if row[0] == "0"]
    sound = sum(int(row[3]) for row in rows if row[0] == "1") / 90_000
    assert len(shown) == pictures
    assert shown == sorted(shown)
    assert sound == pytest.approx(shown[-1] - shown[0], abs=0.15)


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker is not beside this checkout")
def test_a_checker_finds_nothing_but_that_lessons_differ(stream: str) -> None:
    """It compares all of a variant with what is told of its largest and most demanding lesson."""
    argv = [sys.executable, str(CHECKER), f"{stream}.ts.m3u8"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    found = [line for line in done.stdout.splitlines() if line.startswith("ERROR")]
    assert "variant" in done.stdout
    assert [line for line in found if "RESOLUTION says" not in line and "CODECS level" not in line] == []


def test_the_list_names_lessons_that_play_in_old_boxes(library: Library, stream: str, lessons: dict[str, str]) -> None:
    lines = requests.get(f"{stream}.m3u", timeout=10).text.splitlines()
    assert lines[:3] == ["#EXTM3U", "#PLAYLIST:本月精选", "#EXTINF:3,upright"]
    assert lines[3::2] == [f"{library.site}/media/{lessons[name]}/ts.m3u8" for name in SECONDS]
    assert all(m3u8.load(address).playlists for address in lines[3::2])


@pytest.mark.skipif(media.MPV is None, reason="NOT TESTED: no mpv here (Debian: apt install mpv)")
def test_mpv_opens_the_list(stream: str) -> None:
    argv = [str(media.MPV), "--no-config", "--vo=null", "--ao=null", "--ao-null-untimed", "--untimed"]
    done = subprocess.run([*argv, f"{stream}.m3u"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout.count("Playing: ") == len(SECONDS)


def test_two_readers_understand_the_feed_and_every_length_is_exact(stream: str, lessons: dict[str, str]) -> None:
    answer = requests.get(f"{stream}.rss", timeout=60)
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    found = feedparser.parse(answer.content)
    assert not found.bozo
    heard = [name for name in SECONDS if name != "silent"]
    assert [one.id for one in found.entries] == [f"medialib:{lessons[name]}" for name in heard]
    other: dict[str, Any] = podcastparser.parse(f"{stream}.rss", io.BytesIO(answer.content))
    assert {one["guid"] for one in other["episodes"]} == {one.id for one in found.entries}
    for entry in found.entries:
        (enclosure,) = entry.enclosures
        file = requests.get(enclosure.href, timeout=20)
        assert (file.status_code, len(file.content)) == (200, int(enclosure.length))
        assert requests.head(enclosure.href, timeout=20).headers["Content-Length"] == enclosure.length
    same = requests.get(f"{stream}.rss", headers={"If-None-Match": answer.headers["ETag"]}, timeout=20)
    assert same.status_code == 304


@pytest.mark.skipif(GPODDER is None, reason="NOT TESTED: no gpo here (Debian: apt install gpodder)")
def test_gpodder_downloads_every_episode_to_its_last_byte(stream: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    folders = {"GPODDER_HOME": str(tmp_path / "home"), "GPODDER_DOWNLOAD_DIR": str(tmp_path / "files")}
    for command in (("subscribe", f"{stream}.rss"), ("download",)):
        subprocess.run([str(GPODDER), *command], env=os.environ | folders, check=True, capture_output=True, timeout=60)
    told = feedparser.parse(requests.get(f"{stream}.rss", timeout=60).content).entries
    lengths = sorted(int(one.enclosures[0].length) for one in told)
    assert sorted(path.stat().st_size for path in (tmp_path / "files").rglob("*.m4a")) == lengths


def test_a_file_that_is_made_again_is_as_long_as_before(library: Library, stream: str, lessons: dict[str, str]) -> None:
    address = f"/media/{lessons['heard']}/lesson.m4a"
    before = len(library.get(address).content)
    for file in (library.store / "cache").rglob("*.m4a"):
        file.unlink()
    (told,) = [
        int(one.enclosures[0].length)
        for one in feedparser.parse(requests.get(f"{stream}.rss", timeout=60).content).entries
        if lessons["heard"] in one.id
    ]
    assert told == before == len(library.get(address).content)
