"""Every question asked of collections."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from medialib.catalogue.arrangement import Arrangement, Entry, Part, parts_of
from medialib.catalogue.collections import Collection, CollectionKind, CollectionLesson, is_due
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_, NotFound

# A part without a number comes after those that have one, in the order of recording and of publication.
_SERIES_ORDER = (Lesson.number.is_(None), Lesson.number, Lesson.recorded, Lesson.published_at, Lesson.id)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A collection with how many lessons are in it."""

    collection: Collection
    count: int


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An entry of a collection as it is shown: its lesson (None for a task or reading), its place from 1, and which
    part of a monthly package it is.
    """

    entry: Entry
    lesson: Lesson | None
    place: int
    part: Part


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


def lessons_of(session: Session, one: Collection, *, limit: int | None = None, whole: bool = False) -> Sequence[Lesson]:
    """The lessons of a collection in its order; of a featured shelf those due today, or with `whole` all."""
    if one.kind == "series":
        query = select(Lesson).where(Lesson.series_slug == one.slug).order_by(*_SERIES_ORDER)
    else:
        query = select(Lesson).join(CollectionLesson, CollectionLesson.lesson_id == Lesson.id)
        query = query.where(CollectionLesson.collection_slug == one.slug)
        if one.kind == "featured" and not whole:
            query = query.where(is_due())
        query = query.order_by(CollectionLesson.position, Lesson.id)
    return session.scalars(query.limit(limit)).all()


def count_of(session: Session, one: Collection, *, whole: bool = False) -> int:
    """How many lessons are in a collection: those that lessons_of would tell."""
    query = select(func.count(Lesson.id))
    if one.kind == "series":
        return session.scalar(query.where(Lesson.series_slug == one.slug)) or 0
    query = query.join(CollectionLesson, CollectionLesson.lesson_id == Lesson.id)
    query = query.where(CollectionLesson.collection_slug == one.slug)
    if one.kind == "featured" and not whole:
        query = query.where(is_due())
    return session.scalar(query) or 0


def arranged(session: Session, one: Collection) -> Arrangement:
    """The collection as members see it: what stands in the catalogue, whatever a curator is preparing."""
    texts = {name: getattr(one, name) for name in ("title", "description", "editorial", "dated", "number", "cover")}
    if one.kind == "series":
        rows = session.execute(
            select(Lesson.id, Lesson.number).where(Lesson.series_slug == one.slug).order_by(*_SERIES_ORDER)
        )
        notes = {extra["id"]: extra["note"] for extra in one.extras}
        entries = tuple(Entry(id=id, number=number, note=notes.get(id, "")) for id, number in rows)
        return Arrangement(**texts, entries=entries)
    columns = ("note", "part", "begins", "ends")
    places = select(CollectionLesson).where(CollectionLesson.collection_slug == one.slug)
    placed = [
        (row.position, Entry(id=row.lesson_id, **{name: getattr(row, name) for name in columns}))
        for row in session.scalars(places.order_by(CollectionLesson.position, CollectionLesson.lesson_id))
    ]
    for extra in one.extras:
        parts = {key: value for key, value in extra.items() if key != "position"}
        placed.append((int(extra["position"]), Entry(**parts)))
    placed.sort(key=lambda pair: pair[0])
    return Arrangement(**texts, entries=tuple(entry for _, entry in placed))


def placed(session: Session, one: Collection, arrangement: Arrangement | None = None) -> list[Placed]:
    """The entries of a collection as whoever looks sees them: its lessons, tasks and readings in one order.

    Lessons that may not be seen are left out, and on a featured shelf those that are not due. `arrangement` is what is
    to be shown in place of what is published.
    """
    shown = arrangement or arranged(session, one)
    known = {
        lesson.id: lesson
        for lesson in session.scalars(select(Lesson).where(Lesson.id.in_([entry.id for entry in shown.entries])))
    }
    today = time.strftime("%Y-%m-%d")
    found: list[Placed] = []
    for entry, part in zip(shown.entries, parts_of(shown), strict=True):
        if (entry.kind == "lesson" and entry.id not in known) or (one.kind == "featured" and not entry.due(today)):
            continue
        found.append(Placed(entry=entry, lesson=known.get(entry.id), place=len(found) + 1, part=part))
    return found


def cover_lesson(session: Session, one: Collection) -> Lesson | None:
    """The lesson that a collection is shown by: the one that its curator chose, else its first."""
    kind, _, lesson_id = one.cover.partition(":")
    chosen = session.scalar(select(Lesson).where(Lesson.id == lesson_id)) if kind == "lesson" else None
    return chosen or next(iter(lessons_of(session, one, limit=1)), None)


def shelves(
    session: Session, *kinds: CollectionKind, drafts: bool = False, empty: bool = False, limit: int | None = None
) -> list[Shelf]:
    """Collections of these kinds (none: of all) with lessons in them; the latest month, else the latest, first."""
    counted = _member_counts(kinds, due=not drafts)
    count = func.coalesce(*(one.c.count for one in counted), 0)
    query = select(Collection, count)
    for one in counted:
        query = query.outerjoin(one, one.c.slug == Collection.slug)
    if kinds:
        query = query.where(Collection.kind.in_(kinds))
    if not drafts:
        query = query.where(_is_public())
    if not empty:
        query = query.where(count > 0)
    newest = func.coalesce(Collection.published_at, Collection.created_at).desc()
    query = query.order_by(func.coalesce(Collection.dated, "").desc(), newest, Collection.slug).limit(limit)
    return [Shelf(collection=one, count=number) for one, number in session.execute(query)]


def _member_counts(kinds: Sequence[CollectionKind], *, due: bool) -> list[Subquery]:
    """How many lessons each collection has: rows of members, and parts of series; of featured ones those due today.

    Parts of series may be every other lesson of a library: they are counted only where series are among the `kinds`.
    """
    members = select(CollectionLesson.collection_slug.label("slug"), func.count(Lesson.id).label("count"))
    members = members.join(Lesson, Lesson.id == CollectionLesson.lesson_id)
    members = members.join(Collection, Collection.slug == CollectionLesson.collection_slug)
    if kinds:
        members = members.where(Collection.kind.in_(kinds))
    if due:
        members = members.where((Collection.kind != "featured") | is_due())
    parts = select(Lesson.series_slug.label("slug"), func.count(Lesson.id).label("count"))
    parts = parts.where(Lesson.series_slug.is_not(None))
    counted = [members.group_by(CollectionLesson.collection_slug).subquery()]
    if not kinds or "series" in kinds:
        counted.append(parts.group_by(Lesson.series_slug).subquery())
    return counted


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


def newly_due(session: Session) -> Sequence[Collection]:
    """Published series and featured shelves of which search last heard before their moment, or an entry's day, came."""
    public = (Collection.published_at <= time.time()) & Collection.kind.in_(("featured", "series"))
    found = list(session.scalars(select(Collection).where(public, Collection.told_at < Collection.published_at)))
    today = time.strftime("%Y-%m-%d")
    for one in session.scalars(select(Collection).where(public, Collection.kind == "featured")):
        last = time.strftime("%Y-%m-%d", time.localtime(one.told_at))
        if one not in found and last < today and _turns(session, one, last, today):
            found.append(one)
    return found


def featured(session: Session, lesson_ids: Sequence[str]) -> set[str]:
    """Those of these lessons that stand today on a published shelf of what the curators picked out."""
    query = select(CollectionLesson.lesson_id).join(Collection, Collection.slug == CollectionLesson.collection_slug)
    query = query.where(Collection.kind == "featured", Collection.published_at <= time.time(), is_due())
    return set(session.scalars(query.where(CollectionLesson.lesson_id.in_(lesson_ids))))


def _turns(session: Session, one: Collection, last: str, today: str) -> bool:
    """Whether an entry of the shelf began or ended after the day `last`."""
    begins, ends = func.substr(CollectionLesson.begins, 1, 10), func.substr(CollectionLesson.ends, 1, 10)
    turned = ((begins > last) & (begins <= today)) | ((ends >= last) & (ends < today))
    query = select(CollectionLesson.lesson_id).where(CollectionLesson.collection_slug == one.slug, turned)
    return session.scalar(query.limit(1)) is not None
