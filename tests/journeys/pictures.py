"""Pictures of pages for the documentation: taken when all is there, and small."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_QUALITY = 62
_ALL_THERE = """() => document.readyState === "complete" &&
    [...document.images].every((one) => one.complete || one.loading === "lazy")"""
_SETTLED_MS = 150


def take(page: Page, name: str) -> None:
    """The picture `name` of what is in the window."""
    page.wait_for_function(_ALL_THERE)
    page.wait_for_timeout(_SETTLED_MS)
    file = FOLDER / f"{name}.webp"
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(file, quality=_QUALITY, method=6)
    print(file.name, f"{file.stat().st_size // 1024} KB", file=sys.stderr)
