"""The JSON that programs read: its exact shape, its filters, and what it says to wrong questions."""

import shutil

import pytest
from flask.testing import FlaskClient

from medialib.catalogue import work_edits
from medialib.errors import ToolFailed
from medialib.services import Services

from .factories import add_lesson, add_posters

PIECES = {"id", "title", "kind", "seconds", "page", "master", "audio", "poster", "highlights"}


def titles(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"/api/lessons?{query}")
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.get_json()["results"]]


def test_a_list_has_exactly_the_promised_shape(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, "凉席编织入门", lesson_id="abcde23456")
    answer = client.get("/api/lessons")
    assert answer.get_json() == {
        "total": 1,
        "page": 1,
        "per_page": 20,
        "meant": None,
        "named": {},
        "degraded": False,
        "results": [
            {
                "id": lesson_id,
                "title": "凉席编织入门",
                "kind": "video",
                "seconds": 600.0,
                "page": "/lessons/abcde23456",
                "master": "/media/abcde23456/master.m3u8",
                "audio": "/media/abcde23456/audio.m3u8",
                "poster": None,
                "highlights": {"title": [], "description": []},
                "said": [],
                "plays": None,
            }
        ],
    }


def test_found_words_come_with_their_places(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "凉席编织入门", description="学习编织")
    result = client.get("/api/lessons?q=编织").get_json()["results"][0]
    assert result["highlights"] == {"title": [[2, 4]], "description": [[2, 4]]}


def test_a_silent_lesson_has_no_audio_and_a_made_poster_has_an_address(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, sound=False)
    add_posters(services, lesson_id, "frame")
    result = client.get("/api/lessons").get_json()["results"][0]
    assert result["audio"] is None
    assert result["poster"] == f"/media/{lesson_id}/v1/poster/0/640.jpg"


def test_an_audio_lesson_has_a_master_as_well(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, kind="audio")
    result = client.get("/api/lessons").get_json()["results"][0]
    assert (result["kind"], result["master"]) == ("audio", f"/media/{lesson_id}/master.m3u8")


def test_filters_narrow_a_list_with_and_without_words(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "编织一", unit="马迹塘镇", recorded="2023-05", themes=("技能培训",), published_at=1.0)
    add_lesson(services, "编织二", kind="audio", unit="三堂街镇", recorded="2022", published_at=2.0)
    for words in ("", "q=编织&sort=newest&"):
        assert titles(client, words) == ["编织二", "编织一"]
        assert titles(client, f"{words}kind=audio") == ["编织二"]
        assert titles(client, f"{words}unit=马迹塘镇") == ["编织一"]
        assert titles(client, f"{words}year=2022") == ["编织二"]
        assert titles(client, f"{words}theme=技能培训") == ["编织一"]
        assert titles(client, f"{words}kind=&unit=&year=&theme=") == ["编织二", "编织一"]


def test_every_order_works_and_paging_reaches_the_end(client: FlaskClient, services: Services) -> None:
    for number in range(5):
        add_lesson(services, f"第{number}课", seconds=100 + number, published_at=10.0 - number)
    assert titles(client, "sort=oldest")[0] == "第4课"
    assert titles(client, "sort=longest")[0] == "第4课"
    assert titles(client, "sort=shortest")[0] == "第0课"
    seen = [one for page in (1, 2, 3) for one in titles(client, f"page={page}&per_page=2")]
    assert seen == [f"第{number}课" for number in range(5)]
    beyond = client.get("/api/lessons?page=9&per_page=2").get_json()
    assert (beyond["total"], beyond["results"]) == (5, [])


@pytest.mark.parametrize(
    "query",
    [
        "length=huge", "counts=maybe",
        "kind=film", "year=spring", "year=99999", "sort=best", "page=0", "page=x", f"page={10**30}", "per_page=0",
        "per_page=101", "page=501", "page=101&per_page=100", "theme=nosuch", "colour=red", f"q={'长' * 201}",
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_answered_400_with_a_sentence(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/lessons?{query}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/json"
    assert set(answer.get_json()) == {"error"}
    assert answer.get_json()["error"].endswith("。")
    assert client.get(f"/api/lessons?{query}&lang=en").get_json()["error"].endswith(".")


@pytest.mark.parametrize("words", ["%00", "%ff", "%ed%a0%80", "((", "*", "'\"\\", "AND OR", "%F0%9F%8E%8B"])
def test_strange_words_are_only_words(client: FlaskClient, services: Services, words: str) -> None:
    add_lesson(services)
    assert client.get(f"/api/lessons?q={words}").status_code == 200
    assert client.get(f"/search?q={words}").status_code == 200


def test_one_lesson_tells_its_state_and_the_progress_of_each_rendition(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, state="published", unit="马迹塘镇", speaker="周师傅", themes=("技能培训",))
    with services.database.begin() as session:
        work_edits.record_progress(
            session, lesson_id=lesson_id, version=1, name="v480", seconds_done=200.0, media_per_second=4.0
        )
        work_edits.record_progress(session, lesson_id=lesson_id, version=1, name="a64", complete=True, size_bytes=5)
    lesson = client.get(f"/api/lessons/{lesson_id}").get_json()
    assert lesson.keys() >= PIECES | {"description", "series", "number", "recorded", "language", "published_at"}
    assert (lesson["state"], lesson["reason"], lesson["unit"]) == ("published", None, "马迹塘镇")
    assert lesson["themes"] == [{"slug": "jinengpeixun", "zh": "技能培训", "en": "技能培训"}]
    rows = {row["name"]: row for row in lesson["renditions"]}
    assert list(rows) == ["v240", "v480", "v720", "a64"]
    assert rows["v480"] == {
        "name": "v480",
        "kind": "video",
        "width": 852,
        "height": 480,
        "complete": False,
        "seconds_done": 200.0,
        "seconds_total": 600.0,
        "seconds_left": 100.0,
        "speed": 4.0,
        "size_bytes": None,
    }
    assert (rows["a64"]["complete"], rows["a64"]["seconds_left"]) == (True, 0)
    assert (rows["v240"]["seconds_left"], rows["v240"]["speed"]) == (None, None)


def test_a_parked_lesson_says_why_in_the_language_of_the_reader(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, state="parked")
    error = ToolFailed(
        "This recording is longer than %(hours)s hours. Please cut it into parts.", values={"hours": "12"}
    )
    with services.database.begin() as session:
        work_edits.record_failure(session, lesson_id=lesson_id, step="bulk", error=error, attempts=1, backoff_seconds=1)
    assert client.get(f"/api/lessons/{lesson_id}").get_json()["reason"].startswith("这段录像超过 12 小时。")
    assert (
        client.get(f"/api/lessons/{lesson_id}?lang=en")
        .get_json()["reason"]
        .startswith("This recording is longer than 12 hours.")
    )


def test_an_unknown_lesson_or_address_is_404_with_a_sentence(client: FlaskClient) -> None:
    assert client.get("/api/lessons/nosuch").get_json() == {"error": "没有找到这一课。"}
    missing = client.get("/api/nosuch")
    assert (missing.status_code, set(missing.get_json())) == (404, {"error"})


def test_without_an_index_the_database_answers(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "凉席编织入门")
    services.index.close()
    shutil.rmtree(services.store.index)
    assert titles(client, "q=编织") == ["凉席编织入门"]
    assert client.get("/api/lessons?q=编织").get_json()["results"][0]["highlights"]["title"] == [[2, 4]]


def test_suggestions_complete_what_is_typed_so_far(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, "竹笋栽培", unit="马迹塘镇", speaker="周竹生", themes=("竹艺",))
    answer = client.get("/api/suggestions?q=竹").get_json()["suggestions"]
    assert {(one["kind"], one["text"], one["url"]) for one in answer} == {
        ("theme", "竹艺", "/themes/zhuyi"),
        ("lesson", "竹笋栽培", f"/lessons/{lesson_id}"),
        ("speaker", "周竹生", "/search?q=%E5%91%A8%E7%AB%B9%E7%94%9F"),
    }
    assert answer[0]["marks"] == [[0, 1]]
    for typed in ("z", "zhu", "zhus", "ZHUSUN", "zs", "zszp", "竹筍", "栽培", "zhu sun z"):
        texts = [one["text"] for one in client.get(f"/api/suggestions?q={typed}&limit=3").get_json()["suggestions"]]
        assert "竹笋栽培" in texts, typed
    assert client.get("/api/suggestions").get_json() == {"suggestions": []}
    assert client.get("/api/suggestions?limit=21").status_code == 400
    assert client.get("/api/suggestions?limit=x&colour=red").status_code == 400
