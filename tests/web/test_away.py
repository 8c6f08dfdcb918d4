"""What is answered while the catalogue or the queue is elsewhere and does not answer."""

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from medialib import tasks
from medialib.app import create_app
from medialib.database import Database
from medialib.services import Services
from web.factories import add_lesson, opened_services
from web.signing import add_person, sign_in


@pytest.fixture
def nowhere() -> Iterator[str]:
    """A place where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


def client_of(services: Services) -> FlaskClient:
    return create_app(services).test_client()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_without_a_catalogue_every_page_says_so_and_files_still_come(tmp_path: Path, nowhere: str, kind: str) -> None:
    if kind == "postgresql":
        pytest.importorskip("psycopg", reason="NOT TESTED: pip install psycopg")
    url = f"postgresql://somebody:secret@{nowhere}/x" if kind == "postgresql" else f"sqlite:///{tmp_path}/none/x.db"
    with opened_services(tmp_path / "store") as opened:
        client = client_of(dataclasses.replace(opened, database=Database(url)))
        with capture_logs() as logged:
            page = client.get("/", headers={"Cookie": "signed-in=abc; __Host-signed-in=abc"})
        assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
        assert "目录暂时没有回应，请过一分钟再试。" in page.text
        assert client.get("/api/lessons").get_json() == {"error": "目录暂时没有回应，请过一分钟再试。"}
        assert client.get("/media/abcdefghjk/master.m3u8").status_code == 503
        assert [client.get(place).status_code for place in ("/healthz", "/static/phone.css", "/readyz")] == [
            200,
            200,
            503,
        ]
        assert "does not answer at the moment" in client.get("/?lang=en").text
        assert [line["event"] for line in logged] == ["the catalogue does not answer"]
        assert "exc_info" not in logged[0] and "secret" not in str(logged)


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_without_a_queue_pages_come_and_changes_are_kept(tmp_path: Path, nowhere: str, kind: str) -> None:
    pytest.importorskip("psycopg" if kind == "postgresql" else kind, reason="NOT TESTED: its driver is not installed")
    with opened_services(tmp_path / "store", jobs={"url": f"{kind}://{nowhere}/0"}) as services:
        add_person(services, "boss", "admin")
        lesson_id = add_lesson(services)
        client = client_of(services)
        sign_in(client, "boss")
        with capture_logs() as logged:
            tasks.announce(services, lesson_id)
        assert [line["event"][:20] for line in logged] == ["the queue (jobs.url)"]
        assert client.get(f"/lessons/{lesson_id}").status_code == 200
        assert "队列没有回应" in client.get("/desk/settings").text
        assert client.get("/metrics").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.get_json()["ready"]) == (200, True)
        assert any("队列没有回应" in one for one in answer.get_json()["notices"])
