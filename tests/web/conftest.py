"""A library without any encoding, and a client of its site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.services import Services
from medialib.web import i18n

from .factories import make_services


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
