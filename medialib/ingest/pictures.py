"""Pictures read safely, fitted and kept in several widths, by Pillow."""

import os
import struct
from pathlib import Path
from typing import IO

from PIL import Image, ImageFilter, ImageOps

from medialib.catalogue.posters import ENDINGS, height_at, widths_of
from medialib.errors import N_, UnusableMedia

LARGEST_BYTES = 32_000_000
# What is decoded at all, whatever the file is called: no format that runs programs or holds links.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# What Pillow raises for damaged or oversized pictures.
_UNREADABLE = (
    OSError, SyntaxError, ValueError, EOFError, LookupError, ArithmeticError, TypeError, struct.error, MemoryError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
# A cover that is smaller than this is a mark, not a picture.
_SMALLEST_SIDE = 100
LARGEST_SIDE = 1280
# A cover up to this much from square is cut to it, one that is farther is fitted in.
_NEARLY_SQUARE = 1.35
_PAPER = "#FAF7F2"
_JPEG_QUALITY, _WEBP_QUALITY = 82, 78


def open_picture(
    file: IO[bytes], *, megapixels: float, side: int = LARGEST_SIDE, formats: tuple[str, ...] = _FORMATS
) -> Image.Image:
    """The picture upright, in RGB and at most `side` wide or high; raises UnusableMedia.

    Its bytes and its size are looked at before anything is decoded.
    """
    try:
        if (size_bytes := file.seek(0, os.SEEK_END)) > LARGEST_BYTES:
            raise ValueError(f"{size_bytes} bytes")
        file.seek(0)
        picture = Image.open(file, formats=formats)
        if picture.width * picture.height > megapixels * 1e6:
            raise ValueError(f"{picture.width}x{picture.height} pixels")
        picture.draft("RGB", (side, side))  # JPEG only: decoded at a fraction of its size
        flat = _flat(ImageOps.exif_transpose(picture))
    except _UNREADABLE as error:
        raise UnusableMedia(
            N_("The picture that came with this recording cannot be used."), detail=f"{type(error).__name__}: {error}"
        ) from error
    flat.thumbnail((side, side), Image.Resampling.LANCZOS)
    return flat


def _flat(picture: Image.Image) -> Image.Image:
    """Without transparency, on paper."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, _PAPER), layer).convert("RGB")


def is_a_mark(picture: Image.Image) -> bool:
    """Too small to stand for a lesson."""
    return min(picture.size) < _SMALLEST_SIDE


def squared(picture: Image.Image) -> Image.Image:
    """The picture as a square: cut when that loses little, else whole before a blurred enlargement of itself."""
    width, height = picture.size
    if max(width, height) <= min(width, height) * _NEARLY_SQUARE:
        side = min(width, height)
        return ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
    side = max(width, height)
    # Blurred small, which is quick and smooth.
    ground = ImageOps.fit(picture, (64, 64), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(4))
    ground = ground.resize((side, side), Image.Resampling.BICUBIC).point(lambda value: value * 0.8)
    ground.paste(picture, ((side - width) // 2, (side - height) // 2))
    return ground


def keep(picture: Image.Image, folder: Path) -> tuple[int, ...]:
    """Write WIDTH.webp and WIDTH.jpg into `folder`; returns the widths. Never enlarged."""
    folder.mkdir(parents=True)
    widths = widths_of(picture.width)
    for width in widths:
        size = (width, height_at(picture.width, picture.height, width))
        sized = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        for ending in ENDINGS:
            place = folder / f"{width}.{ending}"
            if ending == "webp":
                sized.save(place, quality=_WEBP_QUALITY, method=3)
            else:
                sized.save(place, quality=_JPEG_QUALITY, optimize=True, progressive=True)
    return widths
