"""A server that is stopped ends at once for those who ask nothing, and not before it has answered the others."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

_APP = """
import pathlib, time

def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        pathlib.Path("asked").touch()
        time.sleep(1.2)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
"""
_SETTINGS = """
bind = "fd://{door}"
worker_class = "medialib.cli.answering.PromptWorker"
keepalive, graceful_timeout, control_socket_disable = 60, 40, True
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_who_is_being_answered_is_waited_for_and_who_asks_nothing_is_not(tmp_path: Path, told: signal.Signals) -> None:
    """Ctrl+C in a terminal reaches the web processes too."""
    (tmp_path / "slow.py").write_text(_APP)
    with socket.create_server(("127.0.0.1", 0)) as door, (tmp_path / "log").open("wb") as log:
        port = door.getsockname()[1]
        (tmp_path / "settings.py").write_text(_SETTINGS.format(door=door.fileno()))
        argv = [sys.executable, "-m", "gunicorn", "--config", str(tmp_path / "settings.py"), "slow:app"]
        serving = subprocess.Popen(
            argv, pass_fds=[door.fileno()], cwd=tmp_path, stdout=log, stderr=log, process_group=0
        )
    quiet, busy = (http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(2))
    try:
        quiet.request("GET", "/")
        assert quiet.getresponse().read() == b"done"
        busy.request("GET", "/slow")
        while not (tmp_path / "asked").exists():
            assert serving.poll() is None
            time.sleep(0.02)
        os.killpg(serving.pid, told)
        assert quiet.sock.recv(1) == b"", "nothing is asked on it: it is closed, while the other one is answered"
        assert busy.getresponse().read() == b"done"
        assert serving.wait(timeout=60) == 0
    finally:
        quiet.close()
        busy.close()
        serving.kill()
        serving.wait()
    said = (tmp_path / "log").read_text()
    assert "graceful timeout" not in said and "ERROR" not in said and "Traceback" not in said
