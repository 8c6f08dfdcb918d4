"""What is counted of a lesson, whoever counts late, and what becomes of work for a lesson that was removed."""

from pathlib import Path
from typing import Any

import media
import pytest

from medialib import tasks
from medialib.catalogue import work_edits, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson, RenditionProgress
from medialib.errors import NotFound
from medialib.ingest import holding, hot, pipeline
from medialib.ingest.errand import Errand
from medialib.ingest.intake import take_in
from medialib.ingest.recording import count, load, recount
from medialib.services import Services

from .working import work_off

QUICK: dict[str, Any] = {
    "jobs": {"backoff_seconds": 0.01},
    "ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240},
    "runs": {"hot_segments": 2},
    "tools": media.AT_ONCE,
}


@pytest.fixture
def lesson(services: Services, tmp_path: Path) -> Lesson:
    path = media.film(tmp_path / "a.mp4", seconds=5, size="640x480")
    return take_in(services.workshop, path, Details(title="竹编"), name=path.name).lesson


def rows(services: Services, lesson: Lesson) -> dict[str, RenditionProgress]:
    with services.database.read() as session:
        return {row.name: row for row in work_lookups.renditions(session, lesson)}


def a_rung_beside(services: Services, lesson: Lesson) -> str:
    return next(name for name, row in rows(services, lesson).items() if name != "v240" and name.startswith("v"))


def test_a_run_that_reports_late_does_not_undo_what_is_complete(services: Services, lesson: Lesson) -> None:
    loaded_early = load(services.workshop, lesson.id)  # while it is not decided which rungs stay
    work_off(services)
    complete = {name: row.size_bytes for name, row in rows(services, lesson).items() if row.complete}
    assert set(complete) == {name for name, row in rows(services, lesson).items() if not row.left_out}
    for name in complete:
        assert count(services.workshop, loaded_early, name)
        with services.database.begin() as session:
            work_edits.record_progress(
                session, lesson_id=lesson.id, version=1, name=name, seconds_done=2.0, complete=False
            )
    after = rows(services, lesson)
    assert {name: row.size_bytes for name, row in after.items() if row.complete} == complete
    assert all(row.seconds_done == pytest.approx(row.seconds_total) for row in after.values() if row.complete)


def test_a_rung_is_not_complete_before_it_is_known_whether_it_stays(services: Services, lesson: Lesson) -> None:
    name = a_rung_beside(services, lesson)
    for number in range(3):
        hot.hurry(services.workshop, lesson.id, 1, name, number)
    row = rows(services, lesson)[name]
    assert row.seconds_done == pytest.approx(row.seconds_total) and not row.complete


def test_a_rung_that_was_left_out_does_not_become_complete(services: Services, lesson: Lesson) -> None:
    name = a_rung_beside(services, lesson)
    loaded_early = load(services.workshop, lesson.id)
    for number in range(3):
        hot.hurry(services.workshop, lesson.id, 1, name, number)
    with services.database.begin() as session:
        work_edits.record_progress(session, lesson_id=lesson.id, version=1, name=name, left_out=True, complete=False)
        work_edits.finish_step(session, lesson.id, "choose")
    assert not count(services.workshop, loaded_early, name)
    assert not rows(services, lesson)[name].complete


def test_what_was_miscounted_is_counted_again(services: Services, lesson: Lesson) -> None:
    work_off(services)
    with services.database.begin() as session:
        for row in work_lookups.renditions(session, lesson):
            row.complete = False
    recount(services.workshop)
    assert all(row.complete or row.left_out for row in rows(services, lesson).values())
    with services.database.read() as session:
        assert [row.name for row in work_lookups.miscounted(session)] == []


def test_a_run_for_a_lesson_that_was_removed_stops_and_leaves_nothing(services: Services, lesson: Lesson) -> None:
    recording = load(services.workshop, lesson.id)
    tasks.remove_lessons(services, [lesson.id])
    recording.source.parent.mkdir(parents=True)
    media.film(recording.source, seconds=5, size="640x480")  # ffmpeg has opened it before
    with services.leases.hold("x") as lease:
        assert lease
        run = hot.bulk_run(services.workshop, recording, {"v240": [0, 1]})
        assert run
        with pytest.raises(NotFound):
            holding.carry_out(Errand(workshop=services.workshop, recording=recording, lease=lease), run)
    assert [path.name for path in services.store.lesson(lesson.id).iterdir()] == ["source.mp4"]  # no run's to delete
    assert list(services.store.temporary.iterdir()) == []


def test_a_step_whose_lesson_is_removed_meanwhile_leaves_nothing(services: Services, lesson: Lesson) -> None:
    (init, *_) = pipeline.next_work(services.workshop)
    made = services.store.version(lesson.id, 1)

    def remove() -> bool:
        if services.store.lesson(lesson.id).exists():
            tasks.remove_lessons(services, [lesson.id])
        return True

    for work in pipeline.next_work(services.workshop):
        with services.leases.hold(work.lease_name) as lease:
            assert lease
            assert pipeline.attempt(services.workshop, work, lease, remove if work is not init else lambda: True)
    assert not made.exists() and list(services.store.temporary.iterdir()) == []
