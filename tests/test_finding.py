"""Finding by words what not everyone may see: who finds what, and that nothing is told to others."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from web.factories import add_lesson, make_services
from web.signing import COUNTY, OTHER_TOWN, TOWN, VILLAGE, add_units

from medialib import finding, tasks
from medialib.catalogue import indexing, lesson_access, moves, narrowing, rights, tallies
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.narrowing import Wanted
from medialib.catalogue.rights import NOBODY, Viewer
from medialib.finding import Findings
from medialib.services import Services

Units = dict[str, str]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    rights.hide_from_viewers(opened.database.sessions)
    yield opened
    opened.database.close()


@pytest.fixture
def units(services: Services) -> Units:
    """A village's lessons about bamboo: one for everyone, one for the unit, one for the signed in, a draft; and a draft
    of another town."""
    found = add_units(services)
    for title in ("竹编入门", "竹编给村里", "竹编给学员", "竹编草稿", "竹编别镇草稿"):
        lesson = add_lesson(services, title, unit=OTHER_TOWN if "别镇" in title else VILLAGE, searchable=False)
        with services.database.begin() as session:
            if "草稿" in title:
                session.get_one(Lesson, lesson).stage = "draft"
            elif "给" in title:
                lesson_access.set_access(session, lesson, "unit" if "村" in title else "signed-in", by=None)
    tasks.index_stale(services)
    return found


def found(services: Services, viewer: Viewer | None, words: str, **asked: object) -> Findings:
    with rights.looking_as(viewer), services.database.read() as session:
        return finding.find(services, session, words=words, **asked)  # type: ignore[arg-type]


def titles(services: Services, viewer: Viewer | None, words: str = "zhubian", **asked: object) -> set[str]:
    findings = found(services, viewer, words, **asked)
    assert findings.total == len(findings.lessons)
    assert not findings.degraded
    return {one.title for one in findings.lessons}


def path_to(units: Units, *names: str) -> str:
    return "".join(f"{units[name]}/" for name in names)


def test_everybody_finds_by_words_what_they_may_see_and_nothing_else(services: Services, units: Units) -> None:
    open_to_all, members = {"竹编入门"}, {"竹编入门", "竹编给学员"}
    village = path_to(units, COUNTY, TOWN, VILLAGE)
    mine = {*members, "竹编给村里", "竹编草稿"}
    assert titles(services, NOBODY) == open_to_all
    assert titles(services, Viewer(role="viewer")) == members
    assert titles(services, Viewer(role="viewer", unit_path=village)) == {*members, "竹编给村里"}
    editor = Viewer(role="editor", unit_path=path_to(units, COUNTY, TOWN))
    assert titles(services, editor) == mine
    assert titles(services, Viewer(role="editor", unit_path=editor.unit_path, only_out=True)) == mine - {"竹编草稿"}
    assert titles(services, Viewer(role="curator")) == {*mine, "竹编别镇草稿"} == titles(services, None)


def test_conditions_and_filters_narrow_what_is_found(services: Services, units: Units) -> None:
    curator = Viewer(role="curator")
    assert titles(services, curator, within=[Lesson.stage == "draft"]) == {"竹编草稿", "竹编别镇草稿"}
    assert titles(services, curator, within=[Lesson.stage == "draft"], unit=units[OTHER_TOWN]) == {"竹编别镇草稿"}
    assert titles(services, curator, "", within=[Lesson.stage == "draft"]) == {"竹编草稿", "竹编别镇草稿"}
    drafts = found(services, curator, "竹编", within=[Lesson.stage == "draft"], counted=True)
    assert drafts.counts and drafts.counts["unit"][units[COUNTY]] == 2
    assert found(services, curator, "", within=[Lesson.stage == "draft"], counted=True).counts == drafts.counts
    pages = [found(services, curator, "竹编", sort="oldest", page=page, per_page=2).lessons for page in (1, 2, 3)]
    assert len({one.id for page in pages for one in page}) == 5


def test_nothing_is_told_of_what_is_hidden(services: Services, units: Units) -> None:
    """Neither by counts, nor by what a misspelt word is taken for."""
    lesson = add_lesson(services, "蜡染布料", unit=OTHER_TOWN, searchable=False)
    with services.database.begin() as session:
        session.get_one(Lesson, lesson).stage = "draft"
    tasks.index_stale(services)
    editor = Viewer(role="editor", unit_path=path_to(units, COUNTY, TOWN))
    for viewer, meant in ((NOBODY, None), (editor, None), (Viewer(role="curator"), "蜡染")):
        assert found(services, viewer, "辣染").meant == meant
    counts = found(services, editor, "竹编", counted=True).counts
    assert counts is not None
    assert (units[OTHER_TOWN] in counts["unit"], counts["unit"][units[VILLAGE]]) == (False, 4)


@pytest.mark.usefixtures("units")
def test_a_lesson_moves_from_one_index_to_the_other(services: Services) -> None:
    with services.database.read() as session:
        (draft,) = (one.id for one in session.query(Lesson) if one.title == "竹编草稿")
    assert (services.index.count(), services.withheld.count()) == (1, 4)
    for stage, counts in (("published", (2, 3)), ("archived", (1, 4))):
        with services.database.begin() as session:
            moves.move(session, draft, stage, by=None)
        tasks.index_stale(services)
        assert (services.index.count(), services.withheld.count()) == counts
        assert ("竹编草稿" in titles(services, NOBODY)) == (stage == "published")
        assert "竹编草稿" in titles(services, Viewer(role="curator"))
    tasks.remove_lessons(services, [draft])
    assert services.withheld.count() == 3
    assert not tasks.mend_index(services)


@pytest.mark.usefixtures("units")
def test_a_lost_index_of_what_is_withheld_is_made_again(services: Services) -> None:
    everything = titles(services, Viewer(role="curator"))
    services.withheld.close()
    for path in services.store.withheld.rglob("*.toc"):
        path.write_bytes(b"garbage")
    meanwhile = found(services, Viewer(role="curator"), "竹编")
    assert (meanwhile.degraded, meanwhile.total) == (True, 5)
    assert titles(services, NOBODY) == {"竹编入门"}
    assert services.index.count() == 1
    assert tasks.mend_index(services)
    assert titles(services, Viewer(role="curator")) == everything
    assert tasks.rebuild_index(services) == 5


@pytest.mark.parametrize("sort", ["newest", "oldest", "longest", "shortest"])
def test_without_words_the_index_and_the_catalogue_say_the_same(services: Services, units: Units, sort: str) -> None:
    for n in range(5):
        details: dict[str, Any] = {"unit": TOWN, "themes": ["技能"], "recorded": f"202{n % 2}-05", "place": "field"}
        add_lesson(
            services, f"养鸡{n}", kind="audio", seconds=60 * (n // 2), searchable=False, published_at=5.0, **details
        )
    with services.database.read() as session:
        assert indexing.is_search_behind(session)
    tasks.index_stale(services)
    town = path_to(units, COUNTY, TOWN)
    asked: list[dict[str, Any]] = [
        {}, {"kind": "audio"}, {"unit": units[TOWN], "year": 2020}, {"place": "field", "length": "short"},
    ]  # fmt: skip
    for viewer, filters in product((NOBODY, Viewer(role="editor", unit_path=town), Viewer(role="admin")), asked):
        with rights.looking_as(viewer), services.database.read() as session:
            assert not indexing.is_search_behind(session)
            wanted = Wanted(**filters)
            for page in (1, 2):
                listed = finding.find(services, session, sort=sort, page=page, per_page=4, counted=True, **filters)
                expected = narrowing.browse(session, wanted, sort=sort, page=page, per_page=4)
                assert [one.id for one in listed.lessons] == [one.id for one in expected.lessons]
                assert (listed.total, listed.counts) == (expected.total, tallies.tally(session, wanted))


def test_a_list_shows_at_once_what_search_does_not_know_yet(services: Services, units: Units) -> None:
    late = add_lesson(services, "刚发布的", unit=VILLAGE, searchable=False)
    assert late in [one.id for one in found(services, NOBODY, "").lessons]
    tasks.index_stale(services)
    with services.database.begin() as session:
        lesson_access.set_access(session, late, "unit", by=None)
    assert found(services, NOBODY, "").total == 1
    tasks.index_stale(services)
    with services.database.begin() as session:
        session.delete(session.get_one(Lesson, late))
    village = Viewer(role="viewer", unit_path=path_to(units, COUNTY, TOWN, VILLAGE))
    assert late not in [one.id for one in found(services, village, "").lessons]
