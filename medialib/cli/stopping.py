"""How a process is told to stop."""

import signal
from queue import Empty, SimpleQueue


class Told:
    """SIGTERM and SIGINT, from when this is made.

    A signal is heard between any two steps, also where a lock is held (threading.Event has one, and would wait for
    itself for ever): a SimpleQueue may be entered again.
    """

    def __init__(self) -> None:
        self._heard: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda heard, _frame: self._heard.put(heard))

    def wait(self, seconds: float | None = None) -> bool:
        """Until told, at most so long (None: without an end); whether it was."""
        try:
            self._heard.get(timeout=seconds)
        except Empty:
            return False
        return True
