"""The search page: filters with counts, what is chosen, lines of captions, what was meant, and what to do next."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from medialib.catalogue import caption_edits, caption_lookups, lookups, seeds
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.services import Services
from medialib.tasks import document

from .factories import add_lesson

THEMES: dict[str, dict[str, Any]] = {
    "skills": {"zh": "技能培训", "en": "Skills", "below": {"weaving": {"zh": "竹编手艺", "en": "Weaving"}}},
    "health": {"zh": "平安健康", "en": "Health"},
}


@pytest.fixture(autouse=True)
def library(services: Services) -> None:
    with services.database.begin() as session:
        seeds.seed_themes(session, THEMES)
    add_lesson(
        services, "竹席编织", lesson_id="mat3456789", unit="桃江县/马迹塘镇", recorded="2023-05", themes=("weaving",),
        place="workshop", seconds=200,
    )  # fmt: skip
    add_lesson(
        services, "斗笠编织", unit="桃江县/三堂街镇", recorded="2022", themes=("skills",), place="field", seconds=400,
    )  # fmt: skip
    add_lesson(services, "编织时的急救", kind="audio", unit="桃江县/三堂街镇", recorded="2022", themes=("health",))


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def chips(text: str) -> dict[str, tuple[int, str]]:
    """Choices with their counts and addresses."""
    found = re.findall(r'<a class="chip[^"]*" href="([^"]+)"[^>]*>([^<]+) <span class="num">(\d+)</span>', text)
    return {label: (int(count), address.replace("&amp;", "&")) for address, label, count in found}


def test_every_filter_tells_how_many_lessons_it_leaves(client: FlaskClient) -> None:
    told = {label: count for label, (count, _) in chips(page(client, "/search?q=编织")).items()}
    assert told == {
        "全部": 3, "看视频": 2, "收听": 1, "技能培训": 2, "平安健康": 1, "马迹塘镇": 1, "三堂街镇": 2, "工坊": 1,
        "田间地头": 1, "5 分钟以内": 1, "5 到 20 分钟": 2, "2023年": 1, "2022年": 2,
    }  # fmt: skip


def test_a_choice_leads_to_what_it_says_and_deeper_into_the_trees(client: FlaskClient) -> None:
    count, address = chips(page(client, "/search?q=编织"))["技能培训"]
    chosen = page(client, address)
    assert len(re.findall('<a class="hit"', chosen)) == count
    assert "去掉：技能培训" in chosen
    assert chips(chosen)["竹编手艺"][0] == 1
    assert "竹席" in page(client, chips(chosen)["竹编手艺"][1])


def test_filters_are_taken_away_one_by_one_or_all(client: FlaskClient) -> None:
    text = page(client, "/search?q=编织&theme=skills&place=field&year=2022&length=medium&unit=三堂街镇")
    picked = re.findall(r'<a class="chip picked" href="([^"]+)" aria-label="去掉：([^"]+)"', text)
    assert [label for _, label in picked] == ["技能培训", "三堂街镇", "田间地头", "5 到 20 分钟", "2022年"]
    without = {label: address.replace("&amp;", "&") for address, label in picked}["2022年"]
    assert "year" not in without
    assert "place=field" in without
    (nothing,) = re.findall(r'href="([^"]+)">全部去掉', text)
    assert nothing == "/search?q=%E7%BC%96%E7%BB%87"


def test_a_filter_that_the_words_name_is_shown(client: FlaskClient) -> None:
    text = page(client, "/search?q=编织 year:2022")
    assert '<span class="chip picked">2022年</span>' in text
    assert len(re.findall('<a class="hit"', text)) == 2


def test_on_the_page_of_a_theme_those_below_it_have_pages_of_their_own(client: FlaskClient) -> None:
    text = page(client, "/themes/skills?year=2023")
    assert chips(text)["竹编手艺"] == (1, "/themes/weaving?year=2023")
    assert "去掉：2023年" in text
    assert "去掉：技能培训" not in text


def test_the_themes_are_shown_as_a_tree_of_those_in_use(client: FlaskClient) -> None:
    text = page(client, "/themes")
    assert 'href="/themes/skills"' in text
    assert chips(text) == {"竹编手艺": (1, "/themes/weaving")}
    assert text.index("技能培训") < text.index("竹编手艺") < text.index("平安健康")


def test_a_line_of_captions_leads_to_its_second(client: FlaskClient, services: Services) -> None:
    cues = tuple(Cue(begin=at, end=at + 2, text=f"第{at:.0f}秒说到<b>收口</b>") for at in (61.7, 95.0, 120.0))
    with services.database.begin() as session:
        caption_edits.put(session, "mat3456789", CaptionTrack(language="zh", label="中文", cues=cues))
    with services.database.read() as session:
        said = caption_lookups.transcripts(session, ["mat3456789"])["mat3456789"]
        services.index.put([document(lookups.lesson(session, "mat3456789"), said)])
    text = page(client, "/search?q=收口")
    lines = re.findall(r'<a class="caption-hit[^"]*" href="([^"]+?)&amp;in=[^"]+">.*?<time[^>]*>([^<]+)</time>', text)
    assert lines == [("/lessons/mat3456789?t=61", "1:01"), ("/lessons/mat3456789?t=95", "1:35")]
    assert "秒说到<mark>收口</mark>" in text


@pytest.mark.parametrize(("asked", "begin"), [("61", "61.0"), ("61.5", "61.5"), ("199.9", "199.9")])
def test_a_lesson_begins_where_its_address_says(client: FlaskClient, asked: str, begin: str) -> None:
    text = page(client, f"/lessons/mat3456789?t={asked}")
    assert f'data-begin="{begin}"' in text
    assert f'master.m3u8#t={float(begin):g}" type' in text
    assert f"从 {int(float(begin)) // 60}:{int(float(begin)) % 60:02d}" in text


@pytest.mark.parametrize("asked", ["0", "-5", "200", "1e9", "nan", "inf", "x", "", "1:30", '"><script>'])
def test_what_is_no_place_in_a_lesson_means_its_beginning(client: FlaskClient, asked: str) -> None:
    text = client.get("/lessons/mat3456789", query_string={"t": asked}).text
    assert "data-begin" not in text
    assert "#t=" not in text


def test_what_was_meant_is_said_with_a_way_to_search_exactly(client: FlaskClient) -> None:
    text = page(client, "/search?q=遍织")
    assert "按“编织”为您找到" in text
    assert 'href="/search?q=%E2%80%9C%E9%81%8D%E7%BB%87%E2%80%9D"' in text
    assert "data-searched" not in text
    exact = page(client, "/search?q=“遍织”")
    assert "没有找到" in exact
    assert "为您找到" not in exact


def test_of_too_long_a_text_the_beginning_is_looked_for(client: FlaskClient) -> None:
    assert "竹席" in page(client, "/search?q=" + "竹席" * 150)
    assert client.get("/search.m3u?q=" + "竹席" * 150).status_code == 200
    assert client.get("/api/lessons?q=" + "竹席" * 150).status_code == 400


def test_few_finds_for_several_words_offer_each_word(client: FlaskClient) -> None:
    text = page(client, "/search?q=竹席 拖拉机")
    assert "换个说法再找" in text
    assert 'href="/search?q=%E7%AB%B9%E5%B8%AD"' in text
    assert "换个说法再找" not in page(client, "/search?q=编织")


def test_what_found_something_is_remembered_by_the_phone(client: FlaskClient) -> None:
    assert 'data-searched="编织"' in page(client, "/search?q=编织")
    assert "data-searched" not in page(client, "/search?q=qqqqq")
    assert "data-searched" not in page(client, "/search")


def test_an_empty_search_leads_on(client: FlaskClient) -> None:
    assert "看全部课程" in page(client, "/search?q=qqqqq")
    narrowed = page(client, "/search?q=编织&year=1999")
    assert "没有合适的课" in narrowed
    assert 'href="/search?q=%E7%BC%96%E7%BB%87"' in narrowed
    assert "Under 5 minutes" in page(client, "/search?lang=en&q=编织")


def test_a_lesson_found_by_a_name_shows_that_name(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "第一课", series="挖笋的一年", speaker="周师傅")
    assert "<mark>挖笋</mark>的一年" in page(client, "/search?q=挖笋")
    assert "<mark>周师傅</mark>" in page(client, "/search?q=周师傅")
