"""A real `medialib run` on a free port with a library of its own, and what a person does with it."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import media
import once
import psutil
import requests
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from medialib.app import create_app
from medialib.catalogue.seeds import plant
from medialib.cli import main
from medialib.services import open_with
from medialib.settings import load_settings

_COMMAND_SECONDS = 300
_PORTS_OF_ONE, _ports = 12, itertools.count()
PACES = {"JOBS__LEASE_SECONDS": "2", "JOBS__RENEW_SECONDS": "0.5", "JOBS__RECONCILE_SECONDS": "1"}
# Of most journeys' short lessons the larger part would be ffmpeg's own beginning.
_AT_ONCE = {f"TOOLS__{name.upper()}": path for name, path in media.AT_ONCE.items()}
FOUND = {"TOOLS__FFMPEG": "", "TOOLS__FFPROBE": ""}
"""For journeys in which lessons are made by the programs that an installation finds by itself."""


class Library:
    """A library in `folder`; `settings` are SECTION__KEY."""

    def __init__(self, folder: Path, **settings: str):
        self.folder = folder
        self.store = folder / "media_store"
        self.port = _free_port()
        values = {**PACES, **_AT_ONCE, "STORE__URL": str(self.store), "SERVER__PORT": str(self.port), **settings}
        usual = {key: value for key, value in os.environ.items() if not key.startswith(("MEDIALIB__", "PROMETHEUS_"))}
        self.environment = usual | {f"MEDIALIB__{key}": value for key, value in values.items()}
        self._supervisor: subprocess.Popen[bytes] | None = None

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def start(self, *options: str) -> None:
        """`medialib run`; without options its tables are there already, so that not every journey makes them anew."""
        if not options:
            once.with_migrations(self.store / "medialib.db")
        with (self.folder / "log").open("ab") as log:
            self._supervisor = subprocess.Popen(
                self._argv("run", *options), cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        try:
            until(self._answers, seconds=120)
        except AssertionError:
            self._supervisor.kill()
            self._supervisor.wait()
            raise

    def stop(self) -> None:
        """Ask the supervisor to end, and see that nothing of it stays."""
        if self._supervisor is None:
            return
        family = self.processes()
        self._supervisor.terminate()
        self._supervisor.wait(timeout=60)
        _, alive = psutil.wait_procs(family, timeout=60)
        for process in alive:
            process.kill()
        assert not alive, alive
        self._supervisor = None

    def processes(self) -> list[psutil.Process]:
        """Everything that the supervisor has started, and what that has started."""
        assert self._supervisor is not None
        return psutil.Process(self._supervisor.pid).children(recursive=True)

    def medialib(self, *arguments: str | Path) -> Result:
        """A command, in this process: one of its own would work longer on its beginning than on what it is told."""
        config = self.folder / "config.yaml"
        config.touch()
        others = dict.fromkeys(name for name in os.environ if name.startswith("MEDIALIB__"))
        environment = {**others, **self.environment, "PROMETHEUS_MULTIPROC_DIR": str(self.store / "metrics")}
        argv = ["--config", str(config), *map(str, arguments)]
        with within(_COMMAND_SECONDS):
            return CliRunner().invoke(main, argv, env=environment, catch_exceptions=False)

    def imported(self, *arguments: str | Path) -> list[dict[str, Any]]:
        """What `medialib import --json` says of each file, of which all come in."""
        done = self.medialib("import", "--json", *arguments)
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    def get(self, address: str, **headers: str) -> requests.Response:
        return requests.get(self.site + address, headers=headers, timeout=40)

    def lesson(self, lesson_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/api/lessons/{lesson_id}").json()
        return found

    def lesson_folder(self, lesson_id: str) -> Path:
        return self.store / "lessons" / lesson_id[:2] / lesson_id

    def _argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "medialib", *arguments]

    def _answers(self) -> bool:
        assert self._supervisor is not None and self._supervisor.poll() is None, self.log
        try:
            return requests.get(f"{self.site}/readyz", timeout=5).ok
        except (requests.ConnectionError, requests.Timeout):
            return False


@contextmanager
def library_here(folder: Path, **settings: str) -> Iterator[Library]:
    """A library that answers in this process: for pages of lessons that are complete when they are looked at.

    A server and a worker of its own would work for as long on their beginning as on all else of such a journey.
    """
    library = Library(folder, **settings)
    once.with_migrations(library.store / "medialib.db")
    services = open_with(load_settings(None, library.environment))
    plant(services.database)
    try:
        with answering(create_app(services), port=library.port):
            yield library
    finally:
        services.tally.flush()
        services.index.close()
        services.database.close()


@contextmanager
def answering(app: Callable[..., Any], *, port: int = 0) -> Iterator[str]:
    """The site of an application that answers in this process for as long as the block lasts."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(true: Callable[[], bool], *, seconds: float) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block, which is broken off when it takes longer; in the main thread, as signals come to that one."""

    def break_off(*_: object) -> None:
        raise AssertionError(f"not within {seconds} s")

    before = signal.signal(signal.SIGALRM, break_off)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def troubles_of(lesson_folder: Path, scratch: Path) -> list[str]:
    """What is wrong with the renditions of a complete lesson: gaps, empty segments, segments that do not decode."""
    found = []
    for folder in sorted(path.parent for path in lesson_folder.glob("v1/*/init.mp4")):
        segments = sorted(folder.glob("*.m4s"), key=lambda path: int(path.stem))
        if [int(path.stem) for path in segments] != list(range(len(segments))) or not segments:
            found.append(f"{folder.name}: has {[path.stem for path in segments]}")
        found += [f"{path} is empty" for path in segments if path.stat().st_size < 100]
        whole = media.joined(scratch / "whole.mp4", folder / "init.mp4", *segments)
        if told := media.complaints(whole):
            found.append(f"{folder.name}: {told[:500]}")
    return found


def _free_port() -> int:
    """Of this process's own, and none that the system gives out by itself: nobody has it while a server begins anew."""
    for _ in range(_PORTS_OF_ONE):
        port = 20_000 + os.getpid() % 1000 * _PORTS_OF_ONE + next(_ports) % _PORTS_OF_ONE
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("all ports of this process are taken")
