"""What is counted while medialib runs, by prometheus-client; a leaf that any module may import.

With PROMETHEUS_MULTIPROC_DIR set (several web workers, the encoder beside them) the client library keeps
the figures in files of that directory, and a scrape adds them up.
"""

from prometheus_client import Counter, Gauge, Histogram

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
