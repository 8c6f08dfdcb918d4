"""A lesson in MPEG-TS, as one MP4 and as one M4A, asked for over HTTP by programs and by a browser."""

import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import m3u8
import media
import pytest
import requests

from .browsing import chromium
from .running import FOUND, Library
from .test_playing import CHECKER, SHARED

# Of a recording so much: each of its segments is put into TS by a program of its own, and its others are like them.
REAL = {"elf.mp4": None, "outfoxing.mp3": 24}
# The page, as a box with old parts would see it: also nothing of the other form is fetched beforehand (data-warm). The
# scripts of the page run after "interactive".
TS_INSTEAD = """
    document.addEventListener("readystatechange", () => {
        const player = document.querySelector("[data-player]");
        player.dataset.master = player.dataset.master.replace("master.m3u8", "ts.m3u8");
        delete player.dataset.warm;
    }, { once: true });
"""
# A browser that has neither HLS of its own nor a way to feed the player by script.
NOTHING = """
    delete window.MediaSource;
    delete window.ManagedMediaSource;
    const able = HTMLMediaElement.prototype.canPlayType;
    HTMLMediaElement.prototype.canPlayType = function (type) {
        return type.includes("mpegurl") ? "" : able.call(this, type);
    };
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(
        tmp_path_factory.mktemp("library"),
        LADDER__START_RUNG="240",
        LADDER__PRESET="superfast",
        LADDER__SEGMENT_SECONDS="2",
        SERVER__WORKERS="1",
        **FOUND,
    )
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def lesson(library: Library) -> str:
    path = media.film(library.folder / "编织.mp4", seconds=5, size="640x360", hertz=550)
    (library.folder / "编织.yaml").write_text("title: 编织 入门/一\nspeaker: 李师傅\n", encoding="utf-8")
    (line,) = library.imported("--wait", "complete", path)
    assert line["ts_master"] == f"/media/{line['lesson']}/ts.m3u8"
    lesson_id: str = line["lesson"]
    return lesson_id


def test_ts_is_made_while_the_lesson_is_still_being_made(library: Library) -> None:
    path = media.film(library.folder / "渔鼓.mp4", seconds=30, size="426x240", hertz=700)
    (line,) = library.imported(path)
    master = m3u8.loads(library.get(line["ts_master"]).text)
    (picture, *_) = master.playlists
    folder = f"/media/{line['lesson']}/"
    last = m3u8.loads(library.get(folder + picture.uri).text).segments[-1].uri
    with ThreadPoolExecutor(3) as pool:
        address = f"{folder}{picture.uri.rpartition('/')[0]}/{last}"
        answers = list(pool.map(library.get, [address] * 3))
    assert {(answer.status_code, answer.headers["Content-Type"]) for answer in answers} == {(200, "video/mp2t")}
    assert len({answer.content for answer in answers}) == 1
    assert "immutable" in answers[0].headers["Cache-Control"]
    (library.folder / "last.ts").write_bytes(answers[0].content)
    assert media.complaints(library.folder / "last.ts") == ""


@pytest.mark.skipif(media.MPV is None, reason="NOT TESTED: no mpv here (Debian: apt install mpv)")
@pytest.mark.parametrize("playlist", ["ts.m3u8", "audio.m3u8?container=ts"])
def test_mpv_plays_ts_to_the_end_without_a_complaint(library: Library, lesson: str, playlist: str) -> None:
    assert media.mpv_complaints(f"{library.site}/media/{lesson}/{playlist}") == []


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def test_ffmpeg_reads_ts_to_the_end_without_a_complaint(library: Library, lesson: str, program: str) -> None:
    # ffmpeg 9 wants names to end in .m3u8, so not `?container=ts`.
    argv = [program, "-nostdin", "-hide_banner", "-v", "warning", "-i", f"{library.site}/media/{lesson}/ts.m3u8"]
    done = subprocess.run([*argv, "-f", "null", "-"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
@pytest.mark.parametrize(("script", "kinds"), [(TS_INSTEAD, {"m3u8", "ts"}), (NOTHING, {"mp4"})], ids=["ts", "mp4"])
def test_a_browser_plays_it_to_its_end(library: Library, lesson: str, script: str, kinds: set[str]) -> None:
    troubles: list[str] = []
    asked: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: asked.append(urllib.parse.urlsplit(request.url).path))
        page.add_init_script(script)
        page.goto(f"{library.site}/lessons/{lesson}")
        page.locator("button.start").click()
        page.wait_for_function("() => document.querySelector('video').ended", timeout=60_000)
        seconds = page.evaluate("document.querySelector('video').currentTime")
    assert seconds == pytest.approx(5.0, abs=0.1)
    assert {path.rpartition(".")[2] for path in asked if path.startswith("/media/")} - {"jpg"} == kinds
    assert troubles == []


def test_the_sound_is_downloaded_under_its_title_and_in_parts(library: Library, lesson: str) -> None:
    address = library.lesson(lesson)["download"]
    whole = library.get(address)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "audio/mp4")
    assert urllib.parse.quote("编织 入门_一.m4a") in whole.headers["Content-Disposition"]
    assert whole.headers["Cache-Control"] == "no-cache"
    part = library.get(address, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert library.get(address, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert f'href="{address}"' in library.get(f"/lessons/{lesson}").text


def test_the_film_is_sent_in_parts_and_kept(library: Library, lesson: str) -> None:
    address = library.lesson(lesson)["mp4"]
    whole = library.get(address)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "video/mp4")
    assert "immutable" in whole.headers["Cache-Control"]
    assert library.get(address, Range="bytes=-5").content == whole.content[-5:]
    assert requests.head(library.site + address, timeout=10).headers["Content-Length"] == str(len(whole.content))


def test_keyframes_are_offered_and_sent_as_parts_of_segments(library: Library, lesson: str) -> None:
    folder = f"/media/{lesson}/"
    offered = m3u8.loads(library.get(folder + "master.m3u8").text).iframe_playlists
    assert [one.uri for one in offered] == ["v1/v240/keyframes.m3u8", "v1/v360/keyframes.m3u8"]
    playlist = m3u8.loads(library.get(folder + offered[0].uri).text)
    length, at = map(int, playlist.segments[1].byterange.split("@"))
    part = library.get(folder + "v1/v240/1.m4s", Range=f"bytes={at}-{at + length - 1}")
    assert (part.status_code, len(part.content)) == (206, length)
    assert part.content[4:8] == b"moof"


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker is not beside this checkout")
@pytest.mark.parametrize("name", REAL)
def test_a_checker_finds_no_error_in_the_ts_of_real_recordings(library: Library, name: str) -> None:
    path = SHARED / "media" / name
    if seconds := REAL[name]:
        path = media.recorded(library.folder / name, "-t", str(seconds), "-i", str(path), "-c", "copy")
    (line,) = library.imported("--wait", "complete", path)
    argv = [sys.executable, str(CHECKER), f"{library.site}{line['ts_master']}"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors" in done.stdout
