"""Hot runs: they give way, are asked for again, and leave no trace of failures that are over."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import media
import pytest
from flask import Flask

from medialib import metrics
from medialib.app import create_app
from medialib.catalogue import work_edits, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson, hot_step
from medialib.errors import ToolFailed
from medialib.ingest import hot, pipeline
from medialib.ingest.command_parts import Run
from medialib.ingest.intake import take_in
from medialib.ingest.waiting import Waiting
from medialib.services import Services
from medialib.worker import Worker

QUICK: dict[str, Any] = {
    "jobs": {"backoff_seconds": 60, "lease_seconds": 5, "renew_seconds": 0.5, "reconcile_seconds": 60},
    "ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240},
    "runs": {"hot_wait_seconds": 60, "hot_segments": 4},
    "tools": media.AT_ONCE,
}
STRANGER = ("another", Run(names=("v240",), first=0, count=1, hot=True))


@pytest.fixture
def lesson(services: Services, tmp_path: Path) -> Lesson:
    path = media.film(tmp_path / "a.mp4", seconds=30, size="426x240")
    return take_in(services.workshop, path, Details(title="竹编"), name=path.name).lesson


def outcomes(name: str) -> float:
    return metrics.HOT_RUNS.labels(name)._value.get()  # type: ignore[no-any-return]


def made(services: Services, lesson: Lesson, name: str = "v240") -> list[int]:
    return sorted(services.store.segments(lesson.id, 1, name))


def fail(services: Services, lesson: Lesson, step: str) -> None:
    with services.database.begin() as session:
        work_edits.record_failure(
            session, lesson_id=lesson.id, step=step, error=ToolFailed("no"), attempts=3, backoff_seconds=60
        )


def troubles(services: Services, lesson: Lesson) -> list[str]:
    with services.database.read() as session:
        return [row.step for row in work_lookups.troubles(session, lesson.id)]


def ask(app: Flask, address: str, answers: list[int]) -> None:
    with app.test_client() as client, client.get(address) as answer:
        answers.append(answer.status_code)


class Chased(Waiting):
    """Whenever somebody begins to wait, somebody else does a moment later."""

    def begin(self, token: str, lesson_id: str, run: Run) -> None:
        super().begin(token, lesson_id, run)
        super().begin("stranger", *STRANGER)


def test_where_a_player_begins_or_jumps_to_one_segment_is_made_and_then_several(
    services: Services, lesson: Lesson
) -> None:
    for number, then in ((0, [0]), (1, [0, 1, 2, 3, 4]), (9, [0, 1, 2, 3, 4, 9])):
        hot.hurry(services.workshop, lesson.id, 1, "v240", number)
        assert made(services, lesson) == then


def test_a_run_gives_way_after_its_first_segment_and_is_not_counted_as_made(services: Services, lesson: Lesson) -> None:
    hot.hurry(services.workshop, lesson.id, 1, "v240", 0)
    gave_way, whole = outcomes("gave way"), outcomes("made")
    services.workshop.waiting.begin("stranger", *STRANGER)
    hot.hurry(services.workshop, lesson.id, 1, "v240", 1)
    assert 1 in made(services, lesson) and len(made(services, lesson)) < 5
    assert (outcomes("gave way"), outcomes("made")) == (gave_way + 1, whole)


def test_a_run_ends_with_its_worker(services: Services, lesson: Lesson) -> None:
    hot.hurry(services.workshop, lesson.id, 1, "v240", 1, keep_going=lambda: False)
    assert made(services, lesson) == [] and not services.workshop.leases.living("hot:")


def test_picture_and_sound_of_the_same_part_do_not_give_way_to_each_other(services: Services, lesson: Lesson) -> None:
    hot.hurry(services.workshop, lesson.id, 1, "v240", 0)
    services.workshop.waiting.begin("sound", lesson.id, Run(names=("a64",), first=1, count=4, hot=True))
    hot.hurry(services.workshop, lesson.id, 1, "v240", 1)
    assert made(services, lesson) == [0, 1, 2, 3, 4]


def test_who_came_last_goes_first_and_the_others_go_on_then(services: Services, lesson: Lesson) -> None:
    chased = Chased()
    workshop = replace(services.workshop, waiting=chased)
    waiting = threading.Thread(target=hot.hurry, args=(workshop, lesson.id, 1, "v240", 5))
    waiting.start()
    time.sleep(1.5)
    assert made(services, lesson) == []
    chased.end("stranger")
    waiting.join()
    assert made(services, lesson) == [5]


def test_who_waits_for_a_segment_of_a_run_that_ended_early_gets_it(services: Services, lesson: Lesson) -> None:
    app = create_app(services)
    with services.database.begin() as session:  # nobody else makes it
        for row in work_lookups.steps_left(session, lesson.id):
            work_edits.finish_step(session, lesson.id, row.step)
    worker = Worker(services)
    worker.start()
    answers: list[int] = []
    try:
        with services.leases.hold(f"hot:{lesson.id}:1:v240:8-12"):  # as far as anybody knows it is being made
            waiting = threading.Thread(target=ask, args=(app, f"/media/{lesson.id}/v1/v240/9.m4s", answers))
            waiting.start()
            time.sleep(1)
        began = time.monotonic()
        waiting.join()
        assert answers == [200]
        assert time.monotonic() - began < 30, "the reconciler would come by in a minute"
    finally:
        worker.stop()


def test_many_who_wait_for_the_same_ask_again_as_one(services: Services, lesson: Lesson) -> None:
    app = create_app(services)
    place = services.store.segment(lesson.id, 1, "a64", 3)
    answers: list[int] = []
    arguments = (app, f"/media/{lesson.id}/v1/a64/3.m4s", answers)
    threads = [threading.Thread(target=ask, args=arguments) for _ in range(5)]
    before = services.queues.depth("hot")
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while (seconds := time.monotonic() - began) < 2.7 or services.queues.depth("hot") - before <= 5:
        assert seconds < 50
        time.sleep(0.1)
    asked = services.queues.depth("hot") - before
    seconds = time.monotonic() - began
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"segment")
    for thread in threads:
        thread.join()
    assert answers == [200] * 5
    assert 5 < asked <= 5 + 2 + seconds


def test_what_failed_just_now_is_not_tried_again_at_once(services: Services, lesson: Lesson) -> None:
    fail(services, lesson, hot_step("v240", 2))
    hot.hurry(services.workshop, lesson.id, 1, "v240", 2)
    assert made(services, lesson) == []


def test_a_segment_that_cannot_be_put_into_the_store_is_a_failure_that_rests(
    services: Services, lesson: Lesson
) -> None:
    place = services.store.segment(lesson.id, 1, "v240", 2).parent
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"a file where a directory should be made")
    before = outcomes("failed")
    for _ in range(2):
        hot.hurry(services.workshop, lesson.id, 1, "v240", 2)
    assert troubles(services, lesson) == [hot_step("v240", 2)]
    assert outcomes("failed") == before + 1, "whoever asks again in the meantime is told so, and nothing is tried"


def test_a_failure_is_forgotten_once_the_segment_is_made_by_whomever(services: Services, lesson: Lesson) -> None:
    for step in (hot_step("a64", 2), hot_step("a64", 99), hot_step("v240", 2)):
        fail(services, lesson, step)
    for step in ("init", "poster"):
        with services.database.begin() as session:
            work_edits.finish_step(session, lesson.id, step)
    pipeline.advance(services.workshop, lambda: True)
    assert 2 in made(services, lesson, "a64")
    assert troubles(services, lesson) == [hot_step("a64", 99), hot_step("v240", 2)]
