"""A lesson's trim, picture and readings over the API, with the checks of the desk's page."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from medialib.catalogue import changing, lookups, replacing
from medialib.catalogue.lessons import Lesson
from medialib.ingest import own_pictures, reading_files
from medialib.jobs.queue import HOT
from medialib.services import Services

from .factories import add_lesson, add_posters, make_plan, make_services, write
from .signing import acts, add_person, token
from .test_readings import PDF


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Nobody waits long for what no worker makes."""
    opened = make_services(tmp_path / "store", runs={"hot_wait_seconds": 0.05})
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def key(services: Services) -> dict[str, str]:
    return token(services, add_person(services, "xian", "curator"), "read", "edit")


def lesson_of(services: Services, lesson_id: str) -> Lesson:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "#B7321C").save(out, "PNG")
    return out.getvalue()


def test_a_recording_is_trimmed_and_that_is_taken_back(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    path = f"/api/desk/lessons/{add_lesson(services)}"

    def trim(**body: Any) -> Any:
        return browser.put(f"{path}/trim", headers=key, json=body)

    assert trim(start_seconds=5, end_seconds=65.04).status_code == 200
    change = browser.get(f"{path}/history", headers=key).get_json()["changes"][0]
    assert change["after"] == {"trim_start_seconds": 5.0, "trim_end_seconds": 65.0}
    assert acts(services)[0] == "lesson.trimmed"
    answer = trim(start_seconds=9, end_seconds=3)
    assert (answer.status_code, "结尾" in answer.get_json()["error"]) == (400, True)
    assert trim(start_seconds=700).status_code == 400, "it is ten minutes long"
    assert trim(begin=1).status_code == 400
    assert browser.post(f"{path}/history/{change['id']}/undo", headers=key).status_code == 200
    lesson = lesson_of(services, path.rpartition("/")[2])
    assert (lesson.trim_start_seconds, lesson.trim_end_seconds) == (0.0, None)
    assert trim(start_seconds=0).status_code == 200, "the whole of it, as it is"


def test_noise_is_taken_out_of_the_sound(services: Services, browser: FlaskClient, key: dict[str, str]) -> None:
    path = f"/api/desk/lessons/{add_lesson(services)}"
    assert browser.put(f"{path}/sound", headers=key, json={"clean_speech": True}).status_code == 200
    assert browser.get(f"{path}/history", headers=key).get_json()["changes"][0]["after"] == {"clean_speech": True}
    assert browser.put(f"{path}/sound", headers=key, json={}).status_code == 400


def test_a_picture_is_chosen_sent_or_taken_from_the_film(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    lesson = add_lesson(services)
    add_posters(services, lesson, "frame", "frame")
    path = f"/api/desk/lessons/{lesson}/poster"
    assert browser.put(path, headers=key, json={"choice": 1}).status_code == 200
    assert lesson_of(services, lesson).poster_choice == 1
    assert browser.put(path, headers=key, json={"choice": -4}).status_code == 400
    for body in ({}, {"choice": 1, "at": 3}, {"at": 700}):
        assert browser.put(path, headers=key, json=body).status_code == 400, body
    assert browser.post(path, headers=key, data=picture()).status_code == 200
    (own,) = own_pictures.everything(services.store, lesson)
    assert lesson_of(services, lesson).poster_choice == own < 0
    browser.put(path, headers=key, json={"choice": 0})
    assert browser.put(path, headers=key, json={"choice": own}).status_code == 200
    assert browser.post(path, headers=key, data=b"<svg/>").status_code == 400
    too_much = bytes(own_pictures.LARGEST_BYTES + 1)
    answer = browser.post(path, headers=key, data=too_much)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "内容太大了。")
    # Without a worker the film's picture does not come: the wish is handed on, and the program told to ask again.
    waiting = services.queues.depth(HOT)
    answer = browser.put(path, headers=key, json={"at": 12.5})
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert services.queues.depth(HOT) == waiting + 1
    with services.database.read() as session:
        kinds = [one.kind for one in changing.history(session, lesson)]
    assert kinds[:5] == [*["poster"] * 4, "stage"][:5]


def test_readings_are_listed_attached_renamed_removed_and_brought_back(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    lesson = add_lesson(services)
    path = f"/api/desk/lessons/{lesson}/readings"
    answer = browser.post(f"{path}?name=施肥表.pdf", headers=key, data=PDF)
    made = answer.get_json()
    assert (answer.status_code, made["name"], made["type"], made["size_bytes"]) == (201, "施肥表", "pdf", len(PDF))
    assert browser.get(made["url"], buffered=True).data == PDF
    assert browser.get(path, headers=key).get_json() == {"readings": [made], "removed": []}
    for query, content in (("?name=a.pdf", PDF), ("?name=a.exe", b"MZ"), ("?name=b.pdf", b""), ("", b"%PDF-1.4")):
        assert browser.post(path + query, headers=key, data=content).status_code == 400, query
    one = f"{path}/{made['id']}"
    assert browser.patch(one, headers=key, json={"name": "用量表"}).get_json()["name"] == "用量表"
    assert browser.delete(one, headers=key).status_code == 204
    assert browser.get(made["url"]).status_code == 404
    assert [one["name"] for one in browser.get(path, headers=key).get_json()["removed"]] == ["用量表"]
    assert browser.post(f"{one}/restore", headers=key).get_json()["id"] == made["id"]
    assert browser.delete(f"{path}/nosuch", headers=key).status_code == 404
    assert acts(services)[:4] == ["reading.restored", "reading.removed", "reading.renamed", "reading.added"]
    assert reading_files.LARGEST_BYTES == 50_000_000, "as docs/api.md says"


def test_own_pictures_are_listed_removed_and_brought_back(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    lesson = add_lesson(services)
    path = f"/api/desk/lessons/{lesson}/poster"
    assert browser.get(path, headers=key).get_json() == {"posters": [], "removed": []}, "before they are looked for"
    add_posters(services, lesson, "frame")
    browser.post(path, headers=key, data=picture())
    own, found = browser.get(path, headers=key).get_json()["posters"]
    assert (own["origin"], own["chosen"], found["number"]) == ("sent", True, 0)
    one = f"?number={own['number']}"
    refused = browser.delete(path + one, headers=key)
    assert refused.status_code == 400 and "请先换一张" in refused.get_json()["error"]
    browser.put(path, headers=key, json={"choice": 0})
    assert browser.delete(path + one, headers=key).status_code == 204
    told = browser.get(path, headers=key).get_json()
    assert ([each["number"] for each in told["posters"]], told["removed"]) == ([0], [own["number"]])
    assert browser.delete(path + one, headers=key).status_code == 400, "it is gone already"
    back = browser.post(f"{path}/restore{one}", headers=key).get_json()
    assert ([each["number"] for each in back["posters"]], back["removed"]) == ([own["number"], 0], [])
    assert acts(services)[:2] == ["picture.restored", "picture.removed"]
    for wrong in ("", "?number=0", "?number=x", "?number=-5"):
        assert browser.delete(path + wrong, headers=key).status_code == 400, wrong


def test_a_recording_is_had_as_it_was_sent_whole_or_in_parts(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    lesson = add_lesson(services)
    path = f"/api/desk/lessons/{lesson}/recordings/file"
    assert browser.get(path, headers=key).status_code == 404
    write(services.store.source(lesson, ".mp4"), "as it was sent")
    with browser.get(path, headers=key) as whole:
        assert (whole.status_code, whole.data) == (200, b"as it was sent")
        assert whole.headers["Cache-Control"] == "private, no-store"
    with browser.get(path, headers=key | {"Range": "bytes=3-4"}) as part:
        assert (part.status_code, part.data) == (206, b"it")
    beyond = browser.get(path, headers=key | {"Range": "bytes=99-"})
    assert beyond.status_code == 416 and beyond.get_json()["error"]
    assert browser.get(path).status_code == 401


def test_captions_are_had_as_a_file(services: Services, browser: FlaskClient, key: dict[str, str]) -> None:
    path = f"/api/desk/lessons/{add_lesson(services, '竹编')}/captions"
    lines = [{"begin": 1, "end": 2.5, "text": "<i>选竹</i> & 破篾"}]
    assert browser.put(f"{path}/zh", headers=key, json={"lines": lines}).status_code == 200
    file = browser.get(f"{path}/zh/file", headers=key)
    assert file.mimetype == "text/vtt" and file.text.startswith("WEBVTT\n")
    other = browser.get(f"{path}/zh/file?form=srt", headers=key)
    assert other.mimetype == "application/x-subrip"
    assert other.text == "1\n00:00:01,000 --> 00:00:02,500\n<i>选竹</i> & 破篾\n"
    assert browser.get(f"{path}/zh/file?form=ass", headers=key).status_code == 400
    assert browser.get(f"{path}/en/file", headers=key).status_code == 404
    document = browser.get("/api/openapi.json").get_json()
    told = document["paths"]["/api/desk/lessons/{lesson_id}/captions/{language}/file"]["get"]["responses"]["200"]
    assert set(told["content"]) == {"text/vtt", "application/x-subrip"}
    assert "text/vtt / application/x-subrip" in browser.get("/api/").text


def test_earlier_recordings_are_told_and_the_last_one_comes_back(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    lesson = add_lesson(services)
    path = f"/api/desk/lessons/{lesson}/recordings"
    told = browser.get(path, headers=key).get_json()
    assert (told["recording"]["seconds"], told["former"]) == (600.0, [])
    answer = browser.post(f"{path}/back", headers=key)
    assert answer.status_code == 400 and "以前的录像" in answer.get_json()["error"]
    was = told["recording"]["name"]
    replace(services, lesson, "重录.mp4")
    told = browser.get(path, headers=key).get_json()
    assert (told["recording"]["name"], [one["name"] for one in told["former"]]) == ("重录.mp4", [was])
    assert told["former"][0]["kept_until"] > told["former"][0]["put_away_at"]
    back = browser.post(f"{path}/back", headers=key).get_json()
    assert (back["recording"]["name"], [one["name"] for one in back["former"]]) == (was, ["重录.mp4"])
    assert acts(services)[0] == "lesson.brought.back"


def replace(services: Services, lesson_id: str, name: str) -> None:
    """Another recording takes the place of the lesson's."""
    with services.database.begin() as session:
        present = lookups.source(session, lesson_id)
        parts = {key: getattr(present, key) for key in ("extension", "size_bytes", "facts")}
        replacing.replace_recording(
            session, lesson_id, plan=make_plan(version=2), steps={}, notices=[], days=30, by=None,
            source_parts={**parts, "sha256": "f" * 64, "name": name},
        )  # fmt: skip


def test_readings_are_put_in_order(services: Services, browser: FlaskClient, key: dict[str, str]) -> None:
    path = f"/api/desk/lessons/{add_lesson(services)}/readings"
    for number in range(3):
        browser.post(f"{path}?name={number}.pdf", headers=key, data=PDF + bytes([number]))

    def names() -> list[str]:
        return [one["name"] for one in browser.get(path, headers=key).get_json()["readings"]]

    first, *_, last = browser.get(path, headers=key).get_json()["readings"]
    assert browser.patch(f"{path}/{last['id']}", headers=key, json={"place": 1}).status_code == 200
    assert names() == ["2", "0", "1"]
    browser.patch(f"{path}/{last['id']}", headers=key, json={"place": 99})
    assert names() == ["0", "1", "2"]
    browser.delete(f"{path}/{first['id']}", headers=key)
    assert browser.patch(f"{path}/{first['id']}", headers=key, json={"place": 1}).status_code == 200
    assert names() == ["1", "2"], "one that was removed stays so"


def test_a_key_that_only_reads_changes_nothing(services: Services, browser: FlaskClient) -> None:
    person = add_person(services, "guan", "admin")
    path = f"/api/desk/lessons/{add_lesson(services)}"
    reads = token(services, person, "read")
    assert browser.get(f"{path}/readings", headers=reads).status_code == 200
    assert browser.put(f"{path}/trim", headers=reads, json={"start_seconds": 5}).status_code == 403
    assert browser.post(f"{path}/poster", headers=reads, data=picture()).status_code == 403
    assert browser.post(f"{path}/readings?name=a.pdf", headers=reads, data=PDF).status_code == 403


def test_the_page_of_the_api_says_where_a_file_is_sent(client: FlaskClient) -> None:
    assert "文件本身" in client.get("/api/", headers={"Accept-Language": "zh-CN"}).text
