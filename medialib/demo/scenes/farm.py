"""Scenes of the hills and the yard: bamboo, tea, chickens, a mat."""

import math
from functools import partial

from medialib.demo.drawing import (
    AMBER,
    BAMBOO,
    BARK,
    CLAY,
    CREAM,
    HAZE,
    INK,
    LEAF,
    MORNING,
    OCHRE,
    PAPER,
    PINE,
    SAND,
    SPRING,
    STRAW,
    Drawing,
    Pen,
)
from medialib.demo.scenes.land import cloud, fan, grass, hat, hills, mist, shoot, stem, sun
from medialib.demo.scenes.layers import Layer, Move, Scene


def _grove_behind(pen: Pen) -> None:
    pen.hill(CREAM, 146, 140, 146, 138, 144)
    for x, width, lean in ((112, 5, 0.02), (150, 4, -0.02), (206, 5, 0.03)):
        stem(pen, HAZE, x, width, lean)
    pen.hill(CREAM, 148, 143, 147, 141, 146)


def _grove(pen: Pen) -> None:
    for colour, x, width, lean in (
        (LEAF, 20, 8, 0.04), (LEAF, 84, 6, -0.03), (LEAF, 240, 6, 0.04), (LEAF, 300, 8, -0.05),
        (BAMBOO, 46, 13, -0.03), (BAMBOO, 268, 12, 0.03),
    ):  # fmt: skip
        stem(pen, colour, x, width, lean)
    for colour, x, y, towards in (
        (BAMBOO, 47, 70, 165), (BAMBOO, 80, 20, 15), (LEAF, 30, 128, 195), (PINE, 54, 30, 30), (PINE, 57, 100, 35),
        (BAMBOO, 292, 16, 170), (BAMBOO, 283, 96, 20), (LEAF, 298, 132, -15), (PINE, 272, 48, 150),
        (PINE, 270, 124, 160),
    ):  # fmt: skip
        fan(pen, colour, x, y, towards)


def _soil(pen: Pen) -> None:
    pen.hill(SAND, 164, 160, 166, 158, 164)


def _tea_rows(*rows: tuple[str, float, float]) -> Drawing:
    def draw(pen: Pen) -> None:
        for colour, y, reach in rows:
            curve = [(x, y - 7 * math.sin(math.pi * x / 320)) for x in range(0, 324, 2)]
            pen.shape(colour, *curve, (322, 182), (0, 182))
            for number in range(int(330 / (reach * 1.5)) + 1):
                x = number * reach * 1.5
                pen.disc(colour, x, y - 7 * math.sin(math.pi * x / 320) + 2, reach, reach * 0.62)

    return draw


def _picker(pen: Pen) -> None:
    pen.shape(CLAY, (150, 122), (170, 122), (180, 156), (140, 156))
    pen.box(AMBER, 172, 128, 16, 20, round_by=3)
    hat(pen, 160, 125, 27)


def _sprig(pen: Pen) -> None:
    """One bud and one leaf, as through a glass."""
    pen.disc(PAPER, 76, 92, 66)
    pen.disc(MORNING, 76, 92, 62)
    pen.stroke(LEAF, 3.4, (70, 152), (72, 128), (76, 94))
    pen.leaf(BAMBOO, 72, 130, -150, 44, thick=0.2)
    pen.leaf(LEAF, 75, 106, -30, 50, thick=0.2)
    pen.leaf(LEAF, 76, 96, -92, 56, thick=0.15)
    pen.leaf(OCHRE, 76, 96, -88, 36, thick=0.11)


def hen(body: str, wing: str, x: float, y: float, size: float, look: int) -> Drawing:
    """A hen with its middle at the place, looking right (1) or left (-1)."""

    def draw(pen: Pen) -> None:
        def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
            return [(x + px * size * look, y + py * size) for px, py in points]

        for foot in (-4, 6):
            pen.stroke(AMBER, 2.2 * size, *at((foot, 10), (foot, 24), (foot + 6, 24)))
        for degrees, length in ((-150, 27), (-132, 33), (-114, 27)):
            turn = degrees if look > 0 else -180 - degrees
            pen.leaf(wing, *at((-11, 0))[0], turn, length * size, thick=0.17)
        half = [(-21 * math.cos(math.pi * k / 24), -5 + 20 * math.sin(math.pi * k / 24)) for k in range(25)]
        pen.shape(body, *at(*half, (23, -20), (20, -26), (13, -26), (9, -20), (2, -10), (-6, -7)))
        pen.shape(CLAY, *at((11, -25), (12, -31), (15, -28), (18, -32), (20, -28), (23, -29), (22, -24)))
        pen.shape(OCHRE, *at((22, -24), (30, -20.5), (23, -18)))
        pen.leaf(wing, *at((9, -3))[0], 170 if look > 0 else 10, 24 * size, thick=0.26)
        pen.disc(INK, *at((18, -22))[0], 1.5 * size)

    return draw


def _yard(pen: Pen) -> None:
    pen.hill(LEAF, 132, 120, 128, 134, 128)
    pen.hill(BAMBOO, 160, 150, 156, 148, 154)


_STRIP, _COLUMNS = 15.0, 21


def _loose_strips(pen: Pen) -> None:
    """The upright strips, side by side, not woven yet."""
    pen.box(PINE, 0, 0, 322, 182)
    for column in range(_COLUMNS + 1):
        colour = (SAND, OCHRE, CREAM)[column % 3]
        pen.box(colour, column * _STRIP + 1, -2, _STRIP - 2.4, 186, round_by=2)


def _woven_row(row: int) -> Drawing:
    """A strip across, over one and under one; the next row goes the other way."""

    def draw(pen: Pen) -> None:
        y = 182 - (row + 1) * _STRIP
        pen.box(BARK, 0, y - 0.6, 322, _STRIP + 1.2)
        for column in range(-1, _COLUMNS + 1):
            x = column * _STRIP
            if (column + row) % 2:
                pen.box(AMBER, x - 1.5, y + 1, _STRIP + 3, _STRIP - 2, round_by=2.5)
            else:
                pen.box((SAND, OCHRE, CREAM)[column % 3], x + 1, y - 1, _STRIP - 2.4, _STRIP + 2, round_by=1.5)

    return draw


def _woven(rows: int) -> Drawing:
    def draw(pen: Pen) -> None:
        for row in range(rows):
            _woven_row(row)(pen)

    return draw


def _beater(pen: Pen) -> None:
    """What drives the rows together."""
    pen.box(INK, 118, 52, 12, 30, round_by=4)
    pen.box(BARK, 76, 74, 96, 15, round_by=5)


GROVE = Scene(paper=MORNING, layers=(
    Layer(draw=sun(CREAM, 204, 62, 32), depth=0, start=(-14, 16), drift=(30, -20)),
    Layer(draw=hills((106, 92, 98, 84, 96, 90, 104), (126, 110, 128, 114, 130, 118)), depth=0),
    Layer(draw=mist, depth=0.2, start=(-130, 0), drift=(210, 0)),
    Layer(draw=_grove_behind, depth=0.4),
    Layer(draw=partial(shoot, x=128, foot=170, high=62), start=(0, 44), moves=(Move(begin=2.2, end=4.6, by=(0, -44)),)),
    Layer(draw=partial(shoot, x=196, foot=172, high=52), start=(0, 42), moves=(Move(begin=3, end=5, by=(0, -42)),)),
    Layer(draw=partial(shoot, x=162, foot=174, high=88), start=(0, 66), moves=(
        Move(begin=0, end=0.9, by=(0, -24)), Move(begin=2.6, end=5, by=(0, -42)),
    )),
    Layer(draw=_soil),
    Layer(draw=_grove, depth=1.3),
))  # fmt: skip
TEA = Scene(paper=SPRING, layers=(
    Layer(draw=sun(SAND, 242, 46, 26), depth=0, start=(14, 18), drift=(-34, -26)),
    Layer(draw=cloud(PAPER, 120, 44), depth=0, start=(-70, 0), drift=(170, -8)),
    Layer(draw=hills((58, 76, 54, 70, 72, 62), (82, 74, 86, 78, 90, 80)), depth=0),
    Layer(draw=_tea_rows((LEAF, 98, 9.0), (BAMBOO, 114, 10.5), (LEAF, 131, 12)), depth=0.5),
    Layer(draw=_picker, start=(40, 0), drift=(-30, 0), bob=1.6, bob_seconds=1.3),
    Layer(draw=_tea_rows((BAMBOO, 149, 14), (PINE, 168, 16.5))),
    Layer(draw=_sprig, depth=0.2, start=(-10, 190), appears=0.9, vanishes=2.4, moves=(
        Move(begin=0.95, end=1.3, by=(0, -180)), Move(begin=1.95, end=2.3, by=(0, 190)),
    )),
))  # fmt: skip
YARD = Scene(paper=CREAM, layers=(
    Layer(draw=sun(OCHRE, 226, 72, 36), depth=0, start=(6, 14), drift=(-24, -26)),
    Layer(draw=hills((104, 92, 96, 92, 102, 90), (120, 116, 122, 114, 124, 116)), depth=0),
    Layer(draw=_yard, depth=0.3),
    Layer(draw=hen(INK, BARK, 270, 112, 0.9, -1), start=(0, 2), drift=(-150, 8), bob=2, bob_seconds=0.9),
    Layer(draw=hen(PAPER, STRAW, 84, 114, 1.1, 1), start=(-26, 4), drift=(84, -2), bob=2.4, bob_seconds=1.2),
    Layer(draw=hen(CLAY, BARK, 190, 128, 1.5, -1), start=(14, 2), drift=(-70, 0), bob=3, bob_seconds=1.6),
    Layer(draw=grass, depth=1.2),
))  # fmt: skip
MAT = Scene(paper=PINE, layers=(
    Layer(draw=_loose_strips, depth=0),
    Layer(draw=_woven(4), depth=0),
    *(
        Layer(draw=_woven_row(row), depth=0, start=(330, 0), appears=begin - 0.02,
              moves=(Move(begin=begin, end=begin + 0.5, by=(-330, 0)),))
        for row, begin in ((4, 0.12), (5, 1.2), (6, 2.2), (7, 3.1))
    ),
    Layer(draw=_beater, depth=0, start=(34, -52), drift=(-14, 0), bob=7, bob_seconds=1.2, moves=(
        Move(begin=0.12, end=0.6, by=(0, 22)), Move(begin=1.2, end=1.7, by=(0, -15)),
        Move(begin=2.2, end=2.7, by=(0, -15)), Move(begin=3.1, end=3.6, by=(0, -15)),
    )),
))  # fmt: skip
