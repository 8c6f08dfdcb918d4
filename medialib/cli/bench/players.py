"""Do the lessons play to their end, without an error, in Chromium, mpv, VLC and every ffmpeg, in each of their forms?

A checker of playlists is asked as well, when it is beside the checkout.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from medialib.cli.bench.browser import find_chromium, watch
from medialib.cli.bench.extent import SHARED, Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure
from medialib.cli.bench.step import BAR, in_step
from medialib.errors import BadRequest, ToolFailed
from medialib.ingest.tools import all_ffmpegs

# The forms of a lesson, and the keys of their multivariant playlists.
FORMS = {"fMP4": "master", "MPEG-TS": "ts_master"}
CHECKER = SHARED / "tools" / "hlscheck.py"
_TIMEOUT_SECONDS = 900
_VLC_OWN_SPEED_SECONDS = 20
_VLC_FASTEST = 4
# It leaves when everything is read, whatever the length, with so much still in its buffers.
_VLC_BUFFERED_SECONDS = 1.5
# Not what VLC says of a machine without a screen, a session bus or a sound card.
_VLC_FAULT = re.compile(r"(demux|adaptive|decoder|packetizer|mp4|ts|http)\b.* error: ")
_TOLERANCE_SECONDS = 0.3


@dataclass(frozen=True)
class Verdict:
    """What one player made of one lesson."""

    ended: bool
    errors: list[str]


# Is given the library's address, what `import --json` said of the lesson, and a key of FORMS.
Player = Callable[[str, dict[str, Any], str], Verdict]


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """Every recording, complete, in every player that is here."""
    sources = _recordings(folder, extent)
    players = _players()
    library = make_library(folder, "players")
    with running(library):
        lines = {source: line for source in sources if (line := _take_in(library, source))}
        verdicts = {
            f"{form}: {name}": [_judge(f"{form}: {name}", play, library, lines.get(one), key) for one in sources]
            for form, key in FORMS.items()
            for name, play in players.items()
        }
        steps = {form: in_step(library.address, lines, key) for form, key in FORMS.items()}
    shutil.rmtree(library.folder)
    made = " made here" if sources[0].parent == folder else ""
    group = f"players, {len(sources)} recordings{made}"
    absent = {"Chromium", "mpv", "VLC", "ffmpeg", "hlscheck"} - {name.partition(" ")[0] for name in players}
    missing = [Figure(group=group, what=name, value="not measured: not here", bar="") for name in sorted(absent)]
    figures = [_figure(group, name, judged) for name, judged in verdicts.items()] + missing
    told = "sound against picture, farthest from the recording"
    return figures + [Figure(group=group, what=f"{form}: {told}", value=one, bar=BAR) for form, one in steps.items()]


def _take_in(library: BenchLibrary, source: Path) -> dict[str, Any] | None:
    try:
        return library.take_in(source, wait="complete")
    except ToolFailed as error:
        click.echo(f"   {error}")
        return None


def _judge(name: str, play: Player, library: BenchLibrary, line: dict[str, Any] | None, key: str) -> Verdict:
    """What is not complete cannot be played to its end."""
    if line is None or not line[key]:
        return Verdict(False, ["not complete" if line is None else "not in this form"])
    verdict = play(library.address, line, key)
    for error in [*verdict.errors, *([] if verdict.ended else ["not to its end"])]:
        click.echo(f"   {name}, {Path(line['file']).name}: {error}")
    return verdict


def _figure(group: str, name: str, judged: Sequence[Verdict]) -> Figure:
    ended, errors = sum(one.ended for one in judged), sum(len(one.errors) for one in judged)
    if name.endswith("hlscheck"):
        return Figure(group=group, what=name, value=f"{errors} errors in {len(judged)}", bar="0 errors")
    value = f"{ended} of {len(judged)} to their end, {errors} errors"
    return Figure(group=group, what=name, value=value, bar="all, 0 errors")


def _recordings(folder: Path, extent: Extent) -> list[Path]:
    """Everything in the folder that was named, or beside the checkout, or two made here."""
    beside = SHARED / "media"
    if media := extent.media or (beside if beside.exists() else None):
        found = sorted(path for path in media.iterdir() if path.is_file() and path.suffix not in (".md", ".txt"))
        if not found:
            raise BadRequest("There is no recording in the folder of --media.")
        return found
    shapes: dict[str, Any] = {"seconds": 30, "megabits": 1}
    return [
        make_recording(folder, name="small.mp4", height=360, **shapes),
        make_recording(folder, name="sparse.mp4", height=480, gop_seconds=8, **shapes),
    ]


def _players() -> dict[str, Player]:
    """Those that this machine has, by name."""
    found: dict[str, Player] = {}
    if chromium := find_chromium():
        found["Chromium"] = lambda address, line, key: Verdict(*watch(chromium, address, line, key))
    if mpv := shutil.which("mpv"):
        found["mpv"] = lambda address, line, key: _mpv(mpv, address + line[key])
    if vlc := shutil.which("cvlc"):
        found["VLC"] = lambda address, line, key: _vlc(vlc, address + line[key], line["seconds"])
    for number, program in enumerate(all_ffmpegs()):
        found[f"ffmpeg {number + 1}: {_version(program)}"] = _ffmpeg(program)
    if CHECKER.exists() and shutil.which("ffprobe"):
        found["hlscheck"] = lambda address, line, key: _check(address + line[key])
    return found


def _mpv(program: str, master: str) -> Verdict:
    options = ("--no-config", "--vo=null", "--ao=null", "--ao-null-untimed", "--untimed", "--msg-level=all=warn")
    done = _run([program, *options, master])
    return Verdict(done.returncode == 0, _lines(done.stdout + done.stderr))


def _vlc(program: str, master: str, seconds: float, parts: int = 1) -> Verdict:
    """It does not say how far it came: it has come to the end when it leaves by itself, and not too early.

    At the end of each of the `parts` it may leave away what it has buffered.
    """
    # VLC refuses to run as root.
    other = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups") if os.geteuid() == 0 else ()
    speed = 1 if seconds <= _VLC_OWN_SPEED_SECONDS else _VLC_FASTEST
    silent = (
        "-I",
        "dummy",
        "--no-interact",
        "--vout=dummy",
        "--aout=dummy",
        "--no-drop-late-frames",
        "--no-skip-frames",
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        done = _run(
            [
                *other,
                "env",
                f"HOME={home}",
                program,
                *silent,
                f"--rate={speed}",
                "--play-and-exit",
                master,
                "vlc://quit",
            ]
        )
    faults = [line for line in _lines(done.stderr) if _VLC_FAULT.search(line)]
    took = (time.monotonic() - began) * speed
    return Verdict(done.returncode == 0 and took >= seconds - parts * _VLC_BUFFERED_SECONDS, faults)


def _ffmpeg(program: str) -> Player:
    def play(address: str, line: dict[str, Any], key: str) -> Verdict:
        done = _run([
            program, "-nostdin", "-hide_banner", "-nostats", *("-v", "warning"), *("-progress", "pipe:1"),
            *("-i", address + line[key]), *("-map", "0"), *("-f", "null", "-"),
        ])  # fmt: skip
        reached = [int(one) / 1e6 for one in re.findall(r"^out_time_us=(\d+)$", done.stdout, re.MULTILINE)]
        whole = bool(reached) and reached[-1] >= line["seconds"] - _TOLERANCE_SECONDS
        return Verdict(done.returncode == 0 and whole, _lines(done.stderr))

    return play


def play_in_mpv(program: str, playlist: str) -> tuple[bool, list[str]]:
    """Whether it came to its end, and what it complained of."""
    verdict = _mpv(program, playlist)
    return verdict.ended, verdict.errors


def play_in_vlc(program: str, playlist: str, seconds: float, parts: int) -> tuple[bool, list[str]]:
    """The same of VLC, which plays so many recordings of so many seconds in all."""
    verdict = _vlc(program, playlist, seconds, parts)
    return verdict.ended, verdict.errors


def _version(program: str) -> str:
    words = _run([program, "-version"]).stdout.split()
    return words[2] if len(words) > 2 else "unknown"


def _check(master: str) -> Verdict:
    """hlscheck prints a line that begins with ERROR for each, and ends with 1 when there was one."""
    done = _run([sys.executable, str(CHECKER), master])
    errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR")]
    if done.returncode and not errors:
        errors = [f"it failed: {done.stderr[-300:]}"]
    return Verdict(done.returncode == 0, errors)


def _run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 1, "", f"took more than {_TIMEOUT_SECONDS} s")


def _lines(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.strip()]
