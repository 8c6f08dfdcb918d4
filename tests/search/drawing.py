"""Draws characters and compares the pictures: how medialib/search/shapes.txt was made.

python -m tests.search.drawing > medialib/search/shapes.txt
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path(__file__).parents[2] / "medialib/demo/vendor/noto-sans-sc"
ALIKE = 0.78
"""How alike two pictures (their correlation) are at least."""
MOST = 6


def everyday_characters() -> Iterator[str]:
    """The 6,763 characters of GB 2312."""
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            if (high, low) < (0xD7, 0xFA) or high > 0xD7:
                yield bytes([high, low]).decode("gb2312")


def pictures(characters: str) -> NDArray[np.float32]:
    """A row for each character, so that the product of two rows tells how alike they are."""
    drawn = np.array([_drawn(one) for one in characters], dtype=np.float32)
    drawn -= drawn.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(drawn, axis=1, keepdims=True)
    drawn /= np.maximum(lengths, 1e-6)
    return drawn


def _drawn(character: str) -> NDArray[np.float32]:
    picture = Image.new("L", (48, 48), 0)
    file = _files().get(character)
    if file and file.exists():
        ImageDraw.Draw(picture).text((4, -4), character, font=_font(file), fill=255)
    blurred = picture.filter(ImageFilter.GaussianBlur(1.2)).resize((24, 24))
    return np.asarray(blurred, dtype=np.float32).ravel()


@cache
def _font(file: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), 40)


@cache
def _files() -> dict[str, Path]:
    files: dict[str, Path] = {}
    for number, ranges in json.loads((FONT / "unicode.json").read_text(encoding="utf-8")).items():
        file = FONT / "files" / f"noto-sans-sc-{number.strip('[]')}-wght-normal.woff2"
        for part in ranges.split(","):
            first, _, last = part[2:].partition("-")
            files |= {chr(code): file for code in range(int(first, 16), int(last or first, 16) + 1)}
    return files


def main() -> None:
    characters = "".join(everyday_characters())
    drawn = pictures(characters)
    for at, character in enumerate(characters):
        alike = drawn @ drawn[at]
        alike[at] = 0
        near = [int(one) for one in np.argsort(-alike)[:MOST] if alike[one] >= ALIKE]
        if near:
            print(character + "".join(characters[one] for one in near))


if __name__ == "__main__":
    main()
