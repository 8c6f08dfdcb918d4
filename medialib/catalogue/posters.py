"""The pictures that a lesson may be shown by: candidates, best first, and its own, in some widths; a value, pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

WIDTHS = (320, 640, 1280)
ENDINGS = ("webp", "jpg")
# A picture's own width stands beside the usual ones when it is this much above the last of them.
_WORTH = 1.1

Origin = Literal["frame", "beside", "cover", "drawn", "taken", "sent"]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One picture in `widths` of pixels, smallest first; its proportions are those of `width` x `height`.

    It comes from the film (`at_seconds` into it), from a file that lay beside the recording, from the recording's
    own cover, or was drawn with some `words` on it; people have taken it from the film themselves, or sent it.
    """

    origin: Origin
    width: int
    height: int
    widths: tuple[int, ...]
    at_seconds: float | None = None
    words: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Candidate":
        return cls(**{**document, "widths": tuple(document["widths"]), "words": tuple(document.get("words", ()))})

    def nearest(self, wanted: int) -> int:
        """The largest width up to `wanted`, or the smallest there is."""
        return max((one for one in self.widths if one <= wanted), default=self.widths[0])

    def height_at(self, width: int) -> int:
        return height_at(self.width, self.height, width)


@dataclass(frozen=True, kw_only=True)
class Posters:
    """Candidates that a plan's making has found, the best first; never empty. And the lesson's `own` pictures, which
    people have taken or sent, by numbers below 0: those outlast plans.
    """

    candidates: tuple[Candidate, ...]
    own: Mapping[int, Candidate] = field(default_factory=dict)

    def chosen(self, choice: int) -> int:
        """The number of the picture that is shown: `choice`, or the best when there is none of that number."""
        return choice if choice in self.own or 0 <= choice < len(self.candidates) else 0

    def picture(self, number: int) -> Candidate:
        return self.own[number] if number < 0 else self.candidates[number]

    @property
    def numbered(self) -> dict[int, Candidate]:
        """All of them by number, those that people wanted first; of drawings only the one with the present words."""
        drawn_anew = any(one.origin == "drawn" for one in self.own.values())
        found = (one for one in enumerate(self.candidates) if not (drawn_anew and one[1].origin == "drawn"))
        return {**self.own, **dict(found)}

    def to_json(self) -> dict[str, Any]:
        """The candidates; each picture of a lesson's own has a file of its own."""
        return {"candidates": [asdict(one) for one in self.candidates]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Posters":
        return cls(candidates=tuple(map(Candidate.from_json, document["candidates"])))


def widths_of(width: int) -> tuple[int, ...]:
    """In which widths a picture is kept: never enlarged."""
    usual = tuple(one for one in WIDTHS if one <= width)
    own = min(width, WIDTHS[-1])
    return usual if usual and own < usual[-1] * _WORTH else (*usual, own)


def height_at(width: int, height: int, wanted_width: int) -> int:
    return max(1, round(height * wanted_width / width))
