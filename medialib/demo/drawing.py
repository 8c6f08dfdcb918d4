"""A pen for flat pictures, the project's tints, and the layers that a moving picture is made of."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

PAPER, CREAM, STRAW, OCHRE, SAND = "#FAF7F2", "#F6E8CF", "#E8DFD0", "#DDB566", "#EAD9B0"
MIST, HAZE, LEAF, BAMBOO, PINE = "#C3D2C6", "#9DB7A3", "#5E8F72", "#2F6B4F", "#1F4A38"
DAWN, MORNING, SPRING = "#EADBC3", "#DDE4DC", "#E5EBD9"
WATER, DEEP, RIPPLE = "#6F969B", "#37565C", "#A9C3C4"
INK, BARK, CLAY, AMBER = "#3E2C22", "#6E4A33", "#A9623B", "#C08A3E"

UNITS_HIGH = 180


class Pen:
    """Draws at twice the final size, in units of which every picture is 180 high and a wide one 320 across."""

    def __init__(self, size: tuple[int, int], paper: str | None):
        self._size = size
        self._scale = size[1] * 2 / UNITS_HIGH
        self._image = Image.new("RGBA", (size[0] * 2, size[1] * 2), paper or (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self._image)

    def shape(self, colour: str, *points: tuple[float, float]) -> None:
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=colour)

    def disc(self, colour: str, x: float, y: float, across: float, down: float | None = None) -> None:
        angles = [math.tau * step / 120 for step in range(120)]
        high = across if down is None else down
        self.shape(colour, *((x + math.cos(angle) * across, y + math.sin(angle) * high) for angle in angles))

    def box(self, colour: str, x: float, y: float, width: float, height: float) -> None:
        self.shape(colour, (x, y), (x + width, y), (x + width, y + height), (x, y + height))

    def stroke(self, colour: str, width: float, *points: tuple[float, float]) -> None:
        scaled = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * self._scale), joint="curve")
        for x, y in points:
            self.disc(colour, x, y, width / 2)

    def hill(self, colour: str, *tops: float) -> None:
        """Land up to these heights, which stand evenly between the left edge and the right one."""
        ridge = []
        for step in range(162):
            place = min(1, step / 160) * (len(tops) - 1)
            left = min(int(place), len(tops) - 2)
            slope = (1 - math.cos(math.pi * (place - left))) / 2
            ridge.append((step * 2.0, tops[left] + (tops[left + 1] - tops[left]) * slope))
        self.shape(colour, *ridge, (322, UNITS_HIGH), (0, UNITS_HIGH))

    def leaf(self, colour: str, x: float, y: float, degrees: float, length: float, *, thick: float = 0.075) -> None:
        dx, dy = math.cos(math.radians(degrees)) * length, math.sin(math.radians(degrees)) * length
        edge = [(step / 12, math.sin(math.pi * (step / 12) ** 0.7) * thick) for step in range(13)]
        upper = [(x + dx * far - dy * wide, y + dy * far + dx * wide) for far, wide in edge]
        lower = [(x + dx * far + dy * wide, y + dy * far - dx * wide) for far, wide in reversed(edge)]
        self.shape(colour, *upper, *lower)

    def finish(self) -> Image.Image:
        return self._image.resize(self._size, Image.Resampling.BOX)


Drawing = Callable[[Pen], None]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A drawing that goes from one offset to another within the lesson, and rises and sinks by `bob` on its way."""

    draw: Drawing
    start: tuple[float, float] = (0, 0)
    end: tuple[float, float] = (0, 0)
    bob: float = 0
    bob_seconds: float = 4


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Layers from the farthest to the nearest, on a sheet of one colour."""

    paper: str
    layers: tuple[Layer, ...]
