"""Words on a drawn picture: a font of this machine that has them, broken into lines that fit; pure but for fonts."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from PIL import ImageFont

# In the order of liking; Pillow looks for them where the system keeps its fonts.
_FONTS = (
    "NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf", "NotoSansSC-Bold.otf", "NotoSansSC-Bold.ttf",
    "SourceHanSansSC-Bold.otf", "SourceHanSansCN-Bold.otf", "NotoSansCJK-Medium.ttc", "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "NotoSansSC[wght].ttf", "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf", "msyhbd.ttc", "msyh.ttc", "PingFang.ttc", "HarmonyOS_Sans_SC_Bold.ttf",
    "wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf",
    "NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans.ttf", "LiberationSans-Bold.ttf",
)  # fmt: skip
# Collections hold the same font for several languages; the simplified Chinese one is called so.
_MOST_FACES = 6
_SIMPLIFIED = (" SC", " CN")
_TRIAL_SIZE = 24
# More than this is never shown.
_LONGEST = 200
_NOBODYS = "\uffff"
# What may not begin a line, and what may not end one.
_NOT_FIRST = "，。、；：？！）》」』】”’…—·,.;:?!)]}%"
_NOT_LAST = "（《「『【“‘([{"

Font = ImageFont.FreeTypeFont


def find_font(text: str) -> str | None:
    """The name of a font that has every letter of `text`; None when there is none."""
    return next((name for name in _FONTS if _has(name, frozenset(text) - {" "})), None)


@lru_cache(256)
def _has(name: str, letters: frozenset[str]) -> bool:
    font = open_font(name, _TRIAL_SIZE)
    if font is None:
        return False
    box = bytes(font.getmask(_NOBODYS))
    return all(bytes(font.getmask(letter)) != box for letter in letters)


@lru_cache(64)
def open_font(name: str, size: int) -> Font | None:
    try:
        faces = [ImageFont.truetype(name, size)]
    except OSError:
        return None
    for index in range(1, _MOST_FACES) if name.endswith(".ttc") else ():
        try:
            faces.append(ImageFont.truetype(name, size, index=index))
        except OSError:
            break
    return next((face for face in faces if (face.getname()[0] or "").endswith(_SIMPLIFIED)), faces[0])


def set_lines(text: str, name: str, sizes: Sequence[int], width: float, most: int) -> tuple[Font, list[str]] | None:
    """The text in the largest of `sizes` (falling) in which it fits into `most` lines; else cut in the smallest."""
    font = None
    for size in sizes:
        font = open_font(name, size)
        if font is None:
            return None
        lines = break_lines(text, font, width)
        if len(lines) <= most:
            return font, level_lines(text, font, width)
    assert font is not None
    return font, [*lines[: most - 1], _cut(lines[most - 1], font, width)]


def level_lines(text: str, font: Font, width: float) -> list[str]:
    """As many lines as `break_lines` makes, as equally long as they can be: none has a single character left."""
    count = len(break_lines(text, font, width))
    widths = range(1, int(width) + 1)
    narrowest = bisect_left(widths, True, key=lambda wide: len(break_lines(text, font, wide)) <= count)
    return break_lines(text, font, narrowest + 1 if narrowest < len(widths) else width)


def break_lines(text: str, font: Font, width: float) -> list[str]:
    """Lines no wider than `width`: broken between Chinese characters and at spaces."""
    lines, line = [], ""
    for piece in _pieces(" ".join(text.split())[:_LONGEST]):
        if line and font.getlength((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
        while font.getlength(line.rstrip()) > width and len(line) > 1:
            end = _fitting(line, font, width)
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _fitting(line: str, font: Font, width: float) -> int:
    """How many letters of a word that is too long fit, one at least."""
    return bisect_right(range(2, len(line)), width, key=lambda end: font.getlength(line[:end])) + 1


def _pieces(text: str) -> list[str]:
    """What is not broken: a word with the space after it, a Chinese character with its punctuation."""
    if not text:
        return []
    begins = [0, *(at + 1 for at, (one, other) in enumerate(pairwise(text)) if _may_break(one, other))]
    return [text[begin:end] for begin, end in pairwise([*begins, len(text)])]


def _may_break(one: str, other: str) -> bool:
    if one in _NOT_LAST or other in _NOT_FIRST or other == " ":
        return False
    return one == " " or _is_wide(one) or _is_wide(other)


def _is_wide(letter: str) -> bool:
    return letter >= "\u2e80"


def _cut(line: str, font: Font, width: float) -> str:
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"
