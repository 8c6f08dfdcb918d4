"""The tree of themes on the desk: what a curator does to it, what lessons keep, what undoing brings back."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from medialib.catalogue import lookups, theme_lookups, theme_tree
from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.plays import SearchMiss
from medialib.catalogue.seeds import plant
from medialib.catalogue.themes import Theme
from medialib.services import Services
from medialib.theming import propose

from .factories import add_lesson
from .signing import acts, add_person, client_of, send

TREE = "/desk/themes"


@pytest.fixture
def desk(services: Services) -> FlaskClient:
    plant(services.database)
    add_person(services, "xian", "curator")
    return client_of(services, "xian")


def themes_of(services: Services, lesson: str) -> set[str]:
    with services.database.read() as session:
        return {theme.slug for theme in lookups.lesson(session, lesson).themes}


def tree(services: Services) -> dict[str, tuple[str, int]]:
    with services.database.read() as session:
        return {one.slug: (one.path, one.position) for one in session.scalars(select(Theme))}


def undo(services: Services, desk: FlaskClient) -> None:
    with services.database.read() as session:
        last = theme_tree.last_change(session)
    assert last
    assert send(desk, f"{TREE}/undo", page=TREE, change=last.id).status_code == 302


def test_a_merger_of_more_lessons_than_a_question_can_name_is_undone(services: Services, desk: FlaskClient) -> None:
    lesson = add_lesson(services, "擂茶怎么擂", themes=("skills",))
    with services.database.begin() as session:
        theme_tree.merge(session, "skills", "stories", by=None)
        last = theme_tree.last_change(session)
        assert last
        gone = [f"gone{number}" for number in range(260_000)]
        last.before = {**last.before, "lessons": [*gone, lesson], "handed": [*gone, lesson]}
    undo(services, desk)
    assert themes_of(services, lesson) == {"skills"}


def test_a_theme_is_added_renamed_and_proposed_at_once(services: Services, desk: FlaskClient) -> None:
    lesson = add_lesson(services, "擂茶怎么擂")
    added = send(desk, TREE, page=TREE, zh="吃食", en="Local food", parent="skills")
    assert "加了主题" in desk.get(added.headers["Location"]).text
    address = f"{TREE}/local-food"
    assert send(desk, address, zh="乡里吃食", en="Local food", words="擂茶，腊肉、擂茶").status_code == 302
    with services.database.read() as session:
        assert theme_lookups.theme(session, "local-food").words == ["擂茶", "腊肉"]
        assert "local-food" in [one.theme.slug for one in propose(services, session, lesson)]
    assert "乡里吃食" in desk.get(TREE).text
    taken = send(desk, address, zh="技能培训", en="", words="")
    assert taken.status_code == 400 and "已经有一个主题叫" in taken.text
    undo(services, desk)
    undo(services, desk)
    assert "local-food" not in tree(services)
    assert acts(services)[:3] == ["theme.undone", "theme.undone", "theme.changed"]


def test_a_theme_is_moved_with_all_below_it_and_back(services: Services, desk: FlaskClient) -> None:
    before = tree(services)
    assert send(desk, f"{TREE}/ideas/place", page=TREE, parent="skills").status_code == 302
    assert tree(services)["theory"][0] == "skills/ideas/theory/"
    circle = send(desk, f"{TREE}/skills/place", page=TREE, parent="theory")
    assert circle.status_code == 400 and "不能放到自己下面" in circle.text
    undo(services, desk)
    assert tree(services) == before
    first = next(iter(before))
    send(desk, f"{TREE}/skills/place", page=TREE, before=first)
    assert tree(services)["skills"][1] < tree(services)[first][1] or first == "skills"


def test_lessons_of_a_removed_theme_keep_the_one_above_it(services: Services, desk: FlaskClient) -> None:
    lesson, other = add_lesson(services, themes=["theory"]), add_lesson(services, themes=["theory", "ideas"])
    before = tree(services)
    send(desk, f"{TREE}/theory/remove", page=TREE)
    assert themes_of(services, lesson) == {"ideas"}
    undo(services, desk)
    assert themes_of(services, lesson) == {"theory"}
    assert themes_of(services, other) == {"theory", "ideas"}
    assert tree(services) == before


def test_two_themes_become_one_and_two_again(services: Services, desk: FlaskClient) -> None:
    lesson = add_lesson(services, themes=["theory"])
    before = tree(services)
    assert send(desk, f"{TREE}/ideas/merge", page=f"{TREE}/ideas", into="theory").status_code == 400
    assert send(desk, f"{TREE}/theory/merge", page=f"{TREE}/theory", into="").status_code == 400
    with services.database.begin() as session:
        revision = lookups.lesson(session, lesson).revision
    send(desk, f"{TREE}/theory/merge", page=f"{TREE}/theory", into="policy")
    assert themes_of(services, lesson) == {"policy"}
    with services.database.read() as session:
        assert "理论学习" in theme_lookups.theme(session, "policy").words
        assert lookups.lesson(session, lesson).revision > revision
    undo(services, desk)
    assert themes_of(services, lesson) == {"theory"}
    assert tree(services) == before
    with services.database.read() as session:
        assert "理论学习" not in theme_lookups.theme(session, "policy").words
        assert [one.undone for one in session.scalars(select(CuratorChange))] == [True]


def test_what_nobody_did_cannot_be_undone(services: Services, desk: FlaskClient) -> None:
    assert send(desk, f"{TREE}/undo", page=TREE).status_code == 400
    assert desk.get(f"{TREE}/nosuch").status_code == 404
    add_person(services, "li", "viewer")
    assert client_of(services, "li").get(TREE).status_code == 403


def test_what_was_looked_for_in_vain_becomes_a_word_of_a_theme_with_one_press(
    services: Services, desk: FlaskClient
) -> None:
    assert "找过没找到" not in desk.get(TREE).text
    with services.database.begin() as session:
        for digest, words, times in (("a", "稻田养蛙", 9), ("b", "割蜜", 6), ("c", "", 30)):
            session.add(SearchMiss(day=date.today().isoformat(), digest=digest, words=words, times=times))
    page = desk.get(TREE).text
    assert page.index("稻田养蛙") < page.index("割蜜")
    send(desk, f"{TREE}/words", page=TREE, theme="skills", word="稻田养蛙")
    assert "稻田养蛙" not in desk.get(TREE).text.partition("找过没找到")[2]
    one = desk.get(f"{TREE}/skills").text
    assert "稻田养蛙" in one and 'name="word" value="割蜜"' in one
    added = send(desk, f"{TREE}/words", page=f"{TREE}/skills", theme="skills", word="割蜜", back="theme")
    assert added.headers["Location"].startswith(f"{TREE}/skills")
    with services.database.read() as session:
        assert theme_lookups.theme(session, "skills").words[-2:] == ["稻田养蛙", "割蜜"]
    undo(services, desk)
    assert 'value="割蜜"' in desk.get(f"{TREE}/skills").text
    assert send(desk, f"{TREE}/words", page=TREE, theme="", word="x").status_code == 400
    assert send(desk, f"{TREE}/words", page=TREE, theme="skills", word=" ").status_code == 400
