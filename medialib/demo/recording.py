"""A demonstration lesson's files: drawn and composed in a folder, with captions and chapters beside the recording."""

import shutil
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pysubs2
import webvtt

from medialib.demo.commands import (
    PIXELS_PER_UNIT,
    POSTER_PIXELS_PER_UNIT,
    SQUARE_PIXELS_PER_UNIT,
    Cel,
    film_command,
    reading_command,
    speech_command,
)
from medialib.demo.covers import COVERS
from medialib.demo.drawing import UNITS_HIGH, UNITS_WIDE, Pen
from medialib.demo.film import draw_scene, film_parts
from medialib.demo.lessons import Demonstration
from medialib.demo.scenes import SCENES
from medialib.demo.slides import Part
from medialib.demo.typeface import Typeface
from medialib.ingest.ffmpeg import Reach, run
from medialib.ingest.workshop import Workshop

# A caption goes a moment before the next one comes, so that two like lines are seen to be two.
_GAP_SECONDS = 0.12


def record(
    workshop: Workshop,
    typeface: Typeface,
    lesson: Demonstration,
    folder: Path,
    *,
    tick: Callable[[], None] = lambda: None,
) -> Path:
    """The recording, made in this new folder; `tick` is called meanwhile and may raise. Raises ToolFailed, OSError."""
    folder.mkdir()
    reach, limits = Reach(reads=None, writes=folder), workshop.limits(hot=False)
    tick()
    speech = _speak(workshop, lesson, reach)
    if lesson.is_film:
        draw_poster(lesson, typeface, folder)
        command = film_command(workshop.tools.ffmpeg, draw_film(lesson, typeface, folder), lesson, speech)
    else:
        draw_cover(lesson, typeface, folder)
        command = reading_command(workshop.tools.ffmpeg, lesson, speech)
    run(command, reach=reach, limits=limits, tick=tick)
    recording = folder / f"{lesson.slug}.{'mp4' if lesson.is_film else 'm4a'}"
    write_sidecars(lesson, recording)
    return recording


def draw_film(lesson: Demonstration, typeface: Typeface, folder: Path) -> list[Cel]:
    """sheet.png, and a file for each part that moves."""
    sheet, *parts = film_parts(lesson)
    pen = _pen(sheet, typeface)
    sheet.draw(pen)
    pen.finish().convert("RGB").save(folder / "sheet.png", compress_level=1)
    return [_draw_part(part, typeface, folder, f"{number}.png") for number, part in enumerate(parts)]


def _draw_part(part: Part, typeface: Typeface, folder: Path, name: str) -> Cel:
    """A part without what is empty around it: less to lay over every picture."""
    pen = _pen(part, typeface)
    part.draw(pen)
    drawn = pen.finish()
    left, upper, right, lower = drawn.getbbox() or (0, 0, 1, 1)
    drawn.crop((left, upper, right, lower)).save(folder / name, compress_level=1)
    corner = (round(part.region[0] * PIXELS_PER_UNIT) + left, round(part.region[1] * PIXELS_PER_UNIT) + upper)
    return Cel(name=name, corner=corner, motion=part.motion)


def _pen(part: Part, typeface: Typeface) -> Pen:
    return Pen(part.region, pixels_per_unit=PIXELS_PER_UNIT, typeface=typeface)


def draw_poster(lesson: Demonstration, typeface: Typeface, folder: Path) -> None:
    """The scene as it is at the end, large and without words, as a picture beside the recording."""
    paper = SCENES[lesson.picture].paper
    pen = Pen((0, 0, UNITS_WIDE, UNITS_HIGH), pixels_per_unit=POSTER_PIXELS_PER_UNIT, typeface=typeface, paper=paper)
    draw_scene(lesson, pen, lesson.seconds - 1)
    pen.finish().convert("RGB").save(folder / f"{lesson.slug}.png", compress_level=1)


def draw_cover(lesson: Demonstration, typeface: Typeface, folder: Path) -> None:
    """cover.png"""
    pen = Pen((0, 0, UNITS_HIGH, UNITS_HIGH), pixels_per_unit=SQUARE_PIXELS_PER_UNIT, typeface=typeface)
    COVERS[lesson.picture](pen)
    pen.finish().convert("RGB").save(folder / "cover.png")


def _speak(workshop: Workshop, lesson: Demonstration, reach: Reach) -> Sequence[str]:
    """A file for each beat where this machine has a voice; nothing where it has none."""
    program = shutil.which("espeak-ng")
    if program is None:
        return ()
    names = [f"said-{number}.wav" for number in range(len(lesson.beats))]
    for beat, name in zip(lesson.beats, names, strict=True):
        run(speech_command(program, beat.says, name), reach=reach, limits=workshop.limits(hot=False))
    return names


def write_sidecars(lesson: Demonstration, recording: Path) -> None:
    """NAME.zh.srt with all that is said and, where there are any, NAME.chapters.vtt."""
    captions = pysubs2.SSAFile()
    for beat, (begin, end) in zip(lesson.beats, pairwise(lesson.starts), strict=True):
        start_ms, end_ms = round(begin * 1000), round((end - _GAP_SECONDS) * 1000)
        captions.append(pysubs2.SSAEvent(start=start_ms, end=end_ms, text=beat.says))
    captions.save(str(recording.with_suffix(".zh.srt")), encoding="utf-8")
    named = [(start, beat.chapter) for start, beat in zip(lesson.starts, lesson.beats, strict=False) if beat.chapter]
    if named:
        chapters = webvtt.WebVTT()
        for (begin, title), (end, _) in pairwise([*named, (lesson.seconds, "")]):
            chapters.captions.append(webvtt.Caption(_clock(begin), _clock(end), title))
        chapters.save(str(recording.with_suffix(".chapters.vtt")))


def _clock(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"
