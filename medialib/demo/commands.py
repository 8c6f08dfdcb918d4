"""A demonstration lesson to ffmpeg's argv, built with ffmpeg-python; pure.

All is quick on purpose: a layer is decoded once and repeated, a phrase is computed once and looped, and the
encoder works at a fixed quantizer, without looking ahead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ffmpeg

from medialib.demo.drawing import UNITS_HIGH, Layer
from medialib.demo.lessons import Tune

WIDE, SQUARE = (854, 480), (480, 480)
_FRAMES_PER_SECOND = 25
_SAMPLES_PER_SECOND = 24_000

# Semitones above the root, in the pentatonic scale.
_SEMITONES = {"1": 0, "2": 2, "3": 4, "5": 7, "6": 9, "8": 12, "9": 14}
_RING_SECONDS = 2.4
_FADE_SECONDS = 1.5
_AUDIO = {"c:a": "aac", "aac_coder": "fast", "b:a": 48_000, "map_metadata": -1}


@dataclass(frozen=True, kw_only=True)
class Cel:
    """A drawn layer as a file of the working directory, and where its upper left corner is in the picture."""

    name: str
    corner: tuple[int, int]
    layer: Layer


def film_command(program: str, cels: Sequence[Cel], tune: Tune, seconds: int) -> list[str]:
    """film.mp4: the cels on sheet.png, moving, with the tune."""
    sheet = ffmpeg.input("sheet.png", framerate=_FRAMES_PER_SECOND)["v"].filter("format", "yuv420p")
    picture = sheet.filter("settb", f"1/{_FRAMES_PER_SECOND}").filter("loop", loop=-1, size=1).filter("setpts", "N")
    for cel in cels:
        x, y = (_travel(cel, axis, seconds) for axis in (0, 1))
        picture = ffmpeg.overlay(picture, ffmpeg.input(cel.name)["v"], x=x, y=y)
    # One thread each: two films are made at the same time.
    video = {"c:v": "libx264", "preset": "ultrafast", "tune": "stillimage", "qp": 22, "threads": 1, "g": 100}
    return _complete(program, picture.output(_sound(tune, seconds), "film.mp4", t=seconds, **video, **_AUDIO))


def reading_command(program: str, tune: Tune, seconds: int) -> list[str]:
    """reading.m4a: the tune with cover.png attached."""
    cover = ffmpeg.input("cover.png")["v"]
    shown = {"c:v": "copy", "disposition:v:0": "attached_pic"}
    return _complete(program, ffmpeg.output(_sound(tune, seconds), cover, "reading.m4a", t=seconds, **shown, **_AUDIO))


def phrase(tune: Tune) -> str:
    """The phrase as an expression of `t`: every note rings on into the next, the last ones into the first."""
    return "+".join(_note(tune, place) for place, name in enumerate(tune.notes) if name in _SEMITONES)


def _note(tune: Tune, place: int) -> str:
    length = len(tune.notes) * tune.beat_seconds
    since = f"mod(t-{place * tune.beat_seconds:.3f}+{length:.3f},{length:.3f})"
    turns = math.tau * tune.root_hertz * 2 ** (_SEMITONES[tune.notes[place]] / 12)
    sound = f"(sin({turns:.3f}*ld(0))+0.3*sin({turns * 2:.3f}*ld(0)))*exp(-2.2*ld(0))*min(1,ld(0)*80)"
    return f"if(lt(st(0,{since}),{_RING_SECONDS}),0.3*{sound},0)"


def _sound(tune: Tune, seconds: int) -> Any:
    length = len(tune.notes) * tune.beat_seconds
    source = f"aevalsrc=exprs='{phrase(tune)}':d={length:.3f}:s={_SAMPLES_PER_SECOND}"
    sound = ffmpeg.input(source, f="lavfi")["a"]
    sound = sound.filter("aloop", loop=-1, size=round(length * _SAMPLES_PER_SECOND))
    sound = sound.filter("aecho", 0.9, 0.6, "70|150", "0.25|0.15").filter("atrim", end=seconds)
    sound = sound.filter("afade", type="in", duration=_FADE_SECONDS)
    return sound.filter("afade", type="out", start_time=seconds - _FADE_SECONDS, duration=_FADE_SECONDS)


def _travel(cel: Cel, axis: int, seconds: int) -> str:
    pixels = WIDE[1] / UNITS_HIGH
    start, end = (place[axis] * pixels for place in (cel.layer.start, cel.layer.end))
    way = f"{cel.corner[axis] + start:.2f}+{end - start:.2f}*t/{seconds}"
    if axis == 0 or not cel.layer.bob:
        return way
    return f"{way}-{cel.layer.bob * pixels:.2f}*abs(sin(PI*t/{cel.layer.bob_seconds}))"


def _complete(program: str, output: Any) -> list[str]:
    return [program, "-nostdin", "-hide_banner", "-y", "-v", "error", *ffmpeg.get_args(output)]
