"""Players without a page read a channel for minutes: ffmpeg and VLC write down what they took, mpv is asked."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

_ASK_SECONDS = 0.2
_ANSWER_SECONDS = 5
_TOLD_LETTERS = 90
_ABSENT = "no such player here"


@contextmanager
def reading(address: str, seconds: int) -> Iterator[dict[str, str]]:
    """The players that are here read on during the block; behind it stands what each found, by its name."""
    outside = Path(tempfile.mkdtemp(prefix="medialib-bench-players-"))
    outside.chmod(0o777)  # VLC refuses to run as root
    took = {"ffmpeg, TS": outside / "ffmpeg.ts", "VLC, TS": outside / "vlc.ts"}
    commands = zip(took.values(), _commands(address, took, seconds), strict=True)
    started = [_started(argv, _said_of(path)) for path, argv in commands if shutil.which(_program(argv))]
    mpv = _Mpv(address, outside / "mpv") if shutil.which("mpv") else None
    found: dict[str, str] = {}
    try:
        yield found
    finally:
        for process in started:
            process.terminate()
            process.wait(timeout=30)
        if mpv:
            mpv.stop()
    found |= {name: _holes(path, seconds) + _complaints(_said_of(path)) for name, path in took.items()}
    found["mpv, TS"] = f"{mpv}{_complaints(_said_of(outside / 'mpv'))}" if mpv else _ABSENT
    shutil.rmtree(outside, ignore_errors=True)


def _commands(address: str, took: dict[str, Path], seconds: int) -> list[list[str]]:
    other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    written = f"#std{{access=file,mux=ts,dst={took['VLC, TS']}}}"
    return [
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-re", "-i", address, "-t", str(seconds), "-c", "copy", "-f",
         "mpegts", str(took["ffmpeg, TS"])],
        [*other, "env", f"HOME={took['VLC, TS'].parent}", "cvlc", "-q", "--sout", written, address],
    ]  # fmt: skip


def _program(argv: list[str]) -> str:
    return "cvlc" if "cvlc" in argv else argv[0]


def _started(argv: list[str], said: Path) -> "subprocess.Popen[bytes]":
    nowhere = subprocess.DEVNULL
    with said.open("wb") as file:
        return subprocess.Popen(argv, stdin=nowhere, stdout=nowhere if "cvlc" in argv else file, stderr=file)


def _said_of(path: Path) -> Path:
    """Where a player's complaints go."""
    return path.with_suffix(".said")


def _complaints(said: Path) -> str:
    lines = said.read_text(errors="replace").split("\n") if said.exists() else []
    found = [one.strip() for one in lines if one.strip()]
    return f", {len(found)} complaints, first: {found[0][:_TOLD_LETTERS]}" if found else ""


class _Mpv:
    """mpv at its own speed, without a screen; it is asked where picture and sound are."""

    def __init__(self, address: str, door: Path):
        options = ("--no-config", "--vo=null", "--ao=null", "--msg-level=all=error", f"--input-ipc-server={door}")
        self._process = _started(["mpv", *options, address], _said_of(door))
        self._door = door
        self._longest = {"time-pos": 0.0, "audio-pts": 0.0}
        self._began = self._ended = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        at: dict[str, object] = {}
        since: dict[str, float] = {}
        with suppress(OSError, ValueError), self._open() as line:
            while not self._over.wait(_ASK_SECONDS):
                for name in self._longest:
                    value, now = _told(line, name), time.monotonic()
                    if value is not None and name == "time-pos" and not self._began:
                        self._began = now
                        since = dict.fromkeys(self._longest, now)
                    if value != at.get(name):
                        at[name], since[name] = value, now
                    if self._began:
                        self._longest[name] = max(self._longest[name], now - since[name])
                        self._ended = now

    def _open(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(_ANSWER_SECONDS)
        while not self._over.wait(_ASK_SECONDS):
            with suppress(OSError):
                line.connect(str(self._door))
                break
        return line

    def stop(self) -> None:
        self._over.set()
        self._thread.join(timeout=30)
        self._process.terminate()
        self._process.wait(timeout=30)

    def __str__(self) -> str:
        still, quiet = self._longest.values()
        return f"{still:.1f} s, {quiet:.1f} s of {self._ended - self._began:.0f} s"


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


def _holes(path: Path, seconds: int) -> str:
    """The longest time without a picture and without sound in what was written down, and what cannot be decoded."""
    if not path.exists():
        return _ABSENT
    longest, length = [], 0.0
    for stream in ("v:0", "a:0"):
        argv = (
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            stream,
            "-show_entries",
            "packet=pts_time",
            "-of",
            "csv=p=0",
        )
        told = _said([*argv, str(path)]).stdout
        times = sorted(float(one.rstrip(",")) for one in told.split() if one.strip(",") not in ("", "N/A"))
        longest.append(max((b - a for a, b in pairwise(times)), default=float(seconds)))
        length = max(length, times[-1] - times[0] if times else 0.0)
    faults = len(_said(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-f", "null", "-"]).stderr.splitlines())
    return f"{longest[0]:.1f} s, {longest[1]:.1f} s of {length:.0f} s" + (f", {faults} faults" if faults else "")


def _said(argv: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, check=True, timeout=600, capture_output=True, text=True)
