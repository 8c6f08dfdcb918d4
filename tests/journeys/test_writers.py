"""The writer of the index is killed as it writes, while servers answer from the index."""

import os
import random
from pathlib import Path

import pytest

from medialib.cli.bench import writers
from medialib.cli.bench.library import make_library

pytestmark = pytest.mark.xdist_group("kills")

# The benchmark kills thirty times; fewer keep the suite short.
_KILLS = int(os.environ.get("MEDIALIB_KILLS", "6"))


def test_no_kill_of_the_writer_is_seen_by_those_who_search(tmp_path: Path) -> None:
    library = make_library(tmp_path, "library", writers.SETTINGS)
    outcome = writers.write_and_kill(library, kills=_KILLS, chance=random.Random(7))
    assert (outcome.errors, outcome.shrunk) == ([], [])
    assert (outcome.killed, outcome.opened) == (_KILLS, _KILLS)
    assert outcome.found == outcome.lessons > _KILLS
    assert outcome.answers > 2 * _KILLS
