"""An empty library for each test, with the settings that its file calls QUICK."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.factories import opened_services

from medialib.services import Services


@pytest.fixture
def services(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Services]:
    """With the ffmpeg that it is parametrised with, if it is."""
    tools = {"tools": {"ffmpeg": request.param}} if hasattr(request, "param") else {}
    with opened_services(tmp_path / "store", **{**getattr(request.module, "QUICK", {}), **tools}) as opened:
        yield opened
