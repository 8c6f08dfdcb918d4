"""The desk's form for the beginning and end of a lesson."""

import pytest
from flask.testing import FlaskClient

from medialib.catalogue import lookups, trimming, work_lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.trims import WHOLE, Trim
from medialib.services import Services

from .factories import add_lesson, write
from .signing import acts, add_person, client_of, send


@pytest.fixture
def client(services: Services) -> FlaskClient:
    add_person(services, "curator", "curator")
    return client_of(services, "curator")


@pytest.fixture
def lesson_id(services: Services) -> str:
    return add_lesson(services, seconds=600)


def lesson_of(services: Services, lesson_id: str) -> Lesson:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id)


def test_a_lesson_is_cut_by_typed_times_and_the_cut_is_taken_back(
    client: FlaskClient, services: Services, lesson_id: str
) -> None:
    page = f"/desk/lessons/{lesson_id}"
    assert 'value="10:00"' in client.get(page).text
    answer = send(client, f"{page}/trim", page=page, start="0:12.5", end="9:30")
    lesson = lesson_of(services, lesson_id)
    assert trimming.wanted(lesson) == Trim(start_seconds=12.5, end_seconds=570.0)
    assert lesson.state == "published"
    with services.database.read() as session:
        assert [row.step for row in work_lookups.steps_left(session, lesson_id)] == ["plan"]
    shown = client.get(answer.location).text
    assert 'value="0:12.5"' in shown and 'value="9:30"' in shown
    assert "data-pending" in shown
    assert acts(services)[0] == "lesson.trimmed"

    change = answer.location.rpartition("=")[2]
    send(client, f"{page}/undo", page=page, change=change)
    assert trimming.wanted(lesson_of(services, lesson_id)) == WHOLE
    assert "data-pending" not in client.get(page).text


def test_the_whole_recording_is_one_button(client: FlaskClient, services: Services, lesson_id: str) -> None:
    page = f"/desk/lessons/{lesson_id}"
    assert 'name="whole"' not in client.get(page).text
    send(client, f"{page}/trim", page=page, start="1:00", end="")
    assert 'name="whole"' in client.get(page).text
    send(client, f"{page}/trim", page=page, start="nonsense", end="nonsense", whole="1")
    assert trimming.wanted(lesson_of(services, lesson_id)) == WHOLE


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("soon", "", "时间请写成"), ("11:00", "", "长 10:00"), ("5:00", "4:00", "在开头之前"),
        ("5:00", "5:00.5", "至少要留一秒"), ("1" * 30, "", "太长"),
    ],
)  # fmt: skip
def test_what_cannot_be_cut_is_told_and_what_was_typed_stays(
    client: FlaskClient, services: Services, lesson_id: str, start: str, end: str, sentence: str
) -> None:
    page = f"/desk/lessons/{lesson_id}"
    answer = send(client, f"{page}/trim", page=page, start=start, end=end)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'value="{start}"' in answer.text
    assert "data-unsaved" not in answer.text, "of the details nothing was typed"
    assert trimming.wanted(lesson_of(services, lesson_id)) == WHOLE


def test_the_recording_is_downloaded_as_it_was_sent_by_who_may_change_the_lesson(
    client: FlaskClient, services: Services, lesson_id: str
) -> None:
    page = f"/desk/lessons/{lesson_id}/recording"
    assert f'href="{page}/file"' in client.get(page).text
    write(services.store.source(lesson_id, ".mp4"), "as it was sent")
    with client.get(f"{page}/file") as answer:
        assert answer.data == b"as it was sent"
        assert answer.headers["Content-Disposition"] == "attachment; filename=a.mp4"
    services.store.source(lesson_id, ".mp4").unlink()
    gone = client.get(f"{page}/file")
    assert gone.status_code == 404 and "录像文件已经不在库里了" in gone.text
    assert client_of(services).get(f"{page}/file").status_code == 302, "who is not signed in is asked to"
