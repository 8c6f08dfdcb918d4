"""What several pictures share: sky, land, houses, people and plants."""

import math

from medialib.demo.drawing import (
    AMBER,
    BAMBOO,
    BARK,
    CLAY,
    CREAM,
    HAZE,
    INK,
    LEAF,
    MIST,
    OCHRE,
    PAPER,
    PINE,
    SAND,
    SKIN,
    Drawing,
    Pen,
)


def sun(colour: str, x: float, y: float, size: float) -> Drawing:
    return lambda pen: pen.disc(colour, x, y, size)


def cloud(colour: str, x: float, y: float) -> Drawing:
    def draw(pen: Pen) -> None:
        pen.disc(colour, x, y - 3, 10, 7)
        pen.disc(colour, x + 14, y - 5, 13, 10)
        pen.stroke(colour, 7, (x - 16, y), (x + 38, y))

    return draw


def hills(far: tuple[float, ...], near: tuple[float, ...]) -> Drawing:
    def draw(pen: Pen) -> None:
        pen.hill(MIST, *far)
        pen.hill(HAZE, *near)

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


def hat(pen: Pen, x: float, y: float, reach: float) -> None:
    """A straw hat with its brim's middle at the place."""
    pen.shape(OCHRE, (x - reach, y), (x, y - reach * 0.62), (x + reach, y), (x, y + reach * 0.2))
    pen.shape(AMBER, (x, y - reach * 0.62), (x + reach, y), (x, y + reach * 0.2), (x + reach * 0.1, y))


def sitter(pen: Pen, colour: str, x: float, y: float, *, straw: bool = False, size: float = 1) -> None:
    """Someone who sits on the ground at `y`, seen from behind or from afar: no face."""
    wide = [(x + 12.5 * size * math.sin(math.pi * (k / 12 - 0.5)), y) for k in range(13)]
    top = [(x + 12 * size * math.cos(math.pi * k / 20), y - 23 * size * math.sin(math.pi * k / 20)) for k in range(21)]
    pen.shape(colour, *wide, *top)
    pen.disc(SKIN, x, y - 31 * size, 7.5 * size)
    if straw:
        hat(pen, x, y - 32 * size, 15 * size)
    else:
        half = [(x + 8 * size * math.cos(math.pi * k / 20), y - 32 * size - 8 * size * math.sin(math.pi * k / 20))
                for k in range(21)]  # fmt: skip
        pen.shape(INK, *half)


def stem(pen: Pen, colour: str, x: float, width: float, lean: float) -> None:
    """A bamboo as high as the picture."""
    for joint in range(6):
        low, high = 182 - joint * 38, 146 - joint * 38
        left, right = x + lean * (182 - low), x + lean * (182 - high)
        pen.shape(colour, (left, low), (left + width, low), (right + width, high), (right, high))
        pen.stroke(colour, 2, (right - 0.4, high + 1), (right + width + 0.4, high + 1))


def fan(pen: Pen, colour: str, x: float, y: float, towards: float) -> None:
    for turn, length in ((-54, 26), (-28, 38), (2, 43), (30, 37), (58, 25)):
        pen.leaf(colour, x, y, towards + turn, length)


def shoot(pen: Pen, x: float, foot: float, high: float) -> None:
    """A bamboo shoot: sheath over sheath, two leaves at the tip."""
    half = high * 0.26
    for place, colour in enumerate((BARK, CLAY, AMBER, CLAY, AMBER, OCHRE)):
        low, thick = foot - high * place * 0.15, half * (1 - place * 0.14)
        tip = low - high * 0.36 * (1 - place * 0.02)
        left = [(x - thick * (1 - (k / 8) ** 1.8), low + (tip - low) * k / 8) for k in range(9)]
        pen.shape(colour, *left, *((2 * x - px, py) for px, py in reversed(left)))
        side = 1 if place % 2 else -1
        pen.shape(SAND if place == 5 else colour, (x, tip), (x + side * thick * 0.3, tip + high * 0.1), (x, low))
    for turn in (-112, -68):
        pen.leaf(BAMBOO, x, foot - high * 1.06, turn, high * 0.2, thick=0.16)


def tree(pen: Pen, x: float, foot: float, size: float) -> None:
    pen.box(BARK, x - size * 0.13, foot - size * 1.5, size * 0.26, size * 1.5)
    pen.disc(PINE, x - size * 0.72, foot - size * 1.5, size * 0.62)
    pen.disc(PINE, x + size * 0.74, foot - size * 1.46, size * 0.66)
    pen.disc(BAMBOO, x, foot - size * 1.9, size)


def basket(pen: Pen, colour: str, x: float, y: float, width: float, high: float) -> None:
    """A woven basket whose rim begins at the place."""
    pen.shape(colour, (x, y), (x + width, y), (x + width * 0.87, y + high), (x + width * 0.13, y + high))
    for part in (0.25, 0.5, 0.75):
        inset = width * 0.13 * part
        pen.stroke(BARK, 1.3, (x + inset + 2, y + high * part), (x + width - inset - 2, y + high * part))


def grass(pen: Pen) -> None:
    for x, high in ((18, 14), (27, 20), (36, 12), (128, 12), (136, 18), (246, 18), (256, 26), (266, 14), (306, 16)):
        pen.shape(PINE, (x - 4, 182), (x + 1, 182 - high), (x + 4, 182))


def terraces(pen: Pen) -> None:
    """Rice terraces below two houses, from edge to edge."""
    for row, colour in enumerate((LEAF, "#A9C3C4", BAMBOO, SAND, LEAF, "#A9C3C4", PINE)):
        drop = row * 10.5 + row * row * 0.6
        pen.hill(colour, 98 + drop, 84 + drop * 0.92, 102 + drop * 1.03, 86 + drop * 1.02, 88 + drop)


def moon(pen: Pen) -> None:
    pen.disc(CREAM, 234, 52, 24)
