"""The desk by keyboard: lessons are ticked and taken down, reviewed, taken back; nothing stands in anybody's way."""

from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from playwright.sync_api import Page
from web.factories import add_lesson, make_services
from web.signing import PASSWORD, TOWN, add_person, add_units

from medialib.app import create_app
from medialib.catalogue import moves
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.seeds import plant
from medialib.services import Services
from medialib.web import i18n

from .axe import AXE, findings
from .browsing import chromium, sign_in
from .running import answering, until

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None or not AXE.exists(), reason="NOT TESTED: no chromium or no axe-core here"
)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    i18n.compile_catalogues()
    opened = make_services(tmp_path / "store")
    plant(opened.database)
    units = add_units(opened)
    add_person(opened, "xian", "curator")
    for number in range(4):
        lesson = add_lesson(opened, f"第{number}课", unit=TOWN, themes=("skills",))
        if number < 2:
            with opened.database.begin() as session:
                session.get_one(Lesson, lesson).stage = "draft"
                moves.move(session, lesson, "submitted", by=None)
    assert units
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def site(services: Services) -> Iterator[str]:
    with answering(create_app(services)) as address:
        yield address


def become(page: Page, answered: str, services: Services, *expected: str) -> None:
    """The lessons are brought to these stages, and the page that tells so is there: it comes by itself, and would come
    in the way of another that is asked for. A toast would not tell, as that of an earlier move may still stand.
    """

    def stages() -> list[str]:
        with services.database.read() as session:
            return sorted(one.stage for one in session.query(Lesson))

    until(lambda: stages() == [*expected], seconds=30)
    page.wait_for_url(answered)


def test_lessons_are_reviewed_and_changed_by_keyboard(services: Services, site: str) -> None:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", bypass_csp=True)
        page = context.new_page()
        sign_in(page, site, "xian", PASSWORD)
        assert findings(page) == []
        take_two_down(page, services, site)
        name_a_speaker(page, services, site)
        review(page, services, site)
        page.goto(f"{site}/desk/lessons?stage=archived")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("#details")
        assert findings(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert findings(page) == []


def take_two_down(page: Page, services: Services, site: str) -> None:
    page.goto(f"{site}/desk/lessons?stage=published")
    assert findings(page) == []
    assert not page.is_visible("[data-bulk]")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert "2" in page.inner_text("[data-bulk] [data-count]")
    assert findings(page) == []
    page.click("[data-bulk] [value=archived]")
    become(page, "**done=**", services, "archived", "archived", "submitted", "submitted")
    page.click("[data-toast] button")
    become(page, "**back=2**", services, "published", "published", "submitted", "submitted")
    page.keyboard.press("?")
    assert page.is_visible("dialog[open]")
    page.keyboard.press("Escape")
    for key in ("j", "x"):
        page.keyboard.press(key)
    page.click("[data-bulk] [value=archived]")
    become(page, "**done=**", services, "archived", "published", "submitted", "submitted")


def name_a_speaker(page: Page, services: Services, site: str) -> None:
    """Enter takes the button beside the field, and not the first of the form, which would give a theme."""
    page.goto(f"{site}/desk/lessons?stage=published")
    for key in ("j", "x"):
        page.keyboard.press(key)
    page.locator("[data-bulk] details").last.locator("summary").click()
    page.fill("[data-bulk] [name=speaker]", "周师傅")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=**")
    with services.database.read() as session:
        assert sorted((one.speaker, *(two.slug for two in one.themes)) for one in session.query(Lesson))[-1] == (
            "周师傅", "skills",
        )  # fmt: skip


def review(page: Page, services: Services, site: str) -> None:
    page.goto(f"{site}/desk/review")
    assert findings(page) == []
    first = page.url
    page.press("[name=title]", "Enter")  # publishes nothing
    page.locator("[name=title]").blur()
    page.keyboard.press("r")
    page.keyboard.type("声音太小")
    page.evaluate("""() => {
        document.querySelector("[data-decide] [value=returned]").click();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "p", bubbles: true }));
    }""")  # what is pressed before the answer comes decides nothing
    page.wait_for_selector("[data-toast]")
    assert "退回" in page.inner_text("[data-toast]")
    assert page.url.split("?")[0] != first
    page.click("[data-toast] button")  # taken back: the same lesson is on the screen again
    become(page, first, services, "archived", "published", "submitted", "submitted")
    page.keyboard.press("p")
    become(page, "**was=**", services, "archived", "published", "published", "submitted")
