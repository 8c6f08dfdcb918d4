"""Questions that the desk asks of many lessons: one page of its table, how many stand where, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, rights
from medialib.catalogue.collections import CollectionLesson
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Captions, Lesson
from medialib.catalogue.lookups import Page, Wanted
from medialib.catalogue.rights import Viewer

ORDERS: Mapping[str, tuple[Any, ...]] = {
    "changed": (Lesson.changed_at.desc(), Lesson.id),
    "newest": (Lesson.published_at.desc(), Lesson.id),
    "oldest": (Lesson.published_at, Lesson.id),
    "title": (Lesson.title, Lesson.id),
    "longest": (Lesson.seconds.desc(), Lesson.id),
    "shortest": (Lesson.seconds, Lesson.id),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the table is narrowed to: `wanted` as every listing, and where lessons stand and who speaks."""

    wanted: Wanted = field(default_factory=Wanted)
    stage: str | None = None
    speaker: str | None = None
    parked: bool = False


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a row says besides: whether there are captions, and in how many collections it is."""

    captions: bool
    collections: int


def conditions(viewer: Viewer, asked: Asked) -> list[ColumnElement[bool]]:
    must = [rights.edited(viewer), *lookups.conditions(asked.wanted)]
    if asked.stage:
        must.append(Lesson.stage == asked.stage)
    if asked.speaker:
        must.append(Lesson.speaker.contains(asked.speaker, autoescape=True))
    if asked.parked:
        must.append(Lesson.state == "parked")
    return must


def page(session: Session, viewer: Viewer, asked: Asked, *, sort: str, page: int, per_page: int) -> Page:
    """One page of the lessons that the viewer may edit."""
    must = conditions(viewer, asked)
    total = session.scalar(select(func.count()).select_from(Lesson).where(*must)) or 0
    query = select(Lesson).where(*must).order_by(*ORDERS.get(sort, ORDERS["changed"]))
    return Page(total=total, lessons=session.scalars(query.limit(per_page).offset((page - 1) * per_page)).all())


def stage_counts(session: Session, viewer: Viewer, asked: Asked) -> dict[str, int]:
    """How many of the lessons stand at each stage, whichever is asked for."""
    others = Asked(wanted=asked.wanted, speaker=asked.speaker, parked=asked.parked)
    query = select(Lesson.stage, func.count()).where(*conditions(viewer, others)).group_by(Lesson.stage)
    return dict(session.execute(query).all())


def total(session: Session, viewer: Viewer) -> int:
    return session.scalar(select(func.count()).select_from(Lesson).where(rights.edited(viewer))) or 0


def beside(session: Session, lessons: Sequence[Lesson]) -> dict[str, Beside]:
    """What the rows of these lessons say besides, by the lesson's id."""
    ids = [one.id for one in lessons]
    captioned = set(session.scalars(select(Captions.lesson_id).where(Captions.lesson_id.in_(ids)).distinct()))
    query = select(CollectionLesson.lesson_id, func.count()).where(CollectionLesson.lesson_id.in_(ids))
    held = dict(session.execute(query.group_by(CollectionLesson.lesson_id)).all())
    return {
        one.id: Beside(captions=one.id in captioned, collections=held.get(one.id, 0) + bool(one.series_slug))
        for one in lessons
    }


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
