"""A temporary library that the measurements work on, and the recordings they import."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from medialib.errors import ToolFailed
from medialib.ingest.ffmpeg import capture
from medialib.ingest.tools import find_tools
from medialib.settings import Tools

_LOOP_SECONDS = 30


@dataclass(frozen=True)
class BenchLibrary:
    """A library of its own under `folder`, addressed by environment variables."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "MEDIALIB__STORE__URL": str(self.folder),
            "MEDIALIB__SERVER__PORT": str(self.port),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
        }
        return {key: value for key, value in os.environ.items() if not key.startswith("MEDIALIB__")} | ours

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "medialib", *arguments]

    def take_in(self, path: Path, *, wait: str = "published") -> dict[str, Any]:
        """Import one file by the command; returns its JSON line."""
        printed = subprocess.run(
            self.command("import", "--json", "--wait", wait, str(path)),
            env=self.environment, cwd=self.folder, capture_output=True, text=True,
        )  # fmt: skip
        if printed.returncode or not printed.stdout.strip():
            raise ToolFailed("The benchmark's import failed.", detail=printed.stderr[-2000:])
        line: dict[str, Any] = json.loads(printed.stdout)
        return line

    def get(self, path: str) -> bytes:
        with urlopen(self.address + path, timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def lesson(self, lesson_id: str) -> dict[str, Any]:
        detail: dict[str, Any] = json.loads(self.get(f"/api/lessons/{lesson_id}"))
        return detail


def make_library(folder: Path, name: str) -> BenchLibrary:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / name).mkdir(exist_ok=True)
    return BenchLibrary(folder / name, port)


@contextmanager
def running(library: BenchLibrary, command: str = "run") -> Iterator[BenchLibrary]:
    """Server and worker for as long as the block lasts."""
    with (library.folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            library.command(command), env=library.environment, cwd=library.folder, stdout=log, stderr=log
        )
    try:
        _await_answer(library)
        yield library
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


def make_recording(folder: Path, *, name: str, height: int, seconds: int, megabits: int, gop_seconds: int = 1) -> Path:
    """A 30 fps H.264/AAC recording of moving, noisy pictures: 30 s encoded once and repeated.

    Phones and cameras write a keyframe every second; x264 by itself one in about eight.
    """
    place = folder / name
    if place.exists():
        return place
    loop = folder / f"loop-{height}-{megabits}-{gop_seconds}.mp4"
    program = find_tools(Tools()).ffmpeg
    width = height * 16 // 9
    capture(
        [
            program, "-nostdin", "-v", "error", "-y",
            *("-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=30"),
            *("-f", "lavfi", "-i", "aevalsrc=0.2*sin(220*2*PI*t)*(1+sin(3*t))+0.02*random(0):s=48000:c=stereo"),
            *("-t", str(_LOOP_SECONDS), "-vf", "noise=alls=12:allf=t", "-pix_fmt", "yuv420p"),
            *("-c:v", "libx264", "-preset", "veryfast", "-g", str(gop_seconds * 30), "-sc_threshold", "0"),
            *("-b:v", f"{megabits}M", "-maxrate", f"{megabits}M", "-bufsize", f"{megabits}M"),
            *("-c:a", "aac", "-b:a", "128k", str(loop)),
        ],
        timeout_seconds=600,
    )  # fmt: skip
    repeats = str(seconds // _LOOP_SECONDS - 1)
    capture(
        [program, "-nostdin", "-v", "error", "-y", "-stream_loop", repeats, "-i", str(loop), "-c", "copy", str(place)],
        timeout_seconds=600,
    )
    return place
