"""Queues: hints get from whoever sends them to the worker, in another process if need be."""

import itertools
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from medialib.errors import MissingDriver
from medialib.jobs.queue import BULK, HOT, Queues

Calls = queue.Queue[tuple[object, ...]]


@contextmanager
def working(queues: Queues, name: str) -> Iterator[None]:
    consumer = queues.consumer(name, workers=1, poll_seconds=0.02)
    consumer.start()
    try:
        yield
    finally:
        consumer.stop(graceful=True)


def test_a_hint_reaches_its_handler_with_its_arguments(tmp_path: Path) -> None:
    calls: Calls = queue.Queue()
    sender, worker = Queues("", tmp_path), Queues("", tmp_path)
    worker.on("make", lambda *arguments: calls.put(arguments))
    sender.send(BULK, "make", "abcdefghjk", 7)
    with working(worker, BULK):
        assert calls.get(timeout=60) == ("abcdefghjk", 7)


def test_hints_wait_for_a_worker_and_are_counted(tmp_path: Path) -> None:
    sender = Queues("", tmp_path)
    assert (sender.depth(HOT), sender.depth(BULK)) == (0, 0)
    for number in range(3):
        sender.send(BULK, "make", number)
    sender.send(HOT, "make", 9)
    assert (Queues("", tmp_path).depth(HOT), Queues("", tmp_path).depth(BULK)) == (1, 3)


def test_a_worker_of_one_queue_leaves_the_other_alone(tmp_path: Path) -> None:
    calls: Calls = queue.Queue()
    queues = Queues("", tmp_path)
    queues.on("make", lambda *arguments: calls.put(arguments))
    queues.send(BULK, "make", "bulk")
    queues.send(HOT, "make", "hot")
    with working(queues, HOT):
        assert calls.get(timeout=60) == ("hot",)
    assert (queues.depth(HOT), queues.depth(BULK)) == (0, 1)


def test_hints_come_in_the_order_of_their_sending(tmp_path: Path) -> None:
    calls: Calls = queue.Queue()
    queues = Queues("", tmp_path)
    queues.on("make", lambda *arguments: calls.put(arguments))
    for number in range(5):
        queues.send(BULK, "make", number)
    with working(queues, BULK):
        assert [calls.get(timeout=60) for _ in range(5)] == [(number,) for number in range(5)]


def test_idle_workers_look_as_often_as_one_and_all_of_them_work(tmp_path: Path) -> None:
    queues, poll_seconds = Queues("", tmp_path), 0.02
    together, calls = threading.Barrier(3, timeout=60), Calls()

    def handle(number: int) -> None:
        together.wait()
        calls.put((number,))

    queues.on("make", handle)
    consumer = queues.consumer(BULK, workers=3, poll_seconds=poll_seconds)
    looks, look, looked = itertools.count(1), consumer.huey.dequeue, threading.Event()
    consumer.huey.dequeue = lambda: looked.set() if next(looks) == 15 else look()
    began = time.monotonic()
    consumer.start()
    try:
        assert looked.wait(60)
        assert time.monotonic() - began >= (15 - 3) * poll_seconds
        for number in range(3):
            queues.send(BULK, "make", number)
        assert {calls.get(timeout=60) for _ in range(3)} == {(0,), (1,), (2,)}
    finally:
        consumer.stop(graceful=True)


def test_a_handler_that_fails_does_not_stop_the_next(tmp_path: Path) -> None:
    calls: Calls = queue.Queue()

    def handle(number: int) -> None:
        if number == 1:
            raise ValueError
        calls.put((number,))

    queues = Queues("", tmp_path)
    queues.on("make", handle)
    for number in (1, 2):
        queues.send(BULK, "make", number)
    with working(queues, BULK):
        assert calls.get(timeout=60) == (2,)


@pytest.mark.parametrize(
    ("question", "error", "done", "said"),
    [
        ("peek_many", sqlite3.OperationalError, [2], "the queue (jobs.url) does not answer"),
        ("delete_data", sqlite3.OperationalError, [1, 2], "the queue (jobs.url) does not answer"),
        ("delete_data", ValueError, [1, 2], "a message was not served"),
    ],
)
def test_a_queue_that_fails_before_or_after_a_task_ends_no_thread(
    tmp_path: Path, question: str, error: type[Exception], done: list[int], said: str
) -> None:
    calls: Calls = queue.Queue()
    queues = Queues("", tmp_path)
    queues.on("make", lambda *arguments: calls.put(arguments))
    for number in (1, 2):
        queues.send(BULK, "make", number)
    storage = queues._queues[BULK].storage
    answering = getattr(storage, question)

    def fail(*_asked: object) -> None:
        setattr(storage, question, answering)
        raise error("database is locked")

    setattr(storage, question, fail)
    with capture_logs() as told, working(queues, BULK):
        assert [calls.get(timeout=60) for _ in done] == [(number,) for number in done]
    assert said in told[0]["event"]


def test_a_message_that_cannot_be_read_ends_no_thread(tmp_path: Path) -> None:
    calls: Calls = queue.Queue()
    queues = Queues("", tmp_path)
    queues.on("make", lambda *arguments: calls.put(arguments))
    queues._queues[BULK].storage.enqueue(b"of an earlier version")
    queues.send(BULK, "make", 2)
    with capture_logs() as told, working(queues, BULK):
        assert calls.get(timeout=60) == (2,)
    assert [(line["log_level"], line["exc_info"]) for line in told] == [("error", True)]


def test_a_file_that_is_locked_holds_up_no_other_queue(tmp_path: Path) -> None:
    queues = Queues("", tmp_path)
    with closing(sqlite3.connect(tmp_path / "bulk.db", isolation_level=None)) as file:
        file.execute("DROP TABLE task")
    queues.send(BULK, "make", 1)
    queues.send(HOT, "make", 2)
    assert (queues.known_depth(BULK), queues.known_depth(HOT), queues.is_away) == (None, 1, True)


def test_a_queue_that_cannot_be_written_to_loses_a_hint_and_nothing_else(tmp_path: Path) -> None:
    queues = Queues("", tmp_path)
    queues.send(BULK, "make", 1)
    with closing(sqlite3.connect(tmp_path / "bulk.db", isolation_level=None)) as file:
        file.execute("DROP TABLE task")
    with capture_logs() as told:
        queues.send(BULK, "make", 2)
        queues.send(BULK, "make", 3)
    assert [line["event"] for line in told] == [
        "the queue (jobs.url) does not answer; work goes on without it, only more slowly"
    ]
    assert queues.known_depth(BULK) is None


@pytest.mark.parametrize(("url", "package"), [("redis://127.0.0.1", "redis"), ("postgresql://127.0.0.1/x", "psycopg")])
def test_a_driver_that_is_missing_is_said_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.exceptions", None)
    with pytest.raises(MissingDriver, match=r"pip install -c requirements\.txt"):
        Queues(url, tmp_path)
