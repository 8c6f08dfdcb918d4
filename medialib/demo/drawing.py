"""A pen for flat pictures and their words, and the project's tints."""

import math
from collections.abc import Callable, Iterable

from PIL import Image, ImageDraw

from medialib.demo.typeface import TEXT, Typeface

PAPER, CREAM, STRAW, OCHRE, SAND = "#FAF7F2", "#F6E8CF", "#E8DFD0", "#DDB566", "#EAD9B0"
MIST, HAZE, LEAF, BAMBOO, PINE = "#C3D2C6", "#9DB7A3", "#5E8F72", "#2F6B4F", "#1F4A38"
DAWN, MORNING, SPRING = "#EADBC3", "#DDE4DC", "#E5EBD9"
WATER, DEEP, RIPPLE = "#6F969B", "#37565C", "#A9C3C4"
INK, BARK, CLAY, AMBER = "#3E2C22", "#6E4A33", "#A9623B", "#C08A3E"
SKIN, ROSE, PINK, WHITE = "#EBC9B0", "#DDA089", "#EBC8B4", "#F3EFE6"
WORDS, QUIET = "#1F1B16", "#574E43"

UNITS_HIGH, UNITS_WIDE = 180, 320
_TWICE = 2

Point = tuple[float, float]
Region = tuple[float, float, float, float]


class Pen:
    """Draws at twice the final size, in units of which every picture is 180 high and a wide one 320 across.

    `region` is the part of the picture that is drawn on: left, upper, width, height.
    """

    def __init__(self, region: Region, *, pixels_per_unit: float, typeface: Typeface, paper: str | None = None):
        self._region = region
        self.stand(0, 0)
        self._scale = pixels_per_unit * _TWICE
        # Rounded first: 180 units at 2.2 pixels are 396, not 396.00000000000006.
        width, height = (math.ceil(round(side * pixels_per_unit, 6)) for side in region[2:])
        self._size = (width, height)
        self._image = Image.new("RGBA", (self._size[0] * _TWICE, self._size[1] * _TWICE), paper or (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self._image)
        self._typeface = typeface

    def stand(self, x: float, y: float) -> None:
        """What is drawn from now on stands so much farther to the right and lower."""
        self._left, self._upper = self._region[0] - x, self._region[1] - y

    def shape(self, colour: str, *points: Point) -> None:
        self._draw.polygon(self._scaled(points), fill=colour)

    def disc(self, colour: str, x: float, y: float, across: float, down: float | None = None) -> None:
        high = across if down is None else down
        corners = self._scaled([(x - across, y - high), (x + across, y + high)])
        self._draw.ellipse([*corners[0], *corners[1]], fill=colour)

    def box(self, colour: str, x: float, y: float, width: float, height: float, *, round_by: float = 0) -> None:
        corners = self._scaled([(x, y), (x + width, y + height)])
        self._draw.rounded_rectangle([*corners[0], *corners[1]], radius=round_by * self._scale, fill=colour)

    def stroke(self, colour: str, width: float, *points: Point) -> None:
        self._draw.line(self._scaled(points), fill=colour, width=round(width * self._scale), joint="curve")
        for x, y in points:
            self.disc(colour, x, y, width / 2)

    def arc(self, colour: str, width: float, x: float, y: float, reach: float, *, begin: float, end: float) -> None:
        """Part of a circle, from one angle to another (degrees, clockwise from the right)."""
        angles = [math.radians(begin + (end - begin) * step / 40) for step in range(41)]
        self.stroke(colour, width, *((x + math.cos(one) * reach, y + math.sin(one) * reach) for one in angles))

    def hill(self, colour: str, *tops: float) -> None:
        """Land up to these heights, which stand evenly between the left edge and the right one."""
        ridge = []
        for step in range(162):
            place = min(1, step / 160) * (len(tops) - 1)
            left = min(int(place), len(tops) - 2)
            slope = (1 - math.cos(math.pi * (place - left))) / 2
            ridge.append((step * 2.0, tops[left] + (tops[left + 1] - tops[left]) * slope))
        self.shape(colour, *ridge, (UNITS_WIDE + 2, UNITS_HIGH), (0, UNITS_HIGH))

    def leaf(self, colour: str, x: float, y: float, degrees: float, length: float, *, thick: float = 0.075) -> None:
        dx, dy = math.cos(math.radians(degrees)) * length, math.sin(math.radians(degrees)) * length
        edge = [(step / 12, math.sin(math.pi * (step / 12) ** 0.7) * thick) for step in range(13)]
        upper = [(x + dx * far - dy * wide, y + dy * far + dx * wide) for far, wide in edge]
        lower = [(x + dx * far + dy * wide, y + dy * far - dx * wide) for far, wide in reversed(edge)]
        self.shape(colour, *upper, *lower)

    def words(
        self, colour: str, x: float, y: float, text: str, *, size: float, weight: int = TEXT, middle: bool = False
    ) -> None:
        """One line of text standing on `y`, beginning at `x` or with its middle there."""
        pixels = round(size * self._scale)
        at = (x - self._left) * self._scale
        if middle:
            at -= self._typeface.width(text, pixels, weight) / 2
        for one in text:
            font = self._typeface.font(one, pixels, weight)
            self._draw.text((at, (y - self._upper) * self._scale), one, font=font, fill=colour, anchor="ls")
            at += font.getlength(one)

    def finish(self) -> Image.Image:
        return self._image.resize(self._size, Image.Resampling.BOX)

    def _scaled(self, points: Iterable[Point]) -> list[Point]:
        return [((x - self._left) * self._scale, (y - self._upper) * self._scale) for x, y in points]


Drawing = Callable[[Pen], None]
