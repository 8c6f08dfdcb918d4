"""Square covers of the audio readings."""

import math

from medialib.demo.drawing import BAMBOO, BARK, CREAM, DAWN, DEEP, HAZE, LEAF, OCHRE, PAPER, PINE, RIPPLE, SAND, Pen

_PINK, _ROSE = "#EBC8B4", "#DDA089"


def evening(pen: Pen) -> None:
    """Sound that rises over a river like a moon."""
    pen.box(PINE, 0, 0, 182, 182)
    for colour, reach in (("#234A3C", 88), (BAMBOO, 74), ("#8FAF7E", 60), (OCHRE, 46), (SAND, 32), (PAPER, 19)):
        pen.disc(colour, 90, 112, reach)
    pen.box(DEEP, 0, 112, 182, 70)
    for y, half, colour in ((122, 54, SAND), (133, 42, OCHRE), (144, 32, RIPPLE), (155, 22, RIPPLE), (166, 12, RIPPLE)):
        pen.stroke(colour, 3, (90 - half, y), (90 + half, y))


def blossom(pen: Pen) -> None:
    """A peach branch before the moon."""
    pen.box(DAWN, 0, 0, 182, 182)
    pen.disc(CREAM, 54, 58, 36)
    half = [(k, 146 - 8 * math.sin(k / 26)) for k in range(0, 184, 2)]
    pen.shape(HAZE, *half, (182, 182), (0, 182))
    pen.shape(LEAF, *((x, y + 16 + x / 16) for x, y in half), (182, 182), (0, 182))
    pen.stroke(BARK, 4.5, (184, 46), (146, 66), (122, 90), (86, 102), (48, 126))
    pen.stroke(BARK, 3, (122, 90), (112, 66), (92, 48))
    for x, y, size in ((92, 48, 13), (136, 74, 17), (90, 102, 15), (50, 124, 13), (160, 54, 10)):
        for angle in (math.tau * petal / 5 - 0.3 for petal in range(5)):
            dx, dy = math.cos(angle) * size * 0.6, math.sin(angle) * size * 0.6
            pen.disc(_ROSE if size > 14 else _PINK, x + dx, y + dy, size * 0.5)
        pen.disc(OCHRE, x, y, size * 0.28)
