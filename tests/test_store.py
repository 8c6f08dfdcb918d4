"""The store: files get into place whole, durably and once."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from medialib.errors import NoSpace
from medialib.store import Store

LESSON = "abcdefghjk"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    store.prepare()
    return store


def finished(store: Store, content: bytes, token: str = "token") -> Path:
    path = store.workspace(token) / "0.m4s"
    path.write_bytes(content)
    return path


def test_to_prepare_twice_does_no_harm(store: Store) -> None:
    place = store.segment(LESSON, 1, "480", 0)
    store.publish(finished(store, b"one"), place)
    store.prepare()
    assert place.read_bytes() == b"one"


def test_a_published_file_is_in_place_and_no_longer_beside(store: Store) -> None:
    beside, place = finished(store, b"one"), store.segment(LESSON, 1, "480", 0)
    assert store.publish(beside, place)
    assert (place.read_bytes(), beside.exists()) == (b"one", False)


def test_a_published_file_is_never_replaced(store: Store) -> None:
    place = store.segment(LESSON, 1, "480", 0)
    store.publish(finished(store, b"one"), place)
    late = finished(store, b"two")
    assert not store.publish(late, place)
    assert (place.read_bytes(), late.exists()) == (b"one", False)


def test_of_many_who_publish_at_once_one_wins(store: Store) -> None:
    for number in range(30):
        place = store.segment(LESSON, 1, "480", number)
        starters = [finished(store, bytes([runner]), f"token{runner}") for runner in range(8)]
        start = threading.Barrier(len(starters))

        def publish(path: Path, place: Path = place, start: threading.Barrier = start) -> bool:
            start.wait()
            return store.publish(path, place)

        with ThreadPoolExecutor(len(starters)) as pool:
            won = list(pool.map(publish, starters))
        assert won.count(True) == 1
        assert place.read_bytes() == bytes([won.index(True)])


def test_publishing_flushes_the_file_before_and_its_folder_after(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    place = store.segment(LESSON, 1, "480", 0)
    flushed: list[tuple[str, bool]] = []
    really_flush = os.fsync

    def flush(handle: int) -> None:
        flushed.append((Path(f"/proc/self/fd/{handle}").readlink().name, place.exists()))
        really_flush(handle)

    monkeypatch.setattr(os, "fsync", flush)
    store.publish(finished(store, b"one"), place)
    assert flushed[0] == ("0.m4s", False)
    assert ("480", True) in flushed


def test_segments_are_counted_by_number_with_their_sizes(store: Store) -> None:
    for number in (0, 2, 10):
        store.publish(finished(store, b"x" * (number + 1)), store.segment(LESSON, 1, "480", number))
    store.publish(finished(store, b"init"), store.init(LESSON, 1, "480"))
    assert store.segments(LESSON, 1, "480") == {0: 1, 2: 3, 10: 11}
    assert store.segments(LESSON, 1, "720") == {}


def test_versions_and_lessons_do_not_share_files(store: Store) -> None:
    places = {
        store.segment(lesson, version, name, 0)
        for lesson in (LESSON, "zzzzzzzzzz")
        for version in (1, 2)
        for name in ("480", "audio")
    }
    assert len(places) == 8
    assert all(place.is_relative_to(store.lessons) for place in places)


def test_sweeping_removes_what_no_living_lease_owns(store: Store) -> None:
    living, dead = "01" * 8, "ef" * 8
    for name in (living, dead, "letters from home"):
        (store.temporary / name).mkdir()
    assert store.sweep(lambda: {living}) == [dead]
    assert {folder.name for folder in store.temporary.iterdir()} == {living, "letters from home"}


HOLDS = """
import sys, time
from pathlib import Path
from medialib.store import Store
Store(Path(sys.argv[1])).workspace(sys.argv[2])
print("holds", flush=True)
time.sleep(600)
"""


def test_what_a_process_still_holds_is_not_swept_though_its_lease_is_over(store: Store) -> None:
    """One that was stopped, or got no processor, for longer than its lease: it goes on with its files."""
    token = "ab" * 8
    with subprocess.Popen([sys.executable, "-c", HOLDS, store.root, token], stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline()
        holder.send_signal(signal.SIGSTOP)
        assert store.sweep(set) == []
        holder.kill()
    assert store.sweep(set) == [token]
    store.workspace(token)
    assert store.sweep(set) == []
    store.discard(token)
    assert list(store.temporary.iterdir()) == []


def test_sweeping_removes_what_a_killed_process_had_half_written(store: Store) -> None:
    old, young = (store.temporary / f"{name * 8}.part" for name in ("01", "ef"))
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert store.sweep(set) == [old.name]
    assert list(store.temporary.iterdir()) == [young]


def test_discarding_a_workspace_leaves_the_others(store: Store) -> None:
    finished(store, b"one", "mine")
    finished(store, b"two", "yours")
    store.discard("mine")
    store.discard("mine")
    assert [folder.name for folder in store.temporary.iterdir()] == ["yours"]


def test_whatever_number_a_workspace_is_held_by_it_is_let_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """0, too: a service may be started without a standard input."""
    closed: list[int] = []
    monkeypatch.setattr("medialib.workspaces.hold", lambda _: 0)
    monkeypatch.setattr("medialib.workspaces.os", SimpleNamespace(close=closed.append))
    store.workspace("mine")
    store.discard("mine")
    assert closed == [0]


def test_a_removed_lesson_is_gone_and_others_stay(store: Store) -> None:
    mine, yours = store.peaks(LESSON, 1), store.peaks("abzzzzzzzz", 1)
    store.publish(finished(store, b"one"), mine)
    store.publish(finished(store, b"two"), yours)
    store.remove_lesson(LESSON)
    assert (mine.exists(), yours.exists()) == (False, True)


def test_a_file_that_does_not_fit_is_refused(store: Store) -> None:
    store.require_space(1, 0)
    with pytest.raises(NoSpace) as caught:
        store.require_space(1, 10**18)
    assert str(store.root) not in str(caught.value)


def test_what_is_no_regular_file_is_never_published(store: Store, tmp_path: Path) -> None:
    """A decoder that was taken over may leave links to the catalogue, or a pipe that hangs its reader."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    place = store.segment("abcdefgh23", 1, "v480", 0)
    link = store.workspace("token") / "0.m4s"
    link.symlink_to(secret)
    with pytest.raises(OSError):
        store.publish(link, place)
    pipe = store.workspace("token") / "1.m4s"
    os.mkfifo(pipe)
    with pytest.raises(OSError):
        store.publish(pipe, place)
    assert not place.exists()


def test_only_old_folders_of_lessons_are_told(store: Store) -> None:
    store.lesson("abcdefgh23").mkdir(parents=True)
    assert store.lesson_folders(older_than_seconds=60) == []
    assert store.lesson_folders(older_than_seconds=-60) == ["abcdefgh23"]


def test_the_cache_loses_what_was_used_longest_ago(store: Store) -> None:
    places = [store.ts_segment(LESSON, 1, "v480", number) for number in range(4)]
    for age, place in enumerate(reversed(places)):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x" * 100)
        os.utime(place, (1_000_000 - age, 1_000_000 - age))
    os.utime(places[0], (2_000_000, 0))  # made first, but read of late
    assert store.trim_cache(keep_bytes=400) == 0
    assert store.trim_cache(keep_bytes=250) == 200
    assert [place.exists() for place in places] == [True, False, False, True]
    assert store.trim_cache(keep_bytes=250, free_bytes=1) == 100
    assert [place.exists() for place in places] == [True, False, False, False]
    store.remove_lesson(LESSON)
    assert store.trim_cache(keep_bytes=0) == 0
