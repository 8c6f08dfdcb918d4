"""What is another unit's, or somebody else's: each address that names a screen, an upload, a report, a screening, a
device or a key, asked by everyone for whom it is not.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.catalogue import api_tokens, people_edits, people_lookups
from medialib.catalogue.channels import Screening
from medialib.catalogue.people import Role
from medialib.catalogue.reports import add_report
from medialib.catalogue.screens import Screen, ScreenMessage
from medialib.catalogue.uploads import Upload
from medialib.services import Services

from .factories import add_lesson, make_services
from .signing import OTHER_TOWN, TOWN, VILLAGE, add_person, add_units, client_of, token_of

TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
ASKED: tuple[tuple[str, str, object], ...] = (
    ("GET", "/api/screens/<screen_id>", None),
    ("PATCH", "/api/screens/<screen_id>", {"name": "x"}),
    ("DELETE", "/api/screens/<screen_id>", None),
    ("DELETE", "/api/screens/lines/<line_id>", None),
    ("GET", "/api/screens/<screen_id>/picture", None),
    ("GET", "/desk/screens/<screen_id>", None),
    ("POST", "/desk/screens/<screen_id>", {"name": "x"}),
    ("GET", "/desk/screens/<screen_id>/picture.jpg", None),
    ("POST", "/desk/screens/<screen_id>/revoke", None),
    ("POST", "/desk/screens/messages/<message_id>/remove", None),
    ("POST", "/desk/screenings/<screening_id>/link", None),
    ("POST", "/api/screenings/<screening_id>/link", None),
    ("DELETE", "/api/screenings/<screening_id>", None),
    ("POST", "/desk/screenings/<screening_id>/remove", None),
    ("POST", "/desk/reports/<int:report_id>/<state>", None),
    ("POST", "/api/reports/<int:report_id>/close", None),
    ("POST", "/api/reports/<int:report_id>/reopen", None),
    *(
        ("POST", f"/api/uploads/<upload_id>/{act}", None)
        for act in ("submit", "withdraw", "cancel", "restore", "retry")
    ),
    ("GET", "/api/uploads/<upload_id>", None),
    ("PUT", "/api/uploads/<upload_id>/details", {"title": "x"}),
    *(
        ("POST", f"/desk/uploads/<upload_id>/{act}", None)
        for act in ("submit", "withdraw", "cancel", "restore", "retry")
    ),
    ("POST", "/desk/uploads/<upload_id>/details", {"title": "x"}),
    *((method, "/desk/uploads/<upload_id>", TUS) for method in ("HEAD", "PATCH", "DELETE")),
    *((method, "/api/tus/<upload_id>", TUS) for method in ("HEAD", "PATCH", "DELETE")),
    ("DELETE", "/api/me/devices/<device_id>", None),
    ("DELETE", "/api/me/keys/<token_id>", None),
    ("POST", "/desk/account/keys/<token_id>/remove", None),
)
TWICE = (
    ("DELETE", "/api/screens/<screen_id>"),
    ("DELETE", "/api/screenings/<screening_id>"),
    ("POST", "/desk/screens/messages/<message_id>/remove"),
)
"""What is gone by then: page and API remove the same."""
PERSONAL = ("upload_id", "device_id", "token_id")
"""What is one person's alone."""
NAMES = {"screen_id", "line_id", "message_id", "screening_id", "report_id", *PERSONAL}


@dataclass
class Village:
    """What a village has, and the browsers of those who ask."""

    app: Flask
    values: dict[str, str]
    clients: dict[str, FlaskClient]
    services: Services


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    services = make_services(tmp_path_factory.mktemp("others") / "store")
    units, app, now = add_units(services), create_app(services), time.time()
    people: tuple[tuple[str, Role, str | None], ...] = (
        ("own", "editor", TOWN),
        ("other", "editor", OTHER_TOWN),
        ("viewer", "viewer", VILLAGE),
        ("office", "curator", None),
    )
    for login, role, unit in people:
        add_person(services, login, role, units[unit] if unit else None)
    sender = add_person(services, "sender", "editor", units[VILLAGE])
    lesson, path = add_lesson(services, unit=VILLAGE), f"{'/'.join(units[one] for one in ('县', TOWN, VILLAGE))}/"
    with services.database.begin() as session:
        session.add(Screen(id="screen1", name="清水村", created_at=now, unit_slug=units[VILLAGE]))
        session.add(ScreenMessage(id="line1", text="今晚有戏", begins_at=now, ends_at=now + 3600, unit_path=path))
        session.add(
            Screening(
                id="screening1",
                title="排号子",
                venue="礼堂",
                at=now,
                show={},
                token_digest="x",
                unit_slug=units[VILLAGE],
            )
        )
        session.add(
            Upload(
                id="upload1", person_id=sender.id, name="a.mp4", size_bytes=4, unit_slug=units[VILLAGE], created_at=now,
                seen_at=now, expires_at=now + 3600, state="sending",
            )
        )  # fmt: skip
        report = add_report(session, lesson_id=lesson, kind="sound", words="听不清", at_seconds=3.0)
        session.flush()
        values = {"screen_id": "screen1", "line_id": "line1", "message_id": "line1", "screening_id": "screening1"}
        values |= {"upload_id": "upload1", "int:report_id": str(report.id), "state": "closed"}
        api_tokens.make(session, sender, name="x", scopes=["read"], days=None)
        people_edits.sign_in(session, sender, device="x", days=1)
        values["token_id"] = api_tokens.of_person(session, sender.id)[0].id
        values["device_id"] = people_lookups.sign_ins(session, sender.id)[0].id
    clients = {login: client_of(services, login, app) for login in ("own", "other", "viewer", "office")}
    yield Village(app, values, clients, services)
    services.index.close()
    services.database.close()


def ask(village: Village, who: str, method: str, rule: str, body: object) -> int:
    client, address = village.clients[who], rule
    for name, value in village.values.items():
        address = address.replace(f"<{name}>", value)
    headers = {"X-CSRFToken": token_of(client.get("/desk/account").text)}
    if body is TUS:
        return client.open(address, method=method, headers={**headers, **TUS}, data=b"abcd").status_code
    sent: dict[str, Any] = (
        {"json": body or {}} if rule.startswith("/api/") or "details" in rule else {"data": body or {}}
    )
    return client.open(address, method=method, headers=headers, **sent).status_code


def test_every_address_that_names_such_a_thing_is_asked(village: Village) -> None:
    """`OPTIONS` of tus, and POST there with another method in a header, end in the same views."""
    rules = {rule.rule for rule in village.app.url_map.iter_rules() if NAMES & rule.arguments}
    assert rules == {rule for _, rule, _ in ASKED}


def test_what_is_of_another_unit_or_of_somebody_else_is_not_there(village: Village) -> None:
    wrong = []
    for method, rule, body in ASKED:
        personal = any(name in rule for name in PERSONAL)
        for who in ("other", "viewer", "own", "office") if personal else ("other", "viewer"):
            status = ask(village, who, method, rule, body)
            has_one_too = "device_id" in rule or "token_id" in rule
            expected = {404} if has_one_too else {403} if who == "viewer" else {403, 404}
            if status not in expected:
                wrong.append((who, method, rule, status))
    assert wrong == []
    with village.services.database.read() as session:
        assert session.get_one(Screen, "screen1").name == "清水村"
        assert session.get(ScreenMessage, "line1") and session.get(Screening, "screening1")
        upload = session.get_one(Upload, "upload1")
        assert (upload.received_bytes, upload.cancelled, upload.typed) == (0, False, {})
        assert people_lookups.sign_ins(session, upload.person_id) and api_tokens.of_person(session, upload.person_id)


def test_an_editor_of_the_unit_above_looks_after_what_a_village_has(village: Village) -> None:
    """The same questions are answered, so that the refusals before were not for another reason."""
    asked = [one for one in ASKED if not any(name in one[1] for name in (*PERSONAL, "picture"))]
    gone = ("/remove", "DELETE", "/revoke")  # those last, as nothing is there afterwards
    for method, rule, body in sorted(asked, key=lambda one: any(part in f"{one[0]} {one[1]}" for part in gone)):
        if (method, rule) in TWICE:
            continue
        status = ask(village, "own", method, rule, body)
        assert status not in (401, 403, 404), (method, rule, status)
