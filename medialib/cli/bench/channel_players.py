"""Players without a page read a channel for minutes: ffmpeg writes down what it took, mpv and VLC are asked."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import IO

_ASK_SECONDS = 0.2
_ANSWER_SECONDS = 5
_TOLD_LETTERS = 90
_ABSENT = "no such player here"
_OURS = ("[ipc_",)  # mpv says so when it is no longer asked

Places = dict[str, object]
"""Where picture and sound are: whatever changes as long as they go on."""


@contextmanager
def reading(address: str, seconds: int) -> Iterator[dict[str, str]]:
    """The players that are here read on during the block; behind it stands what each found, by its name."""
    outside = Path(tempfile.mkdtemp(prefix="medialib-bench-players-"))
    outside.chmod(0o777)  # VLC refuses to run as root
    took, started = outside / "ffmpeg.ts", []
    if shutil.which("ffmpeg"):
        started.append(_started(_ffmpeg(address, took, seconds), outside / "ffmpeg"))
    asked = {name: _Asked(*made(address, outside / name)) for name, made in _ASKED.items() if shutil.which(name)}
    found: dict[str, str] = {}
    try:
        yield found
    finally:
        for process in started:
            process.terminate()
            process.wait(timeout=30)
        for one in asked.values():
            one.stop()
    found["ffmpeg, TS"] = _holes(took, seconds) + _complaints(outside / "ffmpeg")
    found["VLC, TS"], found["mpv, TS"] = (
        f"{asked[name]}{_complaints(outside / name)}" if name in asked else _ABSENT for name in ("cvlc", "mpv")
    )
    shutil.rmtree(outside, ignore_errors=True)


def _ffmpeg(address: str, took: Path, seconds: int) -> list[str]:
    return [
        "ffmpeg", "-v", "error", "-nostdin", "-y", "-re", "-i", address, "-t", str(seconds), "-c", "copy", "-f",
        "mpegts", str(took),
    ]  # fmt: skip


def _started(argv: list[str], said: Path, *, asked: bool = False) -> "subprocess.Popen[bytes]":
    """Its complaints go into a file; one that is `asked` answers on its standard output."""
    pipe = subprocess.PIPE if asked else None
    with said.open("wb") as file:
        return subprocess.Popen(argv, stdin=pipe or subprocess.DEVNULL, stdout=pipe or file, stderr=file)


def _complaints(said: Path) -> str:
    lines = [one.strip() for one in said.read_text(errors="replace").splitlines()] if said.exists() else []
    found = [one for one in lines if one and not one.startswith(_OURS)]
    return f", {len(found)} complaints, first: {found[0][:_TOLD_LETTERS]}" if found else ""


class _Asked:
    """A player at its own speed, without a screen, and how long its picture and its sound stood still at most."""

    def __init__(self, process: "subprocess.Popen[bytes]", ask: Callable[[], Places]):
        self._process = process
        self._ask = ask
        self._longest: dict[str, float] = {"picture": 0.0, "sound": 0.0}
        self._began = self._ended = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        before: Places = {}
        since: dict[str, float] = {}
        while not self._over.wait(_ASK_SECONDS):
            places: Places = {}
            with suppress(OSError, ValueError):
                places = self._ask()
            now = time.monotonic()
            if places.get("picture") and not self._began:
                self._began = now
                since = dict.fromkeys(self._longest, now)
            for name in self._longest if self._began else ():
                if places.get(name) not in (None, before.get(name)):
                    since[name] = now
                self._longest[name] = max(self._longest[name], now - since[name])
                self._ended = now
            before |= {name: place for name, place in places.items() if place is not None}

    def stop(self) -> None:
        self._over.set()
        self._thread.join(timeout=30)
        self._process.kill()
        self._process.wait(timeout=30)

    def __str__(self) -> str:
        still, quiet = self._longest.values()
        return f"{still:.1f} s, {quiet:.1f} s of {self._ended - self._began:.0f} s"


def _mpv(address: str, said: Path) -> tuple["subprocess.Popen[bytes]", Callable[[], Places]]:
    door = said.with_suffix(".door")
    lines: list[socket.socket] = []
    options = ("--no-config", "--vo=null", "--ao=null", "--msg-level=all=error", f"--input-ipc-server={door}")

    def ask() -> Places:
        if not lines:
            lines.append(_opened(door))
        return {"picture": _told(lines[0], "time-pos"), "sound": _told(lines[0], "audio-pts")}

    return _started(["mpv", *options, address], said), ask


def _opened(door: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_ANSWER_SECONDS)
    line.connect(str(door))
    return line


def _told(line: socket.socket, name: str) -> object:
    """A property; mpv tells events in between."""
    line.sendall(json.dumps({"command": ["get_property", name], "request_id": 1}).encode() + b"\n")
    read = b""
    while True:
        read += line.recv(4096)
        for one in read.split(b"\n")[:-1]:
            told = json.loads(one)
            if told.get("request_id") == 1 and "error" in told:
                return told.get("data")


def _vlc(address: str, said: Path) -> tuple["subprocess.Popen[bytes]", Callable[[], Places]]:
    """What VLC writes down itself is of no use: behind a join its clock begins anew. So its counts are looked at."""
    other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    options = ("-q", "--vout=dummy", "--aout=dummy", "--intf=rc", "--rc-fake-tty")
    process = _started([*other, "env", f"HOME={said.parent}", "cvlc", *options, address], said, asked=True)
    assert process.stdin and process.stdout
    counts: Places = {}
    threading.Thread(target=_count, args=[process.stdout, counts], daemon=True).start()
    question = process.stdin

    def ask() -> Places:
        question.write(b"stats\n")
        question.flush()
        return dict(counts)

    return process, ask


def _count(answers: IO[bytes], counts: Places) -> None:
    for line in answers:
        if found := re.search(rb"(frames displayed|buffers played) *: *(\d+)", line):
            counts["picture" if found[1].startswith(b"frames") else "sound"] = int(found[2])


_ASKED = {"cvlc": _vlc, "mpv": _mpv}


def _holes(path: Path, seconds: int) -> str:
    """The longest time without a picture and without sound in what was written down, and what cannot be decoded."""
    if not path.exists():
        return _ABSENT
    longest, length = [], 0.0
    for stream in ("v:0", "a:0"):
        shown = ("-show_entries", "packet=pts_time", "-of", "csv=p=0")
        told = _said(["ffprobe", "-v", "error", "-select_streams", stream, *shown, str(path)]).stdout
        times = sorted(float(one.rstrip(",")) for one in told.split() if one.strip(",") not in ("", "N/A"))
        longest.append(max((b - a for a, b in pairwise(times)), default=float(seconds)))
        length = max(length, times[-1] - times[0] if times else 0.0)
    as_it_is = ("-fps_mode", "passthrough", "-enc_time_base", "-1")  # each picture at its own time
    decoded = _said(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), *as_it_is, "-f", "null", "-"])
    faults = len(decoded.stderr.splitlines())
    return f"{longest[0]:.1f} s, {longest[1]:.1f} s of {length:.0f} s" + (f", {faults} faults" if faults else "")


def _said(argv: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, check=True, timeout=600, capture_output=True, text=True)
