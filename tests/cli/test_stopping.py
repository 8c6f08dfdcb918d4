"""A process hears that it is to stop at whatever moment it is told, and is not held up by being told."""

import subprocess
import sys

_TOLD_ALL_THE_TIME = """
import os, signal, threading, time
from medialib.cli.stopping import Told
told, over = Told(), threading.Event()
def tell():
    while not over.is_set():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)
threading.Thread(target=tell).start()
end, rounds = time.monotonic() + 0.5, 0
while time.monotonic() < end or not rounds:
    rounds += told.wait(0.0001)
over.set()
print(rounds > 0)
"""


def test_a_process_that_is_told_while_it_begins_to_wait_hears_it() -> None:
    """With an Event in place of what is used, this stands still for ever, at once."""
    answer = subprocess.run(
        [sys.executable, "-c", _TOLD_ALL_THE_TIME], capture_output=True, text=True, timeout=60, check=True
    )
    assert answer.stdout == "True\n"


def test_one_that_nobody_tells_goes_on() -> None:
    code = "from medialib.cli.stopping import Told; print(Told().wait(0.01))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert answer.stdout == "False\n"
