"""What is played and looked for is counted, without knowing by whom."""

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from medialib.app import create_app
from medialib.catalogue import collecting
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plays import PlayCount, PlayCurve, PlayHour, SearchDay, SearchMiss
from medialib.services import Services

from .factories import add_lesson, write

PHONE = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36"
BOX = "ExoPlayerLib/2.18"


def tell(
    client: FlaskClient, lesson: str, *, agent: str = PHONE, site: str = "same-origin", **more: Any
) -> TestResponse:
    told = {"lesson": lesson, "way": "watched", "begun": True, "parts": [12.5, *[0] * 19], **more}
    headers = {"User-Agent": agent, "Sec-Fetch-Site": site}
    return client.post("/count", data=json.dumps(told), content_type="application/json", headers=headers)


def rows(services: Services, table: Any) -> list[Any]:
    services.tally.flush()
    with services.database.read() as session:
        return list(session.scalars(select(table)))


def test_a_play_of_a_page_is_counted_by_day_lesson_device_and_way(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    assert tell(client, lesson).status_code == 204
    assert tell(client, lesson, begun=False, parts=[0, 30, *[0] * 18]).status_code == 204
    assert tell(client, lesson, way="listened", agent="Mozilla/5.0 (Windows NT 10.0)").status_code == 204
    watched, listened = sorted(rows(services, PlayCount), key=lambda row: row.device, reverse=True)
    assert (watched.device, watched.way, watched.plays, watched.seconds) == ("phone", "watched", 1, 42.5)
    assert (listened.device, listened.way, listened.plays, listened.seconds) == ("desktop", "listened", 1, 12.5)
    assert watched.day == time.strftime("%Y-%m-%d")
    (hour,) = rows(services, PlayHour)
    assert (hour.plays, hour.unit_slug) == (2, "")
    (curve,) = rows(services, PlayCurve)
    assert curve.plays == 2 and curve.parts[:3] == [25.0, 30.0, 0.0]
    with services.database.read() as session:
        assert session.get_one(Lesson, lesson).plays == 2


def test_counting_keeps_neither_addresses_nor_names_of_programs_nor_cookies(services: Services) -> None:
    lesson = add_lesson(services)
    client = create_app(services).test_client()
    assert "Set-Cookie" not in tell(client, lesson).headers
    client.get("/search?q=没有的东西", headers={"User-Agent": PHONE})
    services.tally.flush()
    kept = []
    with services.database.engine.connect() as connection:
        for table in ("play_counts", "play_hours", "play_curves", "search_days", "search_misses"):
            assert inspect(services.database.engine).has_table(table)
            kept += [str(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]
    assert kept
    assert not any(secret in row for row in kept for secret in ("127.0.0.1", "Mozilla", "Android", "没有的东西"))


def test_looking_at_what_is_not_out_yet_is_no_play(client: FlaskClient, services: Services) -> None:
    draft, due, out = add_lesson(services, "草稿"), add_lesson(services, "明天"), add_lesson(services, "出来了")
    with services.database.begin() as session:
        session.get_one(Lesson, draft).stage = "draft"
        session.get_one(Lesson, due).published_at = time.time() + 86_400
    for lesson in (draft, due, out):
        tell(client, lesson)
    assert [row.lesson_id for row in rows(services, PlayCount)] == [out]
    assert [row.lesson_id for row in rows(services, PlayCurve)] == [out]
    assert [row.plays for row in rows(services, PlayHour)] == [1]


def test_a_collection_counts_only_when_there_is_one(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    with services.database.begin() as session:
        slug = collecting.create(session, kind="series", title="小桃讲党课").slug
    for collection in (slug, "nosuch"):
        tell(client, lesson, collection=collection)
    assert sorted(row.collection for row in rows(services, PlayCount)) == ["", slug]


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": [1] * 19}, {"parts": [-1, *[0] * 19]}, {"parts": [301, *[0] * 19]}, {"lesson": "../etc"}, {"more": 1},
        {"parts": ["NaN", *[0] * 19]}, {"collection": "x" * 65}, {"way": "dreamt"}, {"lesson": "x" * 3000},
    ],
)  # fmt: skip
def test_nonsense_is_refused(client: FlaskClient, services: Services, wrong: dict[str, Any]) -> None:
    lesson = add_lesson(services)
    assert tell(client, **{"lesson": lesson, **wrong}).status_code == 400
    assert rows(services, PlayCount) == []


def test_what_is_implausible_or_foreign_or_a_robot_is_not_counted(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    assert tell(client, lesson, parts=[200, 200, *[0] * 18]).status_code == 204
    assert tell(client, lesson, parts=[0] * 20).status_code == 204
    assert tell(client, lesson, agent="Googlebot/2.1").status_code == 204
    assert tell(client, "nosuch9").status_code == 204
    assert tell(client, lesson, site="cross-site").status_code == 403
    assert rows(services, PlayCount) == []


def test_one_address_cannot_count_a_lesson_up_without_end(client: FlaskClient, services: Services) -> None:
    lesson, other = add_lesson(services), add_lesson(services)
    for _ in range(150):
        tell(client, lesson)
    tell(client, other)
    assert {row.lesson_id: row.plays for row in rows(services, PlayCount)} == {lesson: 100, other: 1}


def fetch(client: FlaskClient, address: str, agent: str, **headers: str) -> int:
    with client.get(address, headers={"User-Agent": agent, **headers}) as response:
        return response.status_code


def test_a_program_that_tells_nothing_is_counted_by_its_third_segment(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    for number in range(4):
        write(services.store.segment(lesson, 1, "v480", number), "segment")
        write(services.store.segment(lesson, 1, "a64", number), "segment")
        write(services.store.ts_segment(lesson, 1, "v480", number), "segment")
    for number in range(4):
        for agent in (BOX, PHONE, "curl/8"):
            assert fetch(client, f"/media/{lesson}/v1/v480/{number}.m4s", agent) == 200
            assert fetch(client, f"/media/{lesson}/v1/a64/{number}.m4s", agent) == 200
    fetch(client, f"/media/{lesson}/v1/v480/3.m4s", BOX, Range="bytes=4-")
    (box,) = rows(services, PlayCount)
    assert (box.device, box.way, box.plays, box.seconds) == ("other", "watched", 1, 16.0)
    for number in range(2):
        fetch(client, f"/media/{lesson}/v1/v480/{number}.ts", BOX)
    television = next(row for row in rows(services, PlayCount) if row.device == "television")
    assert (television.plays, television.seconds) == (0, 8.0), "two segments are no play yet"


def test_a_file_that_is_kept_is_a_play_once_a_day_for_each_device(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    write(services.store.film(lesson, 1), "film")
    address = f"/media/{lesson}/v1/lesson.mp4"
    for _ in range(2):
        assert fetch(client, address, "AntennaPod/3.1") == 200
    assert fetch(client, address, "AntennaPod/3.1", Range="bytes=2-") == 206
    assert fetch(client, f"{address}?by=page", PHONE) == 200
    (row,) = rows(services, PlayCount)
    assert (row.device, row.plays, row.seconds) == ("podcast", 1, 0.0)


def search(services: Services, words: str, *, times: int = 1) -> None:
    for _ in range(times):  # each from another address: every application remembers its own
        create_app(services).test_client().get(f"/search?q={words}", headers={"User-Agent": PHONE})


def test_words_that_found_nothing_are_kept_when_several_people_asked(services: Services) -> None:
    add_lesson(services, "凉席编织入门")
    search(services, "凉席")
    search(services, "插秧機", times=4)
    assert [row.words for row in rows(services, SearchMiss)] == [""]
    search(services, "插秧机")
    (miss,) = rows(services, SearchMiss)
    assert (miss.words, miss.times) == ("插秧机", 5)
    (day,) = rows(services, SearchDay)
    assert (day.searches, day.missed) == (6, 5)


def test_what_may_be_a_number_of_somebody_is_never_kept(services: Services) -> None:
    add_lesson(services)
    search(services, "13874912345", times=6)
    assert rows(services, SearchMiss) == []
    assert rows(services, SearchDay)[0].missed == 6


def test_the_same_address_asks_the_same_once(client: FlaskClient, services: Services) -> None:
    add_lesson(services)
    for _ in range(9):
        client.get("/search?q=插秧机", headers={"User-Agent": PHONE})
    assert rows(services, SearchDay)[0].searches == 1


def test_what_cannot_be_written_now_is_written_later(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    tell(client, lesson)
    with services.database.begin():
        began = time.monotonic()
        services.tally.flush(patience_seconds=0.05)
        assert time.monotonic() - began < 9, "at the end it may take ten seconds"
    tell(client, lesson)
    assert rows(services, PlayCount)[0].plays == 2


def test_what_could_not_be_written_whole_is_counted_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = add_lesson(services)
    for number in range(3):
        services.tally.fetched(lesson, version=1, number=number, device="other", way="watched", alone=True)
    with monkeypatch.context() as patch:
        patch.setattr("medialib.catalogue.play_edits._add_searches", _locked)
        services.tally.flush()
    (row,) = rows(services, PlayCount)
    assert (row.plays, row.seconds) == (1, 12.0)


def _locked(*_: Any) -> None:
    raise OperationalError("UPDATE", {}, Exception("database is locked"))


def test_figures_count_plays_as_the_statistics_do_and_first_playlists_apart(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)

    def counted() -> tuple[float, float]:
        value = REGISTRY.get_sample_value
        plays = value("medialib_plays_total", {"way": "watched"}) or 0
        return plays, value("medialib_playlists_total", {"kind": "video"}) or 0

    lesson = add_lesson(services)
    plays, playlists = counted()
    for _ in range(3):
        client.get(f"/media/{lesson}/master.m3u8")
    tell(client, lesson)
    tell(client, "gone2345")
    services.tally.flush()
    assert counted() == (plays + 1, playlists + 3)


def test_a_page_says_where_and_what_it_counts(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    page = client.get(f"/lessons/{lesson}").text
    assert f'data-count="/count" data-lesson="{lesson}" data-seconds="600.0"' in page


def test_how_often_a_lesson_was_played_is_told_from_five_on(client: FlaskClient, services: Services) -> None:
    rare, liked = add_lesson(services, "少"), add_lesson(services, "多")
    for _ in range(4):
        tell(client, rare)
    for _ in range(6):
        tell(client, liked)
    services.tally.flush()
    found = client.get("/api/lessons?sort=plays").get_json()["results"]
    assert [(one["id"], one["plays"]) for one in found] == [(liked, 6), (rare, None)]
    assert client.get(f"/api/lessons/{liked}").get_json()["plays"] == 6
    assert "播放 6 次" in client.get(f"/lessons/{liked}").text
    assert "播放 4 次" not in client.get(f"/lessons/{rare}").text
    assert client.get("/?sort=plays").status_code == 200
