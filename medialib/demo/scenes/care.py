"""Scenes drawn large: hands that keep a heart going, a telephone whose type grows."""

import math

from medialib.demo.drawing import (
    BAMBOO,
    CREAM,
    DAWN,
    DEEP,
    HAZE,
    INK,
    LEAF,
    MIST,
    MORNING,
    OCHRE,
    PAPER,
    PINK,
    RIPPLE,
    ROSE,
    SKIN,
    STRAW,
    WHITE,
    Drawing,
    Pen,
)
from medialib.demo.scenes.land import cloud, hills, sun
from medialib.demo.scenes.layers import Layer, Move, Scene

# 110 in a minute: in the middle of what is taught.
_PRESS_SECONDS = 60 / 110


def _lying(pen: Pen) -> None:
    """Someone who lies on a mat, seen from the side."""
    pen.hill(LEAF, 150, 148, 151, 148, 150)
    pen.box(OCHRE, 18, 158, 286, 10, round_by=4)
    pen.disc(SKIN, 58, 141, 15)
    half = [(58 + 16 * math.cos(math.pi * (k / 20 + 0.62)), 140 - 16 * math.sin(math.pi * (k / 20 + 0.62)))
            for k in range(17)]  # fmt: skip
    pen.shape(INK, *half)
    pen.box(SKIN, 68, 144, 14, 10)
    pen.box(DEEP, 222, 142, 72, 16, round_by=7)
    pen.box(INK, 282, 136, 14, 22, round_by=4)


def _chest(pen: Pen) -> None:
    chest = [(76 + 152 * k / 40, 146 - 17 * math.sin(math.pi * (k / 40) ** 0.6)) for k in range(41)]
    pen.shape(BAMBOO, *chest, (232, 158), (76, 158))


def _heart(pen: Pen) -> None:
    for side in (-1, 1):
        pen.disc(ROSE, 78 + side * 13.5, 56, 17)
    pen.shape(ROSE, (48.5, 62.5), (107.5, 62.5), (78, 99))
    pen.disc(PINK, 67, 51, 5)


def _arms(pen: Pen) -> None:
    """Two straight arms and the hands that lie upon each other."""
    pen.shape(CREAM, (176, -40), (216, -40), (152, 106), (130, 102))
    pen.shape(WHITE, (112, -40), (156, -40), (147, 106), (121, 106))
    pen.shape(SKIN, (124, 98), (147, 98), (146, 118), (122, 118))
    pen.box(SKIN, 108, 113, 44, 13, round_by=6)
    pen.box("#DDB398", 114, 121, 44, 11, round_by=5)


def _ring(pen: Pen) -> None:
    for reach in (42, 54):
        pen.arc(PAPER, 2.6, 78, 70, reach, begin=150, end=210)
        pen.arc(PAPER, 2.6, 78, 70, reach, begin=-30, end=30)


def _table(pen: Pen) -> None:
    pen.box(OCHRE, 0, 148, 322, 34)
    pen.box(CREAM, 0, 145, 322, 5)
    pen.box(DEEP, 244, 112, 30, 34, round_by=4)
    pen.arc(DEEP, 4, 276, 127, 9, begin=-80, end=80)
    for x in (252, 262):
        pen.arc(RIPPLE, 2, x, 100, 6, begin=200, end=320)


def _handset(pen: Pen) -> None:
    pen.box(INK, 96, 10, 98, 166, round_by=12)
    pen.box(PAPER, 102, 20, 86, 146, round_by=6)
    pen.box(STRAW, 102, 20, 86, 20, round_by=6)
    pen.words(INK, 145, 35, "字体大小", size=12, weight=600, middle=True)
    pen.stroke(MIST, 4, (114, 150), (176, 150))
    for x in (114, 134.7, 155.3, 176):
        pen.disc(HAZE, x, 150, 3)


def _sample(size: float) -> Drawing:
    def draw(pen: Pen) -> None:
        lines = ("天晴了",) if size > 24 else ("天晴了，", "上山去")
        for row, line in enumerate(lines):
            pen.words(INK, 145, 64 + size * 0.5 + row * size * 1.35, line, size=size, weight=600, middle=True)

    return draw


def _knob(pen: Pen) -> None:
    pen.disc(BAMBOO, 114, 150, 8)
    pen.disc(PAPER, 114, 150, 3.2)


RESCUE = Scene(paper=DAWN, card_right=True, layers=(
    Layer(draw=sun(PAPER, 250, 52, 24), depth=0, start=(6, 10), drift=(-20, -20)),
    Layer(draw=hills((98, 88, 96, 82, 94, 88), (120, 112, 122, 110, 122, 114)), depth=0),
    Layer(draw=_lying, depth=0.75),
    Layer(draw=_ring, depth=0.75, bob=2.4, bob_seconds=_PRESS_SECONDS, start=(0, 4)),
    Layer(draw=_heart, depth=0.75, start=(0, 6), bob=5, bob_seconds=_PRESS_SECONDS),
    Layer(draw=_chest, depth=0.75, start=(0, 3), bob=3, bob_seconds=_PRESS_SECONDS),
    Layer(draw=_arms, depth=0.75, start=(0, 5), bob=5, bob_seconds=_PRESS_SECONDS),
))  # fmt: skip
# The last card stands beside it, and hides nothing of what has grown.
_ASIDE = Move(begin=4, end=4.3, by=(-46, 0))
PHONE = Scene(paper=MORNING, card_right=True, layers=(
    Layer(draw=sun(CREAM, 240, 56, 30), depth=0, start=(0, 10), drift=(20, -24)),
    Layer(draw=cloud(PAPER, 40, 46), depth=0, start=(-30, 0), drift=(90, -4)),
    Layer(draw=hills((98, 88, 96, 82, 94, 88), (120, 112, 122, 110, 122, 114)), depth=0),
    Layer(draw=_table, depth=0.3),
    Layer(draw=_handset, start=(0, 24), moves=(Move(begin=0, end=0.3, by=(0, -24)), _ASIDE)),
    Layer(draw=_sample(15), vanishes=2.45, start=(0, 24), moves=(Move(begin=0, end=0.3, by=(0, -24)),)),
    Layer(draw=_sample(20), appears=2.45, vanishes=3.4),
    Layer(draw=_sample(27), appears=3.4, moves=(_ASIDE,)),
    Layer(draw=_knob, start=(0, 24), moves=(
        Move(begin=0, end=0.3, by=(0, -24)), Move(begin=2.3, end=2.6, by=(20.7, 0)),
        Move(begin=3.25, end=3.55, by=(41.3, 0)), _ASIDE,
    )),
))  # fmt: skip
