"""A demonstration lesson to ffmpeg's argv, built with ffmpeg-python; pure.

All is quick on purpose: a part is decoded once and repeated, a phrase is computed once and looped, and the encoder
works at a fixed quantizer, without looking ahead. The same parts give the same file, bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ffmpeg

from medialib.demo.drawing import UNITS_HIGH
from medialib.demo.lessons import Demonstration
from medialib.demo.motion import Motion
from medialib.demo.tune import CHIME, CHIME_SECONDS, phrase, phrase_seconds

WIDE, SQUARE = (704, 396), (600, 600)
PIXELS_PER_UNIT = WIDE[1] / UNITS_HIGH
SQUARE_PIXELS_PER_UNIT = SQUARE[1] / UNITS_HIGH
# Posters are shown larger than films: 1280 x 720.
POSTER_PIXELS_PER_UNIT = 4
# On twos, as drawn films are: each picture is shown twice in the 24 that a lesson has in a second.
_FRAMES_PER_SECOND, _FRAME_SECONDS = "12", "1/12"
_SAMPLES_PER_SECOND = 24_000
_FADE_SECONDS = 1.5
SPEECH_DELAY_SECONDS = 0.4
_BT709 = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
_AUDIO = {"c:a": "aac", "aac_coder": "fast", "b:a": 56_000, "map_metadata": -1, "fflags": "+bitexact"}


@dataclass(frozen=True, kw_only=True)
class Cel:
    """A drawn part as a file of the working directory, and where its upper left corner is in the picture."""

    name: str
    corner: tuple[int, int]
    motion: Motion


def film_command(program: str, cels: Sequence[Cel], lesson: Demonstration, speech: Sequence[str]) -> list[str]:
    """The film: the cels on sheet.png, moving, with the tune and what is said (a file for each beat, or none)."""
    # Colours at full resolution until the end: overlay would else place everything at even pixels, which jerks.
    sheet = _in_colour(ffmpeg.input("sheet.png", framerate=_FRAMES_PER_SECOND)["v"], "yuv444p")
    picture = sheet.filter("settb", _FRAME_SECONDS).filter("loop", loop=-1, size=1).filter("setpts", "N")
    for cel in cels:
        x, y = (cel.motion.expression(axis, cel.corner[axis], PIXELS_PER_UNIT) for axis in (0, 1))
        when = {"enable": cel.motion.shown} if cel.motion.shown else {}
        drawn = _in_colour(ffmpeg.input(cel.name)["v"], "yuva444p")
        picture = ffmpeg.overlay(picture, drawn, x=x, y=y, format="yuv444", **when)
    picture = picture.filter("format", "yuv420p")
    # One thread each: two films are made at the same time.
    video = _BT709 | {"c:v": "libx264", "preset": "ultrafast", "tune": "stillimage", "qp": 21, "threads": 1, "g": 48}
    sound = _sound(lesson, speech)
    return _complete(program, picture.output(sound, f"{lesson.slug}.mp4", t=lesson.seconds, **video, **_AUDIO))


def _in_colour(picture: Any, pixels: str) -> Any:
    """In the colours of every lesson: nothing is left to convert when the film is taken in."""
    return picture.filter("scale", out_color_matrix="bt709", out_range="tv").filter("format", pixels)


def reading_command(program: str, lesson: Demonstration, speech: Sequence[str]) -> list[str]:
    """The reading: the tune and what is said, with cover.png attached."""
    cover = ffmpeg.input("cover.png")["v"]
    shown = {"c:v": "copy", "disposition:v:0": "attached_pic"}
    sound = _sound(lesson, speech)
    return _complete(program, ffmpeg.output(sound, cover, f"{lesson.slug}.m4a", t=lesson.seconds, **shown, **_AUDIO))


def speech_command(program: str, words: str, name: str) -> list[str]:
    """A sentence spoken by espeak-ng, as fast as the beats of the lessons allow."""
    return [program, "-v", "cmn", "-s", "300", "-p", "45", "-w", name, words]


def _sound(lesson: Demonstration, speech: Sequence[str]) -> Any:
    tracks = [_music(lesson, volume=0.4 if speech else 1.0)]
    if speech:
        spoken = (ffmpeg.input(name)["a"].filter("aresample", _SAMPLES_PER_SECOND) for name in speech)
        tracks += [_at(one, lesson.starts[number] + SPEECH_DELAY_SECONDS) for number, one in enumerate(spoken)]
    else:
        bells = ffmpeg.input(f"aevalsrc=exprs='{CHIME}':d={CHIME_SECONDS}:s={_SAMPLES_PER_SECOND}", f="lavfi")["a"]
        copies = bells.filter_multi_output("asplit", len(lesson.beats) - 1)
        tracks += [_at(copies[number], start) for number, start in enumerate(lesson.starts[1:-1])]
    sound = ffmpeg.filter(tracks, "amix", inputs=len(tracks), duration="first", normalize=0)
    # As loud throughout as its target asks, so that taking it in needs no second hearing.
    sound = sound.filter("acompressor", threshold="-24dB", ratio=4, attack=2, release=60, makeup=3)
    sound = sound.filter("alimiter", limit="-8.5dB", level=0, attack=2, release=60)
    fade_out = {"start_time": lesson.seconds - _FADE_SECONDS, "duration": _FADE_SECONDS}
    return sound.filter("afade", type="out", **fade_out)


def _at(sound: Any, seconds: float) -> Any:
    return sound.filter("adelay", round(seconds * 1000))


def _music(lesson: Demonstration, *, volume: float) -> Any:
    length = phrase_seconds(lesson.tune)
    source = f"aevalsrc=exprs='{phrase(lesson.tune)}':d={length:.3f}:s={_SAMPLES_PER_SECOND}"
    sound = ffmpeg.input(source, f="lavfi")["a"]
    sound = sound.filter("aloop", loop=-1, size=round(length * _SAMPLES_PER_SECOND))
    sound = sound.filter("aecho", 0.9, 0.6, "70|150", "0.25|0.15").filter("atrim", end=lesson.seconds)
    return sound.filter("afade", type="in", duration=_FADE_SECONDS).filter("volume", volume)


def _complete(program: str, output: Any) -> list[str]:
    return [program, "-nostdin", "-hide_banner", "-y", "-v", "error", *ffmpeg.get_args(output)]
