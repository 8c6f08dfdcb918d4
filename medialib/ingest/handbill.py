"""A lesson on a sheet of paper: picture, title, who made it, and a QR code that leads to it; pure but for fonts."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from medialib.ingest import lettering

SIZE = (1240, 1754)
"""A4 at 150 dots per inch."""
_PICTURE_HEIGHT = 698
_MARGIN = 96
_CODE_SIDE = 460
_COLOURS = 128
_PAPER, _INK, _INK_2, _BAND, _ACTION = "#FAF7F2", "#1F1B16", "#574E43", "#2F6B4F", "#B7321C"
_TITLE_SIZES = (104, 92, 80, 70)


@dataclass(frozen=True, kw_only=True)
class Handbill:
    """What is on the sheet; `cover` is a picture, None for a plain band, `code` the QR code as a PNG."""

    title: str
    facts: str
    doing: str
    site: str
    code: bytes
    cover: bytes | None = None


def draw_handbill(bill: Handbill) -> bytes:
    """The sheet as a PNG with a small palette."""
    sheet = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(sheet)
    _draw_cover(sheet, pen, bill.cover)
    bottom = _write(pen, bill.title, _TITLE_SIZES, _PICTURE_HEIGHT + 72, _INK, most=3)
    _write(pen, bill.facts, (44,), bottom + 24, _INK_2, most=1)
    _draw_foot(sheet, pen, bill)
    out = io.BytesIO()
    sheet.quantize(_COLOURS).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _draw_cover(sheet: Image.Image, pen: ImageDraw.ImageDraw, cover: bytes | None) -> None:
    """The picture fills the upper part; one that is no film's shape is cut at its edges."""
    pen.rectangle((0, 0, SIZE[0] - 1, _PICTURE_HEIGHT - 1), fill=_BAND)
    if cover is None:
        return
    try:
        with Image.open(io.BytesIO(cover)) as opened:
            picture = opened.convert("RGB")
    except OSError:
        return  # a damaged file: the sheet is as useful without it
    scale = max(SIZE[0] / picture.width, _PICTURE_HEIGHT / picture.height)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    left, top = (picture.width - SIZE[0]) // 2, (picture.height - _PICTURE_HEIGHT) // 2
    sheet.paste(picture.crop((left, top, left + SIZE[0], top + _PICTURE_HEIGHT)), (0, 0))


def _draw_foot(sheet: Image.Image, pen: ImageDraw.ImageDraw, bill: Handbill) -> None:
    """The code, beside it what to do with it and whose it is."""
    top = SIZE[1] - _MARGIN - _CODE_SIDE
    with Image.open(io.BytesIO(bill.code)) as opened:
        code = opened.convert("RGB").resize((_CODE_SIDE, _CODE_SIDE), Image.Resampling.NEAREST)
    sheet.paste(code, (_MARGIN, top))
    left = _MARGIN + _CODE_SIDE + 56
    bottom = _write(pen, bill.doing, (56, 48), top + 72, _ACTION, most=3, left=left)
    _write(pen, bill.site, (44,), bottom + 40, _INK, most=2, left=left)


def _write(
    pen: ImageDraw.ImageDraw, text: str, sizes: tuple[int, ...], at: int, colour: str, *, most: int, left: int = _MARGIN
) -> int:
    """Lines from `at` on; returns where they end. Letters that no font here has are left out."""
    name = lettering.find_font(text) or lettering.find_font("中")
    lines = lettering.set_lines(text, name, sizes, SIZE[0] - _MARGIN - left, most) if name and text else None
    if lines is None:
        return at
    font, rows = lines
    for row in rows:
        pen.text((left, at), row, font=font, fill=colour)
        at += round(font.size * 1.36)
    return at
