"""A timetable drawn on the grid of one week: blocks, where two clash, and where nothing is said; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from medialib.catalogue.timetables import DAY_MINUTES, Part, Quiet, Timetable

Kind = Literal["part", "quiet", "special", "clash", "gap"]


@dataclass(frozen=True, kw_only=True)
class Block:
    """[begins, ends) in minutes of a day of the week; `place` is where it stands in the timetable."""

    day: int
    begins: int
    ends: int
    kind: Kind
    place: int = -1
    exact: bool = False


def blocks(timetable: Timetable, monday: date) -> list[Block]:
    """Everything of the week that begins on this Monday, in the order in which it is drawn."""
    quiet = [two for place, one in enumerate(timetable.quiet) for two in _weekly(one, place, "quiet")]
    parts = [two for place, one in enumerate(timetable.parts) for two in _weekly(one, place, "part")]
    return [*quiet, *parts, *clashes(parts), *gaps(timetable, [*quiet, *parts]), *_specials(timetable, monday)]


def _weekly(one: Part | Quiet, place: int, kind: Kind) -> Iterator[Block]:
    exact = isinstance(one, Part) and one.exact
    for day in one.days:
        if one.ends > one.begins:
            yield Block(day=day, begins=one.begins, ends=one.ends, kind=kind, place=place, exact=exact)
            continue
        yield Block(day=day, begins=one.begins, ends=DAY_MINUTES, kind=kind, place=place, exact=exact)
        if one.ends:
            yield Block(day=(day + 1) % 7, begins=0, ends=one.ends, kind=kind, place=place, exact=exact)


def clashes(parts: Sequence[Block]) -> list[Block]:
    """Where two parts are at the same time: the one that begins later is shown there."""
    return [
        Block(day=a.day, begins=max(a.begins, b.begins), ends=min(a.ends, b.ends), kind="clash", place=b.place)
        for at, a in enumerate(parts)
        for b in parts[at + 1 :]
        if a.day == b.day and a.place != b.place and max(a.begins, b.begins) < min(a.ends, b.ends)
    ]


def gaps(timetable: Timetable, covered: Sequence[Block]) -> list[Block]:
    """Where nothing is said and no filler helps: the screen is dark there."""
    if timetable.filler:
        return []
    found = []
    for day in range(7):
        at = 0
        for one in sorted((one for one in covered if one.day == day), key=lambda one: one.begins):
            if one.begins > at:
                found.append(Block(day=day, begins=at, ends=one.begins, kind="gap"))
            at = max(at, one.ends)
        if at < DAY_MINUTES:
            found.append(Block(day=day, begins=at, ends=DAY_MINUTES, kind="gap"))
    return found


def _specials(timetable: Timetable, monday: date) -> Iterator[Block]:
    for place, one in enumerate(timetable.specials):
        begin = datetime.fromisoformat(one.at)
        end = begin + timedelta(minutes=one.minutes)
        for day in range(7):
            first = datetime.combine(monday + timedelta(days=day), datetime.min.time())
            begins, ends = ((moment - first) // timedelta(minutes=1) for moment in (begin, end))
            if begins < DAY_MINUTES and ends > 0:
                yield Block(
                    day=day, begins=max(0, begins), ends=min(DAY_MINUTES, ends), kind="special", place=place, exact=True
                )
