"""The desk's form that takes noise out of a lesson's speech."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from medialib.catalogue import lookups, work_lookups
from medialib.services import Services

from .factories import add_lesson
from .signing import acts, add_person, client_of, send


@pytest.fixture
def client(services: Services) -> FlaskClient:
    add_person(services, "curator", "curator")
    return client_of(services, "curator")


def wish(services: Services, lesson_id: str) -> Any:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id).clean_speech


def test_noise_is_taken_out_by_a_press_and_that_is_taken_back(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, seconds=600)
    page = f"/desk/lessons/{lesson_id}"
    assert "去掉噪声" in client.get(page).text
    answer = send(client, f"{page}/sound", page=page, clean="1")
    assert wish(services, lesson_id) is True
    with services.database.read() as session:
        assert [row.step for row in work_lookups.steps_left(session, lesson_id)] == ["plan"]
    shown = client.get(answer.location).text
    assert "正在重新制作声音" in shown and "恢复原来的声音" in shown
    assert acts(services)[0] == "lesson.cleaned"

    send(client, f"{page}/undo", page=page, change=answer.location.rpartition("=")[2])
    assert wish(services, lesson_id) is None, "as usual, as before"
    assert "正在重新制作声音" not in client.get(page).text
    assert "done=same" in send(client, f"{page}/sound", page=page, clean="0").location
