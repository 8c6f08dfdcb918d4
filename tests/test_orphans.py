"""Folders of lessons that the catalogue does not know."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from web.factories import add_lesson, make_services, write

from medialib import orphans
from medialib.catalogue import edits
from medialib.services import Services
from medialib.worker import Worker

ORPHAN = "orphan2345"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store", jobs={"reconcile_seconds": 0.1})
    yield opened
    opened.index.close()
    opened.database.close()


def add_folder(services: Services, lesson_id: str, *, recording: bool = True, hours: float = 25) -> Path:
    folder = services.store.lesson(lesson_id)
    write(services.store.segment(lesson_id, 1, "v240", 0), "segment")
    if recording:
        write(services.store.source(lesson_id, ".mp4"), "original")
    then = time.time() - hours * 3600
    os.utime(folder, (then, then))
    return folder


def originals(services: Services) -> list[str]:
    return [path.read_text() for path in services.store.root.rglob("source.mp4")]


def test_an_original_that_no_lesson_knows_is_put_aside_whole_after_a_day(services: Services) -> None:
    add_lesson(services)
    old, young = add_folder(services, ORPHAN), add_folder(services, "newcomer23", hours=23)
    orphans.sweep(services)
    assert (old.exists(), young.exists()) == (False, True)
    assert services.store.lost_lessons() == {ORPHAN: len("original" + "segment")}
    orphans.sweep(services)
    assert len(originals(services)) == 2


def test_what_was_only_made_goes(services: Services) -> None:
    add_lesson(services)
    folder = add_folder(services, ORPHAN, recording=False)
    orphans.sweep(services)
    assert not folder.exists() and services.store.lost_lessons() == {}


def test_a_worker_that_starts_against_an_empty_catalogue_touches_nothing(services: Services) -> None:
    folder, made = add_folder(services, ORPHAN), add_folder(services, "made234567", recording=False)
    worker = Worker(services)
    worker.start()
    time.sleep(0.3)
    worker.stop()
    assert folder.exists() and made.exists()
    assert services.store.lost_lessons() == {}


def test_many_orphans_at_once_are_left_where_they_are(services: Services) -> None:
    add_lesson(services)
    folders = [add_folder(services, f"orphan234{number}") for number in range(6)]
    orphans.sweep(services)
    assert all(folder.exists() for folder in folders)


def test_a_folder_comes_back_when_the_catalogue_knows_its_lesson_again(services: Services) -> None:
    add_lesson(services)
    folder = add_folder(services, ORPHAN)
    orphans.sweep(services)
    add_lesson(services, lesson_id=ORPHAN)
    write(services.store.init(ORPHAN, 1, "v240"), "made meanwhile")
    orphans.sweep(services)
    assert (folder / "source.mp4").read_text() == "original"
    assert services.store.segments(ORPHAN, 1, "v240") == {0: len("segment")}
    assert services.store.lost_lessons() == {}


def test_a_recording_in_its_place_is_not_replaced_by_a_lost_one(services: Services) -> None:
    add_lesson(services)
    add_folder(services, ORPHAN)
    orphans.sweep(services)
    add_lesson(services, lesson_id=ORPHAN)
    write(services.store.source(ORPHAN, ".mp4"), "restored")
    orphans.sweep(services)
    assert sorted(originals(services)) == ["original", "restored"]
    with services.database.begin() as session:
        edits.remove(session, ORPHAN)
    then = time.time() - 90_000
    os.utime(services.store.lesson(ORPHAN), (then, then))
    orphans.sweep(services)
    assert sorted(originals(services)) == ["original", "restored"]


def test_orphans_are_looked_for_again_while_the_worker_runs(tmp_path: Path) -> None:
    services = make_services(tmp_path / "busy", jobs={"reconcile_seconds": 0.01})
    add_lesson(services)
    worker = Worker(services)
    worker.start()
    time.sleep(0.3)
    folder = add_folder(services, ORPHAN)
    end = time.monotonic() + 60
    while folder.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    worker.stop()
    assert list(services.store.lost_lessons()) == [ORPHAN]
    services.index.close()
    services.database.close()
