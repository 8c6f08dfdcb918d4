"""Other systems are told of what happens: signed, again when they fail, and only where that is allowed."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from medialib import outgoing, webhooks
from medialib.catalogue import moves, telling, work_edits
from medialib.catalogue.lessons import Lesson, StepLeft
from medialib.catalogue.webhooks import EVENTS, Delivery, Webhook
from medialib.services import Services

from .factories import add_lesson, make_services
from .signing import add_person, client_of, send


class Listener:
    """A system elsewhere, here: remembers what it was told, and answers as it is bidden."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((dict(self.headers), body))
                self.send_response(listener.answers.pop(0) if listener.answers else 204)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?a=1"

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.heard]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store", webhooks={"private": True})
    yield opened
    opened.index.close()
    opened.database.close()


def add(services: Services, address: str, *events: str) -> str:
    with services.database.begin() as session:
        return telling.add(session, address=address, events=events or EVENTS, by=None).id


def rows(services: Services) -> list[Delivery]:
    with services.database.read() as session:
        return list(session.query(Delivery).order_by(Delivery.id))


def make_all_due(services: Services) -> None:
    with services.database.begin() as session:
        for one in session.query(Delivery).filter(Delivery.due_at.is_not(None)):
            one.due_at = time.time() - 1


def test_a_published_lesson_is_told_of_with_a_signature(services: Services, listener: Listener) -> None:
    webhook_id = add(services, listener.address, "lesson.published")
    lesson = add_lesson(services, "凉席编织入门")
    assert webhooks.tell_due(services) == 1
    ((headers, body),) = listener.heard
    told = json.loads(body)
    assert told["event"] == headers["Medialib-Event"] == "lesson.published"
    assert told["lesson"]["id"] == lesson and told["lesson"]["title"] == "凉席编织入门"
    with services.database.read() as session:
        secret = telling.secret_of(telling.webhook(session, webhook_id), services.store.secret())
    at, digest = (part.partition("=")[2] for part in headers["Medialib-Signature"].split(","))
    assert digest == hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert abs(time.time() - int(at)) < 60
    assert webhooks.tell_due(services) == 0 and rows(services)[0].succeeded


def test_what_was_rolled_back_is_told_to_nobody(services: Services, listener: Listener) -> None:
    add(services, listener.address)
    lesson = add_lesson(services)
    webhooks.tell_due(services)
    with services.database.sessions() as session:
        moves.move(session, lesson, "returned", by=None, reason="太暗了")
        session.rollback()
    assert webhooks.tell_due(services) == 0


def test_each_move_and_failure_is_told_to_who_wants_to_know(services: Services, listener: Listener) -> None:
    add(services, listener.address)
    lesson = add_lesson(services, state="published")
    with services.database.begin() as session:
        moves.move(session, lesson, "returned", by=None, reason="太暗了")
        moves.move(session, lesson, "submitted", by=None)
        work_edits.settle(session, lesson)
        session.add(StepLeft(lesson_id=lesson, step="sound", rank=1, queued_at=1.0, parked=True))
        session.flush()
        work_edits.settle(session, lesson)
        work_edits.settle(session, lesson)
    webhooks.tell_due(services)
    assert listener.events == ["lesson.returned", "lesson.submitted", "lesson.complete", "ingest.failed"]


def test_a_lesson_of_tomorrow_is_told_of_tomorrow_if_it_is_still_so(services: Services, listener: Listener) -> None:
    add(services, listener.address, "lesson.published")
    lesson = add_lesson(services)
    webhooks.tell_due(services)
    with services.database.begin() as session:
        moves.move(session, lesson, "published", by=None, at=time.time() + 86_400)
    assert webhooks.tell_due(services) == 0
    make_all_due(services)  # as if its time had come, and the lesson was put off once more
    webhooks.tell_due(services)
    assert len(listener.heard) == 1 and len(rows(services)) == 1


def test_a_failure_is_tried_again_after_growing_pauses_and_at_last_given_up(
    services: Services, listener: Listener
) -> None:
    add(services, listener.address, "lesson.published")
    listener.answers = [500, 302, *[503] * 6]
    add_lesson(services)
    for pause in (30, 120, 600, 3600, 10_800, 43_200, 86_400):
        began = time.time()
        assert webhooks.tell_due(services) == 1
        (one,) = rows(services)
        assert one.due_at and began <= one.due_at - pause <= time.time()
        make_all_due(services)
    assert webhooks.tell_due(services) == 1
    (one,) = rows(services)
    assert one.due_at is None
    assert one.problem == outgoing.REFUSED and one.status == 503
    assert len({headers["Medialib-Delivery"] for headers, _ in listener.heard}) == 1
    assert webhooks.tell_due(services) == 0


def test_an_address_that_fails_keeps_no_other_waiting(services: Services, listener: Listener) -> None:
    """Each look tries it once, however much waits for it."""
    broken, works = add(services, "http://127.0.0.1:9/", "lesson.published"), add(services, listener.address)
    for number in range(25):
        add_lesson(services, f"第{number}课")
    with services.database.begin() as session:
        for one in session.query(Delivery).filter(Delivery.webhook_id == broken):
            one.due_at = 1.0
    webhooks.tell_due(services)
    webhooks.tell_due(services)
    assert len(listener.heard) >= 25
    assert sum(one.attempts for one in rows(services) if one.webhook_id == broken) == 2
    assert all(one.succeeded for one in rows(services) if one.webhook_id == works)


def test_an_address_that_fails_for_days_is_stopped_and_can_go_on(services: Services, listener: Listener) -> None:
    add_person(services, "guan", "admin")
    webhook_id = add(services, listener.address, "lesson.published")
    with services.database.begin() as session:
        telling.webhook(session, webhook_id).failing_since = time.time() - 4 * 86_400
    listener.answers = [500]
    add_lesson(services)
    add_lesson(services)
    webhooks.tell_due(services)
    with services.database.read() as session:
        assert [one.id for one in telling.that_gave_up(session)] == [webhook_id]
    add_lesson(services)
    assert webhooks.tell_due(services) == 0, "who is stopped is told nothing"
    client = client_of(services, "guan")
    page = client.get(f"/desk/webhooks/{webhook_id}").text
    assert "三天都没有回应" in page and "它回答说出了错。" in page
    assert send(client, f"/desk/webhooks/{webhook_id}/test", page=f"/desk/webhooks/{webhook_id}").status_code == 400
    send(client, f"/desk/webhooks/{webhook_id}/go-on", page=f"/desk/webhooks/{webhook_id}")
    add_lesson(services)
    assert webhooks.tell_due(services) == 1
    with services.database.read() as session:
        assert telling.that_gave_up(session) == []


def test_an_address_is_added_tested_stopped_and_removed_on_the_desk(services: Services, listener: Listener) -> None:
    add_person(services, "guan", "admin")
    client = client_of(services, "guan")
    for fields in ({"target": "nonsense", "event": "lesson.published"}, {"target": listener.address}):
        assert send(client, "/desk/webhooks", **fields).status_code == 400
    answer = send(client, "/desk/webhooks", target=listener.address, event=["lesson.published", "ingest.failed"])
    place = answer.headers["Location"]
    page = client.get(place).text
    assert "一课发布了" in page and "wh_" in page and "还没有发过消息" in page
    send(client, f"{place}/test", page=place)
    assert "马上就发" in client.get(place).text
    assert webhooks.tell_due(services) == 1
    assert listener.events == ["test"] and "已送到" in client.get(place).text
    lesson = add_lesson(services, "凉席编织入门")
    assert "凉席编织入门" in client.get(place).text, "which lesson it was about"
    with services.database.begin() as session:
        session.delete(session.get_one(Lesson, lesson))
    assert "这一课已经删掉" in client.get(place).text
    send(client, f"{place}/stop", page=place)
    assert "继续" in client.get(place).text
    send(client, f"{place}/remove", page=place)
    assert client.get(place).status_code == 404
    assert "还没有谁要通知" in client.get("/desk/webhooks").text


def test_our_own_network_is_told_nothing_unless_that_is_allowed(tmp_path: Path, listener: Listener) -> None:
    services = make_services(tmp_path / "store")
    add_person(services, "guan", "admin")
    client = client_of(services, "guan")
    answer = send(client, "/desk/webhooks", target=listener.address, event="lesson.published")
    assert answer.status_code == 400 and "内部网络" in answer.text and "127.0.0.1" in answer.text
    add(services, listener.address, "lesson.published")  # as if its name had come to mean this machine since then
    add_lesson(services)
    assert webhooks.tell_due(services) == 1
    assert listener.heard == [] and rows(services)[0].problem == outgoing.INSIDE
    services.index.close()
    services.database.close()


def test_the_secret_is_not_in_the_database(services: Services, listener: Listener) -> None:
    webhook_id = add(services, listener.address)
    with services.database.read() as session:
        one = session.get_one(Webhook, webhook_id)
        secret = telling.secret_of(one, services.store.secret())
        assert all(str(value) not in secret for value in (one.seed, one.id))
