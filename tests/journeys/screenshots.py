"""python -m journeys.screenshots (in tests/): the pictures of docs/screenshots, of a real site with the demonstration
library; `make screenshots` calls it.
"""

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import media
from playwright.sync_api import Browser, sync_playwright

from medialib.demo.lessons import demonstrations

from .running import Library, until
from .television_shots import take_television
from .test_playing import BROWSER

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
SIZES = {"phone": (360, 740), "desktop": (1440, 900), "wide": (1920, 1080)}
# A table of the demonstration library's lessons by a word of their titles.
_LESSON = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: in `{}` stands a word of a lesson's title, for its id."""

    name: str
    address: str
    size: Literal["phone", "desktop", "wide"] = "phone"
    dark: bool = False
    large: bool = False
    language: str = "zh-CN"
    plays: bool = False


SHOTS = (
    Shot(name="phone-home", address="/"),
    Shot(name="phone-home-large", address="/", large=True),
    Shot(name="phone-search", address="/search?q=cha"),
    Shot(name="phone-lesson", address="/lessons/{竹}", plays=True),
    Shot(name="phone-lesson-dark", address="/lessons/{凉席}", dark=True),
    Shot(name="phone-listen", address="/lessons/{谷雨}"),
    Shot(name="phone-themes", address="/themes"),
    Shot(name="phone-collections", address="/collections"),
    Shot(name="phone-units", address="/units"),
    Shot(name="desktop-home", address="/", size="desktop"),
    Shot(name="desktop-home-english", address="/?lang=en", size="desktop", language="en"),
    Shot(name="desktop-search", address="/search?q=%E7%AB%B9", size="desktop"),
    Shot(name="desktop-lesson", address="/lessons/{竹}", size="desktop", plays=True),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        library.start("--demo")
        try:
            until(lambda: _is_complete(library), seconds=900)
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=media.CHROMIUM, args=BROWSER)
                for shot in SHOTS:
                    _take(browser, library, shot)
                take_television(browser, library.site, library.store, FOLDER)
                browser.close()
        finally:
            library.stop()


def _is_complete(library: Library) -> bool:
    """Whether every demonstration lesson is there and made."""
    results = library.get("/api/lessons?per_page=100").json()["results"]
    return len(results) == len(demonstrations()) and all(
        library.lesson(one["id"])["state"] == "complete" for one in results
    )


def _take(browser: Browser, library: Library, shot: Shot) -> None:
    width, height = SIZES[shot.size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=shot.language,
        color_scheme="dark" if shot.dark else "light",
        bypass_csp=True,  # for what is asked of the page from here
    )
    if shot.large:
        context.add_cookies([{"name": "size", "value": "large", "url": library.site}])
    page = context.new_page()
    address = _LESSON.sub(lambda found: _lesson_called(library, found[1]), shot.address)
    page.goto(library.site + address, wait_until="networkidle")
    if shot.plays:
        page.locator("button.start").click()
        page.wait_for_function("document.querySelector('video').currentTime > 1")
        page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(500)
    file = FOLDER / f"{shot.name}.png"
    page.screenshot(path=file)
    print(file.name, f"{file.stat().st_size // 1024} KB", file=sys.stderr)
    context.close()


def _lesson_called(library: Library, word: str) -> str:
    results = library.get("/api/lessons?per_page=100").json()["results"]
    return next(str(one["id"]) for one in results if word in one["title"])


if __name__ == "__main__":
    main()
