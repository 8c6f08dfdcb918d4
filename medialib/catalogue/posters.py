"""The pictures that a lesson may be shown by: candidates, best first, each in some widths; a value, pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

WIDTHS = (320, 640, 1280)
ENDINGS = ("webp", "jpg")
# A picture's own width stands beside the usual ones when it is this much above the last of them.
_WORTH = 1.1

Origin = Literal["frame", "beside", "cover", "drawn"]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One picture in `widths` of pixels, smallest first; its proportions are those of `width` x `height`.

    It comes from the film (`at_seconds` into it), from a file that lay beside the recording, from the recording's
    own cover, or was drawn.
    """

    origin: Origin
    width: int
    height: int
    widths: tuple[int, ...]
    at_seconds: float | None = None

    def nearest(self, wanted: int) -> int:
        """The largest width up to `wanted`, or the smallest there is."""
        return max((one for one in self.widths if one <= wanted), default=self.widths[0])

    def height_at(self, width: int) -> int:
        return height_at(self.width, self.height, width)


@dataclass(frozen=True, kw_only=True)
class Posters:
    """Candidates, the best first; never empty."""

    candidates: tuple[Candidate, ...]

    def chosen(self, choice: int) -> int:
        """The number of the candidate that is shown: `choice`, or the best when there is none of that number."""
        return choice if 0 <= choice < len(self.candidates) else 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Posters":
        candidates = (Candidate(**one | {"widths": tuple(one["widths"])}) for one in document["candidates"])
        return cls(candidates=tuple(candidates))


def widths_of(width: int) -> tuple[int, ...]:
    """In which widths a picture is kept: never enlarged."""
    usual = tuple(one for one in WIDTHS if one <= width)
    own = min(width, WIDTHS[-1])
    return usual if usual and own < usual[-1] * _WORTH else (*usual, own)


def height_at(width: int, height: int, wanted_width: int) -> int:
    return max(1, round(height * wanted_width / width))
