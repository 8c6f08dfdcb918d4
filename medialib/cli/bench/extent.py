"""How much is measured, and on what: the options of `medialib bench`."""

from dataclasses import dataclass
from pathlib import Path

import medialib

SHARED = Path(medialib.__file__).parents[2] / "shared"  # recordings and checkers beside the checkout, if any


@dataclass(frozen=True, kw_only=True)
class Extent:
    """`quick` shortens every recording, `long` lengthens the ladder's; `media` holds recordings to play.

    `minutes` is how long channels and televisions are watched instead of their bars' ten and thirty.
    `size` is how many lessons search is measured among; `keep` a folder for its index, which the next run then uses.
    """

    quick: bool = False
    long: bool = False
    repeat: int = 1
    media: Path | None = None
    size: int | None = None
    keep: Path | None = None
    minutes: float | None = None

    def seconds(self, whole: int, *, quick: int) -> int:
        """How long something is watched whose bar asks for `whole` seconds."""
        return round(self.minutes * 60) if self.minutes else quick if self.quick else whole
