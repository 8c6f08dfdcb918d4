"""python -m journeys.screenshots (in tests/): the pictures of docs/screenshots, of a real site with the demonstration
library; `make screenshots` calls it. Names that are given choose: `home` takes phone-home, phone-home-large and more.
"""

import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import media
import requests
from playwright.sync_api import Browser, Error, Page, sync_playwright

from medialib.demo.lessons import demonstrations

from .browsing import BROWSER
from .pictures import FOLDER, new_page, take
from .running import FOUND, Library, until
from .television_shots import ZONE, prepare, take_desk, take_television

# A rung or two, quickly: what is looked at are the pages.
QUICK = {
    "LADDER__START_RUNG": "480",
    "LADDER__PRESET": "ultrafast",
    "LADDER__RUNGS": "[{short_side: 240, max_bits_per_second: 250000}, {short_side: 480, max_bits_per_second: 900000}]",
}
_IN_BRACES = re.compile(r"\{(\w+)\}")
_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the site is looked at."""

    width: int = 360
    height: int = 740
    dark: bool = False
    large: bool = False
    language: str = "zh-CN"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: in `{}` stands what _address_of knows."""

    name: str
    address: str
    look: Look


# Every page of the members. Those of what was played come last.
PAGES = {
    "home": "/",
    "search": "/search?q=cha",
    "search-nothing": "/search?q=qqqqq",
    "themes": "/themes",
    "theme": "/themes/skills",
    "listen": "/?kind=audio",
    "latest": "/latest",
    "places": "/places",
    "place": "/places/grove",
    "units": "/units",
    "unit": "{unit}",
    "collections": "/collections",
    "series": "{series}",
    "package": "{package}",
    "featured": "{featured}",
    "speaker": "{speaker}",
    "poster": "/lessons/{竹}/poster",
    "report": "/lessons/{竹}/report",
    "subscribe": "/subscribe?of=themes/skills",
    "missing": "/nothing-is-here",
    "lesson": "/lessons/{竹}",
    "reading": "/lessons/{谷雨}",
    "mine": "/mine",
}
PLAYED = {"lesson", "reading"}
LOOKS = {
    "phone-{}": Look(),
    "phone-{}-large": Look(large=True),
    "desktop-{}": Look(width=1440, height=900),
}
FURTHER = (
    *(Shot(name=f"phone-{name}-dark", address=PAGES[name], look=Look(dark=True)) for name in ("home", "lesson")),
    *(Shot(name=f"phone-{name}-english", address=PAGES[name], look=Look(language="en")) for name in ("home", "lesson")),
)
SHOTS = (
    *(Shot(name=form.format(name), address=PAGES[name], look=look) for form, look in LOOKS.items() for name in PAGES),
    *FURTHER,
)


def main(chosen: Sequence[str]) -> None:
    """Exits with what could not be taken, after everything else was."""
    began = time.monotonic()
    failed: list[str] = []
    shots = [shot for shot in SHOTS if not chosen or set(shot.name.split("-")) & set(chosen)]
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), SCREENS__ZONE=ZONE, **FOUND, **QUICK)
        library.start("--demo")
        try:
            until(lambda: _is_complete(library), seconds=1800)
            print(f"The library was made in {time.monotonic() - began:.0f} s.", file=sys.stderr)
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=media.CHROMIUM, args=BROWSER)
                addresses = {shot.address: _address_of(library, shot.address) for shot in shots}
                for look, group in groupby(shots, key=lambda shot: shot.look):
                    named = {shot.name: addresses[shot.address] for shot in group}
                    failed += _take_all(browser, library.site, look, named)
                if not chosen or "tv" in chosen:
                    prepare(library.store)
                    for name, part in {"tv": take_television, "desk": take_desk}.items():
                        failed += _tried(name, partial(part, browser, library.site))
                browser.close()
        finally:
            library.stop()
    print(f"The pictures were taken in {time.monotonic() - began:.0f} s.", file=sys.stderr)
    if failed:
        sys.exit(f"Not taken: {', '.join(failed)}")


def _tried(name: str, take_it: Callable[[], None]) -> list[str]:
    """[name] when it failed some times: what a busy machine answers too late, it answers the next time."""
    for _ in range(_TRIES):
        try:
            take_it()
        except (Error, AssertionError) as error:
            print(f"{name}: {str(error).splitlines()[0]}", file=sys.stderr)
        else:
            return []
    return [name]


def _is_complete(library: Library) -> bool:
    """Whether every demonstration lesson is there and made."""
    time.sleep(2)
    try:
        results = library.get("/api/lessons?per_page=100").json()["results"]
        return len(results) == len(demonstrations()) and all(
            library.lesson(one["id"])["state"] == "complete" for one in results
        )
    except requests.RequestException:
        return False


def _take_all(browser: Browser, site: str, look: Look, addresses: dict[str, str]) -> list[str]:
    """The names of those that could not be taken."""
    page = new_page(
        browser, look.width, look.height, locale=look.language, color_scheme="dark" if look.dark else "light",
        bypass_csp=True,  # for what is asked of the page from here
        reduced_motion="reduce",
    )  # fmt: skip
    if look.large:
        page.context.add_cookies([{"name": "size", "value": "large", "url": site}])
    page.context.add_cookies([{"name": "lang", "value": look.language.replace("-", "_"), "url": site}])
    failed = [
        missing
        for name, address in addresses.items()
        for missing in _tried(name, partial(_take_one, page, name, site + address))
    ]
    page.context.close()
    return failed


def _take_one(page: Page, name: str, address: str) -> None:
    page.goto(address)
    if PLAYED & set(name.split("-")):
        _play(page)
    take(page, name)


def _play(page: Page) -> None:
    page.locator("button.start").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0")
    page.evaluate("document.querySelector('video').currentTime = 14")
    page.wait_for_function("() => document.querySelector('video').currentTime > 15")
    page.evaluate("() => { document.querySelector('video').pause(); scrollTo(0, 0); }")  # it followed the words


def _address_of(library: Library, address: str) -> str:
    return _IN_BRACES.sub(lambda found: _known(library, found[1]), address)


def _known(library: Library, word: str) -> str:
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
    FOLDER.mkdir(exist_ok=True)
    main(sys.argv[1:])
