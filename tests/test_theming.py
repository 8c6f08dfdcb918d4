"""Themes proposed for lessons of a library: by the catalogue, the captions and the index."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from web.factories import add_lesson, make_services

from medialib import theming
from medialib.catalogue import caption_edits, seeds, tagging
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.errors import NotFound
from medialib.search.neighbours import neighbours
from medialib.services import Services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    seeds.plant(opened.database)
    yield opened
    opened.index.close()
    opened.database.close()


def propose(services: Services, lesson_id: str) -> list[theming.Proposal]:
    with services.database.read() as session:
        return theming.propose(services, session, lesson_id)


def test_the_starting_tree_is_planted_with_what_lies_below(services: Services) -> None:
    with services.database.read() as session:
        tree = [theme for theme, _ in tagging.tree(session)]
    roots = [theme.slug for theme in tree if theme.parent_slug is None]
    assert roots == ["ideas", "conduct", "skills", "stories", "heritage", "governance", "revival", "health"]
    assert all(theme.words and theme.zh and theme.en for theme in tree)
    assert [theme.slugs for theme in tree if theme.slug == "bamboo"] == [("skills", "bamboo")]
    places = {theme.slug: place for place, theme in enumerate(tree)}
    assert all(theme.parent_slug is None or places[theme.parent_slug] < places[theme.slug] for theme in tree)


def test_lessons_count_for_the_themes_above_theirs_once(services: Services) -> None:
    add_lesson(services, "一", themes=("bamboo", "tea"))
    add_lesson(services, "二", themes=("skills", "bamboo"))
    with services.database.read() as session:
        had = {theme.slug: count for theme, count in tagging.tree(session)}
        assert tagging.tagged_count(session) == 2
    assert (had["skills"], had["bamboo"], had["tea"], had["health"]) == (2, 2, 1, 0)


def test_a_lesson_gets_proposals_and_no_theme(services: Services) -> None:
    lesson_id = add_lesson(services, "毛竹春笋采挖", description="挖笋不伤竹鞭")
    first = propose(services, lesson_id)[0]
    assert (first.theme.slug, first.has) == ("bamboo", False)
    assert {"毛竹", "春笋"} <= set(first.words)
    with services.database.read() as session:
        assert tagging.tagged_count(session) == 0


def test_a_theme_that_the_lesson_has_is_marked(services: Services) -> None:
    lesson_id = add_lesson(services, "毛竹春笋采挖", themes=("bamboo",))
    assert propose(services, lesson_id)[0].has


def test_captions_speak_for_a_lesson_whose_title_tells_nothing(services: Services) -> None:
    lesson_id = add_lesson(services, "第三讲")
    assert all(one.confidence <= 0.5 and not one.words for one in propose(services, lesson_id))
    cue = Cue(begin=1.0, end=4.0, text="高血压的人要按时吃药，常量血压")
    with services.database.begin() as session:
        caption_edits.put(session, lesson_id, CaptionTrack(language="zh", label="中文", cues=(cue,)))
    assert propose(services, lesson_id)[0].theme.slug == "care"


def test_neighbours_are_the_lessons_with_the_same_rare_words(services: Services) -> None:
    near = add_lesson(services, "中蜂过箱与分蜂", themes=("livestock",))
    add_lesson(services, "高山茶园管理")
    lesson_id = add_lesson(services, "怎样收捕分蜂的中蜂")
    found = neighbours(services.index, "怎样收捕分蜂的中蜂", without=[lesson_id])
    assert [id for id, _ in found] == [near]
    assert neighbours(services.index, "qwerty") == []


def test_without_an_index_the_words_of_the_themes_still_answer(services: Services) -> None:
    lesson_id = add_lesson(services, "毛竹春笋采挖")
    services.index.close()
    shutil.rmtree(services.store.index)
    assert propose(services, lesson_id)[0].theme.slug == "bamboo"


def test_an_unknown_lesson_is_not_found(services: Services) -> None:
    with pytest.raises(NotFound):
        propose(services, "nosuch")
