"""The one place that runs programs: limits around them, and none left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import psutil
import pytest

from medialib.errors import DiskFull, MissingTool, Stopped, ToolFailed, ToolKilled
from medialib.ingest import ffmpeg
from medialib.ingest.ffmpeg import Limits, Reach, confine, working_bubblewrap


def limits(*, wall: float = 20, stall: float = 20, sandbox: str = "off", nice: int = 7) -> Limits:
    return Limits(memory_bytes=2 << 30, wall_seconds=wall, stall_seconds=stall, nice=nice, sandbox=sandbox)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    return Reach(reads=None, writes=tmp_path)


def without_bubblewrap(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", str(folder))
    working_bubblewrap.cache_clear()


@pytest.fixture(autouse=True)
def _look_for_bubblewrap_again() -> Iterator[None]:
    yield
    working_bubblewrap.cache_clear()


def test_limits_stand_before_the_program(reach: Reach) -> None:
    argv = confine(["ffmpeg", "-version"], reach, limits())
    assert argv == [
        "setpriv", "--pdeathsig", "KILL", "--",
        "prlimit", f"--as={2 << 30}", "--core=0", "--cpu=80", f"--fsize={4 << 30}", "--",
        "nice", "-n", "7",
        "ffmpeg", "-version",
    ]  # fmt: skip


@pytest.mark.parametrize("policy", ["auto", "off"])
def test_without_bubblewrap_medialib_goes_on_with_its_limits(
    monkeypatch: pytest.MonkeyPatch, reach: Reach, policy: str
) -> None:
    without_bubblewrap(monkeypatch, reach.writes)
    assert confine(["ffmpeg"], reach, limits(sandbox=policy))[0] == "setpriv"


def test_a_required_sandbox_that_is_missing_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, reach: Reach
) -> None:
    without_bubblewrap(monkeypatch, reach.writes)
    with pytest.raises(MissingTool, match="install bubblewrap"):
        confine(["ffmpeg"], reach, limits(sandbox="required"))


needs_bubblewrap = pytest.mark.skipif(working_bubblewrap() is None, reason="NOT TESTED: bubblewrap does not work here")


@needs_bubblewrap
def test_a_sandbox_shows_the_source_to_read_and_one_directory_to_write(tmp_path: Path) -> None:
    source, secret, work = tmp_path / "source", tmp_path / "secret", tmp_path / "work"
    work.mkdir()
    for file in (source, secret):
        file.write_text("canary")
    script = f"cat {source}; cat {secret} || echo hidden; echo x > {source} || echo refused; echo out > made; id -u"
    printed = ffmpeg.run(
        ["/bin/sh", "-c", script], reach=Reach(reads=source, writes=work), limits=limits(sandbox="required")
    ).decode()
    assert printed.startswith("canary")
    assert "hidden" in printed and "refused" in printed
    assert (work / "made").read_text() == "out\n"
    assert secret.read_text() == source.read_text() == "canary"


@needs_bubblewrap
def test_a_sandbox_has_no_network_and_no_environment(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "canary")
    printed = ffmpeg.run(
        ["/bin/sh", "-c", "env; cat /proc/net/dev /sys/class/net/* 2>/dev/null; true"],
        reach=reach,
        limits=limits(sandbox="required"),
    )
    assert b"canary" not in printed
    assert b"eth" not in printed


def test_what_is_printed_comes_back(reach: Reach) -> None:
    assert ffmpeg.run(python("print('x' * 200_000)"), reach=reach, limits=limits()).strip() == b"x" * 200_000


def test_a_failure_keeps_the_complaint_for_the_log_and_not_for_people(reach: Reach) -> None:
    with pytest.raises(ToolFailed) as caught:
        ffmpeg.run(python("import sys; sys.exit('moov atom not found')"), reach=reach, limits=limits())
    assert "moov atom not found" in caught.value.detail
    assert "moov" not in str(caught.value)


def test_an_original_that_is_gone_is_told_as_that(reach: Reach, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="The original of this recording is gone"):
        ffmpeg.run(["true"], reach=replace(reach, reads=tmp_path / "source.mp4"), limits=limits())


def test_a_program_that_is_not_there_is_a_failure(reach: Reach) -> None:
    with pytest.raises(ToolFailed):
        ffmpeg.run([str(reach.writes / "absent")], reach=reach, limits=limits())
    with pytest.raises(ToolFailed):
        ffmpeg.capture([str(reach.writes / "absent")], timeout_seconds=5)


def grandchild(reach: Reach, *, then: str = "time.sleep(60)") -> str:
    """A program that starts another, writes down its number, and sleeps."""
    return (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(reach.writes / 'child')!r}).write_text(str(child.pid))\n"
        "print('frame=1', flush=True)\n"
        f"{then}\n"
    )


def left_behind(reach: Reach) -> bool:
    number = int((reach.writes / "child").read_text())
    deadline = time.monotonic() + 60
    while psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return True
        time.sleep(0.02)
    return False


def let_time_fly(monkeypatch: pytest.MonkeyPatch, since: Callable[[], bool]) -> None:
    """From a moment on half a minute goes by from each look at the clock to the next: until then nothing is late."""
    clock, leaps = time.monotonic, count(step=30)
    monkeypatch.setattr(time, "monotonic", lambda: clock() + (next(leaps) if since() else 0))


def has_begun(reach: Reach, name: str = "child") -> int:
    """The number of the process, once it is written down."""
    place = reach.writes / name
    return int((place.read_text() if place.exists() else "") or 0)


@pytest.mark.parametrize(
    ("wall", "stall", "reason"), [(60, 6000, "took more than 60 s"), (6000, 60, "no progress for 60 s")]
)
def test_a_call_that_hangs_is_ended_with_its_children(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, wall: float, stall: float, reason: str
) -> None:
    let_time_fly(monkeypatch, lambda: has_begun(reach) > 0)
    with pytest.raises(ToolFailed) as caught:
        ffmpeg.run(python(grandchild(reach)), reach=reach, limits=limits(wall=wall, stall=stall))
    monkeypatch.undo()
    assert caught.value.detail == reason
    assert not left_behind(reach)


def test_what_a_killed_program_started_is_ended_too(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    then = "import os; pathlib.Path('killed').write_text(str(os.getpid())); os.kill(os.getpid(), 9)"

    def is_killed() -> bool:
        number = has_begun(reach, "killed")
        return number > 0 and psutil.Process(number).status() == psutil.STATUS_ZOMBIE

    let_time_fly(monkeypatch, is_killed)
    with pytest.raises(ToolFailed):
        ffmpeg.run(python(grandchild(reach, then=then)), reach=reach, limits=limits(stall=60, wall=6000))
    monkeypatch.undo()
    assert not left_behind(reach)


def test_a_call_can_be_stopped_from_outside(reach: Reach) -> None:
    def stop() -> None:
        if (reach.writes / "child").exists() and (reach.writes / "child").read_text():
            raise Stopped("enough")

    with pytest.raises(Stopped):
        ffmpeg.run(python(grandchild(reach)), reach=reach, limits=limits(), tick=stop, tick_seconds=0.02)
    assert not left_behind(reach)


def test_progress_counts_as_a_sign_of_life(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "for number in range(8):\n    open(f'{number}', 'w').close()\n    print(f'frame={number}', flush=True)\n"
    code = f"import time\n{code}    time.sleep(0.05)\n"
    clock = time.monotonic  # forty seconds go by until each picture
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 40 * len(list(reach.writes.iterdir())))
    printed = ffmpeg.run(python(code), reach=reach, limits=limits(stall=60, wall=6000))
    assert printed.endswith(b"frame=7\n")


# Goes on until it is told that this was enough: it is not over before it is held still, however slow the machine.
GOES_ON = (
    "import os, time; open('begun', 'w').close()\n"
    "while not os.path.exists('enough'): print(time.monotonic(), flush=True); time.sleep(0.05)\n"
    "print(time.monotonic())"
)


def longest_rest_seconds(printed: bytes) -> float:
    return max(later - earlier for earlier, later in pairwise(float(line) for line in printed.split()))


@pytest.mark.parametrize("sandbox", ["off", "auto"])
def test_a_call_is_held_still_while_somebody_waits_and_does_not_stall_by_that(reach: Reach, sandbox: str) -> None:
    since: list[float] = []

    def gives_way() -> bool:
        """For seven seconds, once it has begun."""
        if not since and (reach.writes / "begun").exists():
            since.append(time.monotonic())
        if since and time.monotonic() > since[0] + 7:
            (reach.writes / "enough").touch()
        return bool(since) and not (reach.writes / "enough").exists()

    waiting = replace(limits(stall=6.5, sandbox=sandbox), gives_way=gives_way)
    printed = ffmpeg.run(python(GOES_ON), reach=reach, limits=waiting, tick_seconds=0.02)
    assert longest_rest_seconds(printed) > 6.5


@pytest.mark.parametrize("sandbox", ["off", "auto"])
def test_a_call_is_held_still_while_something_urgent_is_done_which_is_none_of_its_time(
    reach: Reach, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = time.monotonic

    def urgent() -> None:
        """It takes two seconds, by this process's clock ten minutes."""
        time.sleep(2)
        monkeypatch.setattr(time, "monotonic", lambda: clock() + 600)
        (reach.writes / "enough").touch()

    def meanwhile() -> Callable[[], None] | None:
        begun, enough = ((reach.writes / name).exists() for name in ("begun", "enough"))
        return urgent if begun and not enough else None

    bounds = limits(stall=60, wall=60, sandbox=sandbox)
    printed = ffmpeg.run(python(GOES_ON), reach=reach, limits=bounds, tick_seconds=0.02, meanwhile=meanwhile)
    assert longest_rest_seconds(printed) > 1.5


def test_a_call_that_is_held_still_can_be_stopped(reach: Reach) -> None:
    begin = time.monotonic()

    def tick() -> None:
        if time.monotonic() - begin > 0.5:
            raise Stopped("enough")

    held = replace(limits(), gives_way=lambda: True)
    with pytest.raises(Stopped):
        ffmpeg.run(python("import time; time.sleep(60)"), reach=reach, limits=held, tick=tick, tick_seconds=0.02)
    assert time.monotonic() - begin < 18, "before its time is over"


def test_memory_is_limited(reach: Reach) -> None:
    small = Limits(memory_bytes=256 << 20, wall_seconds=20, stall_seconds=20, nice=0, sandbox="off")
    with pytest.raises(ToolFailed, match="want of memory") as caught:
        ffmpeg.run(python("bytearray(1 << 30)"), reach=reach, limits=small)
    assert "MemoryError" in caught.value.detail


def test_a_call_gives_way_to_everything_else(reach: Reach) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    printed = ffmpeg.run(python("import os; print(os.getpriority(os.PRIO_PROCESS, 0))"), reach=reach, limits=limits())
    assert int(printed) == min(19, before + 7)


def test_a_program_that_was_killed_is_told_from_one_that_failed(reach: Reach) -> None:
    full = "echo 'Error writing trailer of a.mp4: No space left on device' >&2; exit 228"
    for command, kind in (("kill -9 $$", ToolKilled), ("exit 3", ToolFailed), (full, DiskFull)):
        with pytest.raises(ToolFailed) as caught:
            ffmpeg.run(["/bin/sh", "-c", command], reach=reach, limits=limits())
        assert type(caught.value) is kind


def test_what_is_left_of_a_sandbox_whose_leader_was_killed_is_ended(tmp_path: Path) -> None:
    """As its second process: of its name, in its group, in the workspace."""
    (tmp_path / "bwrap").symlink_to("/bin/sleep")
    code = "import subprocess, time; print(subprocess.Popen(['./bwrap', '60']).pid, flush=True); time.sleep(60)"
    leaders = [
        subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, process_group=0, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    left, living = (int(leader.stdout.readline()) for leader in leaders if leader.stdout)
    try:
        leaders[0].kill()
        leaders[0].wait()
        assert ffmpeg.end_orphans(tmp_path / "elsewhere") == []
        assert ffmpeg.end_orphans(tmp_path) == [left]
        assert psutil.pid_exists(living)
    finally:
        leaders[1].kill()
        leaders[1].wait()
        os.kill(living, signal.SIGKILL)
        for leader in leaders:
            if leader.stdout:
                leader.stdout.close()
