"""Signing in and out, passwords, devices, and what keeps strangers from trying."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.catalogue import lesson_access, passwords, people_edits, people_lookups
from medialib.catalogue.people import SignIn
from medialib.errors import BadRequest
from medialib.services import Services

from .factories import add_lesson, make_services
from .signing import PASSWORD, acts, add_person, client_of, send, sign_in


@pytest.mark.parametrize(
    ("library", "wish", "told"),
    [
        ("public", "/desk/todo", "那一页要登录才能看。"),
        ("public", "/lessons/lesson1", "打开发给您的链接"),
        ("signed-in", "/lessons/lesson1", "要有账号才能看。请先登录。"),
        ("signed-in", "/", "要有账号才能看。请先登录。"),
    ],
)
def test_who_is_led_to_sign_in_is_told_why(tmp_path: Path, library: str, wish: str, told: str) -> None:
    services = make_services(tmp_path / "store", access={"library": library})
    lesson = add_lesson(services, lesson_id="lesson1")
    with services.database.begin() as session:
        lesson_access.set_access(session, lesson, "link", by=None)
    client = create_app(services).test_client()
    page = client.get(wish, headers={"Accept-Language": "zh-CN"}, follow_redirects=True)
    assert told in page.text
    services.index.close()
    services.database.close()


def test_a_person_signs_in_is_led_back_and_signs_out(client: FlaskClient, services: Services) -> None:
    add_person(services, "li")
    asked = client.get("/desk/account?lang=en")
    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/sign-in?next=/desk/account")
    page = client.get(asked.headers["Location"])
    assert 'value="/desk/account' in page.text
    answer = send(client, "/sign-in", login=" LI ", password=PASSWORD, next="/desk/account")
    assert answer.headers["Location"] == "/desk/account"
    assert "li" in client.get("/desk/account").text
    send(client, "/sign-out", page="/desk/account")
    assert client.get("/desk/account").status_code == 302
    assert acts(services)[:2] == ["signed.out", "signed.in"]


def test_who_only_looks_whether_a_page_is_there_has_not_tried_to_sign_in(
    client: FlaskClient, services: Services
) -> None:
    """Programs that show where a link leads ask so, for the address that a whole office has: it would be locked out."""
    assert {client.head("/sign-in?next=/desk/").status_code for _ in range(40)} == {200}
    assert "sign-in.failed" not in acts(services)
    assert client.head("/invitation/none").status_code == 404


@pytest.mark.parametrize("wish", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x"])
def test_signing_in_leads_to_no_other_site(client: FlaskClient, services: Services, wish: str) -> None:
    add_person(services, "li")
    answer = send(client, "/sign-in", login="li", password=PASSWORD, next=wish)
    assert answer.headers["Location"] == "/desk/account"


def test_wrong_names_and_wrong_passwords_get_the_same_answer(client: FlaskClient, services: Services) -> None:
    add_person(services, "li")
    add_person(services, "new", password=None)
    wrong = [sign_in(client, "li", "wrong"), sign_in(client, "nobody", "wrong"), sign_in(client, "new", "")]
    for answer in wrong:
        assert answer.status_code == 403
        assert "登录名或密码不对。" in answer.text
        assert "Set-Cookie" not in answer.headers or "person=" not in answer.headers["Set-Cookie"]
    assert acts(services)[:3] == ["sign-in.failed"] * 3


def test_passwords_are_kept_by_argon2id_with_the_parameters_that_were_chosen(services: Services) -> None:
    kept = add_person(services, "li").password_hash
    told = extract_parameters(kept)
    assert (told.type, told.memory_cost, told.time_cost, told.parallelism) == (Type.ID, 19 * 1024, 2, 1)
    assert told.salt_len >= 16
    assert PASSWORD not in kept
    assert passwords.is_right(kept, PASSWORD)
    assert not passwords.is_right(kept, PASSWORD + " ")
    assert not passwords.is_right("", PASSWORD)
    assert not passwords.is_right("nonsense", PASSWORD)


@pytest.mark.parametrize(
    "password", ["short", "x" * 201, "aaaaaaaaaa", "12345678", "9876543210", "abababab", "my-liwei-password"]
)
def test_passwords_that_others_guess_are_refused(password: str) -> None:
    with pytest.raises(BadRequest):
        passwords.check_password(password, login="liwei")
    passwords.check_password("竹海听风二零二三", login="liwei")


def test_a_hash_of_other_parameters_is_renewed_at_the_next_sign_in(client: FlaskClient, services: Services) -> None:
    from argon2 import PasswordHasher

    person = add_person(services, "li")
    with services.database.begin() as session:
        weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
        people_lookups.person(session, person.id).password_hash = weak
    assert sign_in(client, "li").status_code == 302
    with services.database.read() as session:
        assert not passwords.is_outdated(people_lookups.person(session, person.id).password_hash)


def test_tokens_are_kept_as_digests_and_cookies_are_out_of_reach(client: FlaskClient, services: Services) -> None:
    add_person(services, "li")
    answer = sign_in(client, "li")
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("person="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    token = cookie.split("=")[1].split(";")[0]
    with services.database.read() as session:
        row = session.query(SignIn).one()
    assert token not in (row.token_digest, row.id)
    assert len(row.token_digest) == 64


def test_over_tls_the_cookies_belong_to_this_host_alone(services: Services) -> None:
    add_person(services, "li")
    client = create_app(services).test_client()
    secure: dict[str, Any] = {"base_url": "https://ke.example.org"}
    page = client.get("/sign-in", **secure)
    assert page.headers["Set-Cookie"].startswith("__Host-form=")
    from .signing import token_of

    form = {"csrf_token": token_of(page.text), "login": "li", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, **secure)
    assert answer.status_code == 302
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if "person" in one)
    assert cookie.startswith("__Host-person=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert client.get("/desk/account", **secure).status_code == 200


WITHOUT_FORMS = ("counting", "screen", "api_desk")
"""What players tell (refused when another site sends it), televisions and programs, which bear a token in a header."""


def test_a_form_without_its_token_is_refused_with_a_sentence(client: FlaskClient, services: Services) -> None:
    add_person(services, "li", "admin")
    sign_in(client, "li")
    routes = [rule for rule in client.application.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(routes) > 20
    for rule in routes:
        if rule.endpoint.split(".")[0] in WITHOUT_FORMS:
            continue
        address = re.sub(r"<[^<>]+>", "1", rule.rule.replace("<lesson:lesson_id>", "abcdef"))
        answer = client.post(address, data={"csrf_token": "no such token"})
        assert answer.status_code in (400, 403, 404), address
        if "lesson" not in address:
            assert answer.status_code == 400, address
            assert "这一页开得太久了。" in answer.text


def test_a_forged_form_of_another_site_does_nothing(services: Services) -> None:
    add_person(services, "li", "admin")
    victim, attacker = client_of(services, "li"), client_of(services)
    from .signing import token_of

    foreign = token_of(attacker.get("/sign-in").text)
    assert victim.post("/desk/units", data={"csrf_token": foreign, "name": "x"}).status_code == 400


def test_an_ended_session_is_signed_out_at_once(services: Services) -> None:
    add_person(services, "li")
    app = create_app(services)
    phone, desk = client_of(services, "li", app), client_of(services, "li", app)
    page = desk.get("/desk/account")
    assert "这台设备" in page.text
    with services.database.read() as session:
        person = people_lookups.find_person(session, "li")
        assert person
        older = people_lookups.sign_ins(session, person.id)[-1]
    send(desk, f"/desk/account/devices/{older.id}/end", page="/desk/account")
    assert phone.get("/desk/account").status_code == 302
    assert desk.get("/desk/account").status_code == 200
    third = client_of(services, "li", app)
    send(desk, "/desk/account/devices/end-others", page="/desk/account")
    assert third.get("/desk/account").status_code == 302
    assert desk.get("/desk/account").status_code == 200


def test_nobody_ends_the_session_of_another(services: Services) -> None:
    add_person(services, "li")
    add_person(services, "wang")
    li, wang = client_of(services, "li"), client_of(services, "wang")
    with services.database.read() as session:
        person = people_lookups.find_person(session, "li")
        assert person
        session_id = people_lookups.sign_ins(session, person.id)[0].id
    send(wang, f"/desk/account/devices/{session_id}/end", page="/desk/account")
    assert li.get("/desk/account").status_code == 200


def test_disabling_ends_every_session_at_once(services: Services) -> None:
    add_person(services, "li", "admin")
    person = add_person(services, "wang")
    app = create_app(services)
    admin, phone, desk = (client_of(services, one, app) for one in ("li", "wang", "wang"))
    send(admin, f"/desk/people/{person.id}/disable", page=f"/desk/people/{person.id}")
    assert phone.get("/desk/account").status_code == desk.get("/desk/account").status_code == 302
    assert sign_in(phone, "wang").status_code == 403
    send(admin, f"/desk/people/{person.id}/enable", page=f"/desk/people/{person.id}")
    assert phone.get("/desk/account").status_code == 302, "an old token does not come back to life"
    assert sign_in(phone, "wang").status_code == 302


def test_a_session_ends_by_itself(tmp_path: Any) -> None:
    brief = make_services(tmp_path / "brief", access={"signed_in_days": 0.000001})
    add_person(brief, "li")
    client = client_of(brief)
    sign_in(client, "li")
    time.sleep(0.15)
    assert client.get("/desk/account").status_code == 302
    brief.database.close()


def test_a_new_password_signs_all_other_devices_out(services: Services) -> None:
    add_person(services, "li")
    app = create_app(services)
    here, there = client_of(services, "li", app), client_of(services, "li", app)
    fields = {"password": "山上有一棵老樟树", "again": "山上有一棵老樟树"}
    wrong = send(here, "/desk/account/password", page="/desk/account", now="wrong", **fields)
    assert wrong.status_code == 403 and "现在的密码不对。" in wrong.text
    poor = send(here, "/desk/account/password", page="/desk/account", now=PASSWORD, password="1", again="1")
    assert poor.status_code == 400 and "密码太短了" in poor.text
    differ = send(here, "/desk/account/password", page="/desk/account", now=PASSWORD, password="12", again="1")
    assert differ.status_code == 400 and "两次输的密码不一样" in differ.text
    done = send(here, "/desk/account/password", page="/desk/account", now=PASSWORD, **fields)
    assert done.status_code == 302
    assert here.get("/desk/account").status_code == 200
    assert there.get("/desk/account").status_code == 302
    assert sign_in(there, "li").status_code == 403
    assert sign_in(there, "li", "山上有一棵老樟树").status_code == 302


@pytest.mark.parametrize("library", ["public", "signed-in"])
def test_a_phone_keeps_nothing_of_a_closed_library(tmp_path: Path, library: str) -> None:
    services = make_services(tmp_path / "store", access={"library": library})
    add_person(services, "li")
    lesson = add_lesson(services)
    page = client_of(services, "li").get(f"/lessons/{lesson}").text
    assert ('data-private="yes"' in page) is (library == "signed-in")
    services.database.close()


def test_guessing_one_account_is_stopped_whatever_the_address(services: Services) -> None:
    add_person(services, "li")
    client = client_of(services)
    token = _token(client)
    for number in range(10):
        answer = _try(client, token, "li", f"guess {number}", f"192.0.2.{number}")
        assert answer.status_code == 403
    stopped = _try(client, token, "Li ", PASSWORD, "192.0.2.77")
    assert stopped.status_code == 429
    assert 840 < int(stopped.headers["Retry-After"]) <= 900
    assert "请等 15 分钟再试" in stopped.text
    assert _try(client, token, "somebody", "x", "192.0.2.77").status_code == 403, "others may go on"


def test_guessing_from_one_address_is_stopped_whatever_the_account(services: Services) -> None:
    add_person(services, "li")
    client = client_of(services)
    token = _token(client)
    for number in range(30):
        assert _try(client, token, f"name{number}", "guess", "192.0.2.1").status_code == 403
    assert _try(client, token, "li", PASSWORD, "192.0.2.1").status_code == 429
    assert client.get("/invitation/guess", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 429
    assert _try(client, token, "li", PASSWORD, "192.0.2.2").status_code == 302


def test_whoever_types_the_right_password_is_never_counted(services: Services) -> None:
    add_person(services, "li")
    client = client_of(services)
    for _ in range(35):
        assert sign_in(client_of(services, app=client.application), "li").status_code == 302


def test_an_address_that_a_stranger_claims_counts_only_behind_a_proxy(services: Services, tmp_path: Any) -> None:
    client = client_of(services)
    token = _token(client)
    for number in range(30):
        _try(client, token, f"name{number}", "guess", "192.0.2.1", {"X-Forwarded-For": f"198.51.100.{number}"})
    assert _try(client, token, "x", "guess", "192.0.2.1", {"X-Forwarded-For": "198.51.100.99"}).status_code == 429
    behind = make_services(tmp_path / "behind", server={"proxies": 1})
    client = client_of(behind)
    token = _token(client)
    for number in range(30):
        _try(client, token, f"name{number}", "guess", "192.0.2.1", {"X-Forwarded-For": "198.51.100.1"})
    assert _try(client, token, "x", "guess", "192.0.2.1", {"X-Forwarded-For": "198.51.100.1"}).status_code == 429
    assert _try(client, token, "x", "guess", "192.0.2.1", {"X-Forwarded-For": "198.51.100.2"}).status_code == 403
    behind.database.close()


def _token(client: FlaskClient) -> str:
    from .signing import token_of

    return token_of(client.get("/sign-in").text)


def _try(
    client: FlaskClient, token: str, login: str, password: str, address: str, headers: dict[str, str] | None = None
) -> Any:
    form = {"csrf_token": token, "login": login, "password": password}
    return client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": address}, headers=headers or {})


def test_being_seen_is_written_once_a_minute(client: FlaskClient, services: Services) -> None:
    person = add_person(services, "li")
    sign_in(client, "li")

    def seen() -> float:
        with services.database.read() as session:
            return people_lookups.sign_ins(session, person.id)[0].seen_at

    first = seen()
    client.get("/desk/account")
    assert seen() == first
    with services.database.begin() as session:
        row = people_lookups.sign_ins(session, person.id)[0]
        row.seen_at = first - 120
    client.get("/desk/account")
    assert seen() >= first


def test_the_last_administrator_stays(services: Services) -> None:
    person = add_person(services, "li", "admin")
    with services.database.begin() as session, pytest.raises(BadRequest):
        people_edits.disable(session, people_lookups.person(session, person.id), by=None)
    admin = client_of(services, "li")
    answer = send(admin, f"/desk/people/{person.id}", name="李", role="viewer", unit="")
    assert answer.status_code == 400
    assert "这是最后一位管理员。" in answer.text
    answer = send(admin, f"/desk/people/{person.id}/disable", page=f"/desk/people/{person.id}")
    assert answer.status_code == 400
    assert admin.get("/desk/people").status_code == 200
