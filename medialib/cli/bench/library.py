"""A temporary library that the measurements work on: its commands, its server, its plans."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from medialib.catalogue import lookups
from medialib.catalogue.plans import Plan
from medialib.errors import ToolFailed
from medialib.services import open_with
from medialib.settings import Settings, Store

_TOLD_BYTES = 2000


@dataclass(frozen=True)
class BenchLibrary:
    """A library of its own under `folder`, addressed by environment variables; `settings` are SECTION__KEY."""

    folder: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")

    @property
    def environment(self) -> dict[str, str]:
        values = {"STORE__URL": str(self.folder), "SERVER__PORT": str(self.port), **self.settings}
        usual = {key: value for key, value in os.environ.items() if not key.startswith(("MEDIALIB__", "PROMETHEUS_"))}
        return usual | {f"MEDIALIB__{key}": value for key, value in values.items()}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "medialib", *arguments]

    def take_in(self, path: Path, *, wait: str = "published") -> dict[str, Any]:
        """Import one file by the command; returns its JSON line when the command has ended."""
        with self.taking_in(path, wait=wait) as line:
            return line

    @contextmanager
    def taking_in(self, path: Path, *, wait: str = "published") -> Iterator[dict[str, Any]]:
        """The JSON line at the moment when it is printed; the command itself may still be ending.

        Raises ToolFailed with everything that the command said.
        """
        with tempfile.TemporaryFile() as complaints:
            with subprocess.Popen(
                self.command("import", "--json", "--wait", wait, str(path)),
                env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=complaints,
            ) as process:  # fmt: skip
                assert process.stdout is not None
                told = process.stdout.readline()
                line = json.loads(told) if told else {}
                if line.get("lesson"):
                    yield line
            complaints.seek(0)
            said = (told + complaints.read()[-_TOLD_BYTES:]).decode(errors="replace").strip()
        if process.returncode or not line.get("lesson"):
            raise ToolFailed(
                "The benchmark's import of %(file)s failed: %(said)s", values={"file": path.name, "said": said}
            )

    def get(self, path: str) -> bytes:
        with urlopen(self.address + path, timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def lesson(self, lesson_id: str) -> dict[str, Any]:
        detail: dict[str, Any] = json.loads(self.get(f"/api/lessons/{lesson_id}"))
        return detail

    def plans(self) -> dict[str, Plan]:
        """The current plan of every lesson."""
        services = open_with(Settings(store=Store(url=str(self.folder))))
        with services.database.read() as session:
            found = {one.id: lookups.current_plan(session, one) for one in lookups.all_lessons(session)}
        services.database.close()
        return found


def make_library(folder: Path, name: str, settings: Mapping[str, str] | None = None) -> BenchLibrary:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / name).mkdir(exist_ok=True)
    return BenchLibrary(folder / name, port, dict(settings or {}))


@contextmanager
def running(library: BenchLibrary, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The supervisor of server and worker, for as long as the block lasts; `options` of `medialib run`."""
    with library.log.open("ab") as log:
        process = subprocess.Popen(
            library.command("run", *options), env=library.environment, cwd=library.folder, stdout=log, stderr=log
        )
    try:
        _await_answer(library)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _await_answer(library: BenchLibrary) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            library.get("/readyz")
            return
        except (URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
