"""Questions that the desk asks of many lessons: one page of its table, how many stand where, what waits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, or_, select
from sqlalchemy.orm import Session

from medialib.catalogue import caption_lookups, lookups, narrowing, rights
from medialib.catalogue.collections import CollectionLesson
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson, RenditionProgress, Source, names_of
from medialib.catalogue.narrowing import Page, Wanted
from medialib.catalogue.plays import LEAST_SHOWN, PlayCount
from medialib.catalogue.rights import Viewer

_PLAYED_DAYS = 30


def _plays() -> ColumnElement[int]:
    """How often a lesson was played in the last days; too few to be shown are none."""
    first = (date.today() - timedelta(days=_PLAYED_DAYS - 1)).isoformat()
    counted = func.sum(PlayCount.plays)
    query = select(case((counted >= LEAST_SHOWN, counted), else_=0))
    return query.where(PlayCount.lesson_id == Lesson.id, PlayCount.day >= first).correlate(Lesson).scalar_subquery()


def _size() -> ColumnElement[int]:
    """What a lesson takes of the disk in bytes: its recording, and what was made of it."""
    # PostgreSQL's sums of whole numbers are decimal ones.
    made = select(cast(func.coalesce(func.sum(RenditionProgress.size_bytes), 0), BigInteger))
    made = made.where(RenditionProgress.lesson_id == Lesson.id)
    sent = select(Source.size_bytes).where(Source.lesson_id == Lesson.id)
    return made.correlate(Lesson).scalar_subquery() + func.coalesce(sent.correlate(Lesson).scalar_subquery(), 0)


ORDERS: Mapping[str, Callable[[], tuple[Any, ...]]] = {
    "changed": lambda: (Lesson.changed_at.desc(), Lesson.id),
    "newest": lambda: (Lesson.published_at.desc(), Lesson.id),
    "oldest": lambda: (Lesson.published_at, Lesson.id),
    "title": lambda: (Lesson.title, Lesson.id),
    "longest": lambda: (Lesson.seconds.desc(), Lesson.id),
    "shortest": lambda: (Lesson.seconds, Lesson.id),
    "plays": lambda: (_plays().desc(), Lesson.id),
    "largest": lambda: (_size().desc(), Lesson.id),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the table is narrowed to: `wanted` as every listing, and where lessons stand and who speaks. `found` are the
    ids of the lessons that hold some words, the best first; None when no words were asked for.
    """

    wanted: Wanted = field(default_factory=Wanted)
    found: Sequence[str] | None = None
    stage: str | None = None
    speaker: str | None = None
    parked: bool = False


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a row says besides: whether there are captions, in how many collections it is, how often it was played in
    the last thirty days (0 for too few to be shown), and what it takes of the disk.
    """

    captions: bool
    collections: int
    plays: int
    size_bytes: int


def conditions(viewer: Viewer, asked: Asked) -> list[ColumnElement[bool]]:
    must = [rights.edited(viewer), *narrowing.conditions(asked.wanted)]
    if asked.found is not None:
        must.append(Lesson.id.in_(asked.found))
    if asked.stage:
        must.append(Lesson.stage == asked.stage)
    if asked.speaker:
        must.append(Lesson.speaker.contains(asked.speaker, autoescape=True))
    if asked.parked:
        must.append(Lesson.state == "parked")
    return must


def page(session: Session, viewer: Viewer, asked: Asked, *, sort: str, page: int, per_page: int) -> Page:
    """One page of the lessons that the viewer may edit; without a `sort` the best of those found, or the last changed,
    come first.
    """
    must = conditions(viewer, asked)
    if asked.found is not None and sort not in ORDERS:
        passing = set(narrowing.ids_within(session, must))
        ids = [one for one in asked.found if one in passing]
        return Page(total=len(ids), lessons=lookups.lessons_by_id(session, ids[(page - 1) * per_page :][:per_page]))
    total = session.scalar(select(func.count()).select_from(Lesson).where(*must)) or 0
    query = select(Lesson).where(*must).order_by(*ORDERS.get(sort, ORDERS["changed"])())
    return Page(total=total, lessons=session.scalars(query.limit(per_page).offset((page - 1) * per_page)).all())


def stage_counts(session: Session, viewer: Viewer, asked: Asked) -> dict[str, int]:
    """How many of the lessons stand at each stage, whichever is asked for."""
    others = replace(asked, stage=None)
    query = select(Lesson.stage, func.count()).where(*conditions(viewer, others)).group_by(Lesson.stage)
    return dict(session.execute(query).all())


def total(session: Session, viewer: Viewer) -> int:
    return session.scalar(select(func.count()).select_from(Lesson).where(rights.edited(viewer))) or 0


def beside(session: Session, lessons: Sequence[Lesson]) -> dict[str, Beside]:
    """What the rows of these lessons say besides, by the lesson's id."""
    ids = [one.id for one in lessons]
    captioned = caption_lookups.captioned(session, ids)
    query = select(CollectionLesson.lesson_id, func.count()).where(CollectionLesson.lesson_id.in_(ids))
    held = dict(session.execute(query.group_by(CollectionLesson.lesson_id)).all())
    figures = session.execute(select(Lesson.id, _plays(), _size()).where(Lesson.id.in_(ids)))
    figured = {lesson_id: (plays or 0, size) for lesson_id, plays, size in figures}
    return {
        one.id: Beside(
            captions=one.id in captioned, collections=held.get(one.id, 0) + bool(one.series_slug),
            plays=figured[one.id][0], size_bytes=figured[one.id][1],
        )
        for one in lessons
    }  # fmt: skip


def speakers(session: Session) -> list[str]:
    """Everybody who speaks in a lesson that may be seen, those of many lessons first."""
    many = func.count().desc()
    query = select(Lesson.speaker).where(Lesson.speaker != "").group_by(Lesson.speaker).order_by(many, Lesson.speaker)
    return list(dict.fromkeys(name for told in session.scalars(query) for name in names_of(told)))


def waiting_for_review(session: Session, viewer: Viewer, *, limit: int | None = None) -> list[tuple[Lesson, float]]:
    """The lessons that were sent in, with since when, those that wait longest first."""
    since = select(func.max(LessonChange.at)).where(
        LessonChange.lesson_id == Lesson.id, LessonChange.kind == "stage"
    ).scalar_subquery()  # fmt: skip
    query = select(Lesson, since).where(rights.edited(viewer), Lesson.stage == "submitted")
    rows = session.execute(query.order_by(since, Lesson.id).limit(limit))
    return [(lesson, at or lesson.changed_at) for lesson, at in rows]


def standing(session: Session, viewer: Viewer, stage: str, *, limit: int) -> Sequence[Lesson]:
    """Lessons at a stage that the viewer may edit, the last changed first."""
    query = select(Lesson).where(rights.edited(viewer), Lesson.stage == stage)
    return session.scalars(query.order_by(Lesson.changed_at.desc()).limit(limit)).all()


def stopped(session: Session, viewer: Viewer, *, limit: int) -> Sequence[Lesson]:
    """Lessons whose making has stopped or about whose recording there is something to say, and that are not down."""
    told = or_(Lesson.state == "parked", func.json_array_length(Lesson.notices) > 0)
    query = select(Lesson).where(rights.edited(viewer), Lesson.stage != "archived", told)
    return session.scalars(query.order_by(Lesson.state != "parked", Lesson.changed_at.desc()).limit(limit)).all()
