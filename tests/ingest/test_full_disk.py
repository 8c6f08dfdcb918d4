"""A disk without room: what was cut off is not kept, damage is not presumed, and work goes on when there is room."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import media
import pytest

from medialib.catalogue import lookups, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson
from medialib.errors import DiskFull
from medialib.ingest import pipeline, runs
from medialib.ingest.command_parts import Run
from medialib.ingest.errand import Errand
from medialib.ingest.intake import take_in
from medialib.ingest.pipeline import Work
from medialib.ingest.recording import load
from medialib.ingest.workshop import Workshop
from medialib.services import Services
from medialib.store import Store

QUICK: dict[str, Any] = {
    "jobs": {"backoff_seconds": 0.01, "attempts": 2},
    "ladder": {"segment_seconds": 2},
    "tools": {"sandbox": "off"},
}


class FullStore(Store):
    """One whose disk has no room left."""

    @property
    def is_full(self) -> bool:
        return True


@pytest.fixture
def lesson(services: Services, tmp_path: Path) -> Lesson:
    path = media.tone(tmp_path / "a.mp3", seconds=3)
    return take_in(services.workshop, path, Details(title="竹编"), name=path.name).lesson


def with_program(workshop: Workshop, path: Path, script: str) -> Workshop:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return replace(workshop, tools=replace(workshop.tools, ffmpeg=str(path)))


def test_a_segment_whose_end_is_missing_is_not_kept(services: Services, lesson: Lesson, tmp_path: Path) -> None:
    """ffmpeg's hls muxer renames it into place, says nothing, and ends well."""
    recording, run = load(services.workshop, lesson.id), Run(names=("a64",), first=0, count=1)
    place = services.store.segment(lesson.id, 1, "a64", 0)
    with services.leases.hold("whole") as lease:
        assert lease
        runs.carry_out(Errand(workshop=services.workshop, recording=recording, lease=lease), run)
    whole = place.rename(tmp_path / "whole.m4s")
    cut = with_program(services.workshop, tmp_path / "cut", f"head -c 5000 {whole} > a64/0.m4s")
    assert whole.stat().st_size > 5000
    with services.leases.hold("cut") as lease, pytest.raises(DiskFull):
        assert lease
        runs.carry_out(Errand(workshop=cut, recording=recording, lease=lease), run)
    assert not place.exists()


def test_nothing_is_taken_for_damaged_or_given_up_while_there_is_no_room(
    services: Services, lesson: Lesson, tmp_path: Path
) -> None:
    work, store = Work(step="audio", lesson_id=lesson.id), services.store
    nothing = with_program(services.workshop, tmp_path / "nothing", "exit 0")
    others = pipeline.next_work(services.workshop)  # which are more urgent, and would stop this one
    full = replace(nothing, store=FullStore(store.root))
    assert not pipeline.advance(full, lambda: True), "what would fail is not begun"
    for _ in range(4):
        with services.leases.hold(work.lease_name) as lease:
            assert lease
            pipeline.attempt(full, work, lease, lambda: True, idle=others)
    with services.database.read() as session:
        row = work_lookups.step_left(session, lesson.id, "audio")
        assert row is not None and (row.parked, row.attempts) == (False, 1)
        assert row.message == "The server has no room for this file. Please tell the county office."
        assert lookups.lesson(session, lesson.id).notices == []
    assert store.segments(lesson.id, 1, "a64") == {}
    with services.leases.hold(work.lease_name) as lease:
        assert lease and pipeline.attempt(services.workshop, work, lease, lambda: True, idle=others)
    assert store.segments(lesson.id, 1, "a64").keys() == {0, 1}
