"""Cuts: where the segments of a copied rendition begin; kept beside them, since only the finished copy tells."""

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """`begins` of every segment and the last one's `end`, on the lesson's clock in units of 1/`timescale` s.

    Without `begins` the recording's own packets turned out unusable: the rendition is encoded, on the plan's grid.
    """

    timescale: int
    begins: tuple[int, ...]
    end: int

    @property
    def copied(self) -> bool:
        return bool(self.begins)

    @property
    def durations(self) -> list[Fraction]:
        """Seconds."""
        return [Fraction(later - begin, self.timescale) for begin, later in pairwise((*self.begins, self.end))]

    def to_text(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "Cuts":
        parts = json.loads(text)
        return cls(timescale=parts["timescale"], begins=tuple(parts["begins"]), end=parts["end"])

    @classmethod
    def read(cls, place: Path) -> "Cuts | None":
        """What is kept at `place`; None as long as nothing is."""
        try:
            return cls.from_text(place.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None


ENCODED = Cuts(timescale=1, begins=(), end=0)
