"""A listing taken along: one continuous stream, a list and a feed, by real players and readers.

Four short lessons that have nothing in common: upright, 30 pictures a second, without sound, without a picture.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import m3u8
import media
import podcastparser
import pytest
import requests
from playwright.sync_api import sync_playwright

from .running import Library
from .test_playing import BROWSER, CHECKER

SECONDS = {"upright": 5, "quick": 4.4, "silent": 3, "heard": 4.2}
SLUG = "benyuejingxuan"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(
        tmp_path_factory.mktemp("library"),
        LADDER__START_RUNG="240",
        LADDER__PRESET="superfast",
        LADDER__SEGMENT_SECONDS="2",
        SERVER__WORKERS="1",
    )
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def lessons(library: Library) -> dict[str, str]:
    """Ids by name; all four in one published collection, in this order."""
    folder = library.folder
    media.film(folder / "upright.mp4", seconds=SECONDS["upright"], size="360x640", rate="25")
    media.film(folder / "quick.mp4", seconds=SECONDS["quick"], size="854x480", rate="30", hertz=700)
    media.film(folder / "silent.mp4", seconds=SECONDS["silent"], size="426x240", sound_seconds=0)
    media.tone(folder / "heard.mp3", seconds=SECONDS["heard"])
    files = [folder / name for name in ("upright.mp4", "quick.mp4", "silent.mp4", "heard.mp3")]
    found = {}
    for line in library.imported("--wait", "complete", *files):
        assert line["status"] == "complete", line
        found[Path(line["file"]).stem] = line["lesson"]
    assert library.medialib("collection", "create", "featured", "本月精选").stdout.strip() == SLUG
    assert library.medialib("collection", "add", SLUG, *(found[name] for name in SECONDS)).returncode == 0
    assert library.medialib("collection", "publish", SLUG).returncode == 0
    return found
