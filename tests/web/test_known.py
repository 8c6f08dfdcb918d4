"""The titles and names kept in memory for suggestions follow the catalogue."""

import shutil
import time
from collections.abc import Callable

import pytest

from medialib.catalogue import lookups, seeds, work_edits
from medialib.search.known import Known
from medialib.services import Services
from medialib.tasks import index_stale, remove_lessons

from .factories import add_lesson


@pytest.fixture
def known(services: Services) -> Callable[[str], list[str]]:
    """What is suggested, without any rest between two looks at the catalogue."""
    return asking(Known(services.database, services.index, share=1e9))


def asking(kept: Known) -> Callable[[str], list[str]]:
    return lambda typed: [one.text for one in kept.completions(typed, 8)]


def rename(services: Services, lesson_id: str, title: str) -> None:
    with services.database.begin() as session:
        lesson = lookups.lesson(session, lesson_id)
        lesson.title = title
        lesson.revision += 1
    index_stale(services)


def test_suggestions_follow_the_catalogue(services: Services, known: Callable[[str], list[str]]) -> None:
    first = add_lesson(services, "竹编", published_at=1.0)
    assert known("竹") == ["竹编"]
    add_lesson(services, "竹席", published_at=2.0)
    assert known("竹") == ["竹席", "竹编"]
    rename(services, first, "竹篮")
    assert set(known("竹")) == {"竹席", "竹篮"}
    rename(services, first, "草鞋")
    assert known("竹") == ["竹席"]
    remove_lessons(services, [first])
    assert known("草") == []


def test_names_come_before_lessons_and_the_same_title_once(
    services: Services, known: Callable[[str], list[str]]
) -> None:
    for _ in range(3):
        add_lesson(services, "竹艺", series="竹艺课", unit="竹山村", speaker="竹生")
    add_lesson(services, "学竹艺", themes=("竹",))
    assert known("竹") == ["竹", "竹艺课", "竹山村", "竹生", "竹艺", "学竹艺"]


def test_who_speaks_with_others_is_suggested_alone(services: Services, known: Callable[[str], list[str]]) -> None:
    add_lesson(services, "一课", speaker="竹大、竹生")
    add_lesson(services, "二课", speaker="竹生，张三")
    assert known("竹") == ["竹生", "竹大"]


def test_what_is_above_in_the_trees_is_suggested_too(services: Services, known: Callable[[str], list[str]]) -> None:
    with services.database.begin() as session:
        seeds.seed_themes(session, {"skills": {"zh": "竹技", "en": "", "below": {"weaving": {"zh": "竹编", "en": ""}}}})
    add_lesson(services, "学手艺", themes=("weaving",), unit="竹山县/竹山镇")
    above = ["竹技", "竹编", "竹山县", "竹山镇"]
    assert sorted(known("竹")) == sorted(above)
    services.index.close()
    shutil.rmtree(services.store.index)
    assert sorted(asking(Known(services.database, services.index))("竹")) == sorted(above)


def test_a_large_library_is_read_beside_the_requests(
    services: Services,
) -> None:
    known = asking(Known(services.database, services.index, share=1e9, at_once=1))
    for number in range(5):
        add_lesson(services, f"竹编{number}")
    end = time.monotonic() + 60
    while len(known("竹")) < 5 and time.monotonic() < end:
        time.sleep(0.01)
    assert sorted(known("竹")) == [f"竹编{number}" for number in range(5)]


def test_nothing_is_read_again_while_nothing_changes(services: Services, known: Callable[[str], list[str]]) -> None:
    lesson_id = add_lesson(services, "竹编")
    assert known("竹") == ["竹编"]
    with services.database.begin() as session:
        work_edits.record_progress(session, lesson_id=lesson_id, version=1, name="v480", seconds_done=200.0)
        lookups.lesson(session, lesson_id).title = "草鞋"  # a change that is not told to search
    assert known("竹") == ["竹编"]
