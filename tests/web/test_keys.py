"""Keys for programs end with what let them be made: an account, a password. The log tells of it, also as a table."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.catalogue import api_tokens, people_edits, people_lookups
from medialib.services import Services

from .signing import PASSWORD, add_person, client_of, send, token_of


def _key_of(services: Services, login: str) -> str:
    with services.database.begin() as session:
        person = people_lookups.find_person(session, login)
        assert person
        return api_tokens.make(session, person, name="网站", scopes=["read"], days=None)


def _key_works(client: FlaskClient, key: str) -> bool:
    return client.get("/api/me", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_disabling_ends_keys_for_programs_for_good(services: Services) -> None:
    add_person(services, "li", "admin")
    person = add_person(services, "wang")
    app = create_app(services)
    admin, page, key = client_of(services, "li", app), f"/desk/people/{person.id}", _key_of(services, "wang")
    assert _key_works(admin, key)
    assert "网站" in admin.get(page).text and "收回全部密钥" in admin.get(page).text
    send(admin, f"{page}/disable", page=page)
    assert not _key_works(admin, key)
    send(admin, f"{page}/enable", page=page)
    assert not _key_works(admin, key)
    assert "给程序用的密钥全部失效" in admin.get("/desk/log").text


def test_an_administrator_takes_the_keys_of_somebody_back(services: Services) -> None:
    add_person(services, "li", "admin")
    person = add_person(services, "wang")
    app = create_app(services)
    admin, page = client_of(services, "li", app), f"/desk/people/{person.id}"
    mine, theirs = _key_of(services, "li"), _key_of(services, "wang")
    assert send(admin, f"{page}/end-keys", page=page).status_code == 302
    assert _key_works(admin, mine) and not _key_works(admin, theirs)
    assert "收回全部密钥" not in admin.get(page).text


def test_a_password_that_is_chosen_by_a_link_ends_keys_for_programs(services: Services) -> None:
    person = add_person(services, "li")
    key, app = _key_of(services, "li"), create_app(services)
    with services.database.begin() as session:
        link = people_edits.password_link(session, people_lookups.person(session, person.id), hours=1.0, by=None)
    client = app.test_client()
    page = client.get(f"/password/{link}")
    assert "给程序用的密钥也不能再用" in page.text
    assert _key_works(client, key), "a link that nobody followed changes nothing"
    fields = {"password": "山上有一棵老樟树", "again": "山上有一棵老樟树"}
    assert client.post(f"/password/{link}", data={"csrf_token": token_of(page.text), **fields}).status_code == 302
    assert not _key_works(client, key)


@pytest.mark.parametrize("ends", [True, False])
def test_whoever_changes_the_password_says_whether_keys_for_programs_end(services: Services, ends: bool) -> None:
    add_person(services, "li")
    client = client_of(services, "li")
    assert "同时收回" not in client.get("/desk/account").text
    key = _key_of(services, "li")
    assert "同时收回 1 个" in client.get("/desk/account").text
    fields = {"now": PASSWORD, "password": "山上有一棵老樟树", "again": "山上有一棵老樟树"}
    chosen = {"end_keys": "1"} if ends else {}
    assert send(client, "/desk/account/password", page="/desk/account", **fields, **chosen).status_code == 302
    assert _key_works(client, key) is not ends


def test_the_log_is_saved_as_a_table_that_office_programs_open(services: Services) -> None:
    add_person(services, "li", "admin")
    client = client_of(services, "li")
    key = "=HYPERLINK(1)"
    with services.database.begin() as session:
        person = people_lookups.find_person(session, "li")
        assert person
        api_tokens.make(session, person, name=key, scopes=["read", "admin"], days=None)
    answer = client.get("/desk/log.csv?act=token.made")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="log.csv"')
    head, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert head == ["时间", "谁", "做了什么", "对什么", "详情"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[0])
    assert row[1:] == ["li", "做了程序密钥", f"'{key}", "能做什么：查看，人员、单位和设置"]
    assert len(client.get("/desk/log.csv").text.splitlines()) > 2
    assert "/desk/log.csv?" in client.get("/desk/log?act=token.made").text
