"""Pictures of pages for the documentation: taken when all is there, and small."""

import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_QUALITY = 62
_ALL_THERE = """() => document.readyState === "complete" &&
    [...document.images].every((one) => one.complete || one.loading === "lazy")"""
_SETTLED_MS = 150
_PATIENCE_MS = 120_000


def new_page(browser: Browser, width: int, height: int, **how: Any) -> Page:
    """A page of a context of its own, which waits for a machine that does other things too."""
    context = browser.new_context(viewport={"width": width, "height": height}, **how)
    context.set_default_timeout(_PATIENCE_MS)
    return context.new_page()


def take(page: Page, name: str) -> None:
    """The picture `name` of what is in the window."""
    page.wait_for_function(_ALL_THERE)
    page.wait_for_timeout(_SETTLED_MS)
    file = FOLDER / f"{name}.webp"
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(file, quality=_QUALITY, method=6)
    print(file.name, f"{file.stat().st_size // 1024} KB", file=sys.stderr)
