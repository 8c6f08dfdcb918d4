"""The week of a channel by hand: parts are drawn, moved, resized by mouse and keys, taken back, looked at, and kept."""

from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from playwright.sync_api import Page, expect
from web.factories import add_lesson, make_services
from web.signing import PASSWORD, add_person

from medialib.app import create_app
from medialib.catalogue import channel_edits, channel_lookups
from medialib.catalogue.seeds import plant
from medialib.catalogue.timetables import Part, Show, Timetable
from medialib.services import Services
from medialib.web import i18n

from .browsing import chromium, sign_in
from .running import answering

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)

SLUG = "week"
FIELDS = """() => [...document.querySelectorAll(".part-rows > li:has([name^=part-])")]
    .filter((row) => row.querySelector("[name$=-begins]").value)
    .map((row) => ["begins", "ends"].map((name) => row.querySelector(`[name$=-${name}]`).value).join("-"))"""
HOUR = 24  # pixels


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    i18n.compile_catalogues()
    opened = make_services(tmp_path / "store")
    plant(opened.database)
    add_person(opened, "xian", "curator")
    add_lesson(opened, "笋竹两用林", seconds=40)
    with opened.database.begin() as session:
        morning = Part(begins=8 * 60, ends=10 * 60, show=Show(kind="latest"), days=(0, 1))
        channel_edits.add(session, title=SLUG, timetable=Timetable(parts=(morning,)), target_seconds=4, by=None)
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def page(services: Services) -> Iterator[Page]:
    with answering(create_app(services)) as site, chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="zh-CN").new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        sign_in(page, site, "xian", PASSWORD)
        page.goto(f"{site}/desk/channels/{SLUG}")
        yield page
    assert errors == []


def test_a_week_is_drawn_changed_taken_back_looked_at_and_kept(page: Page, services: Services) -> None:
    parts_are_moved_and_resized_by_mouse(page)
    parts_are_changed_by_keys_and_taken_back(page)
    a_part_is_drawn(page)
    what_clashes_and_what_is_dark_is_shown(page, services)
    a_mistake_loses_nothing(page)
    what_is_on_at_a_moment_is_told_before_it_is_kept(page, services)


def told(page: Page) -> list[str]:
    found: list[str] = page.evaluate(FIELDS)
    return found


def drag(page: Page, day: int, begins: float, ends: float) -> None:
    """From one hour of a day to another; the grid is in sight and 24 hours high."""
    page.locator(".week").scroll_into_view_if_needed()
    box = page.locator(".week .day svg").nth(day).bounding_box()
    assert box and box["height"] == 24 * HOUR
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + begins * HOUR)
    page.mouse.down()
    page.mouse.move(x, box["y"] + ends * HOUR, steps=4)
    page.mouse.up()


def parts_are_moved_and_resized_by_mouse(page: Page) -> None:
    assert told(page) == ["08:00-10:00"]
    drag(page, 0, 9, 10)
    assert told(page) == ["09:00-11:00"]
    assert page.locator(".week .part").count() == 2, "it moves on both of its days"
    drag(page, 1, 10.95, 12.2)
    assert told(page) == ["09:00-12:00"] or told(page) == ["09:00-12:30"]
    drag(page, 0, 9.05, 8.05)
    assert told(page)[0].startswith("08:00-12")
    drag(page, 0, 10, 40)  # as far as the day goes
    assert told(page)[0].endswith("-00:00")


def parts_are_changed_by_keys_and_taken_back(page: Page) -> None:
    for _ in range(4):
        page.click("#undo-week")
    assert told(page) == ["08:00-10:00"] and page.is_hidden("#undo-week")
    page.locator(".week .part").first.focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    assert told(page) == ["08:30-11:00"]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert told(page) == ["09:00-11:00"], "it is still the one that has the focus"
    page.keyboard.press("Delete")
    assert told(page) == []
    page.keyboard.press("Enter")  # the way back has the focus now
    assert told(page) == ["09:00-11:00"]


def a_part_is_drawn(page: Page) -> None:
    drag(page, 0, 10.1, 10.2)  # on a part: a press, which leads to its fields
    assert page.evaluate("document.activeElement.name") == "part-0-show"
    drag(page, 0, 14.1, 15.9)
    assert told(page) == ["09:00-11:00", "14:00-16:00"]
    page.wait_for_function("() => document.activeElement.name === 'part-1-show'")
    page.select_option("[name=part-1-show]", "search:")
    page.fill("[name=part-1-words]", "竹")


def what_clashes_and_what_is_dark_is_shown(page: Page, services: Services) -> None:
    drag(page, 0, 15, 11)
    assert told(page) == ["09:00-11:00", "10:00-12:00"]
    assert page.locator(".week .clash").count() == 1
    page.click(".save-bar [name=preview]")
    problems = page.locator(".problems")
    expect(problems).to_contain_text("10:00–11:00")
    expect(problems, "nothing is shown then, and there is no filler").to_contain_text("12:00–24:00")
    page.wait_for_load_state()  # with its scripts
    assert kept(services) == [(8 * 60, 10 * 60)], "nothing is kept yet"


def a_mistake_loses_nothing(page: Page) -> None:
    page.fill("[name=part-1-begins]", "")
    page.click(".save-bar .primary")
    expect(page.locator(".say")).to_be_visible()
    page.wait_for_load_state()
    assert page.input_value("[name=part-1-words]") == "竹"
    assert page.input_value("[name=part-0-begins]") == "09:00"
    assert page.locator(".week .part").first.get_attribute("y") == "216", "the grid shows what was typed too"
    page.fill("[name=part-1-begins]", "11:00")
    page.keyboard.press("Tab")
    assert page.locator(".week .clash").count() == 0


def what_is_on_at_a_moment_is_told_before_it_is_kept(page: Page, services: Services) -> None:
    page.select_option("[name=filler-show]", "latest:")
    page.fill("[name=at]", page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 10)") + "T15:00")
    page.locator("[name=preview]").first.click()
    expect(page.locator("section:has([name=at]) b")).to_have_text("笋竹两用林")
    page.click(".save-bar .primary")
    page.wait_for_url("**?saved=1#main")
    assert kept(services) == [(9 * 60, 11 * 60), (11 * 60, 12 * 60)]


def kept(services: Services) -> list[tuple[int, int]]:
    with services.database.read() as session:
        return [(one.begins, one.ends) for one in channel_lookups.channel(session, SLUG).table.parts]
