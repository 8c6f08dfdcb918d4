"""The first `run --demo`: the site answers at once, lessons appear, a making that was cut off goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from medialib.demo.lessons import demonstrations
from medialib.demo.typeface import find_typeface
from medialib.errors import MissingTool

from .running import FOUND, Library, until

TITLES = [one.described().title for one in demonstrations()]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    try:
        find_typeface()
    except MissingTool:
        pytest.skip("NOT TESTED: no typeface was fetched (make setup) and this machine has none with Chinese")
    # One small rung: what is looked at is which lessons come, and when.
    rungs = "[{short_side: 240, max_bits_per_second: 250000, crf: 32}]"
    library = Library(
        tmp_path,
        LADDER__START_RUNG="240",
        LADDER__PRESET="ultrafast",
        LADDER__RUNGS=rungs,
        SERVER__WORKERS="1",
        **FOUND,
    )
    yield library
    library.stop()


def titles(library: Library) -> list[str]:
    found = json.loads(library.medialib("list", "--json", "--sort", "oldest").stdout)
    return [one["title"] for one in found["results"]]


def there(library: Library) -> int:
    total: int = library.get("/api/lessons").json()["total"]
    return total


def test_lessons_appear_while_the_site_works_and_the_next_run_goes_on(library: Library) -> None:
    library.start("--demo")
    assert "lessons to look around with" in library.log
    until(lambda: there(library) >= 1, seconds=150)
    library.stop()
    before = titles(library)
    assert 1 <= len(before) < len(TITLES)
    assert before == TITLES[: len(before)]

    library.start("--demo")
    until(lambda: there(library) > len(before), seconds=150)
    library.stop()
    after = titles(library)
    assert after == TITLES[: len(after)]
    assert library.medialib("demo", "--remove").stdout == f"{len(after)} demonstration lessons removed\n"
    assert titles(library) == []
