"""What a channel shows one after the other: timetable, lessons and cursors -> entries; pure, the clock passed in.

Nothing is encoded for a channel: an entry is so many segments of a lesson, from its beginning. Where something begins
to the second, what is on is cut off at the next join of segments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from medialib.catalogue.plans import first_audio_frame
from medialib.catalogue.timetables import Show
from medialib.delivery.occasions import TICKS, Calendar, Occasion
from medialib.delivery.ordering import Cursor, Item, Shelf

SLATE = ""
"""In place of a lesson's id: a dark picture and silence, when there is nothing else, and in quiet hours."""

_MOST_SLATE_SEGMENTS = 450
_LEAST_TICKS = 60 * TICKS
"""What is shorter than this is bridged by the slate: nobody wants the first seconds of a lesson."""
_FAR_TICKS = 8 * 86_400 * TICKS


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The first `segments` of a lesson, from `begin` on. `cursor` is where `show` stands once it was shown; None when
    that does not count.
    """

    begin: int
    kind: str
    item: Item
    segments: int
    show: str = ""
    cursor: Cursor | None = None

    @property
    def ticks(self) -> int:
        return self.item.until(self.segments)

    @property
    def end(self) -> int:
        return self.begin + self.ticks

    @property
    def is_slate(self) -> bool:
        return self.item.lesson_id == SLATE


@dataclass
class Planner:
    """Goes on from a moment. `cursors` are those at that moment, and follow what was planned."""

    calendar: Calendar
    shelf: Shelf
    cursors: dict[str, Cursor] = field(default_factory=dict)
    segment_seconds: int = 4

    def plan(self, begin: int, until: int) -> list[Entry]:
        """Entries without a gap from `begin` until at least `until`."""
        found: list[Entry] = []
        while begin < until:
            entry = self._next(begin)
            if entry.cursor:
                self.cursors[entry.show] = entry.cursor
            found.append(entry)
            begin = entry.end
        return found

    def _next(self, at: int) -> Entry:
        for occasion in self.calendar.at(at):
            if occasion.show is None:
                hard = self.calendar.next_hard(at, occasion, within=occasion.end - at)
                return self._slate(at, hard, occasion.kind)
            if entry := self._shown(occasion, occasion.show, at):
                return entry
        return self._between(at)

    def _shown(self, occasion: Occasion, show: Show, at: int) -> Entry | None:
        """The next lesson of a part or a special; None when there is none."""
        special = occasion.kind == "special"
        key = occasion.key if special else show.key
        found = self.shelf.next_of(show, self.cursors.get(key, Cursor()))
        if found is None or (special and found[1].cycle):
            return None
        item, cursor = found
        limit = self.calendar.next_hard(at, occasion, within=_FAR_TICKS)
        if special:
            limit = min(limit, occasion.end)
        if at + item.ticks <= limit or special or self._may_be_cut(item, occasion, at, limit):
            segments = item.fitting(limit - at)
            return Entry(begin=at, kind=occasion.kind, item=item, segments=segments, show=key, cursor=cursor)
        return self._filled(at, limit, limit, other=show)

    def _may_be_cut(self, item: Item, occasion: Occasion, at: int, limit: int) -> bool:
        """A lesson that is longer than all the time there is would never be shown whole."""
        return limit - occasion.begin < item.ticks and (limit - at) * 2 > limit - occasion.begin

    def _between(self, at: int) -> Entry:
        """The timetable says nothing, or what it says has no lessons."""
        hard = self.calendar.next_hard(at, None, within=_FAR_TICKS)
        return self._filled(at, min(self.calendar.next_begin(at, within=_FAR_TICKS), hard), hard)

    def _filled(self, at: int, soft: int, hard: int, *, other: Show | None = None) -> Entry:
        """A filler that ends before `soft`; one that is cut at `hard` when there is none."""
        filler = self.calendar.timetable.filler
        if filler and (fitting := self._fitting(filler, soft - at)):
            item, cursor = fitting
            return Entry(begin=at, kind="filler", item=item, segments=item.segments, show=filler.key, cursor=cursor)
        show = filler if filler and self.shelf.all_of(filler) else other
        found = self.shelf.next_of(show, self.cursors.get(show.key, Cursor())) if show else None
        if found is None or soft - at < _LEAST_TICKS:
            return self._slate(at, soft, "slate")
        segments = found[0].fitting(hard - at)
        whole = segments == found[0].segments
        return Entry(
            begin=at, kind="filler", item=found[0], segments=segments, show=show.key if show else "",
            cursor=found[1] if whole else None,
        )  # fmt: skip

    def _fitting(self, show: Show, ticks: int) -> tuple[Item, Cursor] | None:
        """The next lesson of the filler that fits; those before it are passed over this time."""
        cursor = self.cursors.get(show.key, Cursor())
        for _ in range(len(self.shelf.all_of(show))):
            found = self.shelf.next_of(show, cursor)
            if found and found[0].ticks <= ticks:
                return found
            cursor = found[1] if found else cursor
        return None

    def _slate(self, at: int, until: int, kind: str) -> Entry:
        ticks = self.segment_seconds * TICKS
        item = slate(min(_MOST_SLATE_SEGMENTS, -(-(until - at) // ticks)), self.segment_seconds)
        return Entry(begin=at, kind=kind, item=item, segments=item.segments)


def slate(segments: int, segment_seconds: int) -> Item:
    """So many segments of a dark picture and of silence; the sound ends within the last frame of the picture."""
    seconds = segments * segment_seconds
    ticks = max(seconds * TICKS, first_audio_frame(seconds) * 1_920)
    return Item(lesson_id=SLATE, version=0, segment_seconds=segment_seconds, segments=segments, ticks=ticks)


def standing(cursors: Mapping[str, Cursor], entries: list[Entry]) -> dict[str, Cursor]:
    """Where every show stands after these entries; specials that are over are forgotten in time."""
    found = dict(cursors)
    for one in entries:
        if one.cursor:
            found[one.show] = one.cursor
    specials = [key for key in found if key.startswith("special:")]
    for key in specials[:-20]:
        del found[key]
    return found
