"""What comes in over a scene: the panel with its slides, and the card that says what to remember."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from medialib.demo.drawing import (
    BAMBOO,
    LEAF,
    OCHRE,
    PAPER,
    QUIET,
    STRAW,
    UNITS_HIGH,
    UNITS_WIDE,
    WORDS,
    Drawing,
    Pen,
    Region,
)
from medialib.demo.lessons import Bar, Beat, Demonstration, Slide
from medialib.demo.motion import STILL, Glide, Motion
from medialib.demo.scenes import SCENES
from medialib.demo.typeface import TITLE

PANEL_LEFT = 152
# A little wider than what is seen: its edge must not fall between two pixels.
_PANEL: Region = (PANEL_LEFT, 0, UNITS_WIDE - PANEL_LEFT + 2, UNITS_HIGH)
_AWAY = float(UNITS_WIDE - PANEL_LEFT)
_TEXT_LEFT = PANEL_LEFT + 16
TEXT_WIDE = UNITS_WIDE - 10 - _TEXT_LEFT

KICKER, HEADING, LINE, NUMBER = 12.0, 20.0, 14.5, 32.0
_INDENT = 10
_BASELINE, _HIGHEST_BAR = 134.0, 50.0

_COMING_SECONDS, _GOING_SECONDS = 0.8, 0.7
_LINE_SECONDS, _BETWEEN_SECONDS = 0.55, 0.22


@dataclass(frozen=True, kw_only=True)
class Part:
    """A drawing on one region of the picture, and how it moves."""

    draw: Drawing
    region: Region = (0, 0, UNITS_WIDE, UNITS_HIGH)
    motion: Motion = STILL


@dataclass(frozen=True, kw_only=True)
class Stay:
    """How long a panel is there, and what it shows one after the other: begin, end, slide."""

    begin: float
    end: float
    slides: tuple[tuple[float, float, Slide], ...]


def stays(lesson: Demonstration) -> tuple[Stay, ...]:
    """Slides that follow each other share a panel."""
    numbered = groupby(enumerate(lesson.beats), lambda one: one[1].slide is not None)
    return tuple(_stay(lesson, list(run)) for shown, run in numbered if shown)


def _stay(lesson: Demonstration, run: Sequence[tuple[int, Beat]]) -> Stay:
    slides = tuple((lesson.starts[number], lesson.starts[number + 1], beat.slide) for number, beat in run if beat.slide)
    return Stay(begin=lesson.starts[run[0][0]], end=lesson.starts[run[-1][0] + 1], slides=slides)


def coming_and_going(stay: Stay, way: float) -> tuple[Glide, Glide]:
    """Going by `way` to the right as the panel comes in, and back as it leaves."""
    return (
        Glide(begin=stay.begin, end=stay.begin + _COMING_SECONDS, by=(way, 0)),
        Glide(begin=stay.end - _GOING_SECONDS, end=stay.end, by=(-way, 0)),
    )


def slide_parts(lesson: Demonstration) -> Iterator[Part]:
    """The panels with all that is on them, and the card at the end, from the lowest to the uppermost."""
    for stay in stays(lesson):
        yield Part(draw=_panel, region=_PANEL, motion=Motion(start=(_AWAY, 0), glides=coming_and_going(stay, -_AWAY),
                                                             appears=stay.begin, vanishes=stay.end))  # fmt: skip
        for begin, end, slide in stay.slides:
            first, last = begin == stay.begin, end == stay.end
            yield from _on_panel(slide, begin + (0.35 if first else 0), end - (_GOING_SECONDS if last else 0.32), end)
    if lesson.remember:
        yield _card(lesson)


def _on_panel(slide: Slide, begin: float, leave: float, end: float) -> Iterator[Part]:
    """The parts of one slide come in from the right one after the other, and leave together."""
    head, rows = Part(draw=partial(_head, slide), region=(PANEL_LEFT, 24, 168, 56)), []
    if slide.number:
        rows.append(Part(draw=partial(_number, slide.number), region=(PANEL_LEFT, 74, 168, 40)))
    top = 129 if slide.number else 97
    for place, line in enumerate(slide.lines):
        y = top + place * 21.5
        rows.append(Part(draw=partial(_line, line, y), region=(PANEL_LEFT, y - 18, 168, 24)))
    for place, row in enumerate((head, *rows)):
        start = begin + place * _BETWEEN_SECONDS
        glides = (
            Glide(begin=start, end=start + _LINE_SECONDS, by=(-_AWAY, 0)),
            Glide(begin=leave, end=end, by=(_AWAY, 0)),
        )
        motion = Motion(start=(_AWAY, 0), glides=glides, appears=start, vanishes=end)
        yield Part(draw=row.draw, region=row.region, motion=motion)
    yield from _chart(slide.bars, begin + 0.5, leave, end)


def _chart(bars: tuple[Bar, ...], begin: float, leave: float, end: float) -> Iterator[Part]:
    """Bars that grow: they rise behind a sheet of the panel's colour, which bears their labels."""
    if not bars:
        return
    step = TEXT_WIDE / len(bars)
    going = Glide(begin=leave, end=end, by=(_AWAY, 0))
    for place, bar in enumerate(bars):
        high = _HIGHEST_BAR * bar.value / max(one.value for one in bars)
        start = begin + place * 0.35
        growing = Glide(begin=start, end=start + 1.1, by=(0, -high - 1))
        yield Part(
            draw=partial(_bar, LEAF if place < len(bars) - 1 else BAMBOO, _TEXT_LEFT + place * step, step * 0.62, high),
            region=(_TEXT_LEFT + place * step - 1, _BASELINE - high - 1, step, high + 3),
            motion=Motion(start=(0, high + 1), glides=(growing, going), appears=start, vanishes=end),
        )
    yield Part(
        draw=partial(_foot, bars, step),
        region=(_TEXT_LEFT - 4, _BASELINE, TEXT_WIDE + 8, UNITS_HIGH - _BASELINE),
        motion=Motion(glides=(going,), appears=begin, vanishes=end),
    )


def _card(lesson: Demonstration) -> Part:
    begin = lesson.starts[-2] + 0.7
    wide = 28 + max(len(line) for line in lesson.remember) * HEADING
    high = 33 + 24 * len(lesson.remember)
    left, away = (UNITS_WIDE - 16 - wide, wide + 20) if SCENES[lesson.picture].card_right else (16, -wide - 20)
    coming = Glide(begin=begin, end=begin + 0.9, by=(-away, 0))
    return Part(
        draw=partial(_remember, lesson.remember, left, wide, high),
        region=(left - 1, 15, wide + 2, high + 2),
        motion=Motion(start=(away, 0), glides=(coming,), appears=begin),
    )


def _panel(pen: Pen) -> None:
    pen.box(PAPER, PANEL_LEFT, 0, UNITS_WIDE - PANEL_LEFT + 2, UNITS_HIGH)
    pen.box(BAMBOO, PANEL_LEFT, 0, 2.6, UNITS_HIGH)


def _head(slide: Slide, pen: Pen) -> None:
    pen.words(BAMBOO, _TEXT_LEFT, 42, slide.kicker, size=KICKER, weight=TITLE)
    pen.words(WORDS, _TEXT_LEFT, 69, slide.title, size=HEADING, weight=TITLE)


def _number(text: str, pen: Pen) -> None:
    pen.words(BAMBOO, _TEXT_LEFT, 104, text, size=NUMBER, weight=TITLE)


def _line(text: str, y: float, pen: Pen) -> None:
    pen.disc(OCHRE, _TEXT_LEFT + 2.6, y - 5, 2.4)
    pen.words(QUIET, _TEXT_LEFT + _INDENT, y, text, size=LINE)


def _bar(colour: str, x: float, width: float, high: float, pen: Pen) -> None:
    pen.box(colour, x, _BASELINE - high, width, high + 2, round_by=1.5)


def _foot(bars: tuple[Bar, ...], step: float, pen: Pen) -> None:
    pen.box(PAPER, _TEXT_LEFT - 4, _BASELINE, TEXT_WIDE + 8, UNITS_HIGH - _BASELINE)
    pen.box(STRAW, _TEXT_LEFT - 3, _BASELINE, TEXT_WIDE + 4, 1.4)
    for place, bar in enumerate(bars):
        x = _TEXT_LEFT + place * step + step * 0.31
        pen.words(QUIET, x, _BASELINE + 15, bar.label, size=KICKER, middle=True)


def _remember(lines: tuple[str, ...], left: float, wide: float, high: float, pen: Pen) -> None:
    pen.box(PAPER, left, 16, wide, high, round_by=7)
    pen.box(BAMBOO, left, 26, 2.6, high - 20)
    pen.words(BAMBOO, left + 14, 36, "记住", size=KICKER, weight=TITLE)
    for place, line in enumerate(lines):
        pen.words(WORDS, left + 14, 60 + place * 24, line, size=HEADING, weight=TITLE)
