"""A library without any encoding, a client of its site, and an administrator's program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.services import Services
from medialib.web import i18n

from .factories import make_services
from .signing import add_person, token


@pytest.fixture(scope="session", autouse=True)
def _sentences() -> None:
    i18n.compile_catalogues()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return create_app(services).test_client()


@pytest.fixture
def browser(services: Services) -> FlaskClient:
    """A program: it says who it is with each question."""
    return create_app(services).test_client(use_cookies=False)


@pytest.fixture
def key(services: Services) -> dict[str, str]:
    """An administrator's, for everything."""
    return token(services, add_person(services, "guan", "admin"), "read", "edit", "publish", "admin")
