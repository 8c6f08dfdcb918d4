"""Captions are shown at their second: in a browser, by mpv and by ffmpeg."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from playwright.sync_api import Page, expect

from .browsing import chromium, open_lesson
from .running import Library, library_here
from .test_playing import CHECKER

SRT = (
    "1\n00:00:01,000 --> 00:00:02,000\n第一句\n\n"
    "2\n00:00:03,000 --> 00:00:05,000\n<i>跨过边界</i>\n\n"
    "3\n00:00:06,500 --> 00:00:07,500\n第三句\n"
)
# What is on show, by whoever plays: the text, and where in the video.
SHOWN = """() => {
  const track = [...document.querySelector('video').textTracks].find((one) => one.mode === 'showing');
  return [...(track?.activeCues ?? [])].map((cue) => [cue.text, cue.startTime, cue.endTime]);
}"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_here(
        tmp_path_factory.mktemp("library"), LADDER__START_RUNG="240", LADDER__PRESET="ultrafast"
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def lesson(library: Library) -> str:
    """Eight seconds whose own clock begins at five, with captions in two languages beside it and chapters."""
    path = media.film(library.folder / "课.mkv", seconds=8, size="320x180", more=("-output_ts_offset", "5"))
    path.with_suffix(".srt").write_bytes(SRT.encode("gb18030"))
    path.with_suffix(".en.vtt").write_text("WEBVTT\n\n00:03.000 --> 00:05.000\nacross the boundary\n")
    path.with_suffix(".chapters.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:06.000\n选竹\n\n00:06.000 --> 00:08.000\n破篾\n", encoding="utf-8"
    )
    (line,) = library.imported("--wait", "complete", path)
    assert line["status"] == "complete"
    lesson_id: str = line["lesson"]
    return lesson_id


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_browser_shows_the_chosen_language_at_its_second_and_chapters_jump(library: Library, lesson: str) -> None:
    troubles: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        open_lesson(page, f"{library.site}/lessons/{lesson}")
        choice = page.locator(".captions select")
        assert choice.locator("option").all_inner_texts() == ["关", "英语", "中文"]
        choice.select_option("zh")
        page.locator("button.start").click()
        page.wait_for_function("() => document.querySelector('video').currentTime > 0", timeout=60_000)
        shows(page, 1.5, [["第一句", 1, 2]])
        shows(page, 4.5, [["<i>跨过边界</i>", 3, 5]])
        shows(page, 5.5, [])
        choice.select_option("en")
        shows(page, 3.5, [["across the boundary", 3, 5]])
        choice.select_option("")
        shows(page, 4.0, [])
        page.get_by_role("tab", name="章节").click()
        page.locator(".chapters a").nth(1).click()
        page.wait_for_function("() => document.querySelector('video').currentTime >= 6")
        expect(page.locator(".chapters [aria-current]")).to_have_text(re.compile(r"破篾$"), use_inner_text=True)
    assert troubles == []


def shows(page: Page, seconds: float, wanted: list[list[str | float]]) -> None:
    """Jump there and wait until this stands on the picture."""
    page.evaluate("(to) => { const v = document.querySelector('video'); v.pause(); v.currentTime = to; }", seconds)
    found: list[list[str | float]] = []
    for _ in range(150):
        read = page.evaluate(SHOWN)
        found = [[text, round(float(begin), 2), round(float(end), 2)] for text, begin, end in read]
        if found == wanted:
            return
        page.wait_for_timeout(100)
    assert found == wanted, seconds


@pytest.mark.skipif(media.MPV is None, reason="NOT TESTED: no mpv here (Debian: apt install mpv)")
def test_mpv_plays_the_captions_beside_the_playlist_without_a_complaint(library: Library, lesson: str) -> None:
    """libavformat passes over captions in a multivariant playlist, whoever made it, and says so once for each."""
    captions = library.lesson(lesson)["captions"]
    files = [f"--sub-file={library.site}{one['url']}" for one in captions]
    assert media.mpv_complaints(f"{library.site}/media/{lesson}/master.m3u8", *files) == []


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda one: str(one)[-24:])
def test_ffmpeg_reads_the_file_and_every_segment(library: Library, lesson: str, program: str, tmp_path: Path) -> None:
    whole = next(one["url"] for one in library.lesson(lesson)["captions"] if one["language"] == "zh")
    revision = re.findall(r"/(\d+)\.vtt", whole)[0]
    addresses = [whole, *(f"/media/{lesson}/v1/captions/zh/{revision}/{number}.vtt" for number in range(2))]
    for address, cues in zip(addresses, (3, 2, 2), strict=True):
        path = tmp_path / "a.vtt"
        path.write_bytes(library.get(address).content)
        argv = [program, "-nostdin", "-hide_banner", "-v", "warning", "-i", str(path), "-f", "srt", "-"]
        done = subprocess.run(argv, capture_output=True, text=True)
        assert (done.returncode, done.stderr, done.stdout.count("-->")) == (0, "", cues), address


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker is not beside this checkout")
def test_a_checker_finds_no_error_in_a_lesson_with_captions(library: Library, lesson: str) -> None:
    argv = [sys.executable, str(CHECKER), f"{library.site}/media/{lesson}/master.m3u8"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" not in done.stdout
