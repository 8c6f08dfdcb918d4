"""What a channel has shown and is going to show, written down: epochs, each with the numbers it begins at; pure.

An epoch is never changed. It holds until the next one begins, by the number of the segment, not by the clock: an
edit, a pause or a clock that was put back is a new epoch, which begins behind everything that any server can have told.
So the numbers never decrease, and all servers tell the same.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from medialib.delivery.occasions import TICKS, Calendar
from medialib.delivery.ordering import Cursor, Item
from medialib.delivery.timeline import Entry, standing

AHEAD_TICKS = 24 * TICKS
"""So far beyond the present segments are told: what a screen can have in hand when the network goes."""
BEHIND_TICKS = 36 * TICKS
MARGIN_TICKS = 12 * TICKS
"""Between what is told now and what may still change: answers are kept for seconds, and clocks differ."""
_WRAP = 1 << 33
"""Clocks of MPEG-TS begin anew after 26.5 hours (ISO/IEC 13818-1, 2.4.3.7)."""


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """Entries from `begin` on; `sequence` and `discontinuity` are the numbers of its first segment and first join,
    `clock` is what MPEG-TS says there. `cursors` are where the shows stood before it.
    """

    number: int
    begin: int
    sequence: int
    discontinuity: int
    clock: int
    entries: tuple[Entry, ...]
    cursors: Mapping[str, Cursor] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.entries[-1].end

    def document(self) -> dict[str, Any]:
        """What is stored of it beside its numbers. A lesson is told once, however often it is shown."""
        items = list({id(one.item): one.item for one in self.entries}.values())
        places = {id(one): place for place, one in enumerate(items)}
        return {
            "cursors": {key: one.to_json() for key, one in self.cursors.items()},
            "items": [asdict(one) for one in items],
            "entries": [
                [one.kind, places[id(one.item)], one.segments, one.show, one.cursor.to_json() if one.cursor else None]
                for one in self.entries
            ],
        }

    @classmethod
    def read(
        cls, document: Mapping[str, Any], *, number: int, begin: int, sequence: int, discontinuity: int, clock: int
    ) -> "Epoch":
        items = [_item(one) for one in document["items"]]
        entries, at = [], begin
        for kind, place, segments, show, cursor in document["entries"]:
            entry = Entry(begin=at, kind=kind, item=items[place], segments=segments, show=show, cursor=_cursor(cursor))
            entries.append(entry)
            at = entry.end
        cursors = {key: Cursor(cycle=one[0], index=one[1], last=one[2]) for key, one in document["cursors"].items()}
        return cls(
            number=number, begin=begin, sequence=sequence, discontinuity=discontinuity, clock=clock,
            entries=tuple(entries), cursors=cursors,
        )  # fmt: skip


def _item(document: Mapping[str, Any]) -> Item:
    return Item(**{**document, "rungs": tuple((name, side) for name, side in document["rungs"])})


def _cursor(parts: Sequence[Any] | None) -> Cursor | None:
    return Cursor(cycle=parts[0], index=parts[1], last=parts[2]) if parts else None


@dataclass(frozen=True, kw_only=True)
class Aired:
    """An entry with its numbers; `segments` are fewer than the entry's when the next epoch begins within it."""

    entry: Entry
    segments: int
    sequence: int
    discontinuity: int
    clock: int

    @property
    def begin(self) -> int:
        return self.entry.begin

    @property
    def end(self) -> int:
        return self.begin + self.ticks

    @property
    def ticks(self) -> int:
        return self.entry.item.until(self.segments)


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Segments [first, last) of what is aired."""

    aired: Aired
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Join:
    """Where a new epoch begins, and where the shows stand there."""

    number: int
    begin: int
    sequence: int
    discontinuity: int
    clock: int
    cursors: Mapping[str, Cursor]

    def epoch(self, entries: Sequence[Entry]) -> Epoch:
        return Epoch(
            number=self.number, begin=self.begin, sequence=self.sequence, discontinuity=self.discontinuity,
            clock=self.clock, entries=tuple(entries), cursors=self.cursors,
        )  # fmt: skip


class Chain:
    """Epochs one after the other, of which at least one is there."""

    def __init__(self, epochs: Sequence[Epoch]):
        self.epochs = epochs
        self.aired: list[Aired] = []
        until: int | None = None
        # Backwards: an edit may begin before an earlier one that was still to come, and takes its place.
        for epoch in reversed(epochs):
            self.aired[:0] = _aired(epoch, until)
            until = epoch.sequence if until is None else min(until, epoch.sequence)
        self._sequences = [one.sequence for one in self.aired]

    @property
    def end(self) -> int:
        return self.aired[-1].end

    def window(self, now: int) -> list[Slice]:
        """What a playlist tells at this moment."""
        edge = now + AHEAD_TICKS
        place = next((at for at in range(len(self.aired) - 1, -1, -1) if self.aired[at].begin < edge), None)
        if place is None:
            return []
        newest = self.aired[place]
        last = _begun(newest, edge - newest.begin)
        over = min(edge, newest.end) - newest.begin - AHEAD_TICKS - BEHIND_TICKS
        found = [Slice(aired=newest, first=_ended(newest, over), last=last)]
        while over < 0 and place:
            place -= 1
            over += self.aired[place].ticks
            found.append(
                Slice(aired=self.aired[place], first=_ended(self.aired[place], over), last=self.aired[place].segments)
            )
        return [one for one in reversed(found) if one.first < one.last]

    def told(self, now: int) -> int:
        """The number behind the last segment that is told at this moment."""
        window = self.window(now)
        return window[-1].aired.sequence + window[-1].last if window else self.epochs[0].sequence

    def on_at(self, moment: int) -> Aired | None:
        """What is on at this moment, by the latest epoch that says something of it."""
        return next((one for one in reversed(self.aired) if one.begin <= moment < one.end), None)

    def after(self, aired: Aired) -> list[Aired]:
        return self.aired[self.aired.index(aired) + 1 :]

    def join_at(self, sequence: int) -> Join:
        """A new epoch that begins with this number."""
        place = max(0, bisect_right(self._sequences, sequence) - 1)
        one = self.aired[place]
        segments = min(sequence - one.sequence, one.segments)
        ticks = one.entry.item.until(segments) if segments else 0
        return Join(
            number=self.epochs[-1].number + 1,
            begin=one.begin + ticks,
            sequence=one.sequence + segments,
            discontinuity=one.discontinuity + (segments > 0),
            clock=(one.clock + ticks) % _WRAP,
            cursors=self._standing(one.sequence + segments),
        )

    def join_behind(self) -> Join:
        last = self.aired[-1]
        return self.join_at(last.sequence + last.segments)

    def _standing(self, sequence: int) -> dict[str, Cursor]:
        last = self.aired[max(0, bisect_right(self._sequences, sequence - 1) - 1)]
        epoch = next(one for one in self.epochs if any(entry is last.entry for entry in one.entries))
        shown = [one.entry for one in _aired(epoch, sequence)]
        return standing(epoch.cursors, shown)


def _aired(epoch: Epoch, following: int | None) -> list[Aired]:
    found = []
    sequence, discontinuity, clock = epoch.sequence, epoch.discontinuity, epoch.clock
    for entry in epoch.entries:
        segments = entry.segments if following is None else min(entry.segments, following - sequence)
        if segments <= 0:
            break
        one = Aired(entry=entry, segments=segments, sequence=sequence, discontinuity=discontinuity, clock=clock)
        found.append(one)
        sequence, discontinuity, clock = sequence + segments, discontinuity + 1, (clock + one.ticks) % _WRAP
    return found


def _begun(one: Aired, ticks: int) -> int:
    """How many of its segments begin before `ticks` have gone by."""
    return min(one.segments, max(0, -(-ticks // (one.entry.item.segment_seconds * TICKS))))


def _ended(one: Aired, ticks: int) -> int:
    """How many of its segments have ended when `ticks` have gone by."""
    return min(one.segments, max(0, ticks // (one.entry.item.segment_seconds * TICKS)))


def edit_point(chain: Chain, now: int, calendar: Calendar, *, withdrawn: frozenset[str] = frozenset()) -> Join:
    """Where a change of the timetable takes effect: behind the lesson that is on, or in its midst when the new
    timetable has something begin there, when it was withdrawn, or when nothing but the slate is on.
    """
    earliest = now + AHEAD_TICKS + MARGIN_TICKS
    one = next((one for one in reversed(chain.aired) if one.begin <= earliest < one.end), None)
    if one is None:
        return chain.join_behind()
    moment = one.end
    top = next(iter(calendar.at(earliest)), None)
    grave = top is not None and top.kind in ("pause", "special", "quiet") and one.entry.kind != top.kind
    if one.entry.is_slate or one.entry.item.lesson_id in withdrawn or grave:
        moment = earliest
    else:
        moment = min(moment, calendar.next_hard(earliest, top, within=one.end - earliest))
    segments = _begun(one, moment - one.begin)
    return chain.join_at(one.sequence + segments)


def begin_anew(chain: Chain, now: int, told: int) -> Join:
    """After the clock was put back, or nobody was there for a while: the present goes on behind what was told."""
    behind = chain.join_at(told)
    begin = now - BEHIND_TICKS if now > behind.begin else now
    return Join(
        number=behind.number, begin=begin, sequence=behind.sequence, discontinuity=behind.discontinuity,
        clock=behind.clock, cursors=behind.cursors,
    )  # fmt: skip
