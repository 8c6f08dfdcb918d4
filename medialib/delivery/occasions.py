"""When a timetable's parts are, in real time: the week laid over the calendar, daylight saving included; pure.

Every part of every day becomes one stretch of time with a begin and an end. So a night in which the clock is put back
makes a part an hour longer, and one in which it is put forward makes it shorter; nothing happens twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from medialib.catalogue.timetables import DAY_MINUTES, Pause, Show, Timetable, local_time

TICKS = 90_000
"""Times are whole ticks of 1/90000 s since 1970, in which frames of pictures and of sound are exact."""

Kind = Literal["part", "quiet", "special", "pause"]
_RANKS: tuple[Kind, ...] = ("part", "quiet", "special", "pause")
_FAR_TICKS = 8 * 86_400 * TICKS


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What the timetable says for [begin, end). `place` is where it stands in the timetable; a `hard` one begins at
    once.
    """

    begin: int
    end: int
    kind: Kind
    place: int
    show: Show | None = None
    hard: bool = True

    @property
    def rank(self) -> tuple[int, int, int]:
        """Of several at one time the highest counts: the graver one, else the one that began later."""
        return _RANKS.index(self.kind), self.begin, self.place

    @property
    def key(self) -> str:
        """Names a special, whose lessons are shown once."""
        return f"special:{self.begin}:{self.show.key}" if self.show else ""


class Calendar:
    """The occasions of a timetable, found day by day as they are needed."""

    def __init__(self, timetable: Timetable, pauses: Sequence[Pause] = ()):
        self.timetable = timetable
        self._zone = ZoneInfo(timetable.zone)
        self._days: dict[date, list[Occasion]] = {}
        self._dated = sorted([*_specials(timetable), *_pauses(pauses)], key=lambda one: one.begin)

    def around(self, begin: int, end: int) -> list[Occasion]:
        """The occasions that have a moment in [begin, end)."""
        first = self._day_of(begin) - timedelta(days=1)  # a part may come from the evening before
        count = (self._day_of(end) - first).days + 1
        found = list(self._dated)
        for day in (first + timedelta(days=number) for number in range(count)):
            found += self._of_day(day)
        return [one for one in found if one.begin < end and begin < one.end]

    def at(self, moment: int) -> list[Occasion]:
        """What the timetable says for this moment, what counts most first."""
        return sorted(self.around(moment, moment + 1), key=lambda one: one.rank, reverse=True)

    def next_hard(self, moment: int, over: Occasion | None, *, within: int) -> int:
        """When something begins that cuts off `over` (None: a filler); `moment + within` when nothing does."""
        rank = _RANKS.index(over.kind) if over else -1
        begins = [
            one.begin
            for one in self.around(moment + 1, moment + within)
            if one.begin > moment and one.hard and _RANKS.index(one.kind) >= rank
        ]
        return min(begins, default=moment + within)

    def next_begin(self, moment: int, *, within: int) -> int:
        """When anything begins at all."""
        begins = [one.begin for one in self.around(moment + 1, moment + within) if one.begin > moment]
        return min(begins, default=moment + within)

    def dark_until(self, moment: int) -> int | None:
        """When the quiet hours and pauses are over that are on at this moment, one behind the other; None when none is,
        or when there is no end of them within a week or so.
        """
        end = moment
        while end - moment < _FAR_TICKS:
            over = next(iter(self.at(end)), None)
            if over is None or over.show is not None:
                return end if end > moment else None
            end = self.next_hard(end, over, within=over.end - end)
        return None

    def _day_of(self, moment: int) -> date:
        return datetime.fromtimestamp(moment / TICKS, self._zone).date()

    def _of_day(self, day: date) -> list[Occasion]:
        if day not in self._days:
            self._days[day] = list(self._weekly(day))
        return self._days[day]

    def _weekly(self, day: date) -> Iterator[Occasion]:
        timetable = self.timetable
        for place, part in enumerate(timetable.parts):
            if day.weekday() in part.days:
                begin, end = self._moments(day, part.begins, part.ends)
                if begin < end:
                    yield Occasion(begin=begin, end=end, kind="part", place=place, show=part.show, hard=part.exact)
        for place, quiet in enumerate(timetable.quiet):
            if day.weekday() in quiet.days:
                begin, end = self._moments(day, quiet.begins, quiet.ends)
                if begin < end:
                    yield Occasion(begin=begin, end=end, kind="quiet", place=place)

    def _moments(self, day: date, begins: int, ends: int) -> tuple[int, int]:
        return self._moment(day, begins), self._moment(day, ends if ends > begins else ends + DAY_MINUTES)

    def _moment(self, day: date, minutes: int) -> int:
        """A time that the clock skips counts as if it had not; of one that comes twice the first is meant."""
        day += timedelta(days=minutes // DAY_MINUTES)
        hour, minute = divmod(minutes % DAY_MINUTES, 60)
        return round(datetime(day.year, day.month, day.day, hour, minute, tzinfo=self._zone).timestamp()) * TICKS


def _specials(timetable: Timetable) -> Iterator[Occasion]:
    for place, one in enumerate(timetable.specials):
        begin = round(local_time(one.at, timetable.zone)) * TICKS
        end = begin + one.minutes * 60 * TICKS
        yield Occasion(begin=begin, end=end, kind="special", place=place, show=one.show)


def _pauses(pauses: Sequence[Pause]) -> Iterator[Occasion]:
    for place, one in enumerate(pauses):
        yield Occasion(begin=round(one.begins) * TICKS, end=round(one.ends) * TICKS, kind="pause", place=place)
