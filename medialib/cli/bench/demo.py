"""How long the demonstration library takes in an empty store, and whether every lesson of it plays."""

import itertools
import json
import time
from pathlib import Path
from typing import Any

from medialib.cli.bench.browser import find_chromium, watch
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.report import Figure
from medialib.demo.lessons import demonstrations
from medialib.errors import ToolFailed

_BAR_SECONDS = 60
_MOST_SECONDS = 600
_LOOK_SECONDS = 0.5


def measure(folder: Path, extent: Extent) -> list[Figure]:  # noqa: ARG001
    """From the start of `medialib run --demo` on; then each lesson is watched in Chromium, if it is here."""
    group = f"demonstration, {len(demonstrations())} lessons"
    library = make_library(folder, "demo")
    began = time.monotonic()
    with running(library, "--demo"):
        answers = time.monotonic() - began
        first = _wait(library, began, 1, "published")
        all_there = _wait(library, began, len(demonstrations()), "complete")
        chromium = find_chromium()
        verdicts = [watch(chromium, library.address, one, "master") for one in _lessons(library)] if chromium else []
    ended = sum(end and not faults for end, faults in verdicts)
    played = f"{ended} of {len(verdicts)} to their end, 0 errors" if chromium else "not measured: no Chromium here"
    return [
        Figure(group=group, what="the site answers after", value=f"{answers:.1f} s", bar=""),
        Figure(group=group, what="the first lesson is listed after", value=f"{first:.0f} s", bar=""),
        Figure(group=group, what="complete after", value=f"{all_there:.0f} s", bar=f"{_BAR_SECONDS} s"),
        Figure(group=group, what="played in Chromium", value=played, bar="all, 0 errors"),
    ]


def _wait(library: BenchLibrary, began: float, wanted: int, state: str) -> float:
    """Seconds from `began` until so many lessons are there, all of them `complete` if that is the state."""
    finished: set[str] = set()
    while (passed := time.monotonic() - began) < _MOST_SECONDS:
        ids = [one["id"] for one in _lessons(library)]
        if state == "complete" and len(ids) >= wanted:
            waiting = (one for one in ids if one not in finished)
            finished |= set(itertools.takewhile(lambda one: library.lesson(one)["state"] == state, waiting))
        if len(ids) >= wanted and (state != "complete" or finished >= set(ids)):
            return passed
        time.sleep(_LOOK_SECONDS)
    raise ToolFailed("The demonstration library was not made within %(most)s s.", values={"most": _MOST_SECONDS})


def _lessons(library: BenchLibrary) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(library.get("/api/lessons?per_page=100"))["results"]
    return found
