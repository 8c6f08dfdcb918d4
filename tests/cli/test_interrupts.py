"""Ctrl+C at any moment ends a command without a word, and with what shells expect."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# The command, told so when it is about to load the module that the first argument names.
TOLD = """
import os, signal, sys
class Finder:
    at, told = sys.argv.pop(1), int(sys.argv.pop(1))
    def find_spec(self, name, path, target=None):
        if name == self.at:
            os.kill(os.getpid(), self.told)
sys.meta_path.insert(0, Finder())
from medialib.__main__ import start
start()
"""


@pytest.mark.parametrize(
    ("told", "at", "code"),
    [
        (signal.SIGINT, "click", -signal.SIGINT),
        (signal.SIGINT, "medialib.cli.lessons", -signal.SIGINT),
        (signal.SIGINT, "medialib.catalogue.seeds", 130),
        (signal.SIGTERM, "medialib.cli.lessons", -signal.SIGTERM),
    ],
)
def test_a_command_that_is_told_to_end_while_it_begins_says_nothing(
    told: signal.Signals, at: str, code: int, tmp_path: Path
) -> None:
    env = {**os.environ, "MEDIALIB__STORE__URL": str(tmp_path / "store")}
    argv = [sys.executable, "-c", TOLD, at, str(int(told)), "list"]
    done = subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_who_had_it_passed_over_is_not_interrupted(tmp_path: Path) -> None:
    """As a shell does for what it runs in the background."""
    env = {**os.environ, "MEDIALIB__STORE__URL": str(tmp_path / "store")}
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + TOLD
    argv = [sys.executable, "-c", code, "medialib.cli.lessons", str(int(signal.SIGINT)), "list", "--json"]
    done = subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
