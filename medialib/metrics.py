"""What is counted while medialib runs, by prometheus-client; a leaf that any module may import.

With PROMETHEUS_MULTIPROC_DIR set (several web workers, the encoder beside them) the client library keeps
the figures in files of that directory, and a scrape adds them up.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_ROOM_BYTES = 64 << 10
_MEMORY, _IN_MEMORY = Path("/dev/shm"), "medialib-figures-"
_KINDS = ("counter", "histogram", "gauge_mostrecent")


def take_room() -> None:
    """Take the room of this process's figures from the disk before the client library writes them.

    It maps its files into memory, and who writes to such a file on a full disk is ended by the system (SIGBUS): no
    process could begin any more. Where there is no room, this one counts in memory, for itself alone.
    """
    folder = os.environ.get(_FOLDER)
    if not folder:
        return
    try:
        for kind in _KINDS:
            with Path(folder, f"{kind}_{os.getpid()}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, _ROOM_BYTES)
    except OSError:
        _sweep_memory()
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix=f"{_IN_MEMORY}{os.getpid()}-", dir=_MEMORY)


def _sweep_memory() -> None:
    """Remove what processes have counted there that are no more: a fork does not come to the end of its interpreter."""
    for folder in _MEMORY.glob(f"{_IN_MEMORY}[1-9]*-*"):
        process = folder.name.removeprefix(_IN_MEMORY).partition("-")[0]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


take_room()
os.register_at_fork(after_in_child=take_room)

from prometheus_client import Counter, Gauge, Histogram  # noqa: E402  (when it is imported, it opens these files)

PLAYS = Counter("medialib_plays", "Plays that were begun, as the statistics count them", ["way"])
"""`way`: watched or listened. Counted when they are added to the catalogue's sums, some seconds later."""

PLAYLISTS = Counter("medialib_playlists", "First playlists that players asked for, which need not be plays", ["kind"])
"""`kind`: video, audio, listing or channel, what was asked for."""

SEGMENTS = Counter("medialib_segments", "Segments asked for, by how that ended", ["outcome"])
"""`outcome`: ready (it existed), waited (it was made meanwhile) or failed (not in time)."""

HOT_RUNS = Counter("medialib_hot_runs", "Runs of the encoder that a person waited for", ["outcome"])

HOT_WAIT = Histogram(
    "medialib_hot_wait_seconds",
    "How long a person waited for a segment that was not there yet",
    buckets=(0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30),
)

ENCODE_SPEED = Gauge(
    "medialib_encode_speed",
    "Seconds of media that one second of the latest run made, by kind of rendition",
    ["kind"],
    multiprocess_mode="mostrecent",
)

QUEUE_DEPTH = "medialib_queue_depth"
"""Not counted here but asked of the queues when a scrape comes (web/health.py), by queue: hot, downloads or bulk."""
