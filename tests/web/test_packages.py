"""Other packages over HTTP: addresses, what is refused and with which sentence. Nothing is encoded here."""

from typing import Any

import m3u8
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from medialib.catalogue import lookups, work_edits
from medialib.catalogue.collections import Collection
from medialib.catalogue.lessons import RenditionProgress
from medialib.errors import NoSpace, ToolFailed
from medialib.ingest.labels import label_of
from medialib.services import Services

from .factories import add_lesson, add_posters


def complete(services: Services, lesson_id: str, *names: str) -> None:
    with services.database.begin() as session:
        session.execute(
            update(RenditionProgress)
            .where(RenditionProgress.lesson_id == lesson_id, RenditionProgress.name.in_(names))
            .values(complete=True)
        )


def test_ts_has_an_address_and_a_parameter(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services)
    detail = client.get(f"/api/lessons/{lesson_id}").get_json()
    assert detail["ts_master"] == f"/media/{lesson_id}/ts.m3u8"
    one = client.get(detail["ts_master"])
    assert one.mimetype == "application/vnd.apple.mpegurl"
    assert [variant.uri for variant in m3u8.loads(one.text).playlists] == ["v1/v480/ts.m3u8", "v1/a64/ts.m3u8"]
    assert client.get(f"/media/{lesson_id}/master.m3u8?container=ts").text == one.text
    assert "ts.m3u8" not in client.get(f"/media/{lesson_id}/master.m3u8?container=fmp4").text
    sounds = m3u8.loads(client.get(f"/media/{lesson_id}/audio.m3u8?container=ts").text).playlists
    assert [variant.uri for variant in sounds] == ["v1/a64/ts.m3u8"]
    segments = m3u8.loads(client.get(f"/media/{lesson_id}/v1/v480/ts.m3u8").text).segments
    assert [len(segments), segments[149].uri] == [150, "149.ts"]


@pytest.mark.parametrize(
    "name", ["v1/v480/150.ts", "v1/v999/0.ts", "v2/v480/0.ts", "v1/v480/keyframes.m3u8", "v2/lesson.mp4", "v1/x.mp4"]
)
def test_what_is_not_there_is_404(client: FlaskClient, services: Services, name: str) -> None:
    assert client.get(f"/media/{add_lesson(services)}/{name}").status_code == 404


def test_a_silent_lesson_has_no_recording_and_a_heard_one_no_film(client: FlaskClient, services: Services) -> None:
    silent, heard = add_lesson(services, sound=False), add_lesson(services, kind="audio")
    assert client.get(f"/api/lessons/{silent}").get_json()["download"] is None
    assert client.get(f"/media/{silent}/lesson.m4a").status_code == 404
    assert client.get(f"/api/lessons/{heard}").get_json()["mp4"] is None
    assert client.get(f"/media/{heard}/v1/lesson.mp4").status_code == 404


@pytest.mark.parametrize("name", ["v1/lesson.mp4", "lesson.m4a"])
def test_a_whole_file_of_a_lesson_that_is_being_made_is_told_to_come_later(
    client: FlaskClient, services: Services, name: str
) -> None:
    answer = client.get(f"/media/{add_lesson(services)}/{name}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 10
    assert answer.text == "整课做好以后才有这个文件，请过一会儿再来。\n"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoSpace("The server has no room for this file. Please tell the county office."), "县"),
        (ToolFailed("This file could not be put together."), "这个文件没能合成。"),
    ],
)
def test_a_failure_is_told_at_once_and_when_to_come_back(
    client: FlaskClient, services: Services, error: ToolFailed, told: str
) -> None:
    lesson_id = add_lesson(services)
    complete(services, lesson_id, "v480", "a64")
    for step, name in (("file:film", "v1/lesson.mp4"), ("file:sound", "lesson.m4a"), ("ts:v480:0", "v1/v480/0.ts")):
        for part in ("v480", "a64"):
            segment = services.store.segment(lesson_id, 1, part, 0)
            segment.parent.mkdir(parents=True, exist_ok=True)
            segment.touch()
        with services.database.begin() as session:
            work_edits.record_failure(
                session, lesson_id=lesson_id, step=step, error=error, attempts=3, backoff_seconds=30
            )
        answer = client.get(f"/media/{lesson_id}/{name}")
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 10) == (503, True)
        assert told in answer.text


def test_the_recording_is_named_after_the_lesson(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, '竹编: "入门"/一\n')
    with services.database.read() as session:
        label = label_of(services.store, lookups.lesson(session, lesson_id))
    place = services.store.recording(lesson_id, 1, label.stamp)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"sound")
    with client.get(f"/media/{lesson_id}/lesson.m4a") as answer:
        assert (answer.data, answer.mimetype) == (b"sound", "audio/mp4")
        disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=download.m4a;"), "programs that know ASCII only would hide it"
    assert disposition.endswith("UTF-8''%E7%AB%B9%E7%BC%96_%20_%E5%85%A5%E9%97%A8__%E4%B8%80_.m4a")
    film = services.store.film(lesson_id, 1)
    film.write_bytes(b"film")
    with client.get(f"/media/{lesson_id}/v1/lesson.mp4") as answer:
        disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("inline; "), "what plays nothing else plays it"
    assert disposition.endswith("UTF-8''%E7%AB%B9%E7%BC%96_%20_%E5%85%A5%E9%97%A8__%E4%B8%80_.mp4")


def test_the_page_offers_the_sound_when_it_is_made(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services)
    button = f'href="/media/{lesson_id}/lesson.m4a"'
    assert button not in client.get(f"/lessons/{lesson_id}").text
    complete(services, lesson_id, "a64")
    page = client.get(f"/lessons/{lesson_id}").text
    assert f"{button} download" in page
    assert "存下来" in page
    assert f'<source src="/media/{lesson_id}/v1/lesson.mp4" type="video/mp4">' in page
    film = f'href="/media/{lesson_id}/v1/lesson.mp4" download="凉席编织入门.mp4"'
    assert film not in page, "its picture is not made yet"
    complete(services, lesson_id, "v480")
    assert film in client.get(f"/lessons/{lesson_id}").text


def test_a_label_changes_with_all_that_it_says(services: Services) -> None:
    lesson_id = add_lesson(services)
    stamps = []
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"title": "别的"},
        {"series": Collection(slug="xiaotao", kind="series", title="小桃", created_at=0, published_at=1.0)},
        {"number": 7},
        {"chapters": [{"start_seconds": 1, "title": "a"}]},
    )
    for change in changes:
        with services.database.begin() as session:
            lesson = lookups.lesson(session, lesson_id)
            for key, value in change.items():
                setattr(lesson, key, value)
            stamps.append(label_of(services.store, lesson).stamp)
    add_posters(services, lesson_id, "frame", "frame")
    for choice in (0, 1):
        with services.database.begin() as session:
            lesson = lookups.lesson(session, lesson_id)
            lesson.poster_choice = choice
            stamps.append(label_of(services.store, lesson).stamp)
    assert len(set(stamps)) == len(changes) + 2
