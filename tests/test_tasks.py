"""The worker: hints, reconciling, the index."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from web.factories import add_lesson, make_services

from medialib import finding, reconciling, tasks
from medialib.catalogue import edits, lookups
from medialib.search.blocks import MAGIC
from medialib.search.index import SearchIndex
from medialib.search.merging import MOST_SEGMENTS
from medialib.services import Services

PACES = {"lease_seconds": 60, "renew_seconds": 0.5, "reconcile_seconds": 0.2}


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
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_is_stale_is_put_into_the_index_once(services: Services) -> None:
    add_lesson(services, "竹编", searchable=False)
    add_lesson(services, "茶叶", searchable=False)
    assert tasks.index_stale(services) == 2
    assert tasks.index_stale(services) == 0
    assert titles(services, "zhubian") == ["竹编"]


def test_a_lesson_that_was_deleted_before_search_heard_of_it_is_counted_no_longer(services: Services) -> None:
    kept, gone = add_lesson(services, "竹编", searchable=False), add_lesson(services, "竹席", searchable=False)
    tasks.index_stale(services)
    with services.database.begin() as session:
        edits.remove(session, gone)
    with services.database.read() as session:
        assert finding.find(services, session, words="竹").total == 2
    assert tasks.mend_index(services)
    assert not tasks.mend_index(services)
    assert services.index.ids() == {kept}
    with services.database.read() as session:
        assert finding.find(services, session, words="竹").total == 1


class Overtaken(SearchIndex):
    """An index that somebody writes to right after it was counted."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.store.index)
        self._services, self._left = services, 1

    def count(self) -> int:
        found = super().count()
        if self._left:
            self._left -= 1
            add_lesson(self._services, "竹席", searchable=False)
            tasks.index_stale(self._services)
        return found


def test_what_is_written_while_lessons_are_counted_is_no_damage(services: Services) -> None:
    add_lesson(services, "竹编", searchable=False)
    tasks.index_stale(services)
    tasks.mend_index(services)
    services.index.close()
    vars(services)["index"] = Overtaken(services)
    assert not tasks.mend_index(services)
    assert sorted(titles(services, "竹")) == ["竹席", "竹编"]


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
    reconciling.reconcile(services, quiet=False)
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
    reconciling.reconcile(services, quiet=False)
    assert titles(services, "zhubian") == ["竹编"]


def test_damage_that_only_merging_meets_is_mended_too(services: Services) -> None:
    for number in range(MOST_SEGMENTS - 1):
        add_lesson(services, f"竹编{number}", searchable=False)
        tasks.index_stale(services)
    for segment in services.store.index.glob("0*/*.seg"):
        segment.write_bytes(segment.read_bytes().replace(MAGIC, b"????"))
    add_lesson(services, "竹编", searchable=False)
    assert tasks.index_stale(services) == 1
    reconciling.reconcile(services, quiet=True)
    assert len(titles(services, "zhubian")) == MOST_SEGMENTS


def test_an_empty_library_needs_no_index(services: Services) -> None:
    tasks.mend_index(services)
    assert not tasks.mend_index(services)


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
