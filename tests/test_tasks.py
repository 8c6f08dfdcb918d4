"""The worker: hints, reconciling, the index."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from web.factories import add_lesson, make_services

from medialib import finding, tasks
from medialib.catalogue import lookups
from medialib.catalogue.lessons import StepLeft
from medialib.jobs.leases import LeaseRow
from medialib.jobs.queue import BULK
from medialib.search.blocks import MAGIC
from medialib.search.merging import MOST_SEGMENTS
from medialib.services import Services
from medialib.tasks import Worker

PACES = {"lease_seconds": 2, "renew_seconds": 0.5, "reconcile_seconds": 0.2}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store", jobs=PACES)
    yield opened
    opened.index.close()
    opened.database.close()


def titles(services: Services, words: str) -> list[str]:
    with services.database.read() as session:
        return [one.title for one in finding.find(services, session, words=words).lessons]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_is_stale_is_put_into_the_index_once(services: Services) -> None:
    add_lesson(services, "竹编", searchable=False)
    add_lesson(services, "茶叶", searchable=False)
    assert tasks.index_stale(services) == 2
    assert tasks.index_stale(services) == 0
    assert titles(services, "zhubian") == ["竹编"]


def test_a_second_writer_leaves_the_index_to_the_first(services: Services) -> None:
    add_lesson(services, "竹编", searchable=False)
    with services.leases.hold("index"):
        assert tasks.index_stale(services) == 0
        assert tasks.rebuild_index(services) is None
    assert tasks.index_stale(services) == 1


def test_a_damaged_index_is_rebuilt_without_a_person(services: Services) -> None:
    add_lesson(services, "竹编", searchable=False)
    tasks.index_stale(services)
    services.index.close()
    for path in services.store.index.rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage")
    assert titles(services, "竹编") == ["竹编"]
    assert tasks.mend_index(services)
    assert titles(services, "zhubian") == ["竹编"]


def to_each(pattern: str, harm: Callable[[Path], object]) -> Callable[[Services], None]:
    """Harm done to every file or link of the index that fits."""

    def do(services: Services) -> None:
        for path in list(services.store.index.glob(pattern)):
            if path.is_file() or path.is_symlink():
                harm(path)

    return do


def aim_at_nothing(link: Path) -> None:
    link.unlink()
    link.symlink_to("garbage")


DAMAGES: dict[str, Callable[[Services], None]] = {
    "cut off": to_each("0*/*.seg", lambda path: os.truncate(path, path.stat().st_size // 2)),
    "zeroed": to_each("0*/*", lambda path: path.write_bytes(bytes(path.stat().st_size))),
    "without its segment": to_each("0*/*.seg", Path.unlink),
    "without its contents": to_each("0*/*.toc", Path.unlink),
    "linked to nowhere": to_each("current", aim_at_nothing),
    "by an older medialib": to_each("0*/built-by", lambda path: path.write_text("older")),
    "gone": lambda services: shutil.rmtree(services.store.index),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_search_answers_and_says_so_until_the_index_mends_itself(services: Services, damage: str) -> None:
    for title in ("竹编", "竹席", "茶叶"):
        add_lesson(services, title, searchable=False)
    tasks.index_stale(services)
    services.index.close()
    DAMAGES[damage](services)
    with services.database.read() as session:
        meanwhile = finding.find(services, session, words="竹")
    assert (meanwhile.degraded, meanwhile.total) == (True, 2)
    late = add_lesson(services, "竹篮", searchable=False)
    tasks.index_stale(services)
    tasks.reconcile(services, quiet=False)
    with services.database.read() as session:
        found = finding.find(services, session, words="zhu")
    assert (found.degraded, found.total) == (False, 3)
    assert late in [one.id for one in found.lessons]
    assert not tasks.mend_index(services)


def test_damage_that_only_one_question_meets_is_mended_too(services: Services) -> None:
    for title in ("竹编", "茶叶"):
        add_lesson(services, title, searchable=False)
    tasks.index_stale(services)
    (segment,) = services.store.index.glob("0*/*.seg")
    segment.write_bytes(segment.read_bytes().replace(MAGIC, b"????"))
    assert services.index.count() == 2
    assert titles(services, "竹编") == ["竹编"]
    tasks.reconcile(services, quiet=False)
    assert titles(services, "zhubian") == ["竹编"]


def test_damage_that_only_writing_meets_is_mended_too(services: Services) -> None:
    for number in range(MOST_SEGMENTS):
        add_lesson(services, f"竹编{number}", searchable=False)
        tasks.index_stale(services)
    for segment in services.store.index.glob("0*/*.seg"):
        segment.write_bytes(segment.read_bytes().replace(MAGIC, b"????"))
    add_lesson(services, "竹编", searchable=False)
    assert tasks.index_stale(services) == 0
    tasks.reconcile(services, quiet=True)
    assert len(titles(services, "zhubian")) == MOST_SEGMENTS + 1


def test_an_empty_library_needs_no_index(services: Services) -> None:
    tasks.mend_index(services)
    assert not tasks.mend_index(services)


def test_reconciling_sweeps_what_no_living_lease_owns(services: Services) -> None:
    with services.leases.hold("mine") as mine:
        assert mine
        services.store.workspace(mine.token)
        services.store.workspace("deadbeef")
        tasks.reconcile(services, quiet=True)
        assert [path.name for path in services.store.temporary.iterdir()] == [mine.token]


def test_reconciling_issues_lost_work_again_once(services: Services) -> None:
    lesson_id = add_lesson(services)
    with services.database.begin() as session:
        session.add(StepLeft(lesson_id=lesson_id, step="audio", rank=1, queued_at=0.0))
    tasks.reconcile(services, quiet=False)
    tasks.reconcile(services, quiet=False)
    assert services.queues.depth(BULK) == 1


def test_a_worker_lives_from_its_making_to_its_stop_and_indexes_what_is_announced(services: Services) -> None:
    assert not tasks.worker_lives(services)
    worker = Worker(services)
    worker.start()
    assert tasks.worker_lives(services)
    lesson_id = add_lesson(services, "竹编", searchable=False)
    tasks.announce(services, lesson_id)
    until(lambda: titles(services, "zhubian") == ["竹编"])
    worker.stop()
    assert not tasks.worker_lives(services)


def lose_leases(services: Services) -> None:
    """As if this process had slept while another swept."""
    with services.database.begin() as session:
        session.execute(delete(LeaseRow))
    services.leases.renew()


def test_a_worker_that_lost_its_lease_takes_it_again(services: Services) -> None:
    worker = Worker(services)
    worker.start()
    lose_leases(services)
    until(lambda: tasks.worker_lives(services))
    worker.stop()
    assert not tasks.worker_lives(services)


def test_reconciling_does_not_take_a_sleep_for_the_end_of_its_own_work(services: Services) -> None:
    with services.leases.hold("mine") as mine:
        assert mine
        services.store.workspace(mine.token)
        with services.database.begin() as session:
            session.execute(update(LeaseRow).values(expires_at=time.time() - 1))
        tasks.reconcile(services, quiet=False)
        assert not mine.lost.is_set()
        assert [path.name for path in services.store.temporary.iterdir()] == [mine.token]


def test_a_message_for_a_lesson_that_is_gone_does_no_harm(services: Services) -> None:
    worker = Worker(services)
    worker.start()
    services.queues.send("hot", "prepare", "nosuch2345")
    services.queues.send("hot", "segment", "nosuch2345", 1, "v480", 3)
    lesson_id = add_lesson(services, "茶叶", searchable=False)
    services.queues.send("hot", "index")
    until(lambda: titles(services, "chaye") == ["茶叶"])
    worker.stop()
    with services.database.read() as session:
        assert lookups.troubles(session, lesson_id) == []


def test_the_index_knows_what_people_look_for(services: Services) -> None:
    lesson_id = add_lesson(services, "竹编", speaker="贺老师", unit="马迹塘镇", themes=("手工",), recorded="2023-05")
    with services.database.read() as session:
        document = tasks.document(lookups.lesson(session, lesson_id))
    assert (document.speaker, document.unit, document.year, document.kind) == ("贺老师", "马迹塘镇", 2023, "video")
    assert (document.themes, document.theme_words) == (("shougong",), ("手工", "手工"))


def test_an_edit_makes_a_lesson_stale_again(services: Services) -> None:
    lesson_id = add_lesson(services, "竹编", searchable=False)
    tasks.index_stale(services)
    with services.database.begin() as session:
        lookups.lesson(session, lesson_id).revision += 1
    assert tasks.index_stale(services) == 1
