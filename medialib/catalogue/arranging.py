"""Every change a curator makes to a collection; each is written into the log and can be undone."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from medialib.catalogue import arrangement, collected, collecting, collection_checks, lookups, readings, undoing
from medialib.catalogue.arrangement import Arrangement, numbered
from medialib.catalogue.collections import Collection, CollectionKind, CollectionLesson
from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.errors import N_, BadRequest

_MOST_KEPT = 100
"""So many changes of one collection can be undone, one after the other."""
_NOUN = "collection"

Change = Callable[[Arrangement], Arrangement]


def current(session: Session, one: Collection) -> Arrangement:
    """The collection as its curator sees it: as it is being prepared, else as it stands."""
    if one.draft is None:
        return collected.arranged(session, one)
    waiting = Arrangement.from_json(one.draft)
    ids = [entry.id for entry in waiting.entries if entry.kind == "lesson"]
    there = set(session.scalars(select(Lesson.id).where(Lesson.id.in_(ids))))
    return replace(waiting, entries=tuple(e for e in waiting.entries if e.kind != "lesson" or e.id in there))


def last_seen(session: Session, one: Collection) -> Arrangement:
    """As members saw it last; what was published by command stands in the catalogue alone."""
    return Arrangement.from_json(one.last_published) if one.last_published else collected.arranged(session, one)


def lacking(session: Session, one: Collection, now: Arrangement) -> list[str]:
    """What a monthly package is still without; readings of its lessons count as something to read."""
    if one.kind != "package":
        return []
    lessons = [entry.id for entry in now.entries if entry.kind == "lesson"]
    given = any(readings.of_lessons(session, lessons).values())
    return [name for name in arrangement.lacking(now) if name != "reading" or not given]


def begin(session: Session, *, kind: CollectionKind, title: str, dated: str | None, by: Person | None) -> Collection:
    """A new, empty collection, seen by nobody; raises BadRequest."""
    made = collecting.create(session, kind=kind, title=title, dated=dated)
    collection_checks.check_month(session, made, dated)
    _keep(session, made, "collection.created", {}, by)
    return made


def copy(session: Session, one: Collection, *, title: str, dated: str | None, by: Person | None) -> Collection:
    """A draft with the same texts and entries under another title; raises BadRequest."""
    if one.kind == "series":
        raise BadRequest(N_("A lesson belongs to one series only, so a series cannot be copied."))
    before = current(session, one)
    made = begin(session, kind=collecting.kind_of(one), title=title, dated=dated, by=by)
    entries = tuple(replace(entry, begins="", ends="") for entry in before.entries)
    _write(session, made, replace(before, title=made.title, dated=dated, number=None, entries=entries))
    return made


def change(session: Session, one: Collection, act: str, make: Change, *, by: Person | None) -> Arrangement:
    """Do something to the collection; raises BadRequest. What members see changes when it is published again."""
    before = current(session, one)
    after = make(before)
    if after == before:
        return before
    collection_checks.check(session, one, before, after)
    _keep(session, one, act, _snapshot(session, one), by)
    one.revision += 1
    if waits(one):
        one.draft = after.to_json()
    else:
        _write(session, one, after)
    session.flush()
    return after


def waits(one: Collection) -> bool:
    """Whether changes wait for the next publication. Those of a series do not: they are said of its lessons."""
    return one.published_at is not None and one.kind != "series"


def publish(session: Session, one: Collection, *, at: float | None = None, by: Person | None) -> None:
    """Show it as it was prepared, now or from a moment on; raises BadRequest when there is no lesson in it."""
    after = current(session, one)
    if not any(entry.kind == "lesson" for entry in after.entries):
        raise BadRequest(N_("There is no lesson in this collection yet. Add some, then publish it."))
    collection_checks.check(session, one, None, after)
    _keep(session, one, "collection.published", _snapshot(session, one), by)
    _write(session, one, after)
    one.draft, one.last_published, one.revision = None, after.to_json(), one.revision + 1
    now = time.time()
    one.published_at = at if at and at > now else one.published_at if one.public else now
    session.flush()
    collecting.tell_search_of_all(session, one)


def withdraw(session: Session, one: Collection, *, by: Person | None) -> None:
    """A draft again, with what was being prepared."""
    if one.published_at is None:
        return
    _keep(session, one, "collection.withdrawn", _snapshot(session, one), by)
    after = current(session, one)
    collecting.withdraw(session, one)
    _write(session, one, after)
    one.draft, one.revision = None, one.revision + 1


def discard(session: Session, one: Collection, *, by: Person | None) -> None:
    """Forget what is being prepared: it stays as members see it."""
    if one.draft is not None:
        _keep(session, one, "collection.discarded", _snapshot(session, one), by)
        one.draft, one.revision = None, one.revision + 1


def remove(session: Session, one: Collection, *, by: Person | None) -> None:
    """Take the collection away; its lessons stay in the library, and undoing brings it back."""
    _keep(session, one, "collection.removed", _snapshot(session, one), by)
    _take_away(session, one)


def _take_away(session: Session, one: Collection) -> None:
    collecting.tell_search_of_all(session, one)
    if one.kind == "series":
        for lesson in collected.lessons_of(session, one, whole=True):
            collecting.leave_series(lesson)
    session.flush()
    session.delete(one)
    session.flush()


def undo(session: Session, slug: str, *, only: int | None = None, by: Person | None) -> CuratorChange:
    """Take the last change back (only that of this number); raises NotFound, BadRequest."""
    last = undoing.to_undo(session, _NOUN, slug, only=only)
    one = session.get(Collection, slug)
    if not last.before:
        if one is not None:
            _take_away(session, one)
    else:
        _restore(session, slug, one, last.before)
    undoing.mark_undone(session, last, "collection.undone", by=by)
    return last


def last_change(session: Session, slug: str) -> CuratorChange | None:
    """What undoing would take back."""
    return undoing.last(session, _NOUN, slug)


def _snapshot(session: Session, one: Collection) -> dict[str, Any]:
    """All that it takes to have the collection as it is now."""
    names = ("kind", "created_at", "published_at", "draft", "last_published")
    return {**{name: getattr(one, name) for name in names}, "shown": collected.arranged(session, one).to_json()}


def _restore(session: Session, slug: str, one: Collection | None, before: dict[str, Any]) -> None:
    shown = Arrangement.from_json(before["shown"])
    if one is None:
        if collected.same_title(session, before["kind"], shown.title):
            raise BadRequest(collection_checks.TITLE_IS_TAKEN, values={"title": shown.title})
        one = Collection(slug=slug, kind=before["kind"], title=shown.title, created_at=before["created_at"])
        session.add(one)
        session.flush()
    _write(session, one, shown)
    one.published_at, one.draft = before["published_at"], before["draft"]
    one.last_published, one.revision = before["last_published"], one.revision + 1
    session.flush()
    collecting.tell_search_of_all(session, one)


def _write(session: Session, one: Collection, after: Arrangement) -> None:
    """Let the rows say what the arrangement says; raises BadRequest. Lessons that are gone are left out."""
    known = {lesson.id for lesson in collected.lessons_of(session, one, whole=True)}
    renamed = one.title != after.title
    for name in ("title", "description", "editorial", "dated", "number", "cover"):
        setattr(one, name, getattr(after, name))
    ids = [entry.id for entry in after.entries if entry.kind == "lesson"]
    lessons = {lesson.id: lesson for lesson in lookups.lessons_by_id(session, ids)}
    if one.kind == "series":
        _write_series(session, one, after, lessons)
    else:
        _write_rows(session, one, after, lessons)
    session.flush()
    if one.public:
        changed = known ^ set(lessons) if not renamed else known | set(lessons)
        collecting.tell_search_of(session, one, changed)


def _write_series(session: Session, one: Collection, after: Arrangement, lessons: Mapping[str, Lesson]) -> None:
    for lesson in collected.lessons_of(session, one, whole=True):
        if lesson.id not in lessons:
            collecting.leave_series(lesson)
    for entry in numbered([entry for entry in after.entries if entry.id in lessons]):
        lesson = lessons[entry.id]
        collection_checks.check_series(lesson, one)
        lesson.series, lesson.series_slug, lesson.number = one, one.slug, entry.number
    noted = [entry for entry in after.entries if entry.note and entry.id in lessons]
    one.extras = [{"id": entry.id, "kind": entry.kind, "note": entry.note} for entry in noted]


def _write_rows(session: Session, one: Collection, after: Arrangement, lessons: Mapping[str, Lesson]) -> None:
    session.execute(delete(CollectionLesson).where(CollectionLesson.collection_slug == one.slug))
    extras = []
    for place, entry in enumerate(after.entries, start=1):
        if entry.kind == "lesson":
            if entry.id in lessons:
                told = {name: getattr(entry, name) for name in ("note", "part", "begins", "ends")}
                session.add(CollectionLesson(collection_slug=one.slug, lesson_id=entry.id, position=place, **told))
        else:
            told = replace(after, entries=(entry,)).to_json()["entries"][0]
            extras.append({**told, "position": place})
    one.extras = extras


def _keep(session: Session, one: Collection, act: str, before: dict[str, Any], by: Person | None) -> None:
    """Also forgets what is too long ago."""
    undoing.keep(session, _NOUN, act, on_id=one.slug, on_name=one.title, before=before, by=by)
    mine = (CuratorChange.noun == _NOUN, CuratorChange.on_id == one.slug)
    old = select(CuratorChange.id).where(*mine).order_by(CuratorChange.id.desc()).offset(_MOST_KEPT)
    session.execute(delete(CuratorChange).where(CuratorChange.id.in_(session.scalars(old).all())))
