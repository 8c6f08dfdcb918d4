"""Steps are done, fail, rest, are parked and tried again."""

import threading
import time
from pathlib import Path
from typing import Any

import media
import pytest
from web.factories import make_services

from medialib.app import create_app
from medialib.catalogue import lookups, work_edits, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson
from medialib.ingest import hot, pipeline
from medialib.ingest.bitstream import count_samples
from medialib.ingest.failures import advice
from medialib.ingest.intake import take_in
from medialib.ingest.recording import load
from medialib.services import Services
from medialib.web import i18n
from medialib.worker import Worker

from .working import lesson_of, work_off_patiently

QUICK: dict[str, Any] = {
    "jobs": {"backoff_seconds": 0.01, "lease_seconds": 60, "renew_seconds": 0.5, "reconcile_seconds": 1},
    "ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240},
    "runs": {"hot_wait_seconds": 10, "bulk_segments": 2},
    "site": {"language": "en"},
    "tools": media.AT_ONCE,
}


def film(services: Services, path: Path, hertz: int = 440) -> Lesson:
    media.film(path, seconds=5, size="426x240", hertz=hertz)
    return take_in(services.workshop, path, Details(title=path.stem), name=path.name).lesson


def state(services: Services, lesson: Lesson) -> str:
    return lesson_of(services, lesson.id).state


def spoil(services: Services, lesson: Lesson) -> bytes:
    """Replace the kept recording by garbage; returns what it was."""
    source = services.store.source(lesson.id, ".mp4")
    content = source.read_bytes()
    source.write_bytes(b"garbage" * 1000)
    return content


def test_all_steps_make_a_lesson_complete(services: Services, tmp_path: Path) -> None:
    lesson = film(services, tmp_path / "a.mp4")
    work_off_patiently(services)
    assert state(services, lesson) == "complete"
    with services.database.read() as session:
        rows = work_lookups.renditions(session, lesson)
        plan = lookups.current_plan(session, lesson)
        assert work_lookups.steps_left(session, lesson.id) == []
    for row in rows:
        sizes = services.store.segments(lesson.id, 1, row.name)
        assert sorted(sizes) == list(range(plan.segment_count))
        assert row.complete and row.size_bytes == sum(sizes.values())
        assert row.peak_bits_per_second >= row.average_bits_per_second > 0
        assert row.seconds_done == pytest.approx(row.seconds_total)
        assert row.codecs.startswith(("avc1.", "mp4a.40.2"))
    assert services.store.poster(lesson.id, 1, 0, 320, "jpg").read_bytes()[:2] == b"\xff\xd8"
    assert list(services.store.temporary.iterdir()) == []
    assert services.leases.living() == {}


def test_a_step_that_fails_thrice_is_parked_while_other_lessons_complete(services: Services, tmp_path: Path) -> None:
    bad, good = film(services, tmp_path / "a.mp4"), film(services, tmp_path / "b.mp4", hertz=880)
    content = spoil(services, bad)
    work_off_patiently(services)
    assert (state(services, bad), state(services, good)) == ("parked", "complete")
    with services.database.read() as session:
        troubles = work_lookups.troubles(session, bad.id)
    assert {(row.attempts, row.parked) for row in troubles} == {(3, True)}
    told = {row.step: row.message for row in troubles}
    assert told["audio"] == told["start"] == "A part of this recording is damaged: it could not be converted."
    assert all(advice(message) for message in told.values())
    assert all("garbage" not in row.message and row.detail for row in troubles)
    assert list(services.store.temporary.iterdir()) == []

    services.store.source(bad.id, ".mp4").write_bytes(content)
    with services.database.begin() as session:
        work_edits.retry(session, bad.id)
    work_off_patiently(services)
    assert state(services, bad) == "complete"


def test_work_that_is_stopped_keeps_what_was_finished_and_is_no_failure(services: Services, tmp_path: Path) -> None:
    lesson = film(services, tmp_path / "a.mp4")
    for step in ("init", "poster"):
        with services.leases.hold("x") as lease:
            assert lease
            pipeline.attempt(services.workshop, pipeline.Work(step=step, lesson_id=lesson.id), lease, lambda: True)
    pipeline.advance(services.workshop, lambda: False)
    with services.database.read() as session:
        assert next(iter(work_lookups.steps_left(session, lesson.id))).step == "audio"
        assert work_lookups.troubles(session, lesson.id) == []
    assert list(services.store.temporary.iterdir()) == []


def test_a_hot_run_makes_the_wanted_segment_and_the_next_ones_only(services: Services, tmp_path: Path) -> None:
    lesson = film(services, tmp_path / "a.mp4")
    hot.hurry(services.workshop, lesson.id, 1, "v240", 0)
    assert sorted(services.store.segments(lesson.id, 1, "v240")) == [0]
    hot.hurry(services.workshop, lesson.id, 1, "v240", 1)
    made = services.store.segments(lesson.id, 1, "v240")
    assert sorted(made) == [0, 1, 2]
    before = {number: services.store.segment(lesson.id, 1, "v240", number).stat().st_mtime_ns for number in made}
    hot.hurry(services.workshop, lesson.id, 1, "v240", 1)
    work_off_patiently(services)
    after = {number: services.store.segment(lesson.id, 1, "v240", number).stat().st_mtime_ns for number in made}
    assert before == after
    assert state(services, lesson) == "complete"


def test_a_hot_run_that_fails_is_answered_503_with_a_time_to_come_back(tmp_path: Path) -> None:
    i18n.compile_catalogues()
    patient = {"jobs": QUICK["jobs"] | {"backoff_seconds": 60}, "runs": QUICK["runs"] | {"hot_wait_seconds": 60}}
    services = make_services(tmp_path / "store", **QUICK | patient)
    lesson = film(services, tmp_path / "a.mp4")
    content = spoil(services, lesson)
    client = create_app(services).test_client()
    address = f"/media/{lesson.id}/v1/v240/2.m4s"
    worker = Worker(services)
    worker.start()
    try:
        began = time.monotonic()
        answer = client.get(address)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 2
        assert answer.text == "A part of this recording is damaged: it could not be converted.\n"
        assert time.monotonic() - began < 30, "half as long as for one that only takes its time"
        services.store.source(lesson.id, ".mp4").write_bytes(content)
        with services.database.begin() as session:
            work_edits.retry(session, lesson.id)
        with client.get(address) as good:
            assert (good.status_code, good.mimetype) == (200, "video/mp4")
    finally:
        worker.stop()
        services.index.close()
        services.database.close()


def test_two_players_that_ask_for_the_same_start_one_run(services: Services, tmp_path: Path) -> None:
    lesson = film(services, tmp_path / "a.mp4")
    hurried = [threading.Thread(target=hot.hurry, args=(services.workshop, lesson.id, 1, "v240", 0)) for _ in range(2)]
    for thread in hurried:
        thread.start()
    for thread in hurried:
        thread.join()
    assert sorted(services.store.segments(lesson.id, 1, "v240")) == [0]
    assert list(services.store.temporary.iterdir()) == []


def test_a_run_that_decodes_nothing_keeps_nothing_and_fails(services: Services, tmp_path: Path) -> None:
    """Where nothing of the whole recording can be decoded: one that can is shown in spite of its broken parts."""
    lesson = film(services, tmp_path / "a.mp4")
    content = services.store.source(lesson.id, ".mp4").read_bytes()
    begin = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4 if content.index(b"moov") > begin else len(content)
    services.store.source(lesson.id, ".mp4").write_bytes(content[:begin] + bytes(end - begin) + content[end:])
    hot.hurry(services.workshop, lesson.id, 1, "v240", 2)
    assert services.store.segments(lesson.id, 1, "v240") == {}
    assert not services.store.init(lesson.id, 1, "v240").exists()
    with services.database.read() as session:
        (trouble,) = work_lookups.troubles(session, lesson.id)
    assert (trouble.step, trouble.attempts) == ("hot:v240:2", 1)
    assert trouble.detail.startswith(("v240 segment 2 holds 0 of ", "ffmpeg"))


def test_an_unforeseen_failure_parks_its_step_and_other_lessons_go_on(services: Services, tmp_path: Path) -> None:
    """A full disk, a missing tool: not every failure is ffmpeg's."""
    blocked, fine = film(services, tmp_path / "a.mp4"), film(services, tmp_path / "b.mp4", hertz=500)
    services.store.version(blocked.id, 1).write_bytes(b"a file where a directory should be made")
    work_off_patiently(services)
    assert (state(services, blocked), state(services, fine)) == ("parked", "complete")
    with services.database.read() as session:
        trouble = work_lookups.troubles(session, blocked.id)[0]
    assert trouble.parked
    assert "NotADirectoryError" in trouble.detail or "FileExistsError" in trouble.detail


def test_an_older_silent_lessons_last_step_comes_after_a_newer_ones_start(services: Services, tmp_path: Path) -> None:
    media.film(tmp_path / "silent.mp4", seconds=3, size="854x480", sound_seconds=0)
    take_in(services.workshop, tmp_path / "silent.mp4", Details(title="silent"), name="silent.mp4")
    newer = film(services, tmp_path / "newer.mp4")
    order = [(work.step, work.lesson_id == newer.id) for work in pipeline.next_work(services.workshop)]
    assert order.index(("start", True)) < order.index(("rungs", False))


def test_a_step_whose_segments_are_all_being_made_is_left_alone(services: Services, tmp_path: Path) -> None:
    """Otherwise the worker would spin until the hot run has ended."""
    lesson = film(services, tmp_path / "a.mp4")
    for step in ("init", "poster", "audio", "rungs"):
        with services.database.begin() as session:
            work_edits.finish_step(session, lesson.id, step)
    with services.leases.hold(f"hot:{lesson.id}:1:v240:0-3") as lease:
        assert lease is not None
        assert pipeline.advance(services.workshop, lambda: True) is False
    assert pipeline.advance(services.workshop, lambda: True) is True


def test_the_other_rungs_wait_while_another_worker_still_chooses_among_them(services: Services, tmp_path: Path) -> None:
    """Otherwise what was left out would be made all the same, and what stays would never be counted as complete."""
    media.film(tmp_path / "a.mp4", seconds=5, size="640x360", sound_seconds=0)
    lesson = take_in(services.workshop, tmp_path / "a.mp4", Details(title="a"), name="a.mp4").lesson
    with services.leases.hold(f"work:{lesson.id}:choose") as lease:
        assert lease is not None
        work_off_patiently(services)
        with services.database.read() as session:
            assert [row.step for row in work_lookups.steps_left(session, lesson.id)] == ["choose", "rungs"]
    work_off_patiently(services)
    assert state(services, lesson) == "complete"
    with services.database.read() as session:
        assert {row.name: row.complete for row in work_lookups.renditions(session, lesson)} == {
            "v240": True,
            "v360": True,
        }


def test_work_that_somebody_else_does_does_not_stop_other_work(services: Services, tmp_path: Path) -> None:
    """Two workers must not stop each other's runs for ever."""
    first = film(services, tmp_path / "a.mp4")
    with services.leases.hold(f"work:{first.id}:init") as lease:
        assert lease is not None
        second = film(services, tmp_path / "b.mp4", hertz=500)
        work_off_patiently(services)
        assert (state(services, first), state(services, second)) == ("published", "complete")


def test_the_samples_of_a_segment_are_counted_and_a_cut_off_one_has_none(services: Services, tmp_path: Path) -> None:
    lesson = film(services, tmp_path / "a.mp4")
    hot.hurry(services.workshop, lesson.id, 1, "v240", 0)
    plan = load(services.workshop, lesson.id).plan
    whole = services.store.segment(lesson.id, 1, "v240", 0).read_bytes()
    assert count_samples(whole) == plan.samples(plan.video[0], 0) > 1
    assert count_samples(b"") == count_samples(b"\0\0\0\x08free") == count_samples(whole[:40]) == 0


def test_sound_that_is_asked_for_anywhere_falls_on_the_grid(services: Services, tmp_path: Path) -> None:
    """Segments of 2 s begin with an AAC frame only every 8 s; each must hold just its own frames all the same."""
    path = media.tone(tmp_path / "a.mp3", seconds=25)
    lesson = take_in(services.workshop, path, Details(title="a"), name="a.mp3").lesson
    for number in (9, 5, 1):
        hot.hurry(services.workshop, lesson.id, 1, "a64", number)
    work_off_patiently(services)
    assert state(services, lesson) == "complete"
    with services.database.read() as session:
        assert work_lookups.troubles(session, lesson.id) == []
    plan = load(services.workshop, lesson.id).plan
    for number in range(plan.segment_count):
        segment = services.store.segment(lesson.id, 1, "a64", number).read_bytes()
        assert count_samples(segment) == plan.samples(plan.audio[1], number)
