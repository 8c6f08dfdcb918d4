"""Processes are killed at any moment; afterwards everything is as if nothing had happened."""

import random
from pathlib import Path

import psutil
import pytest

from medialib.cli.bench import kills
from medialib.cli.bench.library import make_library, running
from medialib.store import Store

from .running import troubles_of

pytestmark = pytest.mark.xdist_group("kills")


# The benchmark kills thirty times; fewer keep the suite short.
_KILLS = 8


def test_after_many_kills_everything_completes_by_itself(tmp_path: Path) -> None:
    library = make_library(tmp_path, "library", kills.SETTINGS)
    recordings = kills.make_recordings(tmp_path, count=2)
    with running(library) as supervisor:
        outcome = kills.kill_and_wait(library, supervisor, recordings, kills=_KILLS, chance=random.Random(2023))
        family = psutil.Process(supervisor.pid).children(recursive=True)
    assert psutil.wait_procs(family, timeout=60)[1] == []
    assert len(outcome.killed) == _KILLS
    assert set(outcome.killed) == {"ffmpeg", "work", "serve"}
    assert (outcome.complete, outcome.leftovers, outcome.holes) == (outcome.lessons, (), ())
    for one in outcome.lessons:
        assert troubles_of(Store(library.folder).lesson(one), tmp_path) == []
