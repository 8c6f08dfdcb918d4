"""What a curator does to a collection: what members see meanwhile, what can be undone, and what is refused."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from web.factories import add_lesson, make_services

from medialib.catalogue import arrangement, arranging, collected, collecting, editing, lookups
from medialib.catalogue.arrangement import Arrangement, Entry
from medialib.catalogue.collections import Collection, CollectionKind, CollectionLesson
from medialib.catalogue.lessons import Lesson
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


def of(*ids: str) -> Arrangement:
    return Arrangement(title="本月", entries=tuple(Entry(id=id) for id in ids))


def begin(services: Services, kind: CollectionKind, *ids: str, title: str = "本月", dated: str | None = None) -> str:
    with services.database.begin() as session:
        one = arranging.begin(session, kind=kind, title=title, dated=dated, by=None)
        entries = tuple(Entry(id=id) for id in ids)
        arranging.change(session, one, "collection.added", lambda it: replace(it, entries=entries), by=None)
        return one.slug


def do(services: Services, slug: str, make: arranging.Change) -> None:
    with services.database.begin() as session:
        arranging.change(session, collected.collection(session, slug), "collection.changed", make, by=None)


def shown(services: Services, slug: str) -> list[str]:
    with services.database.read() as session:
        return [one.entry.id for one in collected.placed(session, collected.collection(session, slug))]


def prepared(services: Services, slug: str) -> Arrangement:
    with services.database.read() as session:
        return arranging.current(session, collected.collection(session, slug))


def test_an_entry_is_put_moved_and_taken_out() -> None:
    it = of("a", "b", "c")
    assert [one.id for one in arrangement.put(it, Entry(id="d"), place=1).entries] == ["d", "a", "b", "c"]
    assert arrangement.put(it, Entry(id="a")) == it
    assert [one.id for one in arrangement.move(it, "c", 1).entries] == ["c", "a", "b"]
    assert [one.id for one in arrangement.move(it, "a", 99).entries] == ["b", "c", "a"]
    assert [one.id for one in arrangement.take_out(it, "b").entries] == ["a", "c"]
    assert Arrangement.from_json(it.to_json()) == it


def test_numbers_of_a_series_are_kept_while_they_rise() -> None:
    entries = [Entry(id="a", number=1), Entry(id="b", number=2), Entry(id="d", number=4)]
    assert [one.number for one in arrangement.numbered(entries)] == [1, 2, 4]
    assert [one.number for one in arrangement.numbered([*entries[1:], entries[0]])] == [1, 2, 3]
    assert [one.number for one in arrangement.numbered([*entries, Entry(id="e")])] == [1, 2, 3, 4]


def test_what_changed_is_told_in_the_fewest_words() -> None:
    before = of("a", "b", "c", "d")
    after = replace(of("d", "a", "b"), description="新")
    after = arrangement.put(after, Entry(id="x"))
    found = [(one.what, one.entry.id if one.entry else "", one.place) for one in arrangement.differences(before, after)]
    assert found == [("description", "", 0), ("moved", "d", 1), ("added", "x", 4), ("removed", "c", 0)]
    assert arrangement.differences(before, before) == []
    noted = arrangement.change_entry(before, "b", note="先看")
    assert [(one.what, one.place) for one in arrangement.differences(before, noted)] == [("changed", 2)]


def test_a_package_tells_what_it_lacks() -> None:
    it = of("a")
    assert arrangement.lacking(it) == ["month", "editorial", "film", "task", "reading"]
    full = replace(it, dated="2024-05", editorial="# 五月")
    for entry in (Entry(id="b"), Entry(id="t", kind="task", title="做"), Entry(id="r", kind="reading", title="读")):
        full = arrangement.put(full, entry)
    assert arrangement.lacking(full) == []


@pytest.mark.parametrize("kind", ["package", "featured", "issue", "course", "screening"])
def test_members_see_changes_when_they_are_published(services: Services, ids: list[str], kind: CollectionKind) -> None:
    slug = begin(services, kind, *ids[:2])
    assert shown(services, slug) == ids[:2], "nobody sees a draft, so nothing has to wait"
    with services.database.begin() as session:
        arranging.publish(session, collected.collection(session, slug), by=None)
    do(services, slug, lambda it: arrangement.put(arrangement.move(it, ids[1], 1), Entry(id=ids[2], note="新")))
    assert shown(services, slug) == ids[:2]
    assert [one.id for one in prepared(services, slug).entries] == [ids[1], ids[0], ids[2]]
    with services.database.begin() as session:
        arranging.publish(session, collected.collection(session, slug), by=None)
    assert shown(services, slug) == [ids[1], ids[0], ids[2]]
    with services.database.read() as session:
        one = collected.collection(session, slug)
        assert one.draft is None
        assert session.get_one(CollectionLesson, (slug, ids[2])).note == "新"


def test_what_is_prepared_can_be_dropped_and_a_dropped_one_brought_back(services: Services, ids: list[str]) -> None:
    slug = begin(services, "issue", *ids[:1])
    with services.database.begin() as session:
        arranging.publish(session, collected.collection(session, slug), by=None)
    do(services, slug, lambda it: replace(it, title="第七期"))
    with services.database.begin() as session:
        arranging.discard(session, collected.collection(session, slug), by=None)
    assert prepared(services, slug).title == "本月"
    with services.database.begin() as session:
        arranging.undo(session, slug, by=None)
    assert prepared(services, slug).title == "第七期"
    with services.database.begin() as session:
        arranging.withdraw(session, collected.collection(session, slug), by=None)
    with services.database.read() as session:
        assert collected.collection(session, slug).title == "第七期"


def test_every_change_can_be_undone_one_after_the_other(services: Services, ids: list[str]) -> None:
    slug = begin(services, "course", *ids)
    with services.database.begin() as session:
        arranging.publish(session, collected.collection(session, slug), by=None)
        arranging.remove(session, collected.collection(session, slug), by=None)
        assert session.get(Collection, slug) is None
    with services.database.begin() as session:
        assert arranging.undo(session, slug, by=None).act == "collection.removed"
        assert collected.public_collection(session, slug).title == "本月"
    assert shown(services, slug) == ids
    with services.database.begin() as session:
        arranging.undo(session, slug, by=None)
        assert not collected.collection(session, slug).public
        arranging.undo(session, slug, by=None)
        assert collected.count_of(session, collected.collection(session, slug)) == 0
        arranging.undo(session, slug, by=None)
        assert session.get(Collection, slug) is None
        with pytest.raises(NotFound, match="nothing to undo"):
            arranging.undo(session, slug, by=None)


def test_the_making_of_a_series_is_undone_though_lessons_were_put_into_it(services: Services, ids: list[str]) -> None:
    with services.database.begin() as session:
        slug = arranging.begin(session, kind="series", title="竹编课", dated=None, by=None).slug
        editing.change(session, ids[0], {"series_slug": slug}, by=None)
    with services.database.begin() as session:
        arranging.undo(session, slug, by=None)
    with services.database.read() as session:
        assert session.get(Collection, slug) is None
        assert lookups.lesson(session, ids[0]).series_slug is None


def test_undo_takes_back_only_what_was_meant(services: Services, ids: list[str]) -> None:
    slug = begin(services, "course", *ids)
    with services.database.begin() as session:
        last = arranging.last_change(session, slug)
        assert last
        with pytest.raises(BadRequest, match="Something else was changed since"):
            arranging.undo(session, slug, only=last.id - 1, by=None)


def test_a_series_is_made_of_its_lessons_and_comes_back_with_them(services: Services, ids: list[str]) -> None:
    slug = begin(services, "series", *ids)
    do(services, slug, lambda it: arrangement.move(it, ids[2], 1))
    with services.database.begin() as session:
        arranging.remove(session, collected.collection(session, slug), by=None)
    with services.database.read() as session:
        assert session.get_one(Lesson, ids[0]).series_slug is None
    with services.database.begin() as session:
        arranging.undo(session, slug, by=None)
    with services.database.read() as session:
        assert [session.get_one(Lesson, id).number for id in ids] == [2, 3, 1]
    other = begin(services, "series", title="另一套")
    with pytest.raises(BadRequest, match="is a part of the series"):
        do(services, other, lambda it: arrangement.put(it, Entry(id=ids[0])))


def test_there_is_one_package_a_month_and_last_months_becomes_a_draft(services: Services, ids: list[str]) -> None:
    slug = begin(services, "package", *ids, dated="2024-05")
    with pytest.raises(BadRequest, match="package for this month already: “本月”"):
        begin(services, "package", title="又一个", dated="2024-05")
    with services.database.begin() as session:
        arranging.change(
            session,
            collected.collection(session, slug),
            "collection.changed",
            lambda it: replace(
                arrangement.put(it, Entry(id="t", kind="task", title="做", text="一次")), editorial="# 五月"
            ),
            by=None,
        )
        made = arranging.copy(session, collected.collection(session, slug), title="六月", dated="2024-06", by=None)
        assert made.published_at is None
        assert arranging.current(session, made).editorial == "# 五月"
        assert [one.entry.id for one in collected.placed(session, made)] == [*ids, "t"]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"link": "javascript:alert(1)"}, "A link begins with https"),
        ({"begins": "2024-02-30"}, "“2024-02-30” is not a day"),
        ({"begins": "2024-02-03", "ends": "2024-02-01"}, "The last day comes before the first"),
        ({"note": "x" * 501}, "too long: at most 500"),
    ],
)
def test_what_cannot_stand_is_refused_with_a_sentence(
    services: Services, ids: list[str], parts: dict[str, str], sentence: str
) -> None:
    slug = begin(services, "featured", *ids)
    with pytest.raises(BadRequest) as caught:
        do(services, slug, lambda it: arrangement.change_entry(it, ids[0], **parts))
    assert sentence in str(caught.value)
    with pytest.raises(BadRequest, match="needs a title"):
        do(services, slug, lambda it: replace(it, title=""))
    with pytest.raises(BadRequest, match="Please say in a few words"):
        do(services, slug, lambda it: arrangement.put(it, Entry(id="t", kind="task")))
    with pytest.raises(NotFound):
        do(services, slug, lambda it: arrangement.put(it, Entry(id="nosuch")))


def test_a_long_description_that_a_command_gave_is_in_nobodys_way(services: Services, ids: list[str]) -> None:
    long = "长" * 2500
    with services.database.begin() as session:
        slug = collecting.create(session, kind="issue", title="本月", description=long).slug
    do(services, slug, lambda it: arrangement.put(it, Entry(id=ids[0])))
    with services.database.begin() as session:
        arranging.publish(session, collected.collection(session, slug), by=None)
    assert (shown(services, slug), prepared(services, slug).description) == ([ids[0]], long)
    with pytest.raises(BadRequest, match="too long: at most 2000"):
        do(services, slug, lambda it: replace(it, description=long + "长"))


def test_search_hears_of_what_becomes_due(services: Services, ids: list[str]) -> None:
    slug = begin(services, "featured", *ids)
    do(services, slug, lambda it: arrangement.change_entry(it, ids[0], ends=time.strftime("%Y-%m-%d")))
    with services.database.begin() as session:
        one = collected.collection(session, slug)
        arranging.publish(session, one, at=time.time() + 100, by=None)
        assert not collected.newly_due(session)
        one.published_at = time.time() - 3 * 86_400
        one.told_at = 0.0
        assert collected.newly_due(session) == [one]
        before = lookups.lesson(session, ids[0]).revision
        collecting.tell_what_is_due(session)
        assert lookups.lesson(session, ids[0]).revision == before + 1
        assert not collected.newly_due(session)
        one.told_at = time.time() - 2 * 86_400
        assert not collected.newly_due(session), "no entry has begun or ended since"
        session.get_one(CollectionLesson, (slug, ids[1])).begins = time.strftime("%Y-%m-%d")
        session.flush()
        assert collected.newly_due(session) == [one]
