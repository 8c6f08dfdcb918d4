"""The places that the demonstration shows: flat hills, one disc, one motif, something that moves."""

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
    MORNING,
    OCHRE,
    PAPER,
    PINE,
    RIPPLE,
    SAND,
    SPRING,
    STRAW,
    WATER,
    Drawing,
    Layer,
    Pen,
    Scene,
)


def sun(colour: str, x: float, y: float, size: float) -> Drawing:
    return lambda pen: pen.disc(colour, x, y, size)


def cloud(colour: str, x: float, y: float) -> Drawing:
    def draw(pen: Pen) -> None:
        pen.disc(colour, x, y - 3, 10, 7)
        pen.disc(colour, x + 14, y - 5, 13, 10)
        pen.stroke(colour, 7, (x - 16, y), (x + 38, y))

    return draw


def mist(pen: Pen) -> None:
    for x, y, length in ((60, 118, 120), (120, 126, 110), (20, 132, 90), (200, 134, 70)):
        pen.stroke(PAPER, 5, (x, y), (x + length, y))


def birds(pen: Pen) -> None:
    for x, y, size in ((146, 40, 9), (166, 30, 7), (174, 46, 6)):
        for side in (-1, 1):
            tip, bend = (x + side * size, y - size * 0.35), (x + side * size * 0.5, y - size * 0.6)
            pen.shape(BARK, (x, y), bend, tip, (x + side * size * 0.5, y - size * 0.32))


def house(pen: Pen, x: float, y: float, width: float) -> None:
    """A house whose eaves are at `y`; its roof is swept as in the country's old houses."""
    wall, middle, over = width * 0.55, x + width / 2, width * 0.13
    pen.box(PAPER, x, y - 1, width, wall + 1)
    left = [(x - over + (width / 2 + over) * k / 10, y - width * 0.36 * (k / 10) ** 1.5) for k in range(11)]
    pen.shape(INK, *left, *((2 * middle - px, py) for px, py in reversed(left)))
    for place in (0.14, 0.66):
        pen.box(OCHRE, x + width * place, y + wall * 0.28, width * 0.2, wall * 0.32)
    pen.box(BARK, middle - width * 0.08, y + wall * 0.4, width * 0.16, wall * 0.6)


def _stem(pen: Pen, colour: str, x: float, width: float, lean: float) -> None:
    for joint in range(6):
        low, high = 182 - joint * 38, 146 - joint * 38
        left, right = x + lean * (182 - low), x + lean * (182 - high)
        pen.shape(colour, (left, low), (left + width, low), (right + width, high), (right, high))
        pen.stroke(colour, 2, (right - 0.4, high + 1), (right + width + 0.4, high + 1))


def _fan(pen: Pen, colour: str, x: float, y: float, towards: float) -> None:
    for turn, length in ((-54, 26), (-28, 38), (2, 43), (30, 37), (58, 25)):
        pen.leaf(colour, x, y, towards + turn, length)


def _grove(pen: Pen) -> None:
    for colour, x, width, lean in (
        (LEAF, 20, 8, 0.04), (LEAF, 84, 6, -0.03), (LEAF, 240, 6, 0.04), (LEAF, 300, 8, -0.05),
        (BAMBOO, 46, 13, -0.03), (BAMBOO, 268, 12, 0.03),
    ):  # fmt: skip
        _stem(pen, colour, x, width, lean)
    for colour, x, y, towards in (
        (BAMBOO, 47, 70, 165), (BAMBOO, 80, 20, 15), (LEAF, 30, 128, 195), (PINE, 54, 30, 30), (PINE, 57, 100, 35),
        (BAMBOO, 292, 16, 170), (BAMBOO, 283, 96, 20), (LEAF, 298, 132, -15), (PINE, 272, 48, 150),
        (PINE, 270, 124, 160),
    ):  # fmt: skip
        _fan(pen, colour, x, y, towards)


def _grove_hills(pen: Pen) -> None:
    pen.hill(MIST, 106, 92, 98, 84, 96, 90, 104)
    pen.hill(HAZE, 126, 110, 128, 114, 130, 118)


def _grove_floor(pen: Pen) -> None:
    pen.hill(CREAM, 146, 140, 146, 138, 144)
    pen.hill(SAND, 164, 160, 166, 158, 164)


def _terraces(pen: Pen) -> None:
    pen.hill(MIST, 72, 68, 62, 54, 68, 64)
    pen.hill(HAZE, 88, 84, 80, 70, 78, 72)
    for row, colour in enumerate((LEAF, RIPPLE, BAMBOO, SAND, LEAF, RIPPLE, PINE)):
        drop = row * 10.5 + row * row * 0.6
        pen.hill(colour, 98 + drop, 84 + drop * 0.92, 102 + drop * 1.03, 86 + drop * 1.02, 88 + drop)
    house(pen, 232, 73, 26)
    house(pen, 264, 74, 20)


def _village(pen: Pen) -> None:
    pen.hill(HAZE, 84, 70, 80, 62, 80, 72, 78)
    pen.hill(LEAF, 112, 98, 108, 100, 106, 92)
    for colour, x, y, size in ((PINE, 66, 104, 26), (PINE, 124, 106, 22), (BAMBOO, 94, 90, 38), (PINE, 312, 112, 22)):
        pen.disc(colour, x, y, size)
    pen.box(INK, 91, 106, 8, 50)
    for x, y, width in ((138, 116, 62), (216, 124, 46), (20, 128, 44), (274, 129, 38)):
        house(pen, x, y, width)
    pen.hill(BAMBOO, 152, 150, 151, 149, 150)
    pen.shape(SAND, (146, 182), (163, 149), (175, 149), (208, 182))


def _river(pen: Pen) -> None:
    pen.hill(MIST, 66, 82, 50, 54, 74, 60)
    pen.hill(LEAF, 78, 84, 90, 104, 96, 82)
    pen.box(WATER, 0, 112, 322, 70)
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


def _boat(pen: Pen) -> None:
    hull = [(132, 150), (140, 157), (150, 160), (178, 160), (188, 157), (198, 149), (184, 153), (146, 153)]
    pen.shape(INK, *hull)
    roof = [(164 + 16 * math.cos(math.pi * k / 20), 153 - 13 * math.sin(math.pi * k / 20)) for k in range(21)]
    pen.shape(OCHRE, *roof)
    for x in (157, 164, 171):
        pen.stroke(AMBER, 1, (x, 152.5), (x, 141 + abs(x - 164) * 0.18))
    pen.stroke(RIPPLE, 1.6, (124, 164), (204, 164))


def _tea_hills(pen: Pen) -> None:
    pen.hill(MIST, 58, 76, 54, 70, 72, 62)
    pen.hill(HAZE, 82, 74, 86, 78, 90, 80)


def _tea(pen: Pen) -> None:
    rows = ((LEAF, 98, 9.0), (BAMBOO, 114, 10.5), (LEAF, 131, 12), (BAMBOO, 149, 14), (PINE, 168, 16.5))
    for colour, y, reach in rows:
        if reach == 14:  # who picks stands behind the fourth row
            pen.shape(CLAY, (212, 122), (232, 122), (242, 152), (202, 152))
            pen.shape(OCHRE, (194, 124), (208, 117), (222, 105), (236, 117), (250, 124), (222, 128))
        curve = [(x, y - 7 * math.sin(math.pi * x / 320)) for x in range(0, 340, 2)]
        pen.shape(colour, *curve, (322, 182), (0, 182))
        for number in range(int(330 / (reach * 1.5)) + 1):
            x = number * reach * 1.5
            pen.disc(colour, x, y - 7 * math.sin(math.pi * x / 320) + 2, reach, reach * 0.62)


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
    pen.hill(MIST, 104, 92, 96, 92, 102, 90)
    pen.hill(HAZE, 120, 116, 122, 114, 124, 116)
    pen.hill(LEAF, 132, 120, 128, 134, 128)
    pen.hill(BAMBOO, 160, 150, 156, 148, 154)


def _grass(pen: Pen) -> None:
    for x, high in ((18, 14), (27, 20), (36, 12), (128, 12), (136, 18), (246, 18), (256, 26), (266, 14), (306, 16)):
        pen.shape(PINE, (x - 4, 182), (x + 1, 182 - high), (x + 4, 182))


GROVE = Scene(paper=MORNING, layers=(
    Layer(draw=sun(CREAM, 196, 60, 30), start=(-26, 26), end=(20, -8)),
    Layer(draw=_grove_hills),
    Layer(draw=mist, start=(-150, 0), end=(150, 0)),
    Layer(draw=_grove_floor),
    Layer(draw=_grove),
))  # fmt: skip
FIELD = Scene(paper=CREAM, layers=(
    Layer(draw=sun(OCHRE, 84, 60, 22), start=(-14, 10), end=(14, -18)),
    Layer(draw=cloud(PAPER, 150, 36), start=(60, 0), end=(-90, 0)),
    Layer(draw=_terraces),
    Layer(draw=birds, start=(-60, 16), end=(190, -4), bob=3, bob_seconds=5),
))  # fmt: skip
VILLAGE = Scene(paper=DAWN, layers=(
    Layer(draw=sun(PAPER, 252, 48, 24), start=(0, -12), end=(-20, 34)),
    Layer(draw=_village),
    Layer(draw=birds, start=(50, 0), end=(-200, 10), bob=3, bob_seconds=6),
))  # fmt: skip
RIVER = Scene(paper=MORNING, layers=(
    Layer(draw=sun(CREAM, 74, 46, 24), start=(-16, 8), end=(30, -8)),
    Layer(draw=_river),
    Layer(draw=_bridge),
    Layer(draw=_boat, start=(-96, 0), end=(190, 4), bob=1, bob_seconds=3),
))  # fmt: skip
TEA = Scene(paper=SPRING, layers=(
    Layer(draw=sun(SAND, 242, 46, 26), start=(14, 18), end=(-20, -8)),
    Layer(draw=cloud(PAPER, 120, 44), start=(-70, 0), end=(170, -8)),
    Layer(draw=_tea_hills),
    Layer(draw=_tea),
))  # fmt: skip
YARD = Scene(paper=CREAM, layers=(
    Layer(draw=sun(OCHRE, 226, 72, 36), start=(10, 24), end=(-14, -16)),
    Layer(draw=_yard),
    Layer(draw=hen(PAPER, STRAW, 84, 118, 1.1, 1), start=(-46, 4), end=(24, -2), bob=2.4, bob_seconds=1.2),
    Layer(draw=hen(CLAY, BARK, 190, 132, 1.5, -1), start=(70, 2), end=(-60, 0), bob=3, bob_seconds=1.6),
    Layer(draw=_grass),
))  # fmt: skip
