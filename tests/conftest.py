"""The longest files of tests are begun first, so that no processor waits for another at the end."""

from pathlib import Path

import once
import pytest

once.install()

_LONGEST = (
    "journeys/test_kills.py",
    "ingest/test_copying.py",
    "journeys/test_demo.py",
    "ingest/test_damage.py",
    "ingest/test_pipeline.py",
    "journeys/test_listings.py",
    "journeys/test_writers.py",
    "journeys/test_packages.py",
    "journeys/test_playing.py",
)
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        name = item.path.relative_to(_HERE).as_posix()
        return _LONGEST.index(name) if name in _LONGEST else len(_LONGEST)

    items.sort(key=rank)
