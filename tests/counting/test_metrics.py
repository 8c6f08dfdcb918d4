"""What is counted, on a disk that is full."""

import errno
import os
from multiprocessing import get_context
from pathlib import Path

import pytest

from medialib import metrics

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def test_the_room_of_the_figures_is_taken_before_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    metrics.take_room()
    made = {path.name.rpartition("_")[0]: path.stat() for path in tmp_path.iterdir()}
    assert made.keys() == {"counter", "histogram", "gauge_mostrecent"}
    assert all(one.st_blocks * 512 >= one.st_size == 64 << 10 for one in made.values())


def test_on_a_full_disk_a_process_counts_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without room that is mapped into memory would end it (SIGBUS)."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setattr(os, "posix_fallocate", full)
    fork = get_context("fork").Process(target=_count_elsewhere, args=(tmp_path / "told",))
    fork.start()
    fork.join()
    left = Path((tmp_path / "told").read_text())
    assert left.is_dir()
    metrics.take_room()
    elsewhere = Path(os.environ[FOLDER])
    assert elsewhere.is_dir() and elsewhere.parent == left.parent == Path("/dev/shm")
    assert not left.exists(), "what a process has left there goes when the next one begins"
    elsewhere.rmdir()


def _count_elsewhere(told: Path) -> None:
    metrics.take_room()
    told.write_text(os.environ[FOLDER])
