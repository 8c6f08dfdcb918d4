"""The worker: hints and reconciling."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import media
import pytest
from sqlalchemy import delete, event, update
from sqlalchemy.exc import OperationalError
from web.factories import add_lesson, make_services

from medialib import finding, reconciling, tasks
from medialib.catalogue import lookups, moves, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson, StepLeft
from medialib.ingest import pipeline
from medialib.ingest.intake import take_in
from medialib.jobs.leases import LeaseRow
from medialib.jobs.queue import BULK, Queues
from medialib.search.index import IndexUnavailable
from medialib.services import Services
from medialib.worker import Worker

PACES = {"lease_seconds": 60, "renew_seconds": 0.5, "reconcile_seconds": 0.2}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store", jobs=PACES)
    yield opened
    opened.index.close()
    opened.database.close()


def titles(services: Services, words: str) -> list[str]:
    with services.database.read() as session:
        return [one.title for one in finding.find(services, session, words=words).lessons]


def state_of(services: Services, lesson_id: str) -> str:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id).state


def indexed(services: Services) -> int:
    try:
        return services.index.count()
    except IndexUnavailable:
        return 0  # nothing was ever put


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_lesson_is_found_within_seconds_of_the_date_that_it_was_published_for(services: Services) -> None:
    lesson_id = add_lesson(services, "按时发布的课", searchable=False)
    with services.database.begin() as session:
        moves.move(session, lesson_id, "published", by=None, at=time.time() + 3600)
    tasks.index_stale(services)
    assert indexed(services) == 0
    with services.database.begin() as session:  # as if that hour had gone by
        session.execute(update(Lesson).values(published_at=time.time()))
    working = Worker(services)
    working.start()
    try:
        until(lambda: indexed(services) == 1)
        assert titles(services, "按时") == ["按时发布的课"]
    finally:
        working.stop()


def test_reconciling_sweeps_what_no_living_lease_owns(services: Services) -> None:
    with services.leases.hold("mine") as mine:
        assert mine
        services.store.workspace(mine.token)
        (services.store.temporary / ("deadbeef" * 2)).mkdir()
        reconciling.reconcile(services, quiet=True)
        assert [path.name for path in services.store.temporary.iterdir()] == [mine.token]


def test_reconciling_issues_lost_work_again_once(services: Services) -> None:
    lesson_id = add_lesson(services)
    with services.database.begin() as session:
        session.add(StepLeft(lesson_id=lesson_id, step="audio", rank=1, queued_at=0.0))
    reconciling.reconcile(services, quiet=False)
    reconciling.reconcile(services, quiet=False)
    assert services.queues.depth(BULK) == 1


def test_a_worker_lives_from_its_making_to_its_stop_and_indexes_what_is_announced(services: Services) -> None:
    assert not tasks.worker_lives(services)
    working = Worker(services)
    working.start()
    assert tasks.worker_lives(services)
    lesson_id = add_lesson(services, "竹编", searchable=False)
    tasks.announce(services, lesson_id)
    until(lambda: titles(services, "zhubian") == ["竹编"])
    working.stop()
    assert not tasks.worker_lives(services)


def lose_leases(services: Services) -> None:
    """As if this process had slept while another swept."""
    with services.database.begin() as session:
        session.execute(delete(LeaseRow))
    services.leases.renew()


def test_a_worker_that_lost_its_lease_takes_it_again(services: Services) -> None:
    working = Worker(services)
    working.start()
    lose_leases(services)
    until(lambda: tasks.worker_lives(services))
    working.stop()
    assert not tasks.worker_lives(services)


def test_reconciling_does_not_take_a_sleep_for_the_end_of_its_own_work(services: Services) -> None:
    with services.leases.hold("mine") as mine:
        assert mine
        services.store.workspace(mine.token)
        with services.database.begin() as session:
            session.execute(update(LeaseRow).values(expires_at=time.time() - 1))
        reconciling.reconcile(services, quiet=False)
        assert not mine.lost.is_set()
        assert [path.name for path in services.store.temporary.iterdir()] == [mine.token]


def test_work_goes_on_though_the_queue_does_not_answer(tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="NOT TESTED: pip install redis")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        jobs = {"url": f"redis://127.0.0.1:{held.getsockname()[1]}/0", "reconcile_seconds": 1}
        services = make_services(tmp_path / "store", jobs=jobs, ladder={"preset": "ultrafast"}, tools=media.AT_ONCE)
        path = media.tone(tmp_path / "a.mp3", seconds=1)
        lesson_id = take_in(services.workshop, path, Details(title="竹编"), name=path.name).lesson.id
        working = Worker(services)
        working.start()
        try:
            until(lambda: state_of(services, lesson_id) == "complete")
        finally:
            working.stop()
    services.index.close()
    services.database.close()


def test_what_is_due_is_shown_in_the_middle_of_a_run_that_stands_in_for_the_queue(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = threading.Event()

    def run(_workshop: object, keep_going: Callable[[], bool]) -> bool:
        running.set()
        until(lambda: not keep_going())
        return False

    monkeypatch.setattr(Queues, "is_away", True)
    monkeypatch.setattr(pipeline, "advance", run)
    working = Worker(services)
    working.start()
    try:
        assert running.wait(60)
        lesson_id = add_lesson(services, "按时发布的课", searchable=False)
        with services.database.begin() as session:
            moves.move(session, lesson_id, "published", by=None, at=time.time() + 1)
        until(lambda: indexed(services) == 1)
    finally:
        working.stop()
    until(lambda: not working._reconciler.is_alive() and not working._stand_in.is_alive())


def test_a_message_for_a_lesson_that_is_gone_does_no_harm(services: Services) -> None:
    working = Worker(services)
    working.start()
    services.queues.send("hot", "prepare", "nosuch2345")
    services.queues.send("hot", "segment", "nosuch2345", 1, "v480", 3)
    lesson_id = add_lesson(services, "茶叶", searchable=False)
    services.queues.send("hot", "index")
    until(lambda: titles(services, "chaye") == ["茶叶"])
    working.stop()
    with services.database.read() as session:
        assert work_lookups.troubles(session, lesson_id) == []


def test_the_reconciler_outlives_a_database_that_is_away(services: Services) -> None:
    failures: list[str] = []

    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if threading.current_thread().name == "reconciler" and len(failures) < 6:
            failures.append(statement)
            raise OperationalError(statement, None, Exception("disk I/O error"))

    event.listen(services.database.engine, "before_cursor_execute", fail)
    working = Worker(services)
    working.start()
    try:
        until(lambda: len(failures) == 6)
        add_lesson(services, "竹编", searchable=False)
        until(lambda: titles(services, "zhubian") == ["竹编"])
    finally:
        working.stop()
    assert (len(failures), titles(services, "zhubian")) == (6, ["竹编"])
