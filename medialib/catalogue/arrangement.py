"""Arrangement: what a curator says of a collection and puts into it, in order; a value and its changes, pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any, Literal, get_args

EntryKind = Literal["lesson", "task", "reading"]
ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)

Part = Literal["lesson", "film", "task", "reading"]
PARTS: tuple[Part, ...] = get_args(Part)
"""The four parts of a monthly package, as they are sealed 课片做读."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One place in a collection. `id` is the lesson's, or drawn for a task or reading.

    A task or reading has a `title`, a `text` in Markdown, and perhaps a `link`. `part` is which part of a package a
    lesson is, lesson or film, "" when the lessons tell. `number` is a part's in a series. For `begins` and `ends` see
    CollectionLesson.
    """

    id: str
    kind: EntryKind = "lesson"
    title: str = ""
    text: str = ""
    link: str = ""
    note: str = ""
    part: str = ""
    begins: str = ""
    ends: str = ""
    number: int | None = None

    def due(self, today: str) -> bool:
        """Whether it stands on a featured shelf on this day (2024-05-01)."""
        return (not self.begins or self.begins[:10] <= today) and (not self.ends or self.ends[:10] >= today)


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """The texts of a collection and its entries in order; the same as its columns of these names."""

    title: str
    description: str = ""
    editorial: str = ""
    dated: str | None = None
    number: int | None = None
    cover: str = ""
    entries: tuple[Entry, ...] = ()

    def entry(self, entry_id: str) -> Entry | None:
        return next((one for one in self.entries if one.id == entry_id), None)

    def to_json(self) -> dict[str, Any]:
        """Without what is empty."""
        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "entries"}
        return {**told, "entries": [_told(one) for one in self.entries]}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Arrangement":
        entries = tuple(Entry(**one) for one in document["entries"])
        return cls(**{**document, "entries": entries})


def _told(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in asdict(entry).items() if value not in ("", None)}


def put(arrangement: Arrangement, entry: Entry, *, place: int | None = None) -> Arrangement:
    """With the entry at this place, from 1 (None: at the end); one that is there already stays where it is."""
    if arrangement.entry(entry.id):
        return arrangement
    at = len(arrangement.entries) if place is None else max(place - 1, 0)
    entries = (*arrangement.entries[:at], entry, *arrangement.entries[at:])
    return replace(arrangement, entries=entries)


def take_out(arrangement: Arrangement, entry_id: str) -> Arrangement:
    return replace(arrangement, entries=tuple(one for one in arrangement.entries if one.id != entry_id))


def move(arrangement: Arrangement, entry_id: str, place: int) -> Arrangement:
    """With the entry at this place, from 1; beyond the ends means the end."""
    entry = arrangement.entry(entry_id)
    if entry is None:
        return arrangement
    rest = [one for one in arrangement.entries if one.id != entry_id]
    rest.insert(min(max(place - 1, 0), len(rest)), entry)
    return replace(arrangement, entries=tuple(rest))


def change_entry(arrangement: Arrangement, entry_id: str, **parts: Any) -> Arrangement:
    """With other words, dates or part for one entry."""
    entries = tuple(replace(one, **parts) if one.id == entry_id else one for one in arrangement.entries)
    return replace(arrangement, entries=entries)


def numbered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The parts of a series with numbers that rise: kept when they do already, else from 1."""
    numbers = [one.number for one in entries]
    known = [number for number in numbers if number is not None]
    rise = len(known) == len(numbers) and all(before < after for before, after in pairwise(known))
    if rise:
        return tuple(entries)
    return tuple(replace(one, number=place) for place, one in enumerate(entries, start=1))


def part_of(entry: Entry, *, lessons_before: int) -> Part:
    """Which part of a package an entry is: said by the curator, else the first lesson is the lesson, others films."""
    if entry.kind != "lesson":
        return entry.kind
    if entry.part in ("lesson", "film"):
        return "film" if entry.part == "film" else "lesson"
    return "film" if lessons_before else "lesson"


def parts_of(arrangement: Arrangement) -> list[Part]:
    """The part of each entry of a package, in order."""
    found: list[Part] = []
    lessons = 0
    for entry in arrangement.entries:
        found.append(part_of(entry, lessons_before=lessons))
        lessons += entry.kind == "lesson"
    return found


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is otherwise than before: what, and the entry or words it is about.

    `what` is added, removed, moved, changed (of an entry), or title, description, editorial, dated, number, cover.
    """

    what: str
    entry: Entry | None = None
    place: int = 0


def differences(before: Arrangement, after: Arrangement) -> list[Difference]:
    """What somebody who knew `before` finds otherwise in `after`."""
    texts = [one.name for one in fields(after) if one.name != "entries"]
    found = [Difference(what=name) for name in texts if getattr(before, name) != getattr(after, name)]
    known = {one.id: one for one in before.entries}
    there = {one.id for one in after.entries}
    moved = _moved([one.id for one in before.entries if one.id in there], [one.id for one in after.entries])
    for place, entry in enumerate(after.entries, start=1):
        if entry.id not in known:
            found.append(Difference(what="added", entry=entry, place=place))
        elif entry.id in moved:
            found.append(Difference(what="moved", entry=entry, place=place))
        if entry.id in known and replace(entry, number=None) != replace(known[entry.id], number=None):
            found.append(Difference(what="changed", entry=entry, place=place))
    return found + [Difference(what="removed", entry=one) for one in before.entries if one.id not in there]


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest of those in both that must have been moved: all but a longest run that kept its order."""
    places = {one: place for place, one in enumerate(before)}
    common = [one for one in after if one in places]
    best: list[tuple[int, int]] = []  # how long a run ends here, and where the one before it is
    for at, one in enumerate(common):
        candidates = [(best[back][0], back) for back in range(at) if places[common[back]] < places[one]]
        length, back = max(candidates, default=(0, -1))
        best.append((length + 1, back))
    at = max(range(len(best)), key=lambda place: best[place][0], default=-1)
    stayed = set()
    while at >= 0:
        stayed.add(common[at])
        at = best[at][1]
    return set(common) - stayed


def lacking(arrangement: Arrangement) -> list[str]:
    """What a monthly package is still without: month, editorial page, and each of its parts."""
    there = set(parts_of(arrangement))
    lacks = [
        name for name, told in (("month", arrangement.dated), ("editorial", arrangement.editorial.strip())) if not told
    ]
    return lacks + [part for part in PARTS if part not in there]
