"""Collections: what may be changed, what is refused with which sentence, and who may see them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from web.factories import add_lesson, make_services

from medialib.catalogue import branches, collected, collecting, lookups, narrowing, tallies, unit_tree
from medialib.catalogue.collections import KINDS, CollectionKind, CollectionLesson
from medialib.errors import BadRequest, NotFound
from medialib.services import Services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    yield opened
    opened.database.close()


@pytest.fixture
def ids(services: Services) -> list[str]:
    return [add_lesson(services, title, searchable=False) for title in ("一", "二", "三")]


def make(services: Services, kind: CollectionKind, *lesson_ids: str, title: str = "本月") -> str:
    with services.database.begin() as session:
        one = collecting.create(session, kind=kind, title=title)
        collecting.add(session, one, lesson_ids)
        return one.slug


def order_of(services: Services, slug: str) -> list[str]:
    with services.database.read() as session:
        return [lesson.title for lesson in collected.lessons_of(session, collected.collection(session, slug))]


@pytest.mark.parametrize("kind", KINDS)
def test_lessons_keep_the_order_that_was_given(services: Services, ids: list[str], kind: CollectionKind) -> None:
    slug = make(services, kind, *ids)
    assert order_of(services, slug) == ["一", "二", "三"]
    with services.database.begin() as session:
        collecting.order(session, collected.collection(session, slug), [ids[2]])
    assert order_of(services, slug) == ["三", "一", "二"]
    with services.database.begin() as session:
        collecting.remove(session, collected.collection(session, slug), [ids[0]])
    assert order_of(services, slug) == ["三", "二"]
    with services.database.begin() as session:
        collecting.add(session, collected.collection(session, slug), [ids[0]])
    assert order_of(services, slug) == ["三", "二", "一"]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"title": "  "}, "A collection needs a title."),
        ({"title": "长" * 201}, "A title has at most 200 characters."),
        ({"title": "本月"}, "There is a collection of this kind called “本月” already."),
        ({"title": "别的", "dated": "2024-13"}, "“2024-13” is not a year, a month or a day such as 2024-05."),
        ({"title": "别的", "dated": "May"}, "“May” is not a year, a month or a day such as 2024-05."),
    ],
)
def test_what_cannot_be_begun_is_refused(services: Services, parts: dict[str, str], sentence: str) -> None:
    make(services, "issue")
    with services.database.begin() as session, pytest.raises(BadRequest) as caught:
        collecting.create(session, kind="issue", **parts)
    assert str(caught.value) == sentence


def test_the_same_title_may_be_of_two_kinds_and_each_has_its_address(services: Services) -> None:
    assert make(services, "issue") != make(services, "course")
    with services.database.read() as session, pytest.raises(NotFound):
        collected.collection(session, "本月")  # which of them?


@pytest.mark.parametrize("dated", ["2024", "2024-05", "2024-05-31"])
def test_a_year_a_month_and_a_day_are_dates(services: Services, dated: str) -> None:
    with services.database.begin() as session:
        assert collecting.create(session, kind="package", title="本月", dated=dated).dated == dated


def test_mistakes_with_lessons_are_told_in_a_sentence(services: Services, ids: list[str]) -> None:
    slug = make(services, "featured", ids[0])
    series = make(services, "series", ids[0], title="小桃讲党课")
    other = make(services, "series", title="别的系列")
    with services.database.begin() as session:
        one = collected.collection(session, slug)
        with pytest.raises(NotFound, match="There is no such lesson"):
            collecting.add(session, one, ["nowhere234"])
        with pytest.raises(BadRequest, match="“一” is in this collection already"):
            collecting.add(session, one, [ids[0]])
        with pytest.raises(BadRequest, match="“二” is not in this collection"):
            collecting.remove(session, one, [ids[1]])
        with pytest.raises(BadRequest, match="“一” is a part of the series “小桃讲党课”"):
            collecting.add(session, collected.collection(session, other), [ids[0]])
        with pytest.raises(BadRequest, match="no lesson in this collection yet"):
            collecting.publish(session, collected.collection(session, other))
    assert order_of(services, series) == ["一"]


def test_a_draft_is_seen_by_nobody_and_neither_is_one_that_comes_later(services: Services, ids: list[str]) -> None:
    slug = make(services, "featured", *ids)

    def is_public() -> bool:
        with services.database.read() as session:
            shown = bool(collected.shelves(session)) or bool(collected.featured(session, ids))
            try:
                collected.public_collection(session, slug)
            except NotFound:
                assert not shown
                return False
            return shown

    assert not is_public()
    with services.database.begin() as session:
        collected.collection(session, slug).published_at = time.time() + 60
    assert not is_public()
    with services.database.begin() as session:
        collecting.publish(session, collected.collection(session, slug))
    assert is_public()
    with services.database.begin() as session:
        collecting.withdraw(session, collected.collection(session, slug))
    assert not is_public()


@pytest.mark.parametrize(("kind", "told"), [("featured", True), ("series", True), ("package", False)])
def test_search_hears_of_what_it_must_know(
    services: Services, ids: list[str], kind: CollectionKind, told: bool
) -> None:
    def revision() -> int:
        with services.database.read() as session:
            return lookups.lesson(session, ids[0]).revision

    steps = [revision()]
    slug = make(services, kind, ids[0])
    steps.append(revision())
    for change in (collecting.publish, collecting.withdraw):
        with services.database.begin() as session:
            change(session, collected.collection(session, slug))
        steps.append(revision())
    with services.database.begin() as session:
        collecting.remove(session, collected.collection(session, slug), [ids[0]])
    steps.append(revision())
    assert steps == ([1, 2, 3, 4, 5] if told else [1] * 5)


def test_a_series_that_is_withdrawn_is_not_named(services: Services, ids: list[str]) -> None:
    slug = make(services, "series", *ids)

    def named() -> str:
        with services.database.read() as session:
            return lookups.lesson(session, ids[0]).series_title

    assert named() == ""
    with services.database.begin() as session:
        collecting.publish(session, collected.collection(session, slug))
    assert named() == "本月"


def test_neighbours_are_those_before_and_behind(services: Services, ids: list[str]) -> None:
    slug = make(services, "issue", *ids)
    with services.database.read() as session:
        one = collected.collection(session, slug)
        middle = collected.neighbours(session, one, ids[1])
        assert middle and middle.before and middle.after
        assert (middle.place, middle.count, middle.before.id, middle.after.id) == (2, 3, ids[0], ids[2])
        last = collected.neighbours(session, one, ids[2])
        assert last and last.after is None
        assert collected.neighbours(session, one, "nowhere234") is None


def test_the_latest_month_comes_first_and_empty_ones_are_not_shown(services: Services, ids: list[str]) -> None:
    with services.database.begin() as session:
        for dated in ("2024-04", "2024-06", "2024-05"):
            one = collecting.create(session, kind="package", title=f"{dated}的一套", dated=dated)
            collecting.add(session, one, ids[:2])
            collecting.publish(session, one)
        empty = collecting.create(session, kind="package", title="空的", dated="2025-01")
        empty.published_at = 1.0
    with services.database.read() as session:
        shown = [(one.collection.dated, one.count) for one in collected.shelves(session, "package")]
        assert shown == [("2024-06", 2), ("2024-05", 2), ("2024-04", 2)]
        assert len(collected.shelves(session, drafts=True, empty=True)) == 4


def test_units_tell_how_many_lessons_they_and_all_below_have(services: Services) -> None:
    for unit in ("桃江县", "桃江县/马迹塘镇", "桃江县/马迹塘镇/京华村"):
        add_lesson(services, unit, unit=unit, searchable=False)
    with services.database.read() as session:
        counts = tallies.units(session, narrowing.Wanted())
        (county,) = branches.units_below(session, None)
        (town,) = branches.units_below(session, county.slug)
        assert [(one.name, counts[one.slug]) for one in (county, town)] == [("桃江县", 3), ("马迹塘镇", 2)]
        assert [one.name for one in unit_tree.units_above(session, town)] == ["桃江县"]


def test_a_featured_shelf_holds_what_is_due_today(services: Services, ids: list[str]) -> None:
    slug = make(services, "featured", *ids)
    today, day = time.strftime("%Y-%m-%d"), "2001-01-01"
    with services.database.begin() as session:
        one = collected.collection(session, slug)
        rows = {row.lesson_id: row for row in session.scalars(select(CollectionLesson))}
        rows[ids[0]].begins, rows[ids[0]].ends = day, today
        rows[ids[1]].ends = day
        rows[ids[2]].begins = "2999-01-01"
        collecting.publish(session, one)
    with services.database.read() as session:
        one = collected.collection(session, slug)
        assert [lesson.id for lesson in collected.lessons_of(session, one)] == ids[:1]
        assert [lesson.id for lesson in collected.lessons_of(session, one, whole=True)] == ids
        assert (collected.count_of(session, one), collected.count_of(session, one, whole=True)) == (1, 3)
        assert [shelf.count for shelf in collected.shelves(session, "featured")] == [1]
        assert [placed.entry.id for placed in collected.placed(session, one)] == ids[:1]
        assert collected.featured(session, ids) == {ids[0]}


def test_the_entries_of_a_package_are_told_by_its_four_parts(services: Services, ids: list[str]) -> None:
    slug = make(services, "package", *ids[:2])
    task = {"id": "t", "kind": "task", "title": "修一次竹林", "text": "拍下三根老竹", "position": 2}
    with services.database.begin() as session:
        one = collected.collection(session, slug)
        one.extras = [
            task,
            {"id": "r", "kind": "reading", "title": "屋场会的由来", "link": "/a", "position": 9},
        ]
    with services.database.read() as session:
        found = collected.placed(session, collected.collection(session, slug))
    assert [(one.place, one.part, one.entry.id) for one in found] == [
        (1, "lesson", ids[0]),
        (2, "film", ids[1]),
        (3, "task", "t"),
        (4, "reading", "r"),
    ]
    assert [one.lesson.id if one.lesson else None for one in found] == [*ids[:2], None, None]
