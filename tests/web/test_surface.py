"""What holds for every answer: headers, caching, health, figures, failures."""

import os
import shutil
from pathlib import Path

import brotli
import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text

from medialib import metrics
from medialib.app import create_app
from medialib.errors import BadRequest, MedialibError, NoSpace, NotFound, NotReady, ToolFailed
from medialib.services import Services, open_with
from medialib.settings import Settings
from medialib.web import access
from medialib.web.headers import POLICY

from .factories import add_lesson, make_services

TEMPLATES = Path(__file__).parents[2] / "medialib" / "web" / "templates"


@pytest.mark.parametrize("address", ["/", "/api/lessons", "/static/phone.css", "/nosuch", "/healthz", "/size/large"])
def test_every_answer_bears_the_security_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "frame-ancestors 'none'" in POLICY
    for template in TEMPLATES.glob("**/*.html"):
        text = template.read_text(encoding="utf-8")
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick" not in text
        assert "javascript:" not in text


def test_cookies_are_lax_and_out_of_reach_of_scripts(client: FlaskClient) -> None:
    for cookie in (client.get("/?lang=en").headers["Set-Cookie"], client.get("/size/large").headers["Set-Cookie"]):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_pages_are_compressed_and_private_and_static_files_are_kept(client: FlaskClient, services: Services) -> None:
    add_lesson(services)
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in page.headers["Vary"]
    style = client.get("/static/phone.css?v=1")
    assert "immutable" in style.headers["Cache-Control"]
    unversioned = client.get("/static/phone.css")
    assert "immutable" not in unversioned.headers["Cache-Control"]


@pytest.mark.parametrize(("name", "most"), [("/", 60_000), ("/lessons/", 75_000)])
def test_pages_weigh_less_than_100_kilobytes_without_the_player(
    client: FlaskClient, services: Services, name: str, most: int
) -> None:
    """All that a page names is added up, its scripts and its drawn covers too."""
    for number in range(30):
        lesson_id = add_lesson(
            services, f"第{number}课的题目有这么长", kind="audio" if number % 4 == 3 else "video", unit="马迹塘镇"
        )
    address = name if name == "/" else name + lesson_id
    packed = {"Accept-Encoding": "gzip"}
    text = client.get(address).text
    quoted = (part.split('"')[0].split("#")[0] for part in text.split('="'))
    named = {one for one in quoted if one.startswith("/static/") and "/vendor/" not in one}
    files = [client.get(one, headers=packed).data for one in named]
    assert len(files) > 5
    assert len(client.get(address, headers=packed).data) + sum(map(len, files)) < most


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("There is no such lesson."), 404),
        (BadRequest("There is no such theme."), 400),
        (NotReady("This part is still being made. Please wait a moment.", retry_seconds=7), 503),
        (NoSpace("The server has no room for this file. Please tell the county office."), 507),
        (ToolFailed("This part of the recording could not be converted.", detail="/secret/path"), 500),
        (ZeroDivisionError("/secret/path"), 500),
    ],
)
def test_failures_become_status_and_sentence_without_details(services: Services, error: Exception, status: int) -> None:
    def fail() -> str:
        raise error

    app = create_app(services)
    for address in ("/fails", "/api/fails", "/media/fails"):
        app.add_url_rule(address, address, access.public(fail))
    client = app.test_client()
    for address, kind in (("/fails", "text/html"), ("/api/fails", "application/json"), ("/media/fails", "text/plain")):
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (status, kind)
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        if isinstance(error, MedialibError):
            assert error.message not in answer.text, "it is translated"
        if isinstance(error, NotReady):
            assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize("status", [406, 408, 414, 416, 429])
def test_what_the_asker_did_is_not_laid_on_the_server(services: Services, status: int) -> None:
    app = create_app(services)
    app.add_url_rule("/media/asks", "asks", access.public(lambda: abort(status)))
    for language in ("zh_CN", "en"):
        answer = app.test_client().get(f"/media/asks?lang={language}")
        assert answer.status_code == status
        assert answer.text.isascii() is (language == "en")
        assert "服务器" not in answer.text and "server" not in answer.text


def test_a_part_that_a_file_does_not_have_is_said(client: FlaskClient) -> None:
    answer = client.get("/static/phone.css", headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416
    assert "文件里没有这一段。" in answer.text


def test_who_asks_for_several_parts_at_once_gets_the_whole(client: FlaskClient) -> None:
    for asked, status, length in (("bytes=0-9", 206, 10), ("bytes=0-0,5-9", 200, None)):
        with client.get("/static/phone.css", headers={"Range": asked}) as answer:
            told = answer.content_length if length is None else length
            assert (answer.status_code, len(answer.data)) == (status, told)


def test_the_process_and_its_parts_say_how_they_are(client: FlaskClient, services: Services) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").get_json()["ready"] is True
    shutil.rmtree(services.store.root)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "存放课程的地方写不进去。" in answer.get_json()["reasons"]
    assert client.get("/healthz").status_code == 200


def test_a_worker_that_is_not_seen_is_told_of_and_no_reason_to_send_people_elsewhere(
    client: FlaskClient, services: Services
) -> None:
    (dead,) = client.get("/readyz").get_json()["notices"]
    assert dead.startswith("没有")
    assert [client.get(place).status_code for place in ("/readyz", "/readyz?all=1")] == [200, 503]
    lease = services.leases.take("worker:1")
    assert lease
    answer = client.get("/readyz?all=1")
    assert (answer.status_code, answer.get_json()) == (200, {"ready": True, "reasons": [], "notices": []})
    services.leases.give_back(lease)


def test_a_library_of_a_later_version_is_not_ready(client: FlaskClient, services: Services) -> None:
    with services.database.begin() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["reasons"][0][:4]) == (503, "更新版本")


def test_it_is_not_ready_when_the_file_of_the_database_was_taken_away(client: FlaskClient, services: Services) -> None:
    """Who has it open could still read it, and what is written would be lost."""
    assert client.get("/readyz").status_code == 200
    place = services.store.root / "medialib.db"
    place.rename(place.with_suffix(".away"))
    assert client.get("/readyz").status_code == 503
    place.with_suffix(".away").rename(place)


def test_a_database_that_was_not_set_up_is_not_ready(tmp_path: Path) -> None:
    services = open_with(Settings.model_validate({"store": {"url": str(tmp_path / "store")}}))
    answer = create_app(services).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["reasons"] == ["数据库没有回应，或者还没有建好。"]
    services.database.close()


def test_figures_are_for_this_machine_unless_everyone_may_see_them(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    metrics.PLAYS.labels("watched").inc()
    services.queues.send("hot", "nothing")
    client = create_app(services).test_client()
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert 'medialib_plays_total{way="watched"}' in answer.text
    assert 'medialib_queue_depth{queue="hot"} 1.0' in answer.text
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403
    open_to_all = make_services(tmp_path / "other", server={"metrics": "everyone"})
    everyone = create_app(open_to_all).test_client()
    assert everyone.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    open_to_all.database.close()


def test_figures_of_several_processes_are_added_up(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    answer = create_app(services).test_client().get("/metrics")
    assert answer.status_code == 200
    assert "medialib_queue_depth" in answer.text


def test_an_application_is_made_for_each_library(services: Services, tmp_path: Path) -> None:
    other = make_services(tmp_path / "other", site={"name": "别的图书馆", "language": "en"})
    first, second = create_app(services), create_app(other)
    assert isinstance(first, Flask)
    assert "别的图书馆" in second.test_client().get("/").text
    assert '<html lang="en"' in second.test_client().get("/").text
    assert "别的图书馆" not in first.test_client().get("/").text
    other.database.close()


def test_the_players_library_comes_packed_as_tightly_as_can_be(client: FlaskClient) -> None:
    plain = client.get("/static/vendor/hls.min.js", headers={"Accept-Encoding": "identity"})
    packed = client.get("/static/vendor/hls.min.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == plain.data
    assert len(packed.data) < 0.26 * len(plain.data)
