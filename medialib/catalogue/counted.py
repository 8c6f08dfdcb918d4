"""What was counted since it was last written down (pure)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

MOST_KEYS = 20_000
"""More different things than this in a few seconds are a flood: what is new is then left out."""


class Moment(NamedTuple):
    """A day and an hour of the clock on the wall."""

    day: str
    hour: int


class Play(NamedTuple):
    """What a play is counted under."""

    at: Moment
    lesson_id: str
    device: str
    way: str
    collection: str = ""


class Fetched(NamedTuple):
    """A segment that a program which tells nothing has fetched; `alone` when no other track belongs to it, as in
    MPEG-TS. Whether sound is listened to or belongs to a picture cannot be told else.
    """

    at: Moment
    lesson_id: str
    version: int
    number: int
    device: str
    way: str
    alone: bool


def moment_of(now: datetime) -> Moment:
    return Moment(day=now.date().isoformat(), hour=now.hour)


@dataclass
class Batch:
    """Sums that wait for being added to the catalogue's. `curves` are [plays, seconds of part 0, 1, …] by lesson;
    `searches` are by day and whether something was found.
    """

    plays: Counter[Play] = field(default_factory=Counter)
    seconds: Counter[Play] = field(default_factory=Counter)
    curves: dict[str, list[float]] = field(default_factory=dict)
    fetched: Counter[Fetched] = field(default_factory=Counter)
    searches: Counter[tuple[str, bool]] = field(default_factory=Counter)
    misses: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return any((self.plays, self.seconds, self.fetched, self.searches))

    @property
    def is_full(self) -> bool:
        return len(self.plays) + len(self.seconds) + len(self.fetched) + len(self.misses) >= MOST_KEYS

    def draw(self, lesson_id: str, *, plays: int, parts: Sequence[float]) -> None:
        """Add to the curve of a lesson."""
        curve = self.curves.setdefault(lesson_id, [0.0] * (len(parts) + 1))
        for place, amount in enumerate((plays, *parts)):
            curve[place] += amount

    def copy(self) -> "Batch":
        """The same sums, apart."""
        same = Batch()
        same.add(self)
        return same

    def add(self, other: "Batch") -> None:
        """Put back what could not be written."""
        self.plays.update(other.plays)
        self.seconds.update(other.seconds)
        self.fetched.update(other.fetched)
        self.searches.update(other.searches)
        self.misses.update(other.misses)
        for lesson_id, (plays, *parts) in other.curves.items():
            self.draw(lesson_id, plays=int(plays), parts=parts)
