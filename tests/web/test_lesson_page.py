"""The page of a lesson: its words, its way on, its poster, and what members report of it."""

import io
import re

import pytest
from flask.testing import FlaskClient
from PIL import Image

from medialib.app import create_app
from medialib.catalogue import caption_edits, collecting, edits, lookups, reports, work_lookups
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.rights import Viewer
from medialib.services import Services

from .factories import add_lesson, add_posters
from .signing import OTHER_TOWN, TOWN, add_person, add_units, client_of, send, sign_in

LESSON = "abcde23456"


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.text


def add_captions(services: Services, *texts: str, language: str = "zh", label: str = "中文") -> None:
    cues = tuple(Cue(begin=float(number), end=number + 0.9, text=text) for number, text in enumerate(texts))
    with services.database.begin() as session:
        caption_edits.put(session, LESSON, CaptionTrack(language=language, label=label, cues=cues))


def test_the_words_stand_beside_the_lesson_under_their_chapters(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON)
    assert 'id="words"' not in page(client, f"/lessons/{LESSON}")
    add_captions(services, "先选<b>竹</b>", "再破篾 &lt;细&gt;")
    with services.database.begin() as session:
        lookups.lesson(session, LESSON).chapters = [{"start_seconds": 1.0, "title": "破篾"}]
    text = page(client, f"/lessons/{LESSON}")
    words = text[text.index('id="words"') : text.index('id="parts"')]
    assert re.findall(r"<span>(.*?)</span>", words) == ["先选竹", "破篾", "再破篾 &lt;细&gt;"]
    assert 'data-seconds="1.0"' in words


def test_a_silent_film_has_a_page(client: FlaskClient, services: Services) -> None:
    text = page(client, f"/lessons/{add_lesson(services, sound=False)}")
    assert "data-sounds" not in text and 'data-mode="audio"' not in text


def test_languages_are_called_as_the_reader_calls_them(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON)
    add_captions(services, "words", language="en", label="English")
    add_captions(services, "无人知晓", language="qxx", label="土话")
    assert '<ol lang="en"' in page(client, f"/lessons/{LESSON}"), "there is no other"
    add_captions(services, "说的话", language="zh-Hans", label="中文 (简体)")
    text = page(client, f"/lessons/{LESSON}")
    assert '<ol lang="zh-Hans"' in text, "what is spoken comes first, however it is written"
    assert '<option value="en">英语</option>' in text and '<option value="qxx">土话</option>' in text
    assert '<option value="en">English</option>' in page(client, f"/lessons/{LESSON}?lang=en")


def test_a_very_long_transcript_is_left_to_be_fetched(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON)
    add_captions(services, *(f"第{number}句" for number in range(601)))
    text = page(client, f"/lessons/{LESSON}")
    assert "第0句" not in text
    assert re.search(rf"&#34;zh&#34;: &#34;/media/{LESSON}/captions/zh/\d\.vtt&#34;", text)


@pytest.mark.parametrize(
    ("within", "after"),
    [
        ("themes/{theme}?sort=oldest", "第三课"),
        ("search?q=%E8%AF%BE&sort=oldest", "第三课"),
        ("units/{unit}?sort=oldest", "第三课"),
        ("latest", "第一课"),
        ("collections/nosuch", "第一课"),
        ("nonsense/../x", "第一课"),
        ("search?page=none", "第一课"),
        ("", "第一课"),
    ],
)
def test_the_next_lesson_is_the_next_of_the_list_that_led_here(
    client: FlaskClient, services: Services, within: str, after: str
) -> None:
    for number, title in enumerate(("第一课", "第二课", "第三课"), start=1):
        add_lesson(
            services, title, lesson_id=LESSON if number == 2 else None, published_at=float(number),
            themes=("技能培训",), unit="马迹塘镇",
        )  # fmt: skip
    with services.database.read() as session:
        lesson = lookups.lesson(session, LESSON)
        theme, unit = lesson.themes[0].slug, lesson.unit_slug
    text = client.get(f"/lessons/{LESSON}", query_string={"in": within.format(theme=theme, unit=unit)}).text
    assert f'<b class="clamp-2">{after}</b>' in text
    assert "data-serial" not in text


def test_a_series_goes_on_by_itself(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "第一期", lesson_id=LESSON, series="声临其境", number=1)
    add_lesson(services, "第二期", series="声临其境", number=2)
    assert 'data-serial="yes"' in page(client, f"/lessons/{LESSON}")


def test_a_card_in_a_chat_has_a_title_words_and_a_picture(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "笋竹管护", lesson_id=LESSON, description="先松土\n再施肥")
    add_posters(services, LESSON, "frame")
    text = page(client, f"/lessons/{LESSON}")
    assert '<meta property="og:title" content="笋竹管护">' in text
    assert '<meta property="og:description" content="先松土 再施肥">' in text
    assert f'<meta property="og:image" content="http://localhost/media/{LESSON}/v1/poster/0/640.jpg">' in text


@pytest.mark.parametrize("pictured", [False, True])
def test_a_poster_can_be_printed(client: FlaskClient, services: Services, pictured: bool) -> None:
    add_lesson(services, "春笋早出土的三个窍门" * 8, lesson_id=LESSON, unit="马迹塘镇")
    if pictured:
        add_posters(services, LESSON, "frame")
        picture = io.BytesIO()
        Image.new("RGB", (1280, 720), "#5E8F72").save(picture, format="JPEG")
        services.store.poster(LESSON, 1, 0, 1280, "jpg").write_bytes(picture.getvalue())
    assert f"/lessons/{LESSON}/poster.png" in page(client, f"/lessons/{LESSON}/poster")
    answer = client.get(f"/lessons/{LESSON}/poster.png")
    with Image.open(io.BytesIO(answer.data)) as sheet:
        assert (answer.mimetype, sheet.size) == ("image/png", (1240, 1754))
    assert len(answer.data) < 400_000


def test_a_member_reports_what_is_wrong(services: Services) -> None:
    client = create_app(services).test_client()
    add_lesson(services, "笋竹管护", lesson_id=LESSON)
    address = f"/lessons/{LESSON}/report"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client, address))
    assert token
    form = {"csrf_token": token[1], "kind": "sound", "words": "  听不清\u0007 ", "at": "12.5"}
    assert "谢谢" in client.post(address, data=form).text
    for wrong in ({"kind": "none"}, {"kind": "other", "words": ""}, {"words": "长" * 1001}):
        answer = client.post(address, data={**form, **wrong})
        assert (answer.status_code, "请" in answer.text or "太长" in answer.text) == (400, True)
    office = Viewer(role="curator")
    with services.database.read() as session:
        (told,) = reports.open_reports(session, office)
        assert (told.lesson.title, told.kind, told.words, told.at_seconds) == ("笋竹管护", "sound", "听不清", 12.5)
    with services.database.begin() as session:
        reports.settle(reports.report(session, office, told.id), closed=True)
        assert reports.open_reports(session, office) == []


def test_a_way_that_is_no_address_leads_nowhere(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON)
    assert client.get(f"/lessons/{LESSON}", query_string={"in": "//[x"}).status_code == 200


def test_an_editor_is_told_of_reports_however_many_there_are_of_others(services: Services) -> None:
    units = add_units(services)
    add_person(services, "town", "editor", units[TOWN])
    others, own = add_lesson(services, unit=OTHER_TOWN), add_lesson(services, "本镇的课", unit=TOWN)
    with services.database.begin() as session:
        for lesson_id in [others] * 60 + [own]:
            reports.add_report(session, lesson_id=lesson_id, kind="sound", words="", at_seconds=None)
    assert "本镇的课" in client_of(services, "town").get("/desk/reports").text


def test_reports_are_limited(services: Services) -> None:
    client = create_app(services).test_client()
    add_lesson(services, lesson_id=LESSON)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client, f"/lessons/{LESSON}/report"))
    assert token
    sent = [client.post(f"/lessons/{LESSON}/report", data={"csrf_token": token[1], "kind": "sound"}) for _ in range(11)]
    assert [answer.status_code for answer in sent] == [200] * 10 + [429]
    assert 3000 < int(sent[-1].headers["Retry-After"]) <= 3600 and "请等 60 分钟" in sent[-1].text
    assert client.post(f"/lessons/{LESSON}/report", data={"kind": "sound"}).status_code == 400


def test_a_speaker_has_a_page(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "选竹", speaker="周师傅", unit="马迹塘镇")
    add_lesson(services, "别人的课", speaker="周师")
    text = page(client, "/speakers/周师傅")
    assert "选竹" in text and "别人的课" not in text and "马迹塘镇" in text
    both = add_lesson(services, "两人的课", speaker="李师傅、周师傅")
    assert "两人的课" in page(client, "/speakers/周师傅")
    assert all(name in page(client, f"/lessons/{both}") for name in ("/speakers/%E5%91%A8", "/speakers/%E6%9D%8E"))
    assert "两人的课" in page(client, "/speakers/李师傅、周师傅"), "an address of before"
    assert "没有这位讲课人的课" in page(client, "/speakers/无名", 404)


def test_colours_and_size_are_chosen_on_the_device(client: FlaskClient) -> None:
    assert 'data-theme="dark"' not in page(client, "/mine")
    assert client.get("/theme/dark?back=/mine").location == "/mine"
    for path in ("/mine", "/sign-in", "/api/"):
        assert 'data-theme="dark"' in page(client, path)
    client.get("/theme/pink")
    assert "data-theme" not in page(client, "/mine")
    assert client.get("/theme/dark?back=//evil.example").location == "/"


def test_a_page_asks_for_its_scripts_once_and_keeps_them_for_ever(client: FlaskClient, services: Services) -> None:
    named = re.findall(r'"(/static/[^"]+\.js\?v=\w+)"', page(client, f"/lessons/{add_lesson(services)}"))
    script, unscripted, player = named
    assert "/unscripted.js" in unscripted and "/vendor/hls." in player
    answer = client.get(script)
    assert not re.search(r"\bimport\b", answer.text), "nothing more to fetch"
    assert answer.mimetype == "text/javascript" and answer.cache_control.immutable


def test_a_collection_is_a_way_only_for_what_is_in_it(client: FlaskClient, services: Services) -> None:
    ids = [add_lesson(services, f"第{number}课", published_at=float(number)) for number in range(3)]
    with services.database.begin() as session:
        one = edits.new_collection(session, kind="featured", title="县里精选")
        collecting.add(session, one, ids[:2])
        collecting.publish(session, one)
        slug = one.slug
    assert "1/2" in page(client, f"/lessons/{ids[0]}?in=collections/{slug}")
    assert "县里精选" not in page(client, f"/lessons/{ids[2]}?in=collections/{slug}")


def test_the_desk_sees_what_is_reported_and_can_take_back_that_it_was_seen_to(services: Services) -> None:
    client = create_app(services).test_client()
    add_person(services, "office", "curator")
    sign_in(client, "office")
    add_lesson(services, "笋竹管护", lesson_id=LESSON)
    with services.database.begin() as session:
        reports.add_report(session, lesson_id=LESSON, kind="sound", words="<b>听不清", at_seconds=65.0)
    assert "大家反映的" in page(client, "/desk/todo")
    text = page(client, "/desk/reports")
    assert "笋竹管护 · 1:05" in text and "&lt;b&gt;听不清" in text
    for state, shown in (("closed", False), ("open", True)):
        assert send(client, f"/desk/reports/1/{state}", page="/desk/account").status_code == 302
        assert ("笋竹管护 · " in page(client, "/desk/reports")) == shown
    assert send(client, "/desk/reports/77/closed", page="/desk/account").status_code == 404


def test_what_is_asked_for_first_is_fetched_while_the_page_is_read_once_it_is_made(
    client: FlaskClient, services: Services
) -> None:
    add_lesson(services, lesson_id=LESSON)
    assert not {"data-warm", "data-begins"} & set(page(client, f"/lessons/{LESSON}").replace("=", " ").split())
    with services.database.begin() as session:
        for row in work_lookups.renditions(session, lookups.lesson(session, LESSON)):
            row.complete = row.name == "v240"
    assert "data-begins" not in page(client, f"/lessons/{LESSON}"), "its sound would be made for who only reads"
    with services.database.begin() as session:
        for row in work_lookups.renditions(session, lookups.lesson(session, LESSON)):
            row.complete = row.name in ("v240", "a64")
    files = ("v240/index.m3u8", "v240/init.mp4", "a64/index.m3u8", "a64/init.mp4")
    told = " ".join(f"/media/{LESSON}/v1/{name}" for name in files)
    assert f'data-warm="{told}" data-begins="yes"' in page(client, f"/lessons/{LESSON}")
