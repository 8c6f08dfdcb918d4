"""The members' pages: what they show, in which language, and that texts stay texts."""

import html
import json
import re
import shutil
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from medialib.catalogue import seeds, work_edits
from medialib.catalogue.source_uses import SoundUse
from medialib.errors import ToolFailed
from medialib.services import Services
from medialib.web.phone.formats import NO_BREAK

from .factories import add_lesson, add_posters, make_plan

LESSON = "abcde23456"


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    return answer.text


def test_an_empty_library_says_what_to_do(client: FlaskClient) -> None:
    assert "这里还没有课" in page(client, "/")
    assert "还没有分主题" in page(client, "/themes")
    assert "没有找到" in page(client, "/search?q=编织")


def test_home_shows_the_newest_first_and_what_can_be_heard(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "旧的一课", published_at=1.0, themes=("技能培训",))
    add_lesson(services, "新的一课", published_at=3.0)
    add_lesson(services, "声音一课", published_at=2.0, kind="audio")
    text = page(client, "/")
    assert text.index("新的一课") < text.index("旧的一课")
    assert "边干活边听" in text
    assert 'href="/themes/' in text


def test_filters_of_home_are_in_its_address(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "看的课", recorded="2023-05", unit="马迹塘镇")
    add_lesson(services, "听的课", kind="audio")
    text = page(client, "/?kind=audio")
    assert "听的课" in text
    assert "看的课" not in text
    assert "看的课" in page(client, "/?unit=马迹塘镇&year=2023")
    assert "没有合适的课" in page(client, "/?year=1999")


def test_pages_lead_to_the_end_and_keep_the_filters(client: FlaskClient, services: Services) -> None:
    for number in range(45):
        add_lesson(services, f"编织第{number:02}课", published_at=float(number))
    seen: set[str] = set()
    address, visited = "/search?q=编织&kind=video&sort=oldest", 0
    while address:
        text = page(client, address)
        seen |= set(re.findall(r"第\d\d课", re.sub("<[^>]+>", "", text)))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = following[1].replace("&amp;", "&") if following else ""
        assert not address or "kind=video" in address
        visited += 1
    assert (visited, len(seen)) == (3, 45)
    for deep in (50, 501, 100_000):
        assert "这一页没有课" in page(client, f"/search?q=编织&page={deep}")


def test_found_words_are_marked(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "凉席编织入门", description="先学编织")
    text = page(client, "/search?q=编织")
    assert "凉席<mark>编织</mark>入门" in text
    assert "先学<mark>编织</mark>" in text


def test_a_search_without_its_index_says_so_and_still_finds(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "凉席编织入门")
    services.index.close()
    shutil.rmtree(services.store.index)
    text = page(client, "/search?q=编织")
    assert "搜索正在修整" in text
    assert "凉席<mark>编织</mark>入门" in text


def test_a_theme_has_its_page_and_its_names_lead_there(client: FlaskClient, services: Services) -> None:
    with services.database.begin() as session:
        seeds.seed_themes(session, {"skill": {"zh": "技能培训", "en": "Skills"}})
    add_lesson(services, "凉席编织入门", themes=("技能培训",))
    add_lesson(services, "别的课")
    text = page(client, "/themes/skill")
    assert "凉席编织入门" in text
    assert "别的课" not in text
    assert client.get("/themes/Skills").location == "/themes/skill"
    assert "1 课" in page(client, "/themes")
    assert "没有这个主题" in page(client, "/themes/nosuch", 404)
    assert "Skills" in page(client, "/themes?lang=en")


def test_a_lesson_shows_its_player_details_and_what_it_costs(client: FlaskClient, services: Services) -> None:
    add_lesson(
        services, "笋竹管护", lesson_id=LESSON, unit="马迹塘镇", recorded="2023-05-04", speaker="周师傅",
        series="竹子的一年", number=3, description="先松土",
    )  # fmt: skip
    text = page(client, f"/lessons/{LESSON}")
    assert f'data-master="/media/{LESSON}/master.m3u8"' in text
    assert f'data-audio="/media/{LESSON}/audio.m3u8"' in text
    sizes = re.findall(rf"约{NO_BREAK}\d+{NO_BREAK}MB", text)
    assert set(sizes) == {f"约{NO_BREAK}5{NO_BREAK}MB"}, "of the picture nothing is said before it is measured"
    for part in ("周师傅", "马迹塘镇", "2023年5月4日", "第3期", "先松土", "10:00"):
        assert part in text
    assert "data-progress" not in text
    told = f"约{NO_BREAK}38{NO_BREAK}MB"
    for made, known in (
        ({"seconds_done": 12.0, "size_bytes": 664_000}, False),
        ({"seconds_done": 60.0, "size_bytes": 3_320_000}, True),
        ({"complete": True, "size_bytes": 33_200_000}, True),
    ):
        with services.database.begin() as session:
            work_edits.record_progress(session, lesson_id=LESSON, version=1, name="v480", **made)
        assert (told in page(client, f"/lessons/{LESSON}")) == known, made


def test_who_only_listens_may_choose_among_the_sound_tracks(client: FlaskClient, services: Services) -> None:
    one, plan = add_lesson(services), make_plan()
    assert "data-sounds" not in page(client, f"/lessons/{one}")
    uses = tuple(SoundUse(index=number, end_seconds=600, language=name) for number, name in enumerate(("zh", "en"), 1))
    audio = (replace(plan.audio[0], name="a64t1", track=1), *plan.audio)
    add_lesson(services, lesson_id=LESSON, plan=replace(plan, audio=audio, source=replace(plan.source, sounds=uses)))
    told = re.findall(r'data-sounds="([^"]+)"', page(client, f"/lessons/{LESSON}"))
    sounds = json.loads(html.unescape(told[0]))
    assert [sound["name"] for sound in sounds] == ["中文", "英语"]
    first, second = (client.get(sound["address"]).text for sound in sounds)
    assert "v1/a64/index.m3u8" in first and "a64t1" not in first
    assert "v1/a64t1/index.m3u8" in second and "a64/" not in second
    assert client.get(f"/media/{LESSON}/audio.m3u8?sound=2").status_code == 404


def test_a_silent_lesson_has_no_listen_switch(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON, sound=False)
    assert "只听声音" not in page(client, f"/lessons/{LESSON}")


def test_a_lesson_being_made_shows_how_far_it_is(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON, state="published")
    with services.database.begin() as session:
        work_edits.record_progress(
            session, lesson_id=LESSON, version=1, name="v480", seconds_done=120.0, media_per_second=2.0
        )
    text = page(client, f"/lessons/{LESSON}")
    assert f'data-progress="/api/lessons/{LESSON}"' in text
    assert "2:00 / 10:00" in text
    assert "约还要 4 分钟" in text


def test_a_parked_lesson_says_what_happened(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON, state="parked")
    assert "管课程的人能看到原因" in page(client, f"/lessons/{LESSON}")
    error = ToolFailed("This part of the recording could not be converted.")
    with services.database.begin() as session:
        work_edits.record_failure(session, lesson_id=LESSON, step="bulk", error=error, attempts=1, backoff_seconds=1)
    assert "这段录像转换不了。" in page(client, f"/lessons/{LESSON}")


def test_a_made_poster_takes_the_place_of_the_drawn_cover(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON)
    assert "/poster/" not in page(client, "/")
    add_posters(services, LESSON, "frame")
    assert f"/media/{LESSON}/v1/poster/0/640.jpg" in page(client, "/")
    assert f'poster="/media/{LESSON}/v1/poster/0/640.jpg"' in page(client, f"/lessons/{LESSON}")


def test_the_language_follows_the_address_and_then_the_cookie(client: FlaskClient) -> None:
    assert '<html lang="zh-CN"' in page(client, "/")
    assert '<html lang="en"' in page(client, "/?lang=en")
    assert "No lessons yet" in page(client, "/")
    assert '<html lang="zh-CN"' in page(client, "/?lang=zh_CN")
    assert '<html lang="zh-CN"' in page(client, "/?lang=fr")


def test_large_type_is_kept_and_leads_back_only_inside_the_site(client: FlaskClient) -> None:
    assert client.get("/size/large?back=/themes").location == "/themes"
    assert 'data-size="large"' in page(client, "/")
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aX: y", ""):
        assert client.get(f"/size/usual?back={elsewhere}").location == "/"
    assert 'data-size="large"' not in page(client, "/")


@pytest.mark.parametrize("address", ["/search?page=x", "/?kind=film", "/themes/%00", "/lessons/nosuch", "/nosuch"])
def test_a_wrong_address_gets_a_page_with_a_way_on(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in (400, 404)
    assert "回首页" in answer.text


def test_parameters_of_others_are_ignored_on_pages(client: FlaskClient) -> None:
    assert client.get("/?from=singlemessage&isappinstalled=0").status_code == 200


PAYLOADS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{777*7777}}", "</title><script>1</script>"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_of_people_are_never_markup(client: FlaskClient, services: Services, payload: str) -> None:
    add_lesson(
        services, f"编织{payload}", lesson_id=LESSON, description=f"编织{payload}", unit=payload, speaker=payload,
        series=payload, themes=("技能",), recorded="2023",
    )  # fmt: skip
    addresses = ["/", f"/lessons/{LESSON}", "/search?q=编织", "/?year=2023", "/themes/技能"]
    for address in (*addresses, f"/lessons/{LESSON}?lang={payload}"):
        text = client.get(address).text
        assert payload not in text or payload == "{{777*7777}}"
        assert "6042729" not in text or payload != "{{777*7777}}"
    assert payload not in client.get("/search", query_string={"q": payload}).text or payload == "{{777*7777}}"
