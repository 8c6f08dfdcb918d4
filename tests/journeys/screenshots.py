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
from PIL import Image
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


# Every page of the members; in `{}` stands what _address_of knows.
PAGES = {
    "home": "/",
    "search": "/search?q=cha",
    "search-nothing": "/search?q=%E6%9C%A8%E5%81%B6",
    "themes": "/themes",
    "theme": "/themes/skills",
    "listen": "/?kind=audio",
    "latest": "/latest",
    "mine": "/mine",
    "places": "/places",
    "units": "/units",
    "unit": "{unit}",
    "collections": "/collections",
    "series": "{series}",
    "package": "{package}",
    "featured": "{featured}",
    "speaker": "{speaker}",
    "lesson": "/lessons/{竹}",
    "reading": "/lessons/{谷雨}",
    "poster": "/lessons/{竹}/poster",
    "report": "/lessons/{竹}/report",
    "subscribe": "/subscribe?of=themes/skills",
}
PLAYED = {"lesson"}

SHOTS = (
    *(Shot(name=f"phone-{name}", address=address, plays=name in PLAYED) for name, address in PAGES.items()),
    *(Shot(name=f"phone-{name}-large", address=address, large=True) for name, address in PAGES.items()),
    *(
        Shot(name=f"desktop-{name}", address=address, size="desktop", plays=name in PLAYED)
        for name, address in PAGES.items()
    ),
    Shot(name="phone-lesson-dark", address="/lessons/{凉席}", dark=True),
    Shot(name="phone-home-dark", address="/", dark=True),
    Shot(name="desktop-home-english", address="/?lang=en", size="desktop", language="en"),
)
_COLOURS = 128


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
    address = _LESSON.sub(lambda found: _address_of(library, found[1]), shot.address)
    page.goto(library.site + address, wait_until="networkidle")
    if shot.plays:
        page.locator("button.start").click()
        page.wait_for_function("() => document.querySelector('video').currentTime > 1")
        page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(500)
    file = FOLDER / f"{shot.name}.png"
    page.screenshot(path=file)
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(_COLOURS)
    small.save(file, optimize=True)
    print(file.name, f"{file.stat().st_size // 1024} KB", file=sys.stderr)
    context.close()


def _address_of(library: Library, word: str) -> str:
    """The id of the lesson with this word in its title; the path of the first unit, speaker or collection of a kind."""
    results = library.get("/api/lessons?per_page=100").json()["results"]
    if found := next((str(one["id"]) for one in results if word in one["title"]), ""):
        return found
    if word == "speaker":
        return f"/speakers/{next(filter(None, (library.lesson(one['id'])['speaker'] for one in results)))}"
    place = "/units" if word == "unit" else "/collections"
    addresses = dict.fromkeys(re.findall(rf'href="({place}/[a-z0-9_-]+)"', library.get(place).text))
    kinds = {"series": "系列", "package": "月", "featured": "精选"}
    return next(str(one) for one in addresses if word == "unit" or kinds[word] in _kind_of(library, one))


def _kind_of(library: Library, address: str) -> str:
    """What the page of a collection says it is."""
    text: str = library.get(address).text
    found: list[tuple[str, str]] = re.findall(r'<p class="meta">([^<]*)</p>|<div class="txt"><p>([^<]*)</p>', text)
    return "".join(found[0])


if __name__ == "__main__":
    main()
