"""An empty library for each test, with the settings that its file calls QUICK."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.factories import make_services

from medialib.services import Services


@pytest.fixture
def services(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Services]:
    opened = make_services(tmp_path / "store", **getattr(request.module, "QUICK", {}))
    yield opened
    opened.index.close()
    opened.database.close()
