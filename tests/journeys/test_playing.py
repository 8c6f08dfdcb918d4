"""A recording goes in beside a running server and is played at once, by programs and by a browser."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import m3u8
import media
import pytest
import requests

from medialib.cli.bench.family import at_work
from medialib.jobs.queue import HOT, Queues

from .browsing import chromium
from .running import FOUND, Library, troubles_of, until

SHARED = Path(__file__).parents[3] / "shared"
CHECKER = SHARED / "tools" / "hlscheck.py"
REAL = ("crystal.mp4", "frog.webm", "sample_portrait.mp4", "viper.ogg")
HELD_AFTER = """(from) => {
    const video = document.querySelector("video");
    if (video.currentTime > from) video.pause();
    return video.paused && video.currentTime > from;
}"""
PICTURES = {"poster/0/640.jpg": "image/jpeg", "poster/0/320.webp": "image/webp", "sheets/0.jpg": "image/jpeg"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(
        tmp_path_factory.mktemp("library"),
        LADDER__START_RUNG="240",
        LADDER__PRESET="superfast",
        SERVER__WORKERS="1",
        **FOUND,
    )
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def short_lesson(library: Library) -> str:
    path = media.film(library.folder / "编织.mp4", seconds=6, size="640x360", hertz=550)
    (line,) = library.imported("--wait", "complete", path)
    assert line["status"] == "complete"
    lesson_id: str = line["lesson"]
    return lesson_id


def a_minute(library: Library) -> str:
    path = media.film(library.folder / "渔鼓.mp4", seconds=60, size="640x360")
    (line,) = library.imported(path)
    assert line["status"] == "published"
    lesson_id: str = line["lesson"]
    master = library.get(line["master"])
    assert (master.status_code, master.headers["Content-Type"]) == (200, "application/vnd.apple.mpegurl")
    variants = m3u8.loads(master.text).playlists
    assert [variant.uri for variant in variants if variant.stream_info.resolution] == ["v1/v240/index.m3u8"]
    playlist = m3u8.loads(library.get(f"/media/{lesson_id}/v1/v240/index.m3u8").text)
    assert len(playlist.segments) == 15 and playlist.is_endlist
    return lesson_id


@contextmanager
def worker_held_still(library: Library) -> Iterator[None]:
    """What is sent to it meanwhile it hears of together, however slow the machine is in between."""
    workers = at_work("work", library.processes())

    def held() -> bool:
        for one in workers:
            one.suspend()
        if can_be_written(library):
            return True
        for one in workers:
            one.resume()
        return False

    until(held, seconds=60)
    try:
        yield
    finally:
        for one in workers:
            one.resume()


def can_be_written(library: Library) -> bool:
    """Whether no process is in the middle of writing a database."""
    for path in library.store.glob("*.db"):
        with closing(sqlite3.connect(path, timeout=1)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
    return True


def test_a_far_segment_is_answered_before_the_bulk_work_gets_there(library: Library) -> None:
    queues = Queues("", library.store)
    with ThreadPoolExecutor(1) as pool:
        with worker_held_still(library):
            long_lesson = a_minute(library)
            before = queues.depth(HOT)
            asking = pool.submit(library.get, f"/media/{long_lesson}/v1/v360/13.m4s")
            until(lambda: queues.depth(HOT) > before, seconds=60)
        far = asking.result()
    folder = library.lesson_folder(long_lesson) / "v1" / "v360"
    assert far.status_code == 200
    assert not (folder / "5.m4s").exists()
    assert far.content == (folder / "13.m4s").read_bytes()
    assert far.elapsed.total_seconds() < 15
    until(lambda: library.lesson(long_lesson)["state"] == "complete", seconds=240)
    assert troubles_of(library.lesson_folder(long_lesson), library.folder) == []
    master = m3u8.loads(library.get(f"/media/{long_lesson}/master.m3u8").text)
    offered = [f"v1/{name}/index.m3u8" for name in ("v240", "v360", "a64", "a32m")]
    assert [one.uri for one in master.playlists] == offered


def test_a_lesson_is_found_over_http(library: Library, short_lesson: str) -> None:
    def found() -> bool:
        results = library.get("/api/lessons?q=bianzhi").json()["results"]
        return [one["id"] for one in results] == [short_lesson]

    until(found, seconds=60)
    assert found(), "and it stays so"


@pytest.mark.skipif(media.MPV is None, reason="NOT TESTED: no mpv here (Debian: apt install mpv)")
@pytest.mark.parametrize("playlist", ["master.m3u8", "audio.m3u8"])
def test_mpv_plays_to_the_end_without_a_complaint(library: Library, short_lesson: str, playlist: str) -> None:
    assert media.mpv_complaints(f"{library.site}/media/{short_lesson}/{playlist}") == []


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_browser_plays_a_lesson_to_its_end(library: Library, short_lesson: str) -> None:
    fetched = played_to_the_end(library, short_lesson, seconds=6)
    assert {name.rpartition("/")[2] for name in fetched} == {"0.m4s", "1.m4s"}


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_clip_of_one_segment_is_fetched_in_one_quality(library: Library) -> None:
    path = media.film(library.folder / "一瞬.mp4", seconds=1.2, size="640x360", hertz=330)
    (line,) = library.imported("--wait", "complete", path)
    assert len(m3u8.loads(library.get(line["master"]).text).playlists) == 4  # two with pictures, two without
    (fetched,) = played_to_the_end(library, line["lesson"], seconds=1.2)
    assert fetched in ("v240/0.m4s", "v360/0.m4s")


def played_to_the_end(library: Library, lesson: str, *, seconds: float) -> list[str]:
    """Play a lesson from its page, without a complaint of the page; the segments of pictures fetched."""
    troubles: list[str] = []
    fetched: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("request", lambda asked: fetched.extend(re.findall(r"v\d+/\d+\.m4s", asked.url)))
        page.goto(f"{library.site}/lessons/{lesson}")
        page.locator("button.start").click()
        page.wait_for_function("() => document.querySelector('video').ended", timeout=60_000)
        stopped_at = page.evaluate("document.querySelector('video').currentTime")
        width = page.evaluate("document.querySelector('video').videoWidth")
    assert stopped_at == pytest.approx(seconds, abs=0.1)
    assert width > 0
    assert troubles == []
    return fetched


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_the_shape_of_the_sound_leads_to_any_place_in_it(library: Library) -> None:
    path = media.tone(library.folder / "夜读.mp3", seconds=40)
    (line,) = library.imported("--wait", "complete", path)
    troubles: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.goto(f"{library.site}/lessons/{line['lesson']}")
        wave = page.locator("canvas.waveform")
        wave.wait_for()
        box = wave.bounding_box()
        assert box and box["height"] >= 48
        wave.click(position={"x": box["width"] / 2, "y": 20})
        page.wait_for_function(HELD_AFTER, arg=20.5, timeout=60_000)
        assert 20 <= int(wave.get_attribute("aria-valuenow") or 0) < 24
        wave.press("ArrowRight")
        page.wait_for_function("() => document.querySelector('video').currentTime > 25", timeout=60_000)
        wave.press("Home")
        page.wait_for_function("() => document.querySelector('video').currentTime === 0", timeout=60_000)
        assert wave.get_attribute("aria-valuetext") == "0:00"
    assert troubles == []


def test_media_are_kept_for_ever_and_sent_in_parts(library: Library, short_lesson: str) -> None:
    films = {"v240/0.m4s": "video/mp4", "v240/init.mp4": "video/mp4"}
    for name, kind in (films | {"a64/0.m4s": "audio/mp4", "poster.jpg": "image/jpeg"} | PICTURES).items():
        address = f"/media/{short_lesson}/v1/{name}"
        whole = library.get(address)
        assert (whole.status_code, whole.headers["Content-Type"]) == (200, kind)
        assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert whole.headers["Access-Control-Allow-Origin"] == "*"
        part = library.get(address, Range="bytes=10-19")
        assert (part.status_code, part.content) == (206, whole.content[10:20])
        assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.content)}"
        end = library.get(address, Range="bytes=-5")
        assert (end.status_code, end.content) == (206, whole.content[-5:])
        assert library.get(address, Range=f"bytes={len(whole.content)}-").status_code == 416
        assert library.get(address, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
        assert requests.head(library.site + address, timeout=10).headers["Content-Length"] == str(len(whole.content))


def test_playlists_are_asked_for_again_and_answered_304(library: Library, short_lesson: str) -> None:
    for name, kept in (("master.m3u8", "no-cache"), ("v1/v240/index.m3u8", "public, max-age=31536000, immutable")):
        answer = library.get(f"/media/{short_lesson}/{name}")
        assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["Cache-Control"] == kept
        again = library.get(f"/media/{short_lesson}/{name}", **{"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "v1/v240/2.m4s", "v1/v240/999999.m4s", "v1/v999/0.m4s", "v1/a32/0.m4s", "v2/v240/0.m4s", "v0/v240/index.m3u8",
        "v1/v240/-1.m4s", "v1/v240/0.mp4", "v1/v240/source.mp4", "source.mp4", "v1/v240/..%2f..%2fsource.mp4",
        "../../medialib.db", "..%2f..%2f..%2fmedialib.db", "v1/v240/%00.m4s", "v1/v240/0.m4s%00", "v1/../v1/v240/..",
        f"v{'9' * 30}/v240/0.m4s", f"v{'9' * 30}/v240/index.m3u8", f"v1/v240/{'9' * 400}.m4s",
        f"v1/v240/{'9' * 3500}.m4s",
        "v%EF%BC%91/v240/0.m4s", f"v{'9' * 30}/poster.jpg",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(library: Library, short_lesson: str, name: str) -> None:
    request = requests.Request("GET", library.site).prepare()
    request.url = f"{library.site}/media/{short_lesson}/{name}"
    with requests.Session() as session:
        assert session.send(request, timeout=20).status_code == 404


@pytest.mark.parametrize("lesson", ["nosuch2345", "..", "%2e%2e", "a" * 300, "ABCD2345", "a/b"])
def test_a_lesson_that_is_not_there_is_404(library: Library, lesson: str) -> None:
    assert library.get(f"/media/{lesson}/master.m3u8").status_code == 404


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker is not beside this checkout")
@pytest.mark.parametrize("name", REAL)
def test_a_checker_finds_no_error_in_real_recordings(library: Library, name: str) -> None:
    (line,) = library.imported("--wait", "complete", SHARED / "media" / name)
    assert line["status"] in ("complete", "duplicate")
    argv = [sys.executable, str(CHECKER), f"{library.site}{line['master']}"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" not in done.stdout
