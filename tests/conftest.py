"""The longest files of tests are begun first, in turn those that wait and those that work: no processor stands idle."""

import gc
import os
from pathlib import Path

import hypothesis
import pytest

# That a machine is busy is no failure of what it computes.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# What modules make lives as long as the process: it is not looked through for garbage, neither now nor later.
gc.disable()

_LONGEST = (
    "journeys/test_kills.py",
    "ingest/test_copying.py",
    "journeys/test_phone.py",
    "web/test_rights.py",
    "journeys/test_television.py",
    "journeys/test_whole_way.py",
    "ingest/test_damage.py",
    "journeys/test_playing.py",
    "cli/test_commands.py",
    "journeys/test_listings.py",
    "ingest/test_pipeline.py",
    "journeys/test_uploads.py",
    "search/test_building.py",
    "journeys/test_figures.py",
    "ingest/test_trimming.py",
    "journeys/test_writers.py",
    "ingest/test_sound.py",
    "journeys/test_packages.py",
    "ingest/test_replanning.py",
    "journeys/test_demo.py",
    "web/test_api_schema.py",
    "journeys/test_search.py",
    "journeys/test_axe.py",
    "journeys/test_desk_axe.py",
    "journeys/test_captions.py",
    "ingest/test_ffmpeg.py",
    "journeys/test_desk.py",
    "journeys/test_pages.py",
    "journeys/test_shelf.py",
)
_HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # this process only hands the tests out: the others wait until it has begun
    import once

    once.install()


@pytest.fixture(scope="session", autouse=True)
def _recordings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """They are made once for all processes, whose own folders lie side by side."""
    import media

    own = tmp_path_factory.getbasetemp()
    media.share((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "recordings")


# A test leaves an application and a library in rings, some ten thousand things each; to look for them after every seven
# hundred took a sixth of the processor.
_THRESHOLDS = (50_000, 20, 100)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        name = item.path.relative_to(_HERE).as_posix()
        return _LONGEST.index(name) if name in _LONGEST else len(_LONGEST)

    items.sort(key=rank)
