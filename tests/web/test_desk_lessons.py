"""The desk's table of lessons, the page of one, review, and what waits."""

import re
import shutil
import time
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from medialib import tasks
from medialib.app import create_app
from medialib.catalogue import (
    arranging,
    caption_edits,
    changing,
    lookups,
    moves,
    people_lookups,
    upload_edits,
    work_lookups,
)
from medialib.catalogue.collections import Collection
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.lessons import Lesson, RenditionProgress, StepLeft
from medialib.catalogue.plays import PlayCount
from medialib.catalogue.seeds import plant
from medialib.catalogue.uploads import Upload
from medialib.errors import NothingDecoded, ToolStalled
from medialib.ingest.failures import failed
from medialib.services import Services

from .factories import add_lesson, add_posters, write
from .signing import OTHER_TOWN, TOWN, VILLAGE, acts, add_person, add_units, client_of, send, token_of


@pytest.fixture
def app(services: Services) -> Flask:
    plant(services.database)
    units = add_units(services)
    add_person(services, "xian", "curator")
    add_person(services, "bian", "editor", units[TOWN])
    return create_app(services)


@pytest.fixture
def county(services: Services, app: Flask) -> FlaskClient:
    return client_of(services, "xian", app)


@pytest.fixture
def editor(services: Services, app: Flask) -> FlaskClient:
    return client_of(services, "bian", app)


def stage_of(services: Services, lesson_id: str) -> str:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id).stage


def put(services: Services, lesson_id: str, **values: object) -> None:
    with services.database.begin() as session:
        for name, value in values.items():
            setattr(session.get_one(Lesson, lesson_id), name, value)


def test_the_table_shows_editors_their_own_and_the_county_everything(
    services: Services, editor: FlaskClient, county: FlaskClient
) -> None:
    own = add_lesson(services, "本村的课", unit=VILLAGE)
    other = add_lesson(services, "别镇的课", unit=OTHER_TOWN)
    put(services, own, stage="draft")
    page = editor.get("/desk/lessons").text
    assert own in page and other not in page
    assert "草稿" in page
    page = county.get("/desk/lessons").text
    assert own in page and other in page
    assert editor.get(f"/desk/lessons/{other}").status_code == 403


def test_what_a_recording_brought_along_may_stay_though_nobody_may_type_it(
    services: Services, county: FlaskClient
) -> None:
    """Sidecars and tags allow longer texts, and a number 0."""
    brought: dict[str, Any] = {"title": "题" * 300, "description": "说明\n" + "长" * 6000, "number": 0}
    lesson = add_lesson(services, **brought)
    desk = f"/desk/lessons/{lesson}"
    kept = {**brought, "description": brought["description"].replace("\n", "\r\n")}
    saved = send(county, f"{desk}/details", page=desk, **kept, speaker="周师傅")
    assert "done=saved" in saved.headers["Location"]
    with services.database.read() as session:
        now = lookups.lesson(session, lesson)
        assert (now.speaker, now.title, now.description, now.number) == ("周师傅", *brought.values())
    longer = {"title": "题" * 301, "description": kept["description"] + "长", "number": "10000"}
    for name, value in longer.items():
        refused = send(county, f"{desk}/details", page=desk, **{**kept, name: value})
        assert refused.status_code == 400, name


FILTERS = {
    "stage=draft": "一", "kind=audio": "二", "year=2022": "三", "speaker=周": "一", "theme=skills": "二",
    "place=field": "三", "q=席": "三", "parked=1": "一", "sort=shortest": "三二一", "sort=title": "一三二",
    "stage=none&year=x&page=-4": "一三二", "page=7": "一二三",
}  # fmt: skip


def test_filters_stand_in_the_address(services: Services, county: FlaskClient) -> None:
    ids = {
        "一": add_lesson(services, "一", speaker="周师傅", seconds=900, state="parked"),
        "二": add_lesson(services, "二", kind="audio", themes=("skills",), seconds=800),
        "三": add_lesson(services, "三席", place="field", recorded="2022-05", seconds=700),
    }
    put(services, ids["一"], stage="draft")
    for query, found in FILTERS.items():
        page = county.get(f"/desk/lessons?{query}").text
        shown = sorted((page.find(f'value="{one}"'), name) for name, one in ids.items() if f'value="{one}"' in page)
        names = "".join(name for _, name in shown)
        assert sorted(names) == sorted(found), query
        if query.startswith("sort"):
            assert names == found


def test_the_table_says_which_have_captions(services: Services, county: FlaskClient) -> None:
    lesson, _ = add_lesson(services, "一"), add_lesson(services, "二")
    with services.database.begin() as session:
        cues = (Cue(begin=0, end=2, text="竹"),)
        caption_edits.put(session, lesson, CaptionTrack(language="zh", label="中文", cues=cues))
    page = county.get("/desk/lessons").text
    assert sorted(re.findall(r">(有字幕|字幕|没有字幕)</small>", page)) == ["有字幕", "没有字幕"]


def test_many_are_changed_at_once_and_taken_back_at_once(services: Services, county: FlaskClient) -> None:
    ids = [add_lesson(services, f"课{number}") for number in range(3)]
    with services.database.read() as session:
        town = next(unit.slug for unit in lookups.units(session) if unit.name == TOWN)
    for fields in (
        {"what": "unit", "unit": town}, {"what": "theme", "theme": "skills"},
        {"what": "speaker", "speaker": "周 师傅,李老师"}, {"what": "place", "place": "field"}, {"what": "archived"},
    ):  # fmt: skip
        before = state(services, ids[0])
        answer = send(county, "/desk/lessons/bulk", page="/desk/lessons", lesson=ids[:2], query="sort=title", **fields)
        assert answer.status_code == 302 and "sort=title" in answer.headers["Location"]
        assert state(services, ids[0]) != before == state(services, ids[2])
        batch = answer.headers["Location"].split("done=")[1].split("&")[0]
        page = county.get(answer.headers["Location"])
        assert "2 课" in page.text and batch in page.text
        send(county, "/desk/lessons/undo", page="/desk/lessons", batch=batch)
        assert state(services, ids[0]) == before
    with services.database.read() as session:
        kept = [one for one in people_lookups.log(session, per_page=99).entries if one.act.startswith("lesson.")]
    assert len(kept) == 5 * 2 * 2


def state(services: Services, lesson_id: str) -> tuple[object, ...]:
    with services.database.read() as session:
        one = lookups.lesson(session, lesson_id)
        return one.stage, one.unit_slug, [theme.slug for theme in one.themes], one.speaker, one.place


def test_an_editor_changes_only_their_own_and_only_what_editors_may(services: Services, editor: FlaskClient) -> None:
    own, other = add_lesson(services, "本村", unit=VILLAGE), add_lesson(services, "别镇", unit=OTHER_TOWN)
    put(services, own, stage="draft")
    with services.database.read() as session:
        far = next(unit.slug for unit in lookups.units(session) if unit.name == OTHER_TOWN)
    send(editor, "/desk/lessons/bulk", page="/desk/lessons", lesson=[own, other], what="published")
    assert (stage_of(services, own), stage_of(services, other)) == ("draft", "published")
    refused = send(editor, "/desk/lessons/bulk", page="/desk/lessons", lesson=[own], what="unit", unit=far)
    assert refused.status_code == 400 and "请选自己的单位" in refused.text
    send(editor, "/desk/lessons/bulk", page="/desk/lessons", lesson=[own, other], what="submitted")
    assert (stage_of(services, own), stage_of(services, other)) == ("submitted", "published")
    nothing = send(editor, "/desk/lessons/bulk", page="/desk/lessons", what="submitted")
    assert nothing.status_code == 400 and "请先选几课" in nothing.text


def test_details_are_kept_with_their_history_and_what_is_wrong_loses_nothing(
    services: Services, editor: FlaskClient
) -> None:
    lesson = add_lesson(services, "旧标题", unit=VILLAGE)
    desk = f"/desk/lessons/{lesson}"
    told = {"title": " 新  标题 ", "description": "第一段\n\n- 一", "speaker": "周师傅, 李老师", "tags": "竹，笋 、竹",
            "themes_shown": "1", "themes": ["skills"], "recorded": "2023-05",
            "consent": "都同意", "licence": "CC BY"}  # fmt: skip
    wrong = send(editor, f"{desk}/details", page=desk, **{**told, "recorded": "2023-13"})
    assert wrong.status_code == 400 and "2023-13" in wrong.text and "data-unsaved" in wrong.text
    assert "都同意" in wrong.text and 'value="周师傅, 李老师"' in wrong.text and "第一段" in wrong.text
    saved = send(editor, f"{desk}/details", page=desk, **told)
    assert "done=saved" in saved.headers["Location"]
    with services.database.read() as session:
        one = lookups.lesson(session, lesson)
        assert (one.title, one.speaker, one.tags) == ("新 标题", "周师傅、李老师", ["竹", "笋"])
        assert ([theme.slug for theme in one.themes], one.unit_name) == (["skills"], VILLAGE)
        change = changing.history(session, lesson)[0]
    assert acts(services)[0] == "lesson.changed"
    page = editor.get(saved.headers["Location"]).text
    assert "已经保存" in page or "保存" in page
    assert "改了：标题、简介" in page
    shown = client_of(services).get(f"/lessons/{lesson}").text
    assert "CC BY" in shown and "都同意" not in shown, "the licence is for everyone, the consent for the desk"
    send(editor, f"{desk}/undo", page=desk, change=str(change.id))
    with services.database.read() as session:
        assert lookups.lesson(session, lesson).title == "旧标题"
    same = send(editor, f"{desk}/details", page=desk, title="旧标题")
    assert "done=same" in same.headers["Location"]


def test_of_two_who_change_one_lesson_neither_takes_back_what_the_other_did(
    services: Services, editor: FlaskClient, county: FlaskClient
) -> None:
    lesson = add_lesson(services, "旧标题", unit=VILLAGE, description="旧简介", themes=("skills",))
    desk = f"/desk/lessons/{lesson}"
    seen = {"since": since(editor.get(desk).text), "title": "旧标题", "description": "旧简介", "speaker": ""}
    send(county, f"{desk}/details", page=desk, **{**seen, "title": "县里的标题", "description": "县里的简介"})
    send(editor, f"{desk}/details", page=desk, **{**seen, "speaker": "周师傅"})
    with services.database.read() as session:
        one = lookups.lesson(session, lesson)
        assert (one.title, one.description, one.speaker) == ("县里的标题", "县里的简介", "周师傅")
    both = send(editor, f"{desk}/details", page=desk, **{**seen, "title": "村里的标题"})
    assert both.status_code == 400 and "xian 改过" in both.text and "：标题。" in both.text
    assert 'value="村里的标题"' in both.text and "县里的简介</textarea>" in both.text, "only what is typed stays"
    again = {**seen, "since": since(both.text), "title": "村里的标题", "description": "县里的简介", "speaker": "周师傅"}
    assert send(editor, f"{desk}/details", page=desk, **again).status_code == 302
    put(services, lesson, stage="submitted")
    screen = f"/desk/review/{lesson}"
    told = {"since": since(county.get(screen).text), "what": "published", "title": "村里的标题", "themes_shown": "1"}
    send(editor, f"{desk}/details", page=desk, title="又改的标题")
    refused = send(county, screen, page=screen, **{**told, "title": "审核时的标题"})
    assert refused.status_code == 400 and "bian 改过" in refused.text and 'value="审核时的标题"' in refused.text
    assert send(county, screen, page=screen, **told).status_code == 302
    with services.database.read() as session:
        assert lookups.lesson(session, lesson).title == "又改的标题"


def since(page: str) -> str:
    """The last change that a form with details knows of."""
    found = re.search(r'name="since" value="(\d+)"', page)
    assert found
    return found[1]


IMPOSSIBLE: tuple[dict[str, str], ...] = (
    {"title": " "}, {"title": "长" * 201}, {"number": "0"}, {"place": "moon"}, {"unit": "nowhere"}, {"series": "none"},
    {"language": "中文"}, {"tags": "，".join(f"标{n}" for n in range(21))}, {"recorded": "去年"},
    {"themes_shown": "1", "themes": "none"}, {"description": "长" * 5001},
)  # fmt: skip


def test_the_longest_texts_fit_into_the_form_and_more_is_told_with_a_sentence(
    services: Services, county: FlaskClient
) -> None:
    lesson = add_lesson(services, "竹编")
    page = county.get(f"/desk/lessons/{lesson}").text
    assert 'id="details" enctype="multipart/form-data"' in page
    texts = {"title": "竹" * 200, "description": "竹" * 5000, "consent": "编" * 1000, "speaker": "篾" * 200}
    fields = {"csrf_token": token_of(page), **texts}
    sent = county.post(f"/desk/lessons/{lesson}/details", data=fields, content_type="multipart/form-data")
    assert sent.status_code == 302
    with services.database.read() as session:
        assert len(lookups.lesson(session, lesson).description) == 5000
    much = county.post(f"/desk/lessons/{lesson}/details", data={**fields, "description": "竹" * 30_000})
    assert much.status_code == 413 and "什么也没改" in much.text


def test_details_that_cannot_be_are_told_with_a_sentence(services: Services, county: FlaskClient) -> None:
    lesson = add_lesson(services, "竹编")
    for fields in IMPOSSIBLE:
        answer = send(county, f"/desk/lessons/{lesson}/details", page=f"/desk/lessons/{lesson}", **fields)
        assert answer.status_code == 400, fields
        assert 'class="say late" role="alert"' in answer.text


def test_a_lesson_is_sent_in_returned_sent_in_again_and_published_at_a_date(
    services: Services, editor: FlaskClient, county: FlaskClient
) -> None:
    lesson = add_lesson(services, "竹编", unit=VILLAGE)
    put(services, lesson, stage="draft")
    desk = f"/desk/lessons/{lesson}"
    send(editor, f"{desk}/details", page=desk, title="竹编一", then="submitted")
    assert stage_of(services, lesson) == "submitted"
    assert lesson in county.get("/desk/todo").text
    assert county.get("/desk/review").headers["Location"] == f"/desk/review/{lesson}"
    without = send(county, f"/desk/review/{lesson}", what="returned", title="竹编二")
    assert without.status_code == 400 and 'value="竹编二"' in without.text and "请说明哪里要改" in without.text
    back = send(county, f"/desk/review/{lesson}", what="returned", title="竹编二", reason="声音太小")
    assert back.status_code == 302
    assert 'href="/desk/upload"' in editor.get("/desk/todo").text, "the first thing that a unit does"
    assert "声音太小" in editor.get("/desk/todo").text and "退回来了，这里要改" in editor.get(desk).text
    with services.database.read() as session:
        assert lookups.lesson(session, lesson).title == "竹编二"
    send(editor, f"{desk}/remark", page=desk, words="补好了")
    send(editor, f"{desk}/stage", page=desk, stage="submitted")
    screen = county.get(f"/desk/review/{lesson}").text
    assert "补好了" in screen and "声音太小" in screen
    over = {"title": "竹编二", "at": "2020-01-01T08:00"}
    for address, told in ((f"/desk/review/{lesson}", {"what": "published"}), (f"{desk}/stage", {"stage": "published"})):
        refused = send(county, address, page=desk, **told, **over)
        assert refused.status_code == 400 and 'value="2020-01-01T08:00"' in refused.text, "what was chosen stays"
    later = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 86_400))
    done = send(county, f"/desk/review/{lesson}", what="published", title="竹编二", at=later)
    page = county.get(done.headers["Location"]).text
    assert re.search(r"《竹编二》会在\S+ \d\d:\d\d发布。", page) and "没有课等着审核" in page
    with services.database.read() as session:
        one = lookups.lesson(session, lesson)
        assert one.stage == "published" and not one.out
        change = changing.last_moves(session, [lesson])[lesson]
    send(county, f"{desk}/undo", page=desk, change=str(change.id), back=f"/desk/review/{lesson}")
    assert stage_of(services, lesson) == "submitted"
    refused = send(editor, f"{desk}/stage", page=desk, stage="published")
    assert refused.status_code == 400 and stage_of(services, lesson) == "submitted"


def test_what_waits_is_empty_at_first_and_tells_what_has_stopped(services: Services, editor: FlaskClient) -> None:
    assert "没有要办的事" in editor.get("/desk/todo").text
    lesson = add_lesson(services, "竹编", unit=VILLAGE, state="parked")
    step = StepLeft(
        lesson_id=lesson, step="audio", rank=1, queued_at=0.0, parked=True, attempts=3, message="The disk is full."
    )
    with services.database.begin() as session:
        session.add(step)
    assert "The disk is full." in editor.get("/desk/todo").text
    desk = f"/desk/lessons/{lesson}"
    assert "The disk is full." in editor.get(desk).text
    send(editor, f"{desk}/retry", page=desk)
    with services.database.read() as session:
        assert lookups.lesson(session, lesson).state == "published"
        assert not work_lookups.troubles(session, lesson)


def test_what_stopped_is_told_once_for_all_its_parts_with_what_can_be_done(
    services: Services, editor: FlaskClient
) -> None:
    lesson = add_lesson(services, "竹编", unit=VILLAGE, state="parked")
    told = {
        "audio": failed("ffmpeg ended with 1: Invalid data found when processing input"),
        "rungs": failed("v480 segment 3 holds 0 of 100 samples", kind=NothingDecoded),
        "peaks": failed("no progress for 60 s", kind=ToolStalled),
    }
    with services.database.begin() as session:
        for rank, (step, error) in enumerate(told.items()):
            session.add(StepLeft(
                lesson_id=lesson, step=step, rank=rank, queued_at=0.0, parked=True, attempts=3, message=error.message,
            ))  # fmt: skip
    page = editor.get(f"/desk/lessons/{lesson}").text
    assert "<b>声音，其余几种清晰度</b>录像里有一段坏了" in page and page.count("有一段坏了") == 1
    assert "请先播放原文件试试" in page
    assert "<b>声音的波形</b>" in page and "太久" in page
    assert "Invalid data" not in page and "rungs" not in page


def test_another_picture_is_chosen_and_taken_back(services: Services, county: FlaskClient) -> None:
    lesson = add_lesson(services)
    add_posters(services, lesson, "frame", "frame", "frame")
    desk = f"/desk/lessons/{lesson}"
    saved = send(county, f"{desk}/poster", page=desk, choice="2")
    with services.database.read() as session:
        assert lookups.lesson(session, lesson).poster_choice == 2
    send(county, f"{desk}/undo", page=desk, change=saved.headers["Location"].split("change=")[1])
    with services.database.read() as session:
        assert lookups.lesson(session, lesson).poster_choice == 0
    assert "done=same" in send(county, f"{desk}/poster", page=desk, choice="9").headers["Location"]


def test_only_drafts_and_what_was_taken_down_is_deleted_and_comes_back_whole(
    services: Services, editor: FlaskClient, county: FlaskClient
) -> None:
    lesson = add_lesson(services, "竹编", unit=VILLAGE, themes=("skills",), series="竹编课")
    write(services.store.source(lesson, ".mp4"), "recording")
    desk = f"/desk/lessons/{lesson}"
    assert send(county, f"{desk}/delete", page=desk).status_code == 400
    with services.database.begin() as session:
        moves.move(session, lesson, "archived", by=None)
    assert "删除这一课" in county.get(desk).text
    assert send(editor, f"{desk}/delete", page=desk).status_code == 400
    gone = send(county, f"{desk}/delete", page=desk)
    assert gone.headers["Location"] == f"/desk/lessons?gone={lesson}"
    assert county.get(desk).status_code == 404
    assert not services.store.source(lesson, ".mp4").exists()
    assert f'value="{lesson}"' in county.get(gone.headers["Location"]).text
    assert "竹编" in county.get("/desk/lessons/deleted").text
    assert "竹编" not in editor.get("/desk/lessons/deleted").text
    assert send(editor, "/desk/lessons/restore", page="/desk/lessons", lesson=lesson).status_code == 403
    assert send(county, "/desk/lessons/restore", page="/desk/lessons", lesson=lesson).status_code == 302
    with services.database.read() as session:
        one = lookups.lesson(session, lesson)
        assert (one.stage, one.unit_name, [theme.slug for theme in one.themes]) == ("archived", VILLAGE, ["skills"])
        assert one.series_title == "竹编课"
        assert lookups.current_plan(session, one).version == 1
        assert [change.stage for change in changing.history(session, lesson)] == ["archived", "published"]
    assert services.store.source(lesson, ".mp4").read_text() == "recording"
    assert acts(services)[:2] == ["lesson.restored", "lesson.removed"]
    assert send(county, "/desk/lessons/restore", page="/desk/lessons", lesson="none").status_code == 404


def test_a_lesson_comes_back_though_others_were_changed_meanwhile(services: Services, county: FlaskClient) -> None:
    other = add_lesson(services, "采茶")
    lesson = add_lesson(services, "竹编")
    write(services.store.source(lesson, ".mp4"), "recording")
    with services.database.begin() as session:
        who = people_lookups.find_person(session, "xian")
        assert who
        upload = upload_edits.begin(
            session, name="a.mp4", size_bytes=1, unit_slug=None, days=1, by=who, replaces=lesson
        )
        moves.move(session, lesson, "archived", by=None)
    assert send(county, f"/desk/lessons/{lesson}/delete", page=f"/desk/lessons/{lesson}").status_code == 302
    for words in ("一", "二", "三"):
        with services.database.begin() as session:
            changing.remark(session, other, words, by=None)
    assert send(county, "/desk/lessons/restore", page="/desk/lessons", lesson=lesson).status_code == 302
    with services.database.read() as session:
        assert [change.stage for change in changing.history(session, lesson)] == ["archived", "published"]
        assert [change.words for change in changing.thread(session, other)] == ["一", "二", "三"]
        assert session.get_one(Upload, upload.id).replaces == lesson


def test_a_lesson_whose_recording_is_another_lesson_now_stays_deleted(services: Services, county: FlaskClient) -> None:
    lesson = add_lesson(services, "竹编")
    write(services.store.source(lesson, ".mp4"), "recording")
    with services.database.begin() as session:
        sha256 = lookups.source(session, lesson).sha256
        moves.move(session, lesson, "archived", by=None)
    assert send(county, f"/desk/lessons/{lesson}/delete", page=f"/desk/lessons/{lesson}").status_code == 302
    again = add_lesson(services, "竹编")
    with services.database.begin() as session:
        lookups.source(session, again).sha256 = sha256
    assert send(county, "/desk/lessons/restore", page="/desk/lessons", lesson=lesson).status_code == 400
    assert "竹编" in county.get("/desk/lessons/deleted").text


def test_words_find_by_sound_initials_and_traditional_forms_and_drafts_too(
    services: Services, county: FlaskClient, editor: FlaskClient
) -> None:
    mat = add_lesson(services, "凉席编织入门", unit=VILLAGE)
    draft = add_lesson(services, "凉席收边", unit=OTHER_TOWN)
    add_lesson(services, "森林防火", unit=VILLAGE)
    put(services, draft, stage="draft")
    document_again(services)
    for words in ("liangxi", "lxbz", "涼蓆", "凉席"):
        page = county.get("/desk/lessons", query_string={"q": words}).text
        assert f'value="{mat}"' in page and "森林防火" not in page, words
    page = county.get("/desk/lessons?q=liangxi").text
    assert f'value="{draft}"' in page and "2 课" in page
    assert f'value="{draft}"' in county.get("/desk/lessons?q=liangxi&stage=draft&sort=title").text
    page = editor.get("/desk/lessons?q=liangxi").text
    assert f'value="{mat}"' in page and f'value="{draft}"' not in page
    shutil.rmtree(services.store.index)
    services.index.close()
    assert f'value="{mat}"' in county.get("/desk/lessons?q=凉席").text, "without an index the catalogue is asked"


def test_lessons_are_put_into_a_collection_from_the_table_and_taken_out_again(
    services: Services, county: FlaskClient, editor: FlaskClient
) -> None:
    ids = [add_lesson(services, title, unit=TOWN) for title in ("一", "二", "三")]
    with services.database.begin() as session:
        slug = arranging.begin(session, kind="issue", title="乡里本领", dated=None, by=None).slug
    page = "/desk/lessons?sort=title"
    sent = {"lesson": ids[:2], "what": "collect", "collection": slug, "query": "sort=title"}
    answer = send(county, "/desk/lessons/bulk", page=page, **sent)
    shown = county.get(answer.headers["Location"]).text
    assert "2 课放进了《乡里本领》" in shown and entries(services, slug) == ids[:2]
    again = send(county, "/desk/lessons/bulk", page=page, **sent)
    assert "没有改动" in county.get(again.headers["Location"]).text
    number = re.search(r'name="change" value="(\d+)"', shown)
    assert number
    back = send(county, f"/desk/collections/{slug}/undo", page=page, change=number[1], back="/desk/lessons?sort=title")
    assert back.headers["Location"] == "/desk/lessons?sort=title" and entries(services, slug) == []
    for wrong in ("", "nosuch"):
        refused = send(county, "/desk/lessons/bulk", page=page, **{**sent, "collection": wrong})
        assert refused.status_code == 400
    assert send(editor, "/desk/lessons/bulk", page=page, **sent).status_code == 403
    assert "放进合集" not in editor.get(page).text


def test_a_lesson_goes_into_a_collection_as_it_is_published(services: Services, county: FlaskClient) -> None:
    lesson = add_lesson(services, "春笋", unit=TOWN)
    put(services, lesson, stage="draft")
    with services.database.begin() as session:
        slug = arranging.begin(session, kind="package", title="五月", dated="2024-05", by=None).slug
        moves.move(session, lesson, "submitted", by=None)
    page = f"/desk/review/{lesson}"
    shown = county.get(page).text
    assert f"/desk/lessons/{lesson}/captions" in shown and "五月" in shown
    wrong = send(county, page, what="published", title="春笋", collection="nosuch")
    assert wrong.status_code == 400 and stage_of(services, lesson) == "submitted"
    answer = send(county, page, what="published", title="春笋", collection=slug)
    assert entries(services, slug) == [lesson] and stage_of(services, lesson) == "published"
    assert "也放进了《五月》" in county.get(answer.headers["Location"]).text


def test_known_speakers_are_offered_by_characters_pinyin_and_initials(
    services: Services, county: FlaskClient, editor: FlaskClient
) -> None:
    for names in ("周师傅、龚建国", "龚建国", "李春香"):
        add_lesson(services, "课", speaker=names)

    def known(words: str) -> list[str]:
        names: list[str] = editor.get("/desk/speakers", query_string={"q": words}).get_json()["names"]
        return names

    assert known("") == ["龚建国", "周师傅", "李春香"] or set(known("")) == {"龚建国", "周师傅", "李春香"}
    assert known("gong") == known("gjg") == known("龚") == ["龚建国"]
    assert known("zz不") == []
    assert "data-speakers" in county.get("/desk/upload").text


def test_the_table_tells_and_sorts_by_plays_and_by_size(services: Services, county: FlaskClient) -> None:
    ids = {name: add_lesson(services, name) for name in ("少", "多", "没")}
    today, long_ago = date.today().isoformat(), (date.today() - timedelta(days=40)).isoformat()
    with services.database.begin() as session:
        for name, day, plays in (("少", today, 6), ("多", today, 1250), ("没", today, 4), ("没", long_ago, 90)):
            session.add(PlayCount(day=day, lesson_id=ids[name], device="phone", way="watched", plays=plays))
        row = session.scalars(select(RenditionProgress).where(RenditionProgress.lesson_id == ids["没"])).first()
        assert row
        row.size_bytes = 38_000_000
    page = county.get("/desk/lessons?sort=plays").text
    places = [page.index(f'value="{ids[name]}"') for name in ("多", "少", "没")]
    assert places == sorted(places) and "1,250" in page and "39.0 MB" in page
    page = county.get("/desk/lessons?sort=largest").text
    assert page.index(f'value="{ids["没"]}"') < page.index(f'value="{ids["多"]}"')


def entries(services: Services, slug: str) -> list[str]:
    with services.database.read() as session:
        return [one.id for one in arranging.current(session, session.get_one(Collection, slug)).entries]


def document_again(services: Services) -> None:
    """Let search know the lessons as they are now."""
    with services.database.begin() as session:
        for lesson in session.scalars(select(Lesson)):
            lesson.revision += 1
    tasks.index_stale(services)
