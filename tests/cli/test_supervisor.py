"""Processes that are begun again when they die, share what their supervisor has loaded, and end with it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from medialib.cli.supervisor import process_name

# `stays` sleeps until it is told to end, `fails` does not live long, `ends` has done what it had to do,
# `helped` begins a process of its own, as building an index anew does.
FAMILY = """
import multiprocessing, os, sys, time
from pathlib import Path
from medialib.cli.supervisor import Child, Supervisor

folder, loaded = Path(sys.argv[1]), ["once"]

def begins(name):
    with (folder / name).open("a") as told:
        told.write(f"{os.getpid()} {id(loaded)} {loaded.pop()}\\n")

def stays():
    begins("stays")
    time.sleep(600)

def fails():
    begins("fails")
    sys.exit(3)

def helped():
    helper = multiprocessing.get_context("spawn").Process(target=os.getpid, daemon=True)
    helper.start()
    helper.join()
    (folder / "helped").write_text(str(helper.exitcode))

work = {"stays": stays, "fails": fails, "ends": lambda: begins("ends"), "helped": helped}
children = [Child(name, work[name], once=name in ("ends", "helped")) for name in sys.argv[2:]]
(folder / "loaded").write_text(str(id(loaded)))
(folder / "began").write_text(str(time.monotonic()))
Supervisor(children).watch()
"""


class Family:
    """A supervisor in a process of its own, and what its children tell of themselves."""

    def __init__(self, folder: Path, *names: str):
        self._folder = folder
        self.log = folder / "log"
        with self.log.open("wb") as log:
            argv = [sys.executable, "-c", FAMILY, str(folder), *names]
            self.supervisor = subprocess.Popen(argv, stdout=log, stderr=log)

    def told(self, name: str) -> list[list[str]]:
        """Of each time that this child began: its process, where the supervisor's things lay for it, and which."""
        place = self._folder / name
        return [line.split() for line in place.read_text().splitlines()] if place.exists() else []

    def process(self, name: str, *, beginning: int = 1) -> psutil.Process:
        until(lambda: len(self.told(name)) >= beginning)
        return psutil.Process(int(self.told(name)[beginning - 1][0]))


@pytest.fixture
def families(tmp_path: Path) -> Iterator[Callable[..., Family]]:
    begun: list[Family] = []

    def begin(*names: str) -> Family:
        begun.append(Family(tmp_path, *names))
        return begun[-1]

    yield begin
    for one in begun:
        one.supervisor.terminate()
        one.supervisor.wait(timeout=60)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_child_that_was_killed_is_begun_again_with_all_that_was_loaded(families: Callable[..., Family]) -> None:
    family = families("stays", "ends")
    first = family.process("stays")
    assert first.name() == process_name("stays")
    first.kill()
    second = family.process("stays", beginning=2)
    assert second.pid != first.pid
    loaded = (family.log.parent / "loaded").read_text()
    assert [told[1:] for told in family.told("stays")] == [[loaded, "once"]] * 2, "as it was, whatever the first did"
    assert len(family.told("ends")) == 1, "what has done its work is not begun again"
    family.supervisor.terminate()
    assert family.supervisor.wait(timeout=60) == 0
    assert not second.is_running()
    assert "started again" in family.log.read_text() and "code=-9" in family.log.read_text()


def test_a_child_that_keeps_failing_is_begun_again_more_and_more_seldom(families: Callable[..., Family]) -> None:
    family = families("fails")
    family.process("fails", beginning=3)
    began = float((family.log.parent / "began").read_text())
    assert time.monotonic() - began > 0.5 + 1.0, "half a second, then a whole one"
    assert "code=3" in family.log.read_text()


def test_a_child_may_begin_processes_of_its_own(families: Callable[..., Family], tmp_path: Path) -> None:
    families("helped")
    until((tmp_path / "helped").exists)
    until(lambda: (tmp_path / "helped").read_text() == "0")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_goes_on_alone(families: Callable[..., Family], number: signal.Signals) -> None:
    family = families("stays")
    child = family.process("stays")
    family.supervisor.send_signal(number)
    family.supervisor.wait(timeout=60)
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
