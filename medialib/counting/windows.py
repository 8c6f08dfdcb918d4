"""How often the same place may count: windows of some minutes in this process's memory, forgotten with them."""

import hashlib
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable

_MOST_KEYS = 50_000


class Windows:
    """Counts by key within one window of time; with it everything is forgotten.

    Of what is asked for (an address, a lesson) only a digest under a key of this process is held.
    """

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic):
        self._seconds = seconds
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._counts: Counter[bytes] = Counter()
        self._ends = 0.0

    def allows(self, *about: str, most: int) -> bool:
        """Count once more; whether it was not counted `most` times before in this window."""
        key = hashlib.blake2b("\0".join(about).encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            now = self._clock()
            if now >= self._ends or len(self._counts) >= _MOST_KEYS:
                self._counts.clear()
                self._ends = now + self._seconds
            self._counts[key] += 1
            return self._counts[key] <= most
