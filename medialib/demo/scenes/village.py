"""Scenes of the village: a bridge, a meeting, a market stall before the camera, the accounts of a co-operative."""

import math

from medialib.demo.drawing import (
    AMBER,
    BAMBOO,
    BARK,
    CLAY,
    CREAM,
    DEEP,
    HAZE,
    INK,
    LEAF,
    MIST,
    MORNING,
    OCHRE,
    PAPER,
    PINE,
    RIPPLE,
    SAND,
    SKIN,
    STRAW,
    WATER,
    WHITE,
    Drawing,
    Pen,
)
from medialib.demo.scenes.land import basket, birds, cloud, hills, house, sitter, sun, tree
from medialib.demo.scenes.layers import Layer, Move, Scene


def _river(pen: Pen) -> None:
    pen.hill(MIST, 66, 82, 50, 54, 74, 60)
    pen.hill(LEAF, 78, 84, 90, 104, 96, 82)
    pen.box(WATER, 0, 112, 322, 70)


def _ripples(pen: Pen) -> None:
    for x, y, width in ((36, 138, 66), (212, 134, 80), (228, 168, 60), (24, 170, 50), (140, 174, 40)):
        pen.stroke(RIPPLE, 1.8, (x, y), (x + width, y))


def _bridge(pen: Pen) -> None:
    far = [step / 40 for step in range(41)]
    deck = [(16 + 288 * k, 118 - 50 * math.sin(math.pi * k)) for k in far]
    arch = [(160 + 58 * math.cos(math.pi * k), 124 - 46 * math.sin(math.pi * k)) for k in far]
    pen.shape(DEEP, *deck, (304, 126), (218, 126), *arch, (102, 126), (16, 126))
    pen.stroke(SAND, 6, *((x, y - 2) for x, y in deck))
    for x, across in ((14, 48), (304, 50)):
        pen.disc(PINE, x, 127, across, 5)
    for x, top, width in ((12, 56, 34), (36, 80, 24), (308, 52, 36), (286, 76, 26)):
        pen.shape(PINE, (x, top), (x + width / 2, 127), (x - width / 2, 127))


def _walker(colour: str, x: float, *, pole: bool = False) -> Drawing:
    """Someone who walks over the bridge's top."""

    def draw(pen: Pen) -> None:
        pen.shape(colour, (x - 3.4, 50), (x + 3.4, 50), (x + 4.6, 66), (x - 4.6, 66))
        pen.disc(SKIN, x, 46, 3.2)
        pen.shape(OCHRE, (x - 7, 46), (x, 41), (x + 7, 46))
        if pole:
            pen.stroke(BARK, 1.2, (x - 13, 53), (x, 51), (x + 13, 53))
            for side in (-13, 13):
                pen.stroke(BARK, 0.7, (x + side, 53), (x + side, 58))
                pen.box(AMBER, x + side - 4, 58, 8, 6, round_by=1.5)

    return draw


def _boat(pen: Pen) -> None:
    hull = [(132, 150), (140, 157), (150, 160), (178, 160), (188, 157), (198, 149), (184, 153), (146, 153)]
    pen.shape(INK, *hull)
    roof = [(164 + 16 * math.cos(math.pi * k / 20), 153 - 13 * math.sin(math.pi * k / 20)) for k in range(21)]
    pen.shape(OCHRE, *roof)
    for x in (157, 164, 171):
        pen.stroke(AMBER, 1, (x, 152.5), (x, 141 + abs(x - 164) * 0.18))
    pen.stroke(RIPPLE, 1.6, (124, 164), (204, 164))


def _square(pen: Pen) -> None:
    pen.hill(LEAF, 134, 130, 133, 130, 132)
    for x, y, width in ((20, 108, 40), (272, 106, 44)):
        house(pen, x, y, width)
    tree(pen, 212, 146, 44)


def _listeners(pen: Pen) -> None:
    for colour, x, y, straw in (
        (DEEP, 60, 152, False), (CLAY, 98, 156, True), (AMBER, 136, 152, False),
        (WATER, 80, 174, True), (PINE, 118, 178, False), (BARK, 156, 174, True),
    ):  # fmt: skip
        sitter(pen, colour, x, y, straw=straw)


def _hand(colour: str, x: float, y: float) -> Drawing:
    """An arm that is raised for the vote."""

    def draw(pen: Pen) -> None:
        pen.stroke(colour, 6, (x, y), (x + 3, y - 22))
        pen.disc(SKIN, x + 3.5, y - 27, 4.2)

    return draw


def _speaker(pen: Pen) -> None:
    sitter(pen, BAMBOO, 252, 150, size=1.25)
    pen.box(BARK, 228, 138, 56, 5, round_by=1.5)
    for x in (233, 276):
        pen.box(BARK, x, 142, 4, 22)
    pen.box(PAPER, 244, 131, 20, 7, round_by=1)


def _counter(pen: Pen) -> None:
    pen.box(AMBER, 0, 136, 322, 46)
    pen.box(OCHRE, 0, 132, 322, 6)


def _goods(pen: Pen) -> None:
    for x in (44, 64, 84, 102):
        pen.leaf(BARK, x, 124, -90, 46, thick=0.2)
        pen.leaf(CLAY, x + 1, 124, -88, 30, thick=0.16)
    basket(pen, SAND, 28, 118, 100, 42)
    for x, y in ((216, 124), (238, 124), (260, 124), (228, 115), (250, 115)):
        pen.disc(WHITE, x, y, 13, 10)
    basket(pen, OCHRE, 196, 122, 90, 37)


def _telephone(pen: Pen) -> None:
    for foot in (144, 176):
        pen.stroke(INK, 4, (160, 132), (foot, 166))
    pen.stroke(INK, 4, (160, 96), (160, 140))
    pen.box(INK, 137, 28, 46, 76, round_by=6)
    pen.box(BAMBOO, 141, 34, 38, 64, round_by=3)
    pen.disc(CREAM, 160, 60, 9)
    pen.shape(
        CREAM, *((160 + 15 * math.cos(math.pi * k / 20), 88 - 16 * math.sin(math.pi * k / 20)) for k in range(21))
    )


def _waves(pen: Pen) -> None:
    for reach in (22, 36):
        pen.arc(CLAY, 3.2, 138, 66, reach, begin=140, end=220)
        pen.arc(CLAY, 3.2, 182, 66, reach, begin=-40, end=40)


def _heart(x: float) -> Drawing:
    """What those who watch send up."""

    def draw(pen: Pen) -> None:
        for side in (-1, 1):
            pen.disc(CLAY, x + side * 3.6, 100, 4.4)
        pen.shape(CLAY, (x - 7.7, 101.6), (x + 7.7, 101.6), (x, 111))

    return draw


def _hall(pen: Pen) -> None:
    for place in range(4):
        x = 24 + place * 58
        pen.shape(DEEP, (x, 128), (x, 62), (x + 58, 36), (x + 58, 128))
        pen.shape(RIPPLE, (x + 48, 46), (x + 56, 42), (x + 56, 62), (x + 48, 62))
    for place in range(6):
        pen.box(CREAM if place % 3 else OCHRE, 36 + place * 36, 84, 22, 18, round_by=1)
    pen.box(SAND, 0, 124, 322, 58)


def _logs(pen: Pen) -> None:
    rows = ((166, range(40, 240, 26)), (143, range(53, 227, 26)))
    for y, places in rows:
        for number, x in enumerate(places):
            pen.disc((BAMBOO, LEAF, PINE)[number % 3], x, y, 13)
            pen.disc(CREAM, x, y, 8.5)
            pen.disc(HAZE, x, y, 5)


def _board(pen: Pen) -> None:
    """The notice board with this month's accounts."""
    for x in (92, 190):
        pen.box(BARK, x, 60, 7, 118)
    pen.box(BARK, 80, 50, 130, 78, round_by=3)
    pen.box(PAPER, 86, 56, 118, 66, round_by=2)
    pen.words(INK, 145, 72, "收支公开", size=14, weight=600, middle=True)
    for row, width in enumerate((42, 54, 36)):
        pen.stroke(STRAW, 3.4, (96, 84 + row * 13), (96 + width, 84 + row * 13))
        pen.stroke(LEAF, 3.4, (166, 84 + row * 13), (192, 84 + row * 13))


BRIDGE = Scene(paper=MORNING, card_right=True, layers=(
    Layer(draw=sun(CREAM, 74, 46, 24), depth=0, start=(-10, 8), drift=(34, -14)),
    Layer(draw=_river, depth=0),
    Layer(draw=_ripples, depth=0.4, start=(-16, 0), drift=(40, 0)),
    Layer(draw=_walker(CLAY, 150, pole=True), start=(180, 62), moves=(
        Move(begin=1.9, end=2.5, by=(-150, -58), even=True), Move(begin=2.5, end=3.2, by=(-110, 18), even=True),
    ), appears=1.9, vanishes=3.2),
    Layer(draw=_walker(DEEP, 150), start=(200, 66), moves=(
        Move(begin=2.2, end=2.8, by=(-160, -62), even=True), Move(begin=2.8, end=3.4, by=(-100, 18), even=True),
    ), appears=2.2, vanishes=3.4),
    Layer(draw=_bridge),
    Layer(draw=_boat, start=(-70, 0), drift=(170, 4), bob=1, bob_seconds=3),
))  # fmt: skip
MEETING = Scene(paper="#EFE1C2", layers=(
    Layer(draw=sun(WHITE, 60, 52, 22), depth=0, start=(-8, 8), drift=(26, -18)),
    Layer(draw=hills((95, 80, 86, 70, 79, 82), (117, 116, 111, 116, 103, 117)), depth=0),
    Layer(draw=birds, depth=0, start=(-60, 8), drift=(150, -14), bob=3, bob_seconds=5),
    Layer(draw=_square, depth=0.6),
    Layer(draw=_speaker, depth=0.8),
    *(
        Layer(draw=_hand(colour, x, y), depth=0.7, start=(0, 34), moves=(
            Move(begin=begin, end=begin + 0.12, by=(0, -34)), Move(begin=3.9, end=4.1, by=(0, 34)),
        ), appears=begin)
        for colour, x, y, begin in ((DEEP, 70, 128, 3.15), (CLAY, 109, 134, 3.25), (AMBER, 147, 128, 3.2),
                                    (PINE, 130, 154, 3.3))
    ),
    Layer(draw=_listeners, depth=0.7),
))  # fmt: skip
MARKET = Scene(paper=CREAM, layers=(
    Layer(draw=cloud(PAPER, 60, 40), depth=0, start=(-30, 0), drift=(110, -4)),
    Layer(draw=hills((87, 85, 72, 85, 65, 68), (95, 100, 90, 100, 91, 109)), depth=0),
    Layer(draw=_counter, depth=0),
    Layer(draw=_goods, depth=0.8),
    Layer(draw=_waves, bob=3, bob_seconds=1.6),
    *(
        Layer(draw=_heart(x), start=(0, -4), appears=begin, vanishes=begin + 0.55,
              moves=(Move(begin=begin, end=begin + 0.55, by=(sway, -96)),))
        for x, begin, sway in ((160, 0.3, 20), (156, 0.62, -24), (162, 1.2, -20), (158, 1.7, 22), (160, 2.3, 18),
                               (158, 2.8, -22), (160, 3.3, -18), (158, 3.7, 24), (160, 4.1, 20), (156, 4.4, -22))
    ),
    Layer(draw=_telephone),
))  # fmt: skip
ACCOUNTS = Scene(paper="#DFE3D8", card_right=True, layers=(
    Layer(draw=sun(CREAM, 270, 44, 20), depth=0, start=(10, 12), drift=(-30, -16)),
    Layer(draw=hills((66, 68, 65, 70, 58, 75), (86, 80, 88, 82, 90, 84)), depth=0),
    Layer(draw=_hall, depth=0.5),
    Layer(draw=_logs, depth=0.8, start=(20, 0), moves=(Move(begin=0, end=0.8, by=(-14, 0)),)),
    Layer(draw=_board, start=(8, 22), moves=(Move(begin=0, end=0.3, by=(0, -6)),)),
))  # fmt: skip
