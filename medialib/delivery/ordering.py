"""Which lesson of a listing comes next: as listed, the newest first, or shuffled so that none comes again before all
others have been shown; pure.

A cursor says what was shown last. It works on when lessons come and go: the others keep their order.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medialib.catalogue.plans import SAMPLE_RATE, SAMPLES_PER_FRAME, first_audio_frame
from medialib.catalogue.timetables import Show
from medialib.delivery.occasions import TICKS

_FRAME_TICKS = SAMPLES_PER_FRAME * TICKS // SAMPLE_RATE


@dataclass(frozen=True, kw_only=True)
class Item:
    """A lesson that can be shown: its length in segments and in ticks, and its rungs as (name, side), the one that is
    made first in front. `sound` is empty when it has none.
    """

    lesson_id: str
    version: int
    segment_seconds: int
    segments: int
    ticks: int
    published: float = 0.0
    rungs: tuple[tuple[str, int], ...] = ()
    sound: str = ""

    def until(self, segment: int) -> int:
        """Ticks from its begin until this segment begins: until both its picture and its sound have ended."""
        if segment >= self.segments:
            return self.ticks
        seconds = segment * self.segment_seconds
        return max(seconds * TICKS, first_audio_frame(seconds) * _FRAME_TICKS)

    def fitting(self, ticks: int) -> int:
        """How many of its segments bring one to the first join at or behind `ticks`: at least one."""
        if ticks >= self.ticks:
            return self.segments
        return min(self.segments, max(1, -(-ticks // (self.segment_seconds * TICKS))))


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """How often a listing was shown to its end, at which place it is, and which lesson was the last."""

    cycle: int = 0
    index: int = -1
    last: str = ""

    def to_json(self) -> list[int | str]:
        return [self.cycle, self.index, self.last]


class Shelf:
    """The lessons of each show, and which comes next. The same lessons, seed and cursor always give the same one."""

    def __init__(self, items: Mapping[str, Sequence[Item]], seed: int):
        self._items = items
        self._seed = seed
        self._orders: dict[tuple[str, int], list[Item]] = {}

    def next_of(self, show: Show, cursor: Cursor) -> tuple[Item, Cursor] | None:
        """The lesson behind the cursor, and the cursor once it was shown; None when there is none at all."""
        order = self._order(show, cursor.cycle)
        if not order:
            return None
        index = next((at + 1 for at, one in enumerate(order) if one.lesson_id == cursor.last), None)
        if index is None:  # the last one is gone: what was behind it has moved up
            index = max(0, cursor.index) if cursor.last else 0
        cycle = cursor.cycle
        if index >= len(order):
            cycle, index = cycle + 1, 0
            order = self._order(show, cycle)
        return order[index], Cursor(cycle=cycle, index=index, last=order[index].lesson_id)

    def all_of(self, show: Show, cycle: int = 0) -> list[Item]:
        return self._order(show, cycle)

    def _order(self, show: Show, cycle: int) -> list[Item]:
        # Only a shuffle differs from one time to the next.
        key = (show.key, cycle if show.order == "shuffle" else 0)
        if key not in self._orders:
            self._orders[key] = self._ordered(show, cycle)
        return self._orders[key]

    def _ordered(self, show: Show, cycle: int) -> list[Item]:
        items = list(self._items.get(show.key, ()))
        if show.order == "newest":
            return sorted(items, key=lambda one: (-one.published, one.lesson_id))
        if show.order == "listed":
            return items
        if len(items) < 3:
            return self._shuffled(show, items, 0)
        order = self._shuffled(show, items, cycle)
        if cycle and order[0] == self._shuffled(show, items, cycle - 1)[-1]:
            order[0], order[1] = order[1], order[0]  # not twice in a row
        return order

    def _shuffled(self, show: Show, items: Sequence[Item], cycle: int) -> list[Item]:
        def lot(one: Item) -> bytes:
            text = f"{self._seed}:{show.key}:{cycle}:{one.lesson_id}"
            return hashlib.blake2b(text.encode(), digest_size=8).digest()

        return sorted(items, key=lambda one: (lot(one), one.lesson_id))
