"""How a process is told to stop."""

import signal
from queue import Empty, SimpleQueue

INTERRUPTED = 128 + signal.SIGINT
"""What a command ends with that was interrupted, as shells have it."""


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


def hear_interrupts() -> None:
    """From here on Ctrl+C is a KeyboardInterrupt, so that what was begun is ended well; until here it simply ended."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
