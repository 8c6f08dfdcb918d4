"""The typeface of the demonstration's words: the one that `make setup` fetched, else one of this machine."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import structlog
from PIL import ImageFont

from medialib.errors import N_, MissingTool, ToolFailed
from medialib.ingest.ffmpeg import capture

log = structlog.get_logger()

FETCHED = Path(__file__).parent / "vendor" / "noto-sans-sc"
TEXT, TITLE = 400, 600

# Where fontconfig does not say otherwise, this is what a glyph that a font lacks is drawn as.
_LACKING = "\uffff"


class Typeface:
    """Fonts by character: a web font comes in a hundred files of some two hundred characters each.

    `files` are the fonts by code point, None the one for all others; `weights` are the files of a font without a
    weight axis.
    """

    def __init__(self, files: Mapping[int | None, Path], *, bold: Path | None = None):
        self._files = files
        self._bold = bold

    def font(self, character: str, pixels: int, weight: int) -> ImageFont.FreeTypeFont:
        """The font that draws this character; raises KeyError where no file has it."""
        path = self._files.get(ord(character)) or self._files[None]
        if self._bold:
            return _load(self._bold if weight >= TITLE else path, pixels, None)
        return _load(path, pixels, weight)

    def width(self, text: str, pixels: int, weight: int) -> float:
        return sum(self.font(one, pixels, weight).getlength(one) for one in text)

    def lacking(self, text: str) -> set[str]:
        """Characters that would be drawn as empty boxes."""
        return {one for one in text if not one.isspace() and not self._has(one)}

    def _has(self, character: str) -> bool:
        try:
            font = self.font(character, 24, TEXT)
        except KeyError:
            return False
        return bytes(font.getmask(character)) != bytes(font.getmask(_LACKING))


def find_typeface(folder: Path = FETCHED) -> Typeface:
    """The fetched typeface or, saying so, this machine's; raises MissingTool where neither has Chinese."""
    if (folder / "unicode.json").is_file():
        return _fetched(folder)
    log.warning("the demonstration's typeface was not fetched (make setup does it), looking for another one")
    typeface = _of_this_machine()
    if typeface is None or typeface.lacking("竹"):
        raise MissingTool(N_("No font with Chinese characters was found. Please run `make setup`, which fetches one."))
    return typeface


def _fetched(folder: Path) -> Typeface:
    files: dict[int | None, Path] = {}
    for name, ranges in json.loads((folder / "unicode.json").read_text(encoding="utf-8")).items():
        path = folder / "files" / f"noto-sans-sc-{name.strip('[]')}-wght-normal.woff2"
        for code in _codes(ranges):
            files.setdefault(code, path)
    return Typeface(files)


def _codes(ranges: str) -> Iterator[int]:
    """The code points of a CSS unicode-range without wildcards."""
    for part in ranges.split(","):
        first, _, last = part.strip().removeprefix("U+").partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def _of_this_machine() -> Typeface | None:
    try:
        text, title = (
            capture(["fc-match", "-f", "%{file}", f"sans:lang=zh-cn:weight={weight}"], timeout_seconds=30)
            for weight in ("regular", "bold")
        )
    except ToolFailed as error:
        log.info("fontconfig could not be asked", error=error.detail)
        return None
    return Typeface({None: Path(text)}, bold=Path(title)) if text and title else None


@lru_cache(maxsize=512)
def _load(path: Path, pixels: int, weight: int | None) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, pixels)
    if weight is not None:
        font.set_variation_by_axes([weight])
    return font
