"""Do the lessons play to their end, without an error, in Chromium, mpv and every ffmpeg, and does a checker agree?"""

import re
import shutil
import subprocess
import sys
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
from medialib.errors import BadRequest, ToolFailed
from medialib.ingest.tools import all_ffmpegs

NAMES = (
    "crystal.mp4", "elf.mp4", "frog.webm", "rabbit320.mp4", "long_1080p_lowbitrate.mp4",
    "internal_emulator_transformer_output_270_rotated.mp4", "sample_portrait.mp4", "outfoxing.mp3", "viper.ogg",
)  # fmt: skip
CHECKER = SHARED / "tools" / "hlscheck.py"
_TIMEOUT_SECONDS = 900
_TOLERANCE_SECONDS = 0.3


@dataclass(frozen=True)
class Verdict:
    """What one player made of one lesson."""

    ended: bool
    errors: list[str]


Player = Callable[[str, dict[str, Any]], Verdict]


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """Every recording, complete, in every player that is here."""
    sources = _recordings(folder, extent)
    players = _players()
    library = make_library(folder, "players")
    with running(library):
        lines = {source: line for source in sources if (line := _take_in(library, source))}
        verdicts = {
            name: [_judge(name, play, library, lines.get(one)) for one in sources] for name, play in players.items()
        }
    shutil.rmtree(library.folder)
    made = " made here" if sources[0].parent == folder else ""
    group = f"players, {len(sources)} recordings{made}"
    absent = {"Chromium", "mpv", "ffmpeg", "hlscheck"} - {name.partition(" ")[0] for name in players}
    missing = [Figure(group=group, what=name, value="not measured: not here", bar="") for name in sorted(absent)]
    return [_figure(group, name, judged) for name, judged in verdicts.items()] + missing


def _take_in(library: BenchLibrary, source: Path) -> dict[str, Any] | None:
    try:
        return library.take_in(source, wait="complete")
    except ToolFailed as error:
        click.echo(f"   {error}")
        return None


def _judge(name: str, play: Player, library: BenchLibrary, line: dict[str, Any] | None) -> Verdict:
    """What is not complete cannot be played to its end."""
    if line is None:
        return Verdict(False, ["not complete"])
    verdict = play(library.address, line)
    for error in [*verdict.errors, *([] if verdict.ended else ["not to its end"])]:
        click.echo(f"   {name}, {Path(line['file']).name}: {error}")
    return verdict


def _figure(group: str, name: str, judged: Sequence[Verdict]) -> Figure:
    ended, errors = sum(one.ended for one in judged), sum(len(one.errors) for one in judged)
    if name == "hlscheck":
        return Figure(group=group, what=name, value=f"{errors} errors in {len(judged)}", bar="0 errors")
    value = f"{ended} of {len(judged)} to their end, {errors} errors"
    return Figure(group=group, what=name, value=value, bar="all, 0 errors")


def _recordings(folder: Path, extent: Extent) -> list[Path]:
    """Everything in the folder that was named, or the nine of the bar beside the checkout, or two made here."""
    if extent.media:
        found = sorted(path for path in extent.media.iterdir() if path.is_file() and path.suffix not in (".md", ".txt"))
        if not found:
            raise BadRequest("There is no recording in the folder of --media.")
        return found
    beside = [SHARED / "media" / name for name in NAMES]
    if all(path.exists() for path in beside):
        return beside
    shapes: dict[str, Any] = {"seconds": 30, "megabits": 1}
    return [
        make_recording(folder, name="small.mp4", height=360, **shapes),
        make_recording(folder, name="sparse.mp4", height=480, gop_seconds=8, **shapes),
    ]


def _players() -> dict[str, Player]:
    """Those that this machine has, by name."""
    found: dict[str, Player] = {}
    if chromium := find_chromium():
        found["Chromium"] = lambda address, line: Verdict(*watch(chromium, address, line))
    if mpv := shutil.which("mpv"):
        found["mpv"] = lambda address, line: _mpv(mpv, address + line["master"])
    for number, program in enumerate(all_ffmpegs()):
        found[f"ffmpeg {number + 1}: {_version(program)}"] = _ffmpeg(program)
    if CHECKER.exists() and shutil.which("ffprobe"):
        found["hlscheck"] = lambda address, line: _check(address + line["master"])
    return found


def _mpv(program: str, master: str) -> Verdict:
    options = ("--no-config", "--vo=null", "--ao=null", "--ao-null-untimed", "--untimed", "--msg-level=all=warn")
    done = _run([program, *options, master])
    return Verdict(done.returncode == 0, _lines(done.stdout + done.stderr))


def _ffmpeg(program: str) -> Player:
    def play(address: str, line: dict[str, Any]) -> Verdict:
        done = _run([
            program, "-nostdin", "-hide_banner", "-nostats", *("-v", "warning"), *("-progress", "pipe:1"),
            *("-i", address + line["master"]), *("-map", "0"), *("-f", "null", "-"),
        ])  # fmt: skip
        reached = [int(one) / 1e6 for one in re.findall(r"^out_time_us=(\d+)$", done.stdout, re.MULTILINE)]
        whole = bool(reached) and reached[-1] >= line["seconds"] - _TOLERANCE_SECONDS
        return Verdict(done.returncode == 0 and whole, _lines(done.stderr))

    return play


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
