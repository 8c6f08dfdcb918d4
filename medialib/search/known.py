"""What the catalogue knows by name, kept in memory and brought up to date when the index has news.

A change of a lesson shows in the index within moments, so that an open searcher which is still the newest says that
nothing has changed: nobody's keystroke scans the catalogue.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, rights, tallies
from medialib.catalogue.collections import Collection
from medialib.catalogue.lessons import Lesson, names_of
from medialib.catalogue.narrowing import Wanted
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.database import Database
from medialib.search import vocabulary
from medialib.search.browsing import browse
from medialib.search.completing import NOTHING, Completion, Completions, Kind
from medialib.search.index import IndexUnavailable, SearchIndex

_MOST_NEW = 1_000
"""More changed lessons than this are sorted in with the rest."""
_WITHOUT_INDEX_SECONDS, _LONGEST_REST_SECONDS = 5.0, 30.0
_BETWEEN_PAUSES = 25


@dataclass(frozen=True, kw_only=True, eq=False)
class _Read:
    """What was read of the catalogue at one moment. A lesson in `sorted_in` whose revision is another now is found as
    `newer` has it, or is gone."""

    state: object = None
    revisions: dict[str, int] = field(default_factory=dict)
    known_names: tuple[Completion, ...] = ()
    names: Completions = NOTHING
    sorted_in: dict[str, int] = field(default_factory=dict)
    lessons: Completions = NOTHING
    newer: Completions = NOTHING


class Known:
    """The titles and names of one library."""

    def __init__(self, database: Database, index: SearchIndex, *, share: float = 0.02, at_once: int = 2_000) -> None:
        """`share`: of the time, how much may be spent on keeping up; so many lessons (`at_once`) are read while a
        person waits, more are read beside the requests.
        """
        self._database, self._index, self._share, self._at_once = database, index, share, at_once
        self._busy = threading.Lock()
        self._next = 0.0
        self._read = _Read()
        self._learnt: frozenset[str] = frozenset()
        self._learn_next = 0.0

    def learn_names(self) -> None:
        """Let the names of units, series and speakers be words of the analysis; looked up at most twice a minute."""
        if time.monotonic() < self._learn_next:
            return
        self._learn_next = time.monotonic() + _LONGEST_REST_SECONDS
        with rights.looking_as(None), self._database.read() as session:  # texts are taken apart alike for all
            names = frozenset(one for name in session.scalars(_NAMES) for one in (name, *names_of(name)))
        if names != self._learnt:
            vocabulary.learn(names)
            self._learnt = names

    def completions(self, typed: str, limit: int) -> list[Completion]:
        """What may be meant by what was typed so far, the likeliest first; none when that holds no word."""
        self.keep_up()
        read = self._read
        old = [
            (distance, one)
            for distance, one in read.lessons.find(typed, limit * 2)
            if read.revisions.get(one.key) == read.sorted_in[one.key]
        ]
        found = [*read.names.find(typed, limit), *read.newer.find(typed, limit), *old]
        # Stable: of two as near, names before lessons, and what is newer before what is older.
        found.sort(key=lambda pair: pair[0])
        best: dict[tuple[str, str], Completion] = {}
        for _, one in found:
            best.setdefault((one.kind, one.text), one)
        return [*best.values()][:limit]

    def keep_up(self) -> None:
        """Read what is new, in a moment for a small library, else beside the requests."""
        if time.monotonic() < self._next or not self._busy.acquire(blocking=False):
            return
        try:
            state = self._state()
            if state is not None and state is self._read.state:
                self._busy.release()
                return
            many = self._count() > self._at_once
        except BaseException:
            self._busy.release()
            raise
        if many:
            threading.Thread(target=self._catch_up, args=(state, True), daemon=True).start()
        else:
            self._catch_up(state, False)

    def _state(self) -> object:
        """Something that is the same for as long as nothing was indexed; None when that cannot be told."""
        try:
            return self._index.searcher()
        except IndexUnavailable:
            return None

    def _count(self) -> int:
        with rights.looking_as(rights.NOBODY), self._database.read() as session:
            return lookups.lesson_count(session)

    def _counts(self, session: Session) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many lessons each theme and each unit has; the catalogue takes its time to tell."""
        try:
            counted = browse(self._index, {}, per_page=1, counted=True).counts
        except IndexUnavailable:
            counted = None
        if counted is None:
            return tallies.themes(session, Wanted()), tallies.units(session, Wanted())
        return counted.themes, counted.units

    def _catch_up(self, state: object, beside: bool) -> None:
        began = time.monotonic()
        try:
            # All viewers are offered the same: only what everyone may see.
            with rights.looking_as(rights.NOBODY), self._database.read() as session:
                self._read = self._read_on(session, state, _giving_way() if beside else None)
        finally:
            took = time.monotonic() - began
            rest = _WITHOUT_INDEX_SECONDS if state is None else min(took / self._share, _LONGEST_REST_SECONDS)
            self._next = began + rest
            self._busy.release()

    def _read_on(self, session: Session, state: object, steps: Iterator[None] | None) -> _Read:
        before = self._read
        names = tuple(_names(session, *self._counts(session)))
        revisions = {row.id: row.revision for row in session.execute(select(Lesson.id, Lesson.revision))}
        changed = [id for id, revision in revisions.items() if before.sorted_in.get(id) != revision]
        now = replace(before, state=state, revisions=revisions)
        if names != before.known_names:
            now = replace(now, known_names=names, names=Completions(names, steps))
        if len(changed) <= _MOST_NEW and before.sorted_in:
            return replace(now, newer=Completions(_lessons(session, changed), steps))
        return replace(now, newer=NOTHING, sorted_in=revisions, lessons=Completions(_lessons(session, None), steps))


_NAMES = union(
    select(Unit.name),
    select(Collection.title).where(Collection.kind == "series"),
    select(Lesson.speaker).where(Lesson.speaker != ""),
)


def _names(session: Session, themes: Mapping[str, int], units: Mapping[str, int]) -> Iterator[Completion]:
    """Themes, series, units and speakers that lessons have, those of many lessons first among their kind.

    `themes` and `units` are how many lessons each has, by slug: those of what is below it in the tree are its own.
    """
    many = func.count().desc()
    yield from _by_many(themes, "theme", [(slug, name) for slug, name in session.execute(select(Theme.slug, Theme.zh))])
    series = select(Collection.title, Collection.slug).join(Lesson, Lesson.series_slug == Collection.slug)
    series = series.where(Collection.published_at <= time.time())
    for name, slug in session.execute(series.group_by(Collection.slug).order_by(many, Collection.slug)):
        yield Completion(text=name, kind="series", key=slug)
    yield from _by_many(units, "unit", [(slug, name) for slug, name in session.execute(select(Unit.slug, Unit.name))])
    speakers: Counter[str] = Counter()
    for together, number in session.execute(select(Lesson.speaker, func.count()).group_by(Lesson.speaker)):
        speakers.update(dict.fromkeys(names_of(together), number))
    for name in sorted(speakers, key=lambda name: (-speakers[name], name)):
        yield Completion(text=name, kind="speaker", key=name)


def _by_many(counts: Mapping[str, int], kind: Kind, named: Iterable[tuple[str, str]]) -> Iterator[Completion]:
    names = dict(named)
    for slug in sorted(counts.keys() & names.keys(), key=lambda slug: (-counts[slug], slug)):
        yield Completion(text=names[slug], kind=kind, key=slug)


def _lessons(session: Session, ids: Sequence[str] | None) -> list[Completion]:
    """These lessons, or all, the newest first."""
    query = select(Lesson.title, Lesson.id).order_by(Lesson.published_at.desc(), Lesson.id)
    if ids is not None:
        query = query.where(Lesson.id.in_(ids))
    return [Completion(text=title, kind="lesson", key=id) for title, id in session.execute(query)]


def _giving_way() -> Iterator[None]:
    """Lets other threads on after every few texts."""
    for number in count():
        if number % _BETWEEN_PAUSES == 0:
            time.sleep(0)
        yield
