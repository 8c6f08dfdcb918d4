"""The own account over the API: devices, keys and the password, as a browser and as a program."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.catalogue import passwords, people_lookups
from medialib.catalogue.people import Person
from medialib.services import Services

from .factories import opened_services
from .signing import PASSWORD, add_person, client_of, sign_in, token, token_of

NEW = "山上有一棵老樟树"


@pytest.fixture
def person(services: Services) -> Person:
    return add_person(services, "li", "editor")


@pytest.fixture
def app(services: Services, person: Person) -> Flask:
    assert person.is_working
    return create_app(services)


def program(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def of_page(client: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": token_of(client.get("/desk/account").text)}


def test_devices_are_listed_and_ended_one_by_one_or_all_but_this(services: Services, app: Flask) -> None:
    here, phone, third = (client_of(services, "li", app) for _ in range(3))
    devices: list[dict[str, Any]] = here.get("/api/me/devices").get_json()["devices"]
    assert [one["here"] for one in devices].count(True) == 1 and len(devices) == 3
    gone = next(one["id"] for one in phone.get("/api/me/devices").get_json()["devices"] if one["here"])
    assert here.delete(f"/api/me/devices/{gone}").status_code == 400, "a browser sends its page's token"
    assert here.delete(f"/api/me/devices/{gone}", headers=of_page(here)).status_code == 204
    assert phone.get("/api/me/devices").status_code == 401 and third.get("/api/me/devices").status_code == 200
    assert here.delete(f"/api/me/devices/{gone}", headers=of_page(here)).status_code == 404
    (left,) = here.post("/api/me/devices/end-others", headers=of_page(here)).get_json()["devices"]
    assert left["here"] and third.get("/api/me/devices").status_code == 401


def test_a_program_is_no_device(services: Services, app: Flask, person: Person) -> None:
    desk = client_of(services, "li", app)
    reads, edits = token(services, person, "read"), token(services, person, "read", "edit")
    (one,) = program(app).get("/api/me/devices", headers=reads).get_json()["devices"]
    assert not one["here"] and one["ends_at"] > one["seen_at"]
    assert program(app).post("/api/me/devices/end-others", headers=reads).status_code == 403
    assert program(app).post("/api/me/devices/end-others", headers=edits).get_json() == {"devices": []}
    assert desk.get("/api/me/devices").status_code == 401


def test_keys_are_listed_without_their_secrets_and_taken_back(services: Services, app: Flask, person: Person) -> None:
    desk, key = client_of(services, "li", app), token(services, person, "read")
    (one,) = program(app).get("/api/me/keys", headers=key).get_json()["keys"]
    assert one.keys() == {"id", "name", "scopes", "created_at", "used_at", "ends_at"} and one["scopes"] == ["read"]
    assert desk.delete(f"/api/me/keys/{one['id']}", headers=of_page(desk)).status_code == 204
    assert program(app).get("/api/me/keys", headers=key).status_code == 401
    assert desk.delete(f"/api/me/keys/{one['id']}", headers=of_page(desk)).status_code == 404


def test_a_password_is_changed_by_whoever_knows_the_present_one(services: Services, app: Flask, person: Person) -> None:
    here, there = client_of(services, "li", app), client_of(services, "li", app)
    key = token(services, person, "read", "edit")

    def change(client: FlaskClient = here, head: dict[str, str] | None = None, **body: Any) -> Any:
        sent = {"now": PASSWORD, "password": NEW} | body
        return client.post("/api/me/password", headers=head or of_page(client), json=sent)

    assert change(now="wrong").status_code == 403
    assert change(password="1").get_json() == {"error": "密码太短了，至少 8 个字符。"}
    assert change(now=None).status_code == 400
    assert there.get("/api/me").status_code == 200, "until here nothing has changed"
    assert change().status_code == 204
    assert here.get("/api/me").status_code == 200 and there.get("/api/me").status_code == 401
    assert sign_in(there, "li").status_code == 403, "the old one is over"
    assert program(app).get("/api/me", headers=key).status_code == 200, "unless asked keys stay"
    assert change(program(app), key, now=NEW, password=PASSWORD, end_keys=True).status_code == 204
    assert program(app).get("/api/me", headers=key).status_code == 401
    with services.database.read() as session:
        assert passwords.is_right(people_lookups.person(session, person.id).password_hash, PASSWORD)


def test_guesses_at_the_present_password_are_counted(tmp_path: Path) -> None:
    with opened_services(tmp_path / "store", access={"tries_per_address": 3}) as services:
        person = add_person(services, "li", "editor")
        client, key = program(create_app(services)), token(services, person, "read", "edit")
        guesses = [{"now": f"guess {number}", "password": NEW} for number in range(3)]
        right = {"now": PASSWORD, "password": NEW}
        told = [client.post("/api/me/password", headers=key, json=body) for body in (*guesses, right)]
        assert [one.status_code for one in told] == [403, 403, 403, 429]
        assert int(told[-1].headers["Retry-After"]) > 60
