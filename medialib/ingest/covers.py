"""A drawn cover for a lesson that has no picture of its own, in the manner of web/static/covers; pure but for fonts.

Flat hills, one disc, one motif, few tints; the words stand on a band of their own.
"""

import math
from collections.abc import Callable, Sequence
from zlib import crc32

from PIL import Image, ImageDraw

from medialib.ingest import lettering

SQUARE, WIDE = (1280, 1280), (1280, 720)
_UNITS_HIGH = 240
# Drawn larger and scaled down, so that edges are smooth.
_FINER = 2
_BAND, _WORDS, _BESIDE = "#16302A", "#FAF7F2", "#EAD9B0"
_MARGIN = 18
# Cards show how long a lesson is at the lower right: of wide ones beside the words, of square ones at the top.
_LENGTH_WIDTH = 56
_OPENING = "“‘《「『【（"


class _Pen:
    """Draws in units of which the picture is 240 high; `middle` is where a motif stands."""

    def __init__(self, size: tuple[int, int]):
        self._size = size
        self._scale = size[1] * _FINER / _UNITS_HIGH
        self.wide = _UNITS_HIGH * size[0] / size[1]
        self.middle = self.wide / 2
        self._image = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER))
        self._draw = ImageDraw.Draw(self._image)

    def shape(self, colour: str, *points: tuple[float, float]) -> None:
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=colour)

    def ground(self, colour: str, top: float = 0) -> None:
        self.shape(colour, (0, top), (self.wide, top), (self.wide, 240), (0, 240))

    def disc(self, colour: str, x: float, y: float, radius: float) -> None:
        ends = ((x - radius) * self._scale, (y - radius) * self._scale, (x + radius) * self._scale)
        self._draw.ellipse((*ends, (y + radius) * self._scale), fill=colour)

    def line(self, colour: str, width: float, *points: tuple[float, float]) -> None:
        scaled = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * self._scale), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(colour, x, y, width / 2)

    def hill(self, colour: str, *tops: float) -> None:
        """Land up to these heights, which stand evenly from edge to edge, softly joined."""
        self.shape(colour, *(self._ridge(tops)), (self.wide, 240), (0, 240))

    def peaks(self, colour: str, *tops: float) -> None:
        """The same with sharp ridges."""
        step = self.wide / (len(tops) - 1)
        self.shape(colour, *((at * step, top) for at, top in enumerate(tops)), (self.wide, 240), (0, 240))

    def _ridge(self, tops: Sequence[float]) -> list[tuple[float, float]]:
        points = []
        for step in range(161):
            place = step / 160 * (len(tops) - 1)
            left = min(int(place), len(tops) - 2)
            slope = (1 - math.cos(math.pi * (place - left))) / 2
            points.append((step / 160 * self.wide, tops[left] + (tops[left + 1] - tops[left]) * slope))
        return points

    def finish(self) -> Image.Image:
        return self._image.resize(self._size, Image.Resampling.BOX)


def _curve(at: float, *points: tuple[float, float]) -> list[tuple[float, float]]:
    """Quadratic Bézier curves that go on from one another (end, turn, end, turn, end), as short lines."""
    line = []
    for first in range(0, len(points) - 2, 2):
        (x0, y0), (x1, y1), (x2, y2) = points[first : first + 3]
        for t in (step / 24 for step in range(25)):
            x = (1 - t) ** 2 * x0 + 2 * (1 - t) * t * x1 + t**2 * x2
            line.append((at + x, (1 - t) ** 2 * y0 + 2 * (1 - t) * t * y1 + t**2 * y2))
    return line


def _blossom(pen: _Pen) -> None:
    at = pen.middle - 120
    pen.ground("#EFE3D3")
    pen.disc("#EBC9B0", at + 70, 66, 40)
    pen.hill("#C3D2C6", 128, 140, 138, 148, 140, 128)
    pen.line("#6E4A33", 8, *_curve(at, (250, 20), (170, 48), (60, 132)))
    pen.line("#6E4A33", 5, *_curve(at, (176, 56), (150, 36), (122, 34)))
    for x, y, size, colour in (
        (122, 34, 1.0, "#DE9F86"), (178, 96, 0.85, "#E8B7A0"), (186, 44, 0.75, "#E8B7A0"),
        (62, 130, 0.7, "#DE9F86"), (134, 84, 0.62, "#F0CDB9"),
    ):  # fmt: skip
        for turn in (math.tau * petal / 5 - math.pi / 2 for petal in range(5)):
            pen.disc(colour, at + x + math.cos(turn) * 16 * size, y + math.sin(turn) * 16 * size, 13.5 * size)
        pen.disc("#DDB566", at + x, y, 7.8 * size)
    pen.hill("#9DB7A3", 156, 168, 160, 154, 158, 168)


def _book(pen: _Pen) -> None:
    at = pen.middle - 120
    pen.ground("#F6E8CF")
    pen.disc("#DDB566", at + 166, 44, 26)
    pen.hill("#C3D2C6", 78, 84, 92, 102, 82, 70)
    pen.peaks("#9DB7A3", 112, 74, 116, 86, 130, 98)
    upper = _curve(at, (14, 96), (70, 72), (120, 98), (170, 72), (226, 96))
    pen.shape("#3E2C22", *upper, *_curve(at, (226, 150), (170, 128), (120, 154), (70, 128), (14, 150)))
    for colour, side in (("#F3EFE6", (22, 72, 118)), ("#EAD9B0", (218, 168, 122))):
        outer, turn, inner = side
        page = _curve(at, (outer, 90), (turn, 66), (inner, 92))
        pen.shape(colour, *page, *_curve(at, (inner, 144), (turn, 120), (outer, 140)))
        for down in (12, 24, 36):
            ends = (outer + (turn - outer) / 5, 89 + down), (inner - (inner - turn) / 5, 91 + down)
            pen.line("#9DB7A3", 3, *_curve(at, ends[0], (turn, 70 + down), ends[1]))


def _way(pen: _Pen) -> None:
    at = pen.middle - 120
    pen.ground("#37565C")
    pen.disc("#EAD9B0", at + 168, 46, 24)
    pen.peaks("#4C6F72", 96, 44, 104, 76, 120)
    pen.peaks("#2F6B4F", 136, 92, 142, 106, 128)
    road = _curve(at, (60, 200), (176, 170), (150, 152), (100, 138), (143, 118))
    pen.shape("#EAD9B0", *road, *_curve(at, (146, 119), (124, 136), (176, 150), (200, 170), (150, 200)))
    pen.hill("#16302A", 170, 178, 200, 178, 164)


def _tower(pen: _Pen) -> None:
    at = pen.middle - 120
    pen.ground("#CBD8CF")
    for colour, radius in (("#D9E3DA", 84), ("#E6ECE3", 62), ("#F3EFE6", 40)):
        pen.disc(colour, at + 120, 62, radius)
    pen.hill("#9DB7A3", 120, 100, 112, 136, 118, 132)
    for x, y, to_x, to_y in (
        (104, 160, 120, 62), (136, 160, 120, 62), (108, 132, 132, 132), (112, 108, 128, 108),
        (107, 138, 129, 108), (133, 138, 111, 108),
    ):  # fmt: skip
        pen.line("#3E2C22", 4, (at + x, y), (at + to_x, to_y))
    pen.disc("#C08A3E", at + 120, 62, 9)
    pen.hill("#2F6B4F", 150, 132, 152, 148, 152, 154)


def _voice(pen: _Pen) -> None:
    pen.ground("#16302A")
    rings = (("#234A3C", 112), ("#2F6B4F", 94), ("#8FAF7E", 76), ("#DDB566", 58), ("#EAD9B0", 41), ("#F3EFE6", 24))
    for colour, radius in rings:
        pen.disc(colour, pen.middle, 126, radius)
    pen.ground("#37565C", 126)
    for y, half, colour in ((137, 72, "#EAD9B0"), (149, 56, "#DDB566"), (161, 40, "#A9C3C4"), (173, 26, "#A9C3C4")):
        pen.line(colour, 4, (pen.middle - half, y), (pen.middle + half, y))


# In the order of web/phone/covers.py, so that a lesson keeps the drawing that stood for it at first.
_SCENES: tuple[Callable[[_Pen], None], ...] = (_blossom, _book, _way, _tower, _voice)


def draw_cover(lesson_id: str, title: str, beside: str, size: tuple[int, int]) -> Image.Image:
    """The lesson's scene with its title, and a smaller line; without words where no font has them."""
    pen = _Pen(size)
    _SCENES[crc32(lesson_id.encode()) % len(_SCENES)](pen)
    picture = pen.finish()
    _write(picture, title, beside)
    return picture


def _write(picture: Image.Image, title: str, beside: str) -> None:
    title = " ".join(title.split())
    name = lettering.find_font(title) if title else None
    unit = picture.height / _UNITS_HIGH
    width = picture.width - (2 * _MARGIN + (_LENGTH_WIDTH if picture.width > picture.height else 0)) * unit
    found = _set_title(title, name, unit, width) if name else None
    if found is None:
        return
    font, lines = found
    small = _small(beside, round(12 * unit), width)
    pitch, low = font.size * 1.3, 17 * unit if small else 0
    top = picture.height - (len(lines) * pitch + low + 22 * unit)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, picture.width, picture.height), fill=_BAND)
    for number, line in enumerate(lines):
        # Opening marks have their ink at the right: the line begins where that does.
        left = _MARGIN * unit - (font.size * 0.45 if line[0] in _OPENING else 0)
        draw.text((left, top + 10 * unit + number * pitch), line, font=font, fill=_WORDS)
    if small:
        draw.text((_MARGIN * unit, top + 13 * unit + len(lines) * pitch), small[1], font=small[0], fill=_BESIDE)


def _set_title(title: str, name: str, unit: float, width: float) -> tuple[lettering.Font, list[str]] | None:
    """On one line if it can be read there, else on two."""
    large = [round(size * unit) for size in (28, 26, 24, 22)]
    found = lettering.set_lines(title, name, large, width, 1)
    if found and not found[1][0].endswith("…"):
        return found
    return lettering.set_lines(title, name, [*large, *(round(size * unit) for size in (19, 16))], width, 2)


def _small(text: str, size: int, width: float) -> tuple[lettering.Font, str] | None:
    name = lettering.find_font(text) if text.strip() else None
    found = lettering.set_lines(text, name, [size], width, 1) if name else None
    return (found[0], found[1][0]) if found and found[1] else None
