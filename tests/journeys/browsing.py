"""One browser for all journeys of a process: to start it is more work than what many of them look at."""

from collections.abc import Iterator
from contextlib import contextmanager

import media
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

BROWSER = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
]  # fmt: skip
_running: dict[Playwright, Browser] = {}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, in which nothing stays of what was opened in the block."""
    browser = _started()
    before = set(browser.contexts)
    try:
        yield browser
    finally:
        for opened in set(browser.contexts) - before:
            opened.close()


def sign_in(page: Page, site: str, login: str, password: str) -> None:
    """Through the form, until the desk is there."""
    page.goto(f"{site}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/todo")


def open_lesson(page: Page, address: str) -> None:
    """The page of a lesson, with its script: what is pressed before that listens does nothing."""
    page.goto(address)
    await_script(page)


def await_script(page: Page) -> None:
    """A lesson's script listens to everything on the page by the time it shows the button by which playing begins."""
    page.locator("button.start").wait_for()


def end() -> None:
    """When there are no more tests."""
    while _running:
        play, browser = _running.popitem()
        browser.close()
        play.stop()


def _started() -> Browser:
    """Anew when it is gone."""
    if any(not one.is_connected() for one in _running.values()):
        end()
    if not _running:
        play = sync_playwright().start()
        _running[play] = play.chromium.launch(executable_path=media.CHROMIUM, args=BROWSER)
    return next(iter(_running.values()))
