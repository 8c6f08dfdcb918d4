"""A collection is put together on the desk: dragged, moved by keys faster than the network answers, noted, undone; and
what is typed about a lesson outlives whatever else is pressed.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import media
import pytest
from playwright.sync_api import Dialog, Page
from web.factories import add_lesson, make_services
from web.signing import PASSWORD, add_person

from medialib.app import create_app
from medialib.catalogue import arranging, collected, lookups, people_edits, people_lookups, theme_lookups
from medialib.catalogue.arrangement import Arrangement, Entry
from medialib.catalogue.seeds import plant
from medialib.services import Services
from medialib.web import i18n

from .browsing import chromium, sign_in
from .running import answering, until

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)

TITLES = ("一课", "二课", "三课", "四课", "五课")
SLOW_SECONDS = 0.4


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    i18n.compile_catalogues()
    opened = make_services(tmp_path / "store")
    plant(opened.database)
    add_person(opened, "xian", "curator")
    ids = [add_lesson(opened, title) for title in TITLES]
    with opened.database.begin() as session:
        made = arranging.begin(session, kind="issue", title="乡里本领", dated=None, by=None)
        entries = tuple(Entry(id=one) for one in ids)
        arranging.change(session, made, "collection.moved", lambda now: replace(now, entries=entries), by=None)
        assert made.slug == "xianglibenling"
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def site(services: Services) -> Iterator[str]:
    """Answers moves as late as a weak network does."""
    app = create_app(services)

    def late(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"].endswith("/move"):
            time.sleep(SLOW_SECONDS)
        return app(environ, start_response)

    with answering(late) as address:
        yield address


def order(services: Services) -> str:
    with services.database.read() as session:
        entries = arranging.current(session, collected.collection(session, "xianglibenling")).entries
        return "".join(lookups.lesson(session, entry.id).title[0] for entry in entries)


def seen(page: Page) -> str:
    return "".join(re.findall("(.)课", page.inner_text("[data-order]")))


def settled(page: Page) -> None:
    page.wait_for_selector("html:not([data-sending])")


def test_a_collection_is_dragged_noted_previewed_and_undone(services: Services, site: str) -> None:
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        sign_in(page, site, "xian", PASSWORD)
        page.goto(f"{site}/desk/collections/xianglibenling")
        keys_are_not_lost_after_a_drop(page, services)
        what_is_held_stays_in_the_hand(page, services)
        a_note_is_previewed_and_taken_back(page, services, site)
    assert errors == []


def keys_are_not_lost_after_a_drop(page: Page, services: Services) -> None:
    grips = page.locator("[data-order] .grip")
    start, goal = grips.nth(0).bounding_box(), grips.nth(2).bounding_box()
    assert start and goal
    page.mouse.move(start["x"] + 10, start["y"] + 30)
    page.mouse.down()
    page.mouse.move(start["x"] + 10, goal["y"] + 45, steps=4)
    page.mouse.up()
    assert seen(page) == "二三一四五"
    page.keyboard.press("Alt+ArrowDown")  # the drop is still on its way
    page.wait_for_timeout(SLOW_SECONDS * 1000 + 150)  # it is answered, the key is not
    page.keyboard.press("Alt+ArrowDown")
    assert seen(page) == "二三四五一"
    settled(page)
    assert order(services) == seen(page) == "二三四五一"
    assert page.evaluate("document.activeElement.className") == "grip"


def what_is_held_stays_in_the_hand(page: Page, services: Services) -> None:
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Space")  # taken up before the answer to that came
    settled(page)
    page.keyboard.press("End")
    assert seen(page)[-1] == "一"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    settled(page)
    assert order(services) == seen(page) == "二三一四五"
    assert "一课" in page.inner_text("#spoken"), "what was said stands until it is heard"


def a_note_is_previewed_and_taken_back(page: Page, services: Services, site: str) -> None:
    page.locator("[data-order] > li").first.locator("summary").click()
    page.locator("[data-order] > li").first.locator("[name=note]").fill("先看这一课")
    page.keyboard.press("Enter")
    settled(page)  # a toast may still stand there from the moves
    preview = page.request.get(f"{site}/desk/collections/xianglibenling/preview").text()
    assert "先看这一课" in preview
    page.goto(f"{site}/desk/collections/xianglibenling")
    page.get_by_role("button", name="撤销：").click()
    until(lambda: "先看这一课" not in page.inner_text("[data-order]"), seconds=30)
    assert order(services) == "二三一四五"


@contextmanager
def a_lesson_opened(services: Services, site: str) -> Iterator[Page]:
    """The desk's page of a lesson, with its scripts."""
    with services.database.read() as session:
        lesson_id = lookups.all_lessons(session)[0].id
    with chromium() as browser:
        page = browser.new_context(locale="zh-CN").new_page()
        sign_in(page, site, "xian", PASSWORD)
        page.goto(f"{site}/desk/lessons/{lesson_id}")
        page.wait_for_load_state("networkidle")
        yield page


def test_what_is_pressed_beside_the_details_of_a_lesson_saves_them_first(services: Services, site: str) -> None:
    with a_lesson_opened(services, site) as page:
        page.fill("[name=description]", "三步管好一片林")
        page.fill("[name=recorded]", "2024-77")
        page.fill("[name=words]", "请再看看")
        page.get_by_role("button", name="留言").click()
        page.locator("[data-note].late").wait_for()
        assert page.input_value("[name=words]") == "请再看看", "nothing was done, and nothing is lost"
        page.fill("[name=recorded]", "2024-07")
        with page.expect_navigation(url="**done=said*"):
            page.get_by_role("button", name="留言").dblclick()
        assert page.input_value("[name=description]") == "三步管好一片林"
        assert page.inner_text(".thread").count("请再看看") == 1


def test_what_was_typed_outlives_being_signed_out_meanwhile(services: Services, site: str) -> None:
    with a_lesson_opened(services, site) as page:
        page.fill("[name=description]", "打了半小时的字")
        signed_out(services)
        page.keyboard.press("Control+s")
        page.locator("#details [data-stays]", has_text="重新登录").wait_for()
        signed_in_beside(page, site)
        with page.expect_navigation(url="**done=saved*"):
            page.keyboard.press("Control+s")
        assert page.input_value("[name=description]") == "打了半小时的字"
        page.goto(f"{site}/desk/collections/xianglibenling")
        page.wait_for_load_state("networkidle")
        signed_out(services)
        page.fill("aside [name=editorial]", "这一期讲竹子")
        page.keyboard.press("Tab")  # it is kept as soon as the field is left
        page.locator("aside [data-stays]", has_text="重新登录").wait_for()
        signed_in_beside(page, site)
        page.locator("aside [data-stays] button").click()
        until(lambda: "这一期讲竹子" in kept(services).editorial, seconds=30)


def test_what_was_typed_outlives_a_network_that_is_away(services: Services, site: str) -> None:
    with a_lesson_opened(services, site) as page:
        page.fill("[name=description]", "山里没信号")
        page.context.set_offline(True)
        page.keyboard.press("Control+s")
        page.locator("#details [data-stays]", has_text="打的字都还在").wait_for()
        page.context.set_offline(False)
        with page.expect_navigation(url="**done=saved*"):
            page.keyboard.press("Control+s")
        assert page.input_value("[name=description]") == "山里没信号"


def test_a_theme_is_carried_from_the_end_of_the_tree_to_its_beginning(services: Services, site: str) -> None:
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN").new_page()
        sign_in(page, site, "xian", PASSWORD)
        page.goto(f"{site}/desk/themes")
        page.wait_for_load_state("networkidle")  # with its scripts
        grip = page.locator(".grip").last
        last = page.locator("[data-tree] > li").last.get_attribute("id")
        grip.scroll_into_view_if_needed()
        box = grip.bounding_box()
        assert box and page.evaluate("scrollY") > 740
        page.mouse.move(box["x"] + 10, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + 10, 20, steps=4)
        until(lambda: bool(page.evaluate("scrollY === 0")), seconds=30)
        first = page.locator("[data-tree] > li").first.bounding_box()
        assert first
        page.mouse.move(box["x"] + 10, first["y"] + 5)
        page.mouse.up()
        page.locator(".toast").wait_for()
        with services.database.read() as session:
            assert theme_lookups.rows(session)[0].theme.slug == last


def test_nobody_leaves_words_behind_unasked(services: Services, site: str) -> None:
    with services.database.begin() as session:
        lesson = lookups.all_lessons(session)[0]
        lesson.stage, lesson_id = "submitted", lesson.id
    with chromium() as browser:
        page = browser.new_context(locale="zh-CN").new_page()
        sign_in(page, site, "xian", PASSWORD)
        page.goto(f"{site}/desk/review/{lesson_id}")
        page.wait_for_load_state("networkidle")  # with its scripts
        page.fill("[name=reason]", "声音太小，请再录一次")
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.locator(".rail a.nav").nth(1).click()
        assert asked == ["beforeunload"]
        assert page.input_value("[name=reason]") == "声音太小，请再录一次"
        with page.expect_navigation(url="**/desk/review?was=*"):  # to send them is not to leave them
            page.get_by_role("button", name="退回").click()
        assert "退回" in page.inner_text(".toast")


def test_two_who_write_at_one_collection_keep_what_each_of_them_wrote(services: Services, site: str) -> None:
    with chromium() as browser:
        pages = [browser.new_context(locale="zh-CN").new_page() for _ in range(2)]
        for page in pages:
            sign_in(page, site, "xian", PASSWORD)
            page.goto(f"{site}/desk/collections/xianglibenling")
            page.wait_for_load_state("networkidle")
        one, other = pages
        write(other, "description", "另一位写的一句话")
        write(one, "title", "乡里新本领")
        assert (kept(services).title, kept(services).description) == ("乡里新本领", "另一位写的一句话")
        write(one, "title", "乡里本领")  # back to what it was shown with: that is typed as well
        assert kept(services).title == "乡里本领"


def write(page: Page, name: str, words: str) -> None:
    page.fill(f"[data-typed-only] [name={name}]", words)
    page.locator(f"[data-typed-only] [name={name}]").blur()
    settled(page)


def kept(services: Services) -> Arrangement:
    with services.database.read() as session:
        return arranging.current(session, collected.collection(session, "xianglibenling"))


def signed_out(services: Services) -> None:
    with services.database.begin() as session:
        person = people_lookups.find_person(session, "xian")
        assert person
        people_edits.end_sign_ins(session, person)


def signed_in_beside(page: Page, site: str) -> None:
    """On another page of the same browser, by the link that the first one shows."""
    with page.context.expect_page() as opened:
        page.locator("[data-stays] a").click()
    other = opened.value
    other.fill("[name=login]", "xian")
    other.fill("[name=password]", PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url(f"{site}/desk/account")
    other.close()
