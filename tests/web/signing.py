"""People of every role, signed in; and forms sent as a browser does, with the token of their page."""

import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse, encode_multipart

from medialib.app import create_app
from medialib.catalogue import api_tokens, people_edits, people_lookups, unit_tree
from medialib.catalogue.people import Person, Role
from medialib.services import Services

PASSWORD = "竹海听风 2023"
COUNTY, TOWN, VILLAGE, OTHER_TOWN = "县", "马迹塘镇", "京华村", "高桥镇"


def add_units(services: Services) -> dict[str, str]:
    """A county with two towns, one of them with a village: slugs by name."""
    with services.database.begin() as session:
        county = unit_tree.add(session, name=COUNTY, parent_slug=None, by=None).slug
        town = unit_tree.add(session, name=TOWN, parent_slug=county, by=None).slug
        village = unit_tree.add(session, name=VILLAGE, parent_slug=town, by=None).slug
        other = unit_tree.add(session, name=OTHER_TOWN, parent_slug=county, by=None).slug
    return {COUNTY: county, TOWN: town, VILLAGE: village, OTHER_TOWN: other}


def add_person(
    services: Services, login: str, role: Role = "viewer", unit: str | None = None, password: str | None = PASSWORD
) -> Person:
    with services.database.begin() as session:
        return people_edits.add_person(
            session, login=login, name=login, role=role, unit_slug=unit, password=password, by=None
        )


def token(services: Services, person: Person, *scopes: str, days: float | None = 90) -> dict[str, str]:
    """The header of somebody's program that may do so much for them."""
    with services.database.begin() as session:
        mine = people_lookups.person(session, person.id)
        secret = api_tokens.make(session, mine, name="网站", scopes=scopes, days=days)
    return {"Authorization": f"Bearer {secret}"}


def token_of(page: str) -> str:
    """What a form of this page must send along."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:400]
    return found[1]


def send(client: FlaskClient, address: str, *, page: str | None = None, **fields: Any) -> TestResponse:
    """Fill in the form of `page` (else of the address itself, else of the own account) and send it."""
    read = client.get(page or address)
    if "csrf_token" not in read.text:
        read = client.get("/desk/account")
    if "csrf_token" not in read.text:
        read = client.get("/sign-in")
    return client.post(address, data={"csrf_token": token_of(read.text), **fields})


def send_files(client: FlaskClient, address: str, page: str, files: Mapping[str, Any]) -> TestResponse:
    """The same with files, each (stream, name); the body is in memory, as nobody closes what the client would make."""
    boundary, body = encode_multipart({"csrf_token": token_of(client.get(page).text), **files})
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def sign_in(client: FlaskClient, login: str, password: str = PASSWORD) -> TestResponse:
    return send(client, "/sign-in", login=login, password=password)


class Browser(FlaskClient):
    """Reads every answer to its end, so that files are closed."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **{"buffered": True, **options})


def client_of(services: Services, login: str | None = None, app: Any = None) -> FlaskClient:
    """A browser of its own, signed in as `login`."""
    app = app or create_app(services)
    app.test_client_class = Browser
    client: FlaskClient = app.test_client()
    if login:
        answer = sign_in(client, login)
        assert answer.status_code == 302, answer.text
    return client


def acts(services: Services) -> list[str]:
    """What the log tells, the latest first."""
    with services.database.read() as session:
        return [entry.act for entry in people_lookups.log(session).entries]
