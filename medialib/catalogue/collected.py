"""Every question asked of collections, and of the lessons of a unit's column and a kind of place."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from medialib.catalogue.collections import Collection, CollectionKind, CollectionLesson
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.units import Unit
from medialib.errors import N_, NotFound

# A part without a number comes after those that have one, in the order of recording and of publication.
_SERIES_ORDER = (Lesson.number.is_(None), Lesson.number, Lesson.recorded, Lesson.published_at, Lesson.id)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A collection with how many lessons are in it."""

    collection: Collection
    count: int


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The lessons before and behind one in a collection, and its place there, from 1."""

    place: int
    count: int
    before: Lesson | None
    after: Lesson | None


def collection(session: Session, name: str) -> Collection:
    """The collection with this slug, else the only one with this title, published or not; raises NotFound."""
    found = session.get(Collection, name)
    if found is None:
        titled = session.scalars(select(Collection).where(Collection.title == name).limit(2)).all()
        found = titled[0] if len(titled) == 1 else None
    if found is None:
        raise NotFound(N_("There is no such collection."), detail=name)
    return found


def public_collection(session: Session, slug: str) -> Collection:
    """The collection as everyone may see it; raises NotFound for drafts as for what is not there."""
    found = session.get(Collection, slug)
    if found is None or not found.public:
        raise NotFound(N_("There is no such collection."), detail=slug)
    return found


def lessons_of(session: Session, one: Collection, *, limit: int | None = None) -> Sequence[Lesson]:
    """The lessons of a collection in its order."""
    if one.kind == "series":
        query = select(Lesson).where(Lesson.series_slug == one.slug).order_by(*_SERIES_ORDER)
    else:
        query = select(Lesson).join(CollectionLesson, CollectionLesson.lesson_id == Lesson.id)
        query = query.where(CollectionLesson.collection_slug == one.slug)
        query = query.order_by(CollectionLesson.position, Lesson.id)
    return session.scalars(query.limit(limit)).all()


def count_of(session: Session, one: Collection) -> int:
    """How many lessons are in a collection."""
    if one.kind == "series":
        query = select(func.count(Lesson.id)).where(Lesson.series_slug == one.slug)
    else:
        query = select(func.count(Lesson.id)).join(CollectionLesson, CollectionLesson.lesson_id == Lesson.id)
        query = query.where(CollectionLesson.collection_slug == one.slug)
    return session.scalar(query) or 0


def shelves(
    session: Session, *kinds: CollectionKind, drafts: bool = False, empty: bool = False, limit: int | None = None
) -> list[Shelf]:
    """Collections of these kinds (none: of all) with lessons in them; the latest month, else the latest, first."""
    members, parts = _member_counts()
    count = func.coalesce(members.c.count, parts.c.count, 0)
    query = select(Collection, count).outerjoin(members, members.c.slug == Collection.slug)
    query = query.outerjoin(parts, parts.c.slug == Collection.slug)
    if kinds:
        query = query.where(Collection.kind.in_(kinds))
    if not drafts:
        query = query.where(_is_public())
    if not empty:
        query = query.where(count > 0)
    newest = func.coalesce(Collection.published_at, Collection.created_at).desc()
    query = query.order_by(func.coalesce(Collection.dated, "").desc(), newest, Collection.slug).limit(limit)
    return [Shelf(collection=one, count=number) for one, number in session.execute(query)]


def _member_counts() -> tuple[Subquery, Subquery]:
    """How many lessons each collection has: rows of members, and parts of series."""
    members = select(CollectionLesson.collection_slug.label("slug"), func.count(Lesson.id).label("count"))
    members = members.join(Lesson, Lesson.id == CollectionLesson.lesson_id)
    parts = select(Lesson.series_slug.label("slug"), func.count(Lesson.id).label("count"))
    parts = parts.where(Lesson.series_slug.is_not(None)).group_by(Lesson.series_slug)
    return members.group_by(CollectionLesson.collection_slug).subquery(), parts.subquery()


def _is_public() -> ColumnElement[bool]:
    return Collection.published_at <= time.time()


def neighbours(session: Session, one: Collection, lesson_id: str) -> Neighbours | None:
    """Where a lesson is in a collection; None when it is not in it."""
    lessons = lessons_of(session, one)
    place = next((number for number, lesson in enumerate(lessons) if lesson.id == lesson_id), None)
    if place is None:
        return None
    return Neighbours(
        place=place + 1,
        count=len(lessons),
        before=lessons[place - 1] if place else None,
        after=lessons[place + 1] if place + 1 < len(lessons) else None,
    )


def featured(session: Session, lesson_ids: Sequence[str]) -> set[str]:
    """Which of these lessons stand in a published featured collection."""
    query = select(CollectionLesson.lesson_id).join(Collection, Collection.slug == CollectionLesson.collection_slug)
    query = query.where(Collection.kind == "featured", _is_public(), CollectionLesson.lesson_id.in_(lesson_ids))
    return set(session.scalars(query))


def unit(session: Session, slug: str) -> Unit:
    """Raises NotFound."""
    found = session.get(Unit, slug)
    if found is None:
        raise NotFound(N_("There is no such unit."), detail=slug)
    return found


def units_below(session: Session, parent_slug: str | None) -> list[tuple[Unit, int]]:
    """The units right under one (None: the highest), each with how many lessons it and all below it have."""
    below = select(Lesson.unit_slug, Unit.path).join(Unit, Unit.slug == Lesson.unit_slug).subquery()
    count = select(func.count()).select_from(below).where(below.c.path.startswith(Unit.path)).scalar_subquery()
    query = select(Unit, count).where(Unit.parent_slug == parent_slug if parent_slug else Unit.parent_slug.is_(None))
    return [(one, number) for one, number in session.execute(query.order_by(Unit.position, Unit.name))]


def units_above(session: Session, one: Unit) -> list[Unit]:
    """From the highest down to the unit's parent."""
    slugs = one.slugs[:-1]
    found = {other.slug: other for other in session.scalars(select(Unit).where(Unit.slug.in_(slugs)))}
    return [found[slug] for slug in slugs if slug in found]


def places_in_use(session: Session) -> dict[str, int]:
    """How many lessons were recorded at each kind of place."""
    query = select(Lesson.place, func.count()).where(Lesson.place.is_not(None)).group_by(Lesson.place)
    return {place: count for place, count in session.execute(query) if place}


def highest_place(session: Session, one: Collection) -> int:
    """The last place that is taken in a collection; 0 when it is empty."""
    if one.kind == "series":
        query = select(func.max(Lesson.number)).where(Lesson.series_slug == one.slug)
    else:
        query = select(func.max(CollectionLesson.position)).where(CollectionLesson.collection_slug == one.slug)
    return session.scalar(query) or 0


def same_title(session: Session, kind: str, title: str) -> Collection | None:
    """The collection of this kind that has this title already."""
    return session.scalar(select(Collection).where(Collection.kind == kind, Collection.title == title))
