"""Square covers of the audio readings: a picture of the season, and its name on a solid band."""

import math

from medialib.demo.drawing import (
    AMBER,
    BAMBOO,
    BARK,
    CLAY,
    CREAM,
    DAWN,
    DEEP,
    HAZE,
    INK,
    LEAF,
    MIST,
    OCHRE,
    PAPER,
    PINE,
    PINK,
    QUIET,
    RIPPLE,
    ROSE,
    SAND,
    WATER,
    WORDS,
    Drawing,
    Pen,
)
from medialib.demo.scenes.land import house
from medialib.demo.typeface import TITLE

_SIDE = 180


def _band(pen: Pen, name: str) -> None:
    pen.box(PAPER, 0, 136, _SIDE + 2, 46)
    pen.words(WORDS, 14, 168, name, size=28, weight=TITLE)
    pen.words(QUIET, 84, 158, "节气里的", size=11)
    pen.words(QUIET, 84, 171, "农事", size=11)


def _wave(pen: Pen, colour: str, y: float, swing: float, turn: float = 0) -> None:
    ridge = [(x, y - swing * math.sin(x / 26 + turn)) for x in range(0, 184, 2)]
    pen.shape(colour, *ridge, (182, 182), (0, 182))


def spring(pen: Pen) -> None:
    """A peach branch before the sun."""
    pen.box(DAWN, 0, 0, 182, 182)
    pen.disc(CREAM, 54, 52, 34)
    _wave(pen, HAZE, 112, 8)
    _wave(pen, LEAF, 126, 6, 2)
    pen.stroke(BARK, 4.5, (184, 30), (146, 50), (122, 74), (86, 86), (48, 108))
    pen.stroke(BARK, 3, (122, 74), (112, 50), (92, 32))
    for x, y, size in ((92, 32, 13), (136, 58, 17), (90, 86, 15), (50, 106, 13), (160, 38, 10)):
        for angle in (math.tau * petal / 5 - 0.3 for petal in range(5)):
            dx, dy = math.cos(angle) * size * 0.6, math.sin(angle) * size * 0.6
            pen.disc(ROSE if size > 14 else PINK, x + dx, y + dy, size * 0.5)
        pen.disc(OCHRE, x, y, size * 0.28)
    _band(pen, "立春")


def rain(pen: Pen) -> None:
    """Rain on young rice."""
    pen.box(MIST, 0, 0, 182, 182)
    for x, y in ((40, 34), (118, 26)):
        pen.disc(PAPER, x, y - 4, 16, 11)
        pen.disc(PAPER, x + 22, y - 7, 20, 15)
        pen.stroke(PAPER, 11, (x - 22, y), (x + 54, y))
    for number in range(28):
        x, y = (number * 73) % 187, 48 + (number * 19) % 51
        pen.stroke(WATER, 1.6, (x, y), (x - 5, y + 13))
    _wave(pen, HAZE, 100, 6)
    pen.box(WATER, 0, 108, 182, 30)
    for row, y in enumerate((118, 127, 138)):
        for x in range(8 + row * 5, 182, 21):
            for turn in (-116, -90, -64):
                pen.leaf(BAMBOO if row else LEAF, x, y, turn, 15 + row * 2, thick=0.12)
    _band(pen, "谷雨")


def ears(pen: Pen) -> None:
    """Ears heavy with grain before a high sun."""
    pen.box(CREAM, 0, 0, 182, 182)
    pen.disc(OCHRE, 118, 48, 32)
    _wave(pen, SAND, 108, 5)
    _wave(pen, OCHRE, 122, 4, 1)
    for x, top, lean in ((26, 40, 9), (62, 26, 14), (98, 52, 8), (136, 66, 12), (160, 50, 7)):
        bend = [(x + lean * (k / 10) ** 2 * 1.6, 138 - (138 - top) * k / 10) for k in range(11)]
        pen.stroke(AMBER, 2, *bend)
        for k in range(6):
            px, py = bend[10 - k // 2][0], top + 3 + k * 6.5
            for turn in (-128, -52):
                pen.leaf(CLAY if k % 2 else AMBER, px, py, turn, 11, thick=0.28)
    _band(pen, "芒种")


def frost(pen: Pen) -> None:
    """A house below a large moon, the year's work done."""
    pen.box(PINE, 0, 0, 182, 182)
    for colour, reach in (("#234A3C", 66), (BAMBOO, 52), (SAND, 34), (PAPER, 30)):
        pen.disc(colour, 118, 58, reach)
    _wave(pen, DEEP, 96, 9, 1)
    _wave(pen, INK, 120, 5, 3)
    house(pen, 34, 100, 48)
    for x, y, size in ((104, 130, 13), (126, 132, 10), (146, 131, 12)):
        pen.shape(AMBER, (x - size, y + 6), (x, y - size * 1.5), (x + size, y + 6))
        pen.stroke(BARK, 1.4, (x, y - size * 1.6), (x, y - size))
    for x, y in ((20, 30), (46, 18), (64, 44), (28, 62)):
        pen.disc(RIPPLE, x, y, 1.3)
    _band(pen, "霜降")


COVERS: dict[str, Drawing] = {"spring": spring, "rain": rain, "ears": ears, "frost": frost}
