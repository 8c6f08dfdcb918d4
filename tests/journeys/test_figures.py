"""A lesson is played on a phone, and the office sees the numbers; nothing stands in the way of anybody."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import media
import pytest
import requests
from playwright.sync_api import Browser

from .axe import AXE, findings
from .browsing import chromium, open_lesson
from .running import Library, library_here, until

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None or not AXE.exists(), reason="NOT TESTED: no chromium or no axe-core here"
)
PASSWORD = "竹海听风 2023"
PHONE = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with library_here(tmp_path, LADDER__START_RUNG="240", LADDER__PRESET="superfast") as made:
        yield made


def counted(library: Library) -> list[tuple[Any, ...]]:
    with sqlite3.connect(library.store / "medialib.db") as database:
        return database.execute("SELECT device, way, plays, round(seconds) FROM play_counts").fetchall()


def test_what_a_phone_plays_is_in_the_offices_statistics(library: Library) -> None:
    added = library.medialib("user", "add", "--role", "admin", "guan")
    assert added.exit_code == 0, added.output
    link = next(word for word in added.stdout.split() if "/password/" in word)
    (line,) = library.imported(
        "--wait", "complete", media.film(library.folder / "编织.mp4", seconds=12, size="320x180")
    )
    with chromium() as browser:
        play_on_a_phone(browser, library, line["page"])
        until(lambda: counted(library) != [], seconds=60)
        ((device, way, plays, seconds),) = counted(library)
        assert (device, way, plays) == ("phone", "watched", 1)
        assert 5 <= seconds <= 14
        parts = {"lesson": line["lesson"], "way": "listened", "begun": True, "parts": [0.6] * 10 + [0] * 10}
        for _ in range(5):
            requests.post(f"{library.site}/count", json=parts, headers={"User-Agent": PHONE}, timeout=10)
        until(lambda: sum(row[2] for row in counted(library)) == 6, seconds=60)
        look_in_the_office(browser, library, link)


def play_on_a_phone(browser: Browser, library: Library, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, user_agent=PHONE, locale="zh-CN")
    page = context.new_page()
    open_lesson(page, library.site + address)
    page.locator(".speed:not(.sound-track):not(.captions) select").select_option("2")
    page.locator("button.start").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 7", timeout=60_000)
    page.close()  # what was played so far is told when the page goes
    assert context.cookies() == [], "counting needs no cookie"
    context.close()


def look_in_the_office(browser: Browser, library: Library, link: str) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    page.goto(link)
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一遍").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/**")
    page.goto(f"{library.site}/desk/statistics")
    assert "30 天播放了 6 次" in page.locator("h1").inner_text()
    page.get_by_text("全部数字").first.click()
    assert page.locator("details[open] td").first.is_visible()
    page.locator("form.span select[name=span]").select_option("365")
    page.wait_for_url("**span=365**")
    found: list[str] = []
    for address in (
        "/desk/statistics", "/desk/statistics/lessons", "/desk/statistics/room", "/desk/account/keys", "/desk/webhooks",
        "/api/",
    ):  # fmt: skip
        page.goto(library.site + address)
        found += [f"{address} {one}" for one in findings(page)]
    assert found == []
    assert errors == []
