"""A queue that is away is left alone for a while, longer each time, and told of once each time."""

import socket
import threading
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from medialib.errors import BadSettings
from medialib.jobs.queue import HOT, Queues
from medialib.jobs.reach import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Reach


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def failing() -> int:
    raise ConnectionError("nobody\n  listens")


def test_it_is_left_alone_for_longer_each_time_and_asked_again_afterwards() -> None:
    clock = Clock()
    queue = Reach((ConnectionError,), clock=clock)
    pauses = []
    with capture_logs() as told:
        for _ in range(8):
            assert queue.ask(failing) is None
            pauses.append(queue.pause_seconds)
            assert queue.ask(lambda: 1) is None  # nobody asks it now
            clock.now += queue.pause_seconds
        assert queue.ask(lambda: 7) == 7
        assert queue.ask(failing) is None
    assert pauses == [0.5, 1, 2, 4, 8, *[LONGEST_PAUSE_SECONDS] * 3]
    assert (queue.pause_seconds, told[0]["error"]) == (0.5, "nobody listens")
    assert [line["log_level"] for line in told] == [*["warning"] * 8, "info", "warning"]


def test_a_mistake_of_ours_is_none_of_the_queues() -> None:
    with pytest.raises(ZeroDivisionError):
        Reach((ConnectionError,)).ask(lambda: 1 // 0)


def test_an_address_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="NOT TESTED: pip install redis")
    with pytest.raises(BadSettings, match=r"jobs\.url is not an address"):
        Queues("redis://host:port/0", tmp_path)


def test_workers_wait_for_a_queue_that_is_away_without_a_traceback_and_find_it_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()
    queues = Queues("", tmp_path)
    queues.on("make", lambda *_: done.set())
    with capture_logs() as told:
        queues.send(HOT, "make")
        storage = queues._queues[HOT].storage
        working, storage.dequeue = storage.dequeue, lambda: storage.sql("SELECT * FROM nothing")
        consumer = queues.consumer(HOT, workers=2, poll_seconds=0.02)
        began = time.monotonic()
        consumer.start()
        while len(told) < 3:
            assert time.monotonic() < began + 60
            time.sleep(0.02)
        assert time.monotonic() - began > 2 * FIRST_PAUSE_SECONDS, "a pause before each question but the first"
        assert not done.is_set()
        storage.dequeue = working
        assert done.wait(60)
        consumer.stop(graceful=True)
    failed = [line for line in told if line["log_level"] == "warning"]
    assert len(failed) >= 3 and "Traceback" not in caplog.text
    assert told[-1]["event"] == "the queue (jobs.url) answers again"


def test_a_server_that_takes_questions_and_answers_none_is_not_waited_for_without_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("redis", reason="NOT TESTED: pip install redis")
    monkeypatch.setattr("medialib.jobs.queue._REDIS_PATIENCE", {"socket_connect_timeout": 0.3, "socket_timeout": 0.3})
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        queues = Queues(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0", tmp_path)
        began = time.monotonic()
        assert queues.known_depth(HOT) is None
        queues.send(HOT, "make")
        assert time.monotonic() - began < 5
