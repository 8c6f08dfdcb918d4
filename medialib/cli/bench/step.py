"""Is the sound of a lesson in step with its picture as it was in the recording?

Recording and lesson are decoded by their time stamps; how far the sound lies apart from the recording's, and how far
the picture, is found by laying them over each other, at the beginning and at the end.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from medialib.ingest.tools import MediaTools, find_tools
from medialib.settings import Tools

_LONGEST_SECONDS = 60
_WINDOW_SECONDS = 15
_FARTHEST_SECONDS = 0.6
_GRID = 200
"""Pictures and levels in a second: how finely is looked."""
_SIZE = (32, 18)
_HERTZ = 8_000
# Below this two sounds, or two pictures, are too little alike, or alike at every moment.
_LEAST_ALIKE = 0.7
_LEAST_TOLD = 0.05
# Lags that fit nearly as well as the best must be near each other.
_CLOSE, _WIDEST_SECONDS = 0.005, 0.08

BAR = "40 ms"

Levels = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """On one clock that begins with the file: a row for each moment of the grid."""

    sound: Levels
    picture: Levels


def in_step(site: str, lessons: Mapping[Path, Mapping[str, Any]], key: str) -> str:
    """The farthest of all recordings with sound and picture, and of how many it can be told."""
    tools, found = find_tools(Tools()), []
    for recording, line in lessons.items():
        if line["kind"] == "video" and line["audio"]:
            found += [(one, recording.name) for one in apart(tools, f"file:{recording}", site + line[key])[:1]]
    if not found:
        return "cannot be told of any"
    farthest, name = max(found, key=lambda one: abs(one[0]))
    return f"{farthest * 1000:+.0f} ms ({name}), told of {len(found)}"


def apart(tools: MediaTools, recording: str, lesson: str) -> list[float]:
    """By how many seconds the lesson's sound is later than its picture, the farthest first, where that can be told."""
    first, second = decode(tools, recording), decode(tools, lesson)
    length = min(len(first.sound), len(first.picture), len(second.sound), len(second.picture))
    size = min(length, _WINDOW_SECONDS * _GRID)
    found = []
    for begin in dict.fromkeys((0, length - size)):
        part = slice(begin, begin + size)
        sound = lag(first.sound[part], second.sound[part])
        picture = lag(first.picture[part], second.picture[part])
        if sound is not None and picture is not None:
            found.append(sound - picture)
    return sorted(found, key=abs, reverse=True)


def lag(first: Levels, second: Levels) -> float | None:
    """By how many seconds `second` is later; None when every lag fits about as well, or none does."""
    most = min(int(_FARTHEST_SECONDS * _GRID), len(first) // 3)
    if most < _GRID // 10:
        return None
    fits = [_alike(first[max(0, -k) : len(first) - max(0, k)], second[max(0, k) :][: len(first) - abs(k)])
            for k in range(-most, most + 1)]  # fmt: skip
    best = max(fits)
    if best < _LEAST_ALIKE or best - float(np.median(fits)) < _LEAST_TOLD:
        return None
    close = [place for place, fit in enumerate(fits) if fit >= best - _CLOSE]
    if close[-1] - close[0] > _WIDEST_SECONDS * _GRID:
        return None
    # A picture stands still for a while: the middle of what fits equally well.
    places = [place for place in close if fits[place] >= best - 1e-6]
    return (sum(places) / len(places) - most) / _GRID


def _alike(one: Levels, other: Levels) -> float:
    a, b = one - one.mean(axis=0), other - other.mean(axis=0)
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0


def decode(tools: MediaTools, place: str) -> Decoded:
    """The first minute."""
    begin = _begin(tools, place)
    width, height = _SIZE
    grid = f"fps={_GRID}:start_time={begin},scale={width}:{height}:flags=area,format=gray"
    sound = f"asetpts=PTS-{begin}/TB,aresample={_HERTZ}:async=1:first_pts=0"
    pictures = np.frombuffer(_ffmpeg(tools, place, "-map", "0:v:0", "-vf", grid, "-f", "rawvideo"), np.uint8)
    samples = np.frombuffer(_ffmpeg(tools, place, "-map", "0:a:0", "-af", sound, "-ac", "1", "-f", "f32le"), np.float32)
    step = _HERTZ // _GRID
    levels = np.abs(samples[: len(samples) // step * step]).reshape(-1, step).mean(axis=1)
    frames = pictures.reshape(-1, width * height).astype(np.float32)
    return Decoded(sound=levels[:, None], picture=_evened(frames))


def _evened(frames: Levels) -> Levels:
    """Each picture without its brightness and contrast, which differ where colours were mapped."""
    spread = frames.std(axis=1, keepdims=True)
    evened: Levels = (frames - frames.mean(axis=1, keepdims=True)) / np.where(spread > 1, spread, np.inf)
    return evened


def _begin(tools: MediaTools, place: str) -> float:
    argv = [tools.ffprobe, "-v", "quiet", "-show_entries", "format=start_time", "-of", "csv=p=0", place]
    told = subprocess.run(argv, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout.strip()
    return float(told) if told not in ("", "N/A") else 0.0


def _ffmpeg(tools: MediaTools, place: str, *how: str) -> bytes:
    argv: Sequence[str] = [
        tools.ffmpeg, "-nostdin", "-v", "quiet", "-copyts", "-t", str(_LONGEST_SECONDS), "-i", place, *how, "-"
    ]  # fmt: skip
    return subprocess.run(argv, capture_output=True, check=True).stdout
