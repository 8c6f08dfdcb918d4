"""Every question asked of what was counted: sums over some days, of everything or of a unit and all below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, true
from sqlalchemy.orm import Session

from medialib.catalogue.collections import Collection
from medialib.catalogue.lessons import Lesson, RenditionProgress, Source, StoredPlan
from medialib.catalogue.plays import LEAST_SHOWN, PlayCount, PlayCurve, PlayHour, SearchDay, SearchMiss
from medialib.catalogue.themes import Theme, lesson_themes
from medialib.catalogue.units import Unit


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days from the first to the last (ISO dates), of the lessons of the unit at `unit_path` and below ("": all)."""

    first: str
    last: str
    unit_path: str = ""


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Plays, and how many of them were only listened to, with the seconds played. `key` and `name` say of what."""

    key: str = ""
    name: str = ""
    plays: int = 0
    listened: int = 0
    seconds: float = 0.0

    @property
    def is_shown(self) -> bool:
        return self.plays >= LEAST_SHOWN

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)


_LISTENED = case((PlayCount.way == "listened", PlayCount.plays), else_=0)
_SUMS = (func.sum(PlayCount.plays), func.sum(_LISTENED), func.sum(PlayCount.seconds))


def _within(span: Span) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [PlayCount.day >= span.first, PlayCount.day <= span.last]
    if span.unit_path:
        asked.append(Lesson.unit_slug.in_(_units_below(span.unit_path)))
    return asked


def _units_below(path: str) -> Select[Any]:
    return select(Unit.slug).where(Unit.path.startswith(path, autoescape=True))


def _sums(session: Session, span: Span, *of: Any, joined: Sequence[Any] = ()) -> list[Sum]:
    """Sums by what is asked for (a key, and a name if there is one), the most played first."""
    query = select(*of, *_SUMS).select_from(PlayCount).join(Lesson, Lesson.id == PlayCount.lesson_id)
    for table, condition in joined:
        query = query.join(table, condition)
    query = query.where(*_within(span)).group_by(*of)
    found = [
        Sum(key=row[0] or "", name=row[1] if len(of) > 1 else "", plays=row[-3], listened=row[-2], seconds=row[-1])
        for row in session.execute(query)
    ]
    return sorted(found, key=lambda one: (-one.plays, one.key))


def total(session: Session, span: Span) -> Sum:
    query = select(*_SUMS).select_from(PlayCount).join(Lesson, Lesson.id == PlayCount.lesson_id).where(*_within(span))
    plays, listened, seconds = session.execute(query).one()
    return Sum(plays=plays or 0, listened=listened or 0, seconds=seconds or 0.0)


def by_day(session: Session, span: Span) -> dict[str, Sum]:
    """Days on which nothing was played are left out."""
    return {one.key: one for one in _sums(session, span, PlayCount.day)}


def by_lesson(session: Session, span: Span) -> list[Sum]:
    return _sums(session, span, Lesson.id, Lesson.title)


def by_theme(session: Session, span: Span) -> list[Sum]:
    """A lesson with two themes counts for both; `name` is the Chinese one."""
    joined = [
        (lesson_themes, lesson_themes.c.lesson_id == Lesson.id),
        (Theme, Theme.slug == lesson_themes.c.theme_slug),
    ]
    return _sums(session, span, Theme.slug, Theme.zh, joined=joined)


def by_unit(session: Session, span: Span) -> list[Sum]:
    return _sums(session, span, Unit.slug, Unit.name, joined=[(Unit, Unit.slug == Lesson.unit_slug)])


def by_collection(session: Session, span: Span) -> list[Sum]:
    """Only what was played in the order of a collection."""
    joined = [(Collection, Collection.slug == PlayCount.collection)]
    return _sums(session, span, Collection.slug, Collection.title, joined=joined)


def by_device(session: Session, span: Span) -> list[Sum]:
    return _sums(session, span, PlayCount.device)


def by_hour(session: Session, span: Span) -> list[int]:
    """Plays that began in each hour of the day."""
    query = select(PlayHour.hour, func.sum(PlayHour.plays)).group_by(PlayHour.hour)
    query = query.where(PlayHour.day >= span.first, PlayHour.day <= span.last)
    if span.unit_path:
        query = query.where(PlayHour.unit_slug.in_(_units_below(span.unit_path)))
    found = {row.hour: row[1] for row in session.execute(query)}
    return [found.get(hour, 0) for hour in range(24)]


def of_lesson(session: Session, lesson_id: str, span: Span) -> Sum:
    asked = (PlayCount.lesson_id == lesson_id, PlayCount.day >= span.first, PlayCount.day <= span.last)
    plays, listened, seconds = session.execute(select(*_SUMS).where(*asked)).one()
    return Sum(key=lesson_id, plays=plays or 0, listened=listened or 0, seconds=seconds or 0.0)


def curve(session: Session, lesson: Lesson) -> list[float] | None:
    """What share of its plays has played each twentieth of the lesson, more than 1 where many go back; None when there
    are too few to tell.
    """
    found = session.get(PlayCurve, lesson.id)
    if found is None or found.plays < LEAST_SHOWN:
        return None
    part_seconds = lesson.seconds / len(found.parts)
    return [seconds / part_seconds / found.plays for seconds in found.parts]


def saved_bytes(session: Session, span: Span) -> int:
    """What listening has saved: the picture that would have come with the seconds that were only listened to."""
    start = and_(
        RenditionProgress.lesson_id == StoredPlan.lesson_id,
        RenditionProgress.version == StoredPlan.version,
        RenditionProgress.name == StoredPlan.document["start_rung"].as_string(),
    )
    rate = RenditionProgress.size_bytes / func.nullif(RenditionProgress.seconds_total, 0)
    query = (
        select(func.sum(PlayCount.seconds * rate))
        .select_from(PlayCount)
        .join(Lesson, Lesson.id == PlayCount.lesson_id)
        .join(StoredPlan, and_(StoredPlan.lesson_id == Lesson.id, StoredPlan.version == Lesson.plan_version))
        .join(RenditionProgress, start)
        .where(*_within(span), PlayCount.way == "listened", RenditionProgress.complete)
    )
    return round(session.scalar(query) or 0)


@dataclass(frozen=True, kw_only=True)
class Missed:
    """Words that were searched for in vain, how often, and when last."""

    words: str
    times: int
    day: str


def missed(session: Session, *, first: str, last: str) -> list[Missed]:
    """The most wanted first. Words that were asked for too seldom were never kept."""
    times = func.sum(SearchMiss.times)
    query = select(SearchMiss.words, times, func.max(SearchMiss.day)).where(
        SearchMiss.words != "", SearchMiss.day >= first, SearchMiss.day <= last
    )
    query = query.group_by(SearchMiss.words).having(times >= LEAST_SHOWN).order_by(times.desc(), SearchMiss.words)
    return [Missed(words=words, times=number, day=day) for words, number, day in session.execute(query)]


def searches(session: Session, *, first: str, last: str) -> tuple[int, int]:
    """How often something was searched for, and how often in vain."""
    query = select(func.sum(SearchDay.searches), func.sum(SearchDay.missed))
    found = session.execute(query.where(SearchDay.day >= first, SearchDay.day <= last)).one()
    return found[0] or 0, found[1] or 0


@dataclass(frozen=True, kw_only=True)
class Room:
    """What something takes of the disk: its recordings as they came in, and what was made of them."""

    key: str
    name: str
    lessons: int
    seconds: float = 0.0
    sources_bytes: int = 0
    made_bytes: int = 0

    @property
    def bytes(self) -> int:
        return self.sources_bytes + self.made_bytes

    @property
    def bytes_an_hour(self) -> float:
        """What an hour of it takes, 0 of nothing."""
        return self.bytes / self.seconds * 3600 if self.seconds else 0.0


def room_by_unit(session: Session, *, unit_path: str = "") -> list[Room]:
    """What each unit's lessons take, the largest first; `key` is "" for lessons of no unit."""
    mine = Lesson.unit_slug.in_(_units_below(unit_path)) if unit_path else true()
    made = (
        select(RenditionProgress.lesson_id, func.sum(RenditionProgress.size_bytes).label("made"))
        .group_by(RenditionProgress.lesson_id)
        .subquery()
    )
    query = (
        select(Unit.slug, Unit.name, func.count(Lesson.id), func.sum(Lesson.seconds), func.sum(Source.size_bytes),
               func.sum(made.c.made))
        .select_from(Lesson).outerjoin(Unit, Unit.slug == Lesson.unit_slug)
        .outerjoin(Source, Source.lesson_id == Lesson.id).outerjoin(made, made.c.lesson_id == Lesson.id)
        .where(mine).group_by(Unit.slug, Unit.name)
    )  # fmt: skip
    found = [
        Room(key=slug or "", name=name or "", lessons=count, seconds=seconds or 0.0,
             sources_bytes=int(sources or 0), made_bytes=int(made_bytes or 0))
        for slug, name, count, seconds, sources, made_bytes in session.execute(query)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.bytes, one.key))


def room_by_rendition(session: Session, *, unit_path: str = "") -> list[Room]:
    """What each kind of rendition takes over all lessons, the largest first; `key` is its name."""
    mine = Lesson.unit_slug.in_(_units_below(unit_path)) if unit_path else true()
    query = (
        select(RenditionProgress.name, func.count(), func.sum(RenditionProgress.seconds_done),
               func.sum(RenditionProgress.size_bytes))
        .join(Lesson, Lesson.id == RenditionProgress.lesson_id)
        .where(mine, RenditionProgress.size_bytes > 0).group_by(RenditionProgress.name)
    )  # fmt: skip
    found = [
        Room(key=name, name=name, lessons=count, seconds=seconds or 0.0, made_bytes=int(made or 0))
        for name, count, seconds, made in session.execute(query)
    ]
    return sorted(found, key=lambda one: (-one.bytes, one.key))
