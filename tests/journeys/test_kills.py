"""Processes are killed at any moment; afterwards everything is as if nothing had happened."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import media
import psutil
import pytest

from .running import Library, troubles_of, until

KILLS = 30
WEIGHTS = {"ffmpeg": 4, "work": 1, "serve": 1}
pytestmark = pytest.mark.xdist_group("kills")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(
        tmp_path,
        JOBS__BACKOFF_SECONDS="0.1",
        RUNS__BULK_SEGMENTS="5",
        LADDER__SEGMENT_SECONDS="2",
        LADDER__PRESET="medium",
        LADDER__START_RUNG="240",
    )
    opened.start()
    yield opened
    opened.stop()


def victims(library: Library) -> dict[str, list[psutil.Process]]:
    """Who may be killed now, by kind."""
    found: dict[str, list[psutil.Process]] = {"work": [], "serve": [], "ffmpeg": []}
    direct = {child.pid for child in psutil.Process().children() for child in child.children()}
    for process in library.processes():
        try:
            command, name = process.cmdline(), process.name()
        except psutil.NoSuchProcess:
            continue
        if process.pid in direct and command[-1:] in (["work"], ["serve"]):
            found[command[-1]].append(process)
        elif name == "ffmpeg":
            found["ffmpeg"].append(process)
    return found


def kill_one(library: Library, chance: random.Random) -> str | None:
    """Kill one of those that are there, most often a running ffmpeg; says what it was."""
    there = {kind: processes for kind, processes in victims(library).items() if processes}
    if not there:
        return None
    kind = chance.choices(list(there), [WEIGHTS[kind] for kind in there])[0]
    try:
        chance.choice(there[kind]).kill()
    except psutil.NoSuchProcess:
        return None
    return kind


def test_after_thirty_kills_everything_completes_by_itself(library: Library, tmp_path: Path) -> None:
    chance = random.Random(2023)
    films = [
        media.film(tmp_path / f"{number}.mp4", seconds=24, size="426x240", hertz=300 + number) for number in range(4)
    ]
    told = library.imported(*films[:3])
    lessons = [one["lesson"] for one in told]
    assert [one["status"] for one in told] == ["published"] * 3
    killed: list[str] = []
    end = time.monotonic() + 60
    while len(killed) < KILLS and time.monotonic() < end:
        if kind := kill_one(library, chance):
            killed.append(kind)
        time.sleep(chance.uniform(0.2, 0.8))
        if len(killed) == KILLS // 2 and len(lessons) == 3:
            lessons += [one["lesson"] for one in library.imported(films[3])]
    assert len(killed) == KILLS
    assert set(killed) == set(WEIGHTS)

    def all_complete() -> bool:
        try:
            return all(library.lesson(one)["state"] == "complete" for one in lessons)
        except OSError:
            return False

    until(all_complete, seconds=60)
    until(lambda: not list((library.store / "tmp").iterdir()), seconds=20)
    for one in lessons:
        assert len(list(library.lesson_folder(one).glob("v1/*/*.m4s"))) == 12 * 3
        assert troubles_of(library.lesson_folder(one), tmp_path) == []
