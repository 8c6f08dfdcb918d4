"""What is to be done after a change to the catalogue: hints to the workers, and upkeep of the search indexes.

They have one writer at a time, whoever holds their lease.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from medialib.catalogue import caption_lookups, collected, edits, indexing, lookups, readings
from medialib.catalogue.lessons import Lesson
from medialib.ingest.recording import load
from medialib.ingest.redrawing import is_outdated
from medialib.jobs.queue import BULK, DOWNLOADS, HOT
from medialib.search.index import Document, IndexBusy, IndexUnavailable, SearchIndex
from medialib.services import Services

T = TypeVar("T")

log = structlog.get_logger()

_INDEX_LEASE = "index"
_INDEX_BATCH = 200
_MOST_AHEAD = 4
_UNREADABLE = -1
_PAUSE_SECONDS = 0.2


def announce(services: Services, lesson_id: str, *, ahead: bool = True) -> None:
    """Tell the workers of a new lesson.

    Its beginning is made `ahead`, before anyone asks for it, unless many come at once.
    """
    plan, queues = load(services.workshop, lesson_id).plan, services.queues
    send = queues.send
    send(HOT, "prepare", lesson_id)
    if ahead and queues.depth(HOT) < _MOST_AHEAD:
        for name in (plan.start_rung, plan.audio[-1].name if plan.audio else None):
            if name:
                send(HOT, "segment", lesson_id, plan.version, name, 0)
    send(HOT, "index")
    send(BULK, "advance")


def worker_lives(services: Services) -> bool:
    """Whether any worker process, here or elsewhere, is at work."""
    return bool(services.leases.living("worker:"))


def index_stale(services: Services) -> int:
    """Bring the index up to date with the catalogue, when nobody else is at it; returns how many lessons were put."""
    return _as_only_writer(services, lambda: _index_all(services)) or 0


def _as_only_writer(services: Services, act: Callable[[], T], *, wait_seconds: float = 0) -> T | None:
    """What `act` answers; None when somebody else was writing for so long."""
    end = time.monotonic() + wait_seconds
    while True:
        with services.leases.hold(_INDEX_LEASE) as lease:
            if lease:
                return act()
        if time.monotonic() >= end:
            return None
        time.sleep(_PAUSE_SECONDS)


def _index_all(services: Services) -> int:
    done = 0
    services.known.learn_names()
    while count := _index_some(services):
        done += count
    if count is not None:
        # Whoever waits to find a lesson need not wait for this.
        _do_to_both(services, SearchIndex.tidy)
    return done


def _index_some(services: Services) -> int | None:
    """Bring some lessons up to date: how many; None when an index cannot be written."""
    with services.database.read() as session:
        stale = indexing.stale_in_index(session, _INDEX_BATCH)
        documents = _documents(session, stale)
    if not stale:
        return 0
    shown = {lesson.id for lesson in stale if is_for_everyone(lesson)}
    withheld = documents.keys() - shown
    for index, ours, theirs in ((services.index, shown, withheld), (services.withheld, withheld, shown)):
        try:
            # What is not for everyone is kept apart: what search counts must not tell of anything else.
            index.remove(theirs)
            index.put(documents[id] for id in documents if id in ours)
        except (IndexUnavailable, IndexBusy) as error:
            _not_written(index, error)
            return None
    for lesson in stale:
        if is_outdated(services.store, lesson):
            services.queues.send(DOWNLOADS, "cover", lesson.id)  # a unit's new name asks for many, and nobody waits
    with services.database.begin() as session:
        indexing.mark_indexed(session, [(lesson.id, lesson.revision) for lesson in stale], held=shown)
    return len(stale)


def _documents(session: Session, lessons: Sequence[Lesson]) -> dict[str, Document]:
    """What the index is to know of each of these lessons."""
    ids = [one.id for one in lessons]
    said, featured = caption_lookups.transcripts(session, ids), collected.featured(session, ids)
    attached = readings.of_lessons(session, ids)
    found = {}
    for one in lessons:
        names = [each.name for each in attached.get(one.id, ())]
        found[one.id] = document(one, "\n".join([said.get(one.id, ""), *names]), featured=one.id in featured)
    return found


def merge_index(services: Services) -> None:
    """Merge the segments of the indexes when there are many, and nobody else is at it."""
    _as_only_writer(services, lambda: _do_to_both(services, SearchIndex.merge_if_many))


def _do_to_both(services: Services, act: Callable[[SearchIndex], object]) -> None:
    for index in (services.index, services.withheld):
        try:
            act(index)
        except (IndexUnavailable, IndexBusy) as error:
            _not_written(index, error)


def _not_written(index: SearchIndex, error: IndexUnavailable | IndexBusy) -> None:
    log.warning("the index cannot be written now", error=str(error))
    if isinstance(error, IndexUnavailable):
        index.distrust(error)


def mend_index(services: Services) -> bool:
    """Rebuild an index when it is damaged, gone or lacks lessons that were put, and take out of it what the catalogue
    forgot; says whether it did.
    """
    return any([_mend(services, shown=shown) for shown in (True, False)])


def _mend(services: Services, *, shown: bool) -> bool:
    mended = False
    there, expected = _counted(services, shown=shown)
    if there not in (_UNREADABLE, expected):
        # Somebody may be writing at this moment: who has the lease can tell.
        with services.leases.hold(_INDEX_LEASE) as lease:
            if lease is None:
                return False
            there, expected = _counted(services, shown=shown)
            mended = there > expected and _forget(services, _index(services, shown=shown))
    if there < expected or there == _UNREADABLE:
        log.warning("the search index is rebuilt", for_everyone=shown, lessons=expected, found=max(there, 0))
        mended = _as_only_writer(services, lambda: _rebuild(services, shown=shown)) is not None
    return mended


def _counted(services: Services, *, shown: bool) -> tuple[int, int]:
    """How many lessons are in an index, _UNREADABLE when that cannot be told, and how many there should be."""
    try:
        there = _index(services, shown=shown).count()
    except IndexUnavailable as error:
        log.info("the search index cannot be read", error=str(error))
        there = _UNREADABLE
    with services.database.read() as session:
        return there, indexing.indexed_count(session, shown=shown)


def _forget(services: Services, index: SearchIndex) -> bool:
    """Take out of the index what was deleted before it was told so: totals count it, though no page shows it."""
    try:
        with services.database.read() as session:
            gone = index.ids() - lookups.lesson_ids(session)
        index.remove(gone)
    except (IndexUnavailable, IndexBusy) as error:
        _not_written(index, error)
        return False
    return bool(gone)


def rebuild_index(services: Services, *, wait_seconds: float = 0) -> int | None:
    """Build the indexes anew beside the old ones and switch; None when another writer kept the lease.

    Returns how many lessons are in them.
    """
    counted = [
        _as_only_writer(services, lambda: _rebuild(services, shown=True), wait_seconds=wait_seconds),
        _as_only_writer(services, lambda: _rebuild(services, shown=False), wait_seconds=wait_seconds),
    ]
    return None if None in counted else sum(filter(None, counted))


def _rebuild(services: Services, *, shown: bool) -> int:
    services.known.learn_names()
    put: list[tuple[str, int]] = []
    count = _index(services, shown=shown).rebuild(_all_documents(services, put, shown=shown))
    held = {id for id, _ in put} if shown else frozenset()
    for some in _batches(put):
        # Each batch by itself, so that nobody waits long for the database.
        with services.database.begin() as session:
            indexing.mark_indexed(session, some, held=held)
    return count


def _index(services: Services, *, shown: bool) -> SearchIndex:
    return services.index if shown else services.withheld


def _all_documents(services: Services, put: list[tuple[str, int]], *, shown: bool) -> Iterator[Document]:
    """All lessons that are for everyone, or all others, the oldest first; all at once would fill the memory.

    Each lesson is noted in `put`.
    """
    with services.database.read() as session:
        ids = indexing.ids_by_age(session, shown=shown)
    for some in _batches(ids):
        with services.database.read() as session:
            lessons = [one for one in lookups.lessons_by_id(session, some) if is_for_everyone(one) == shown]
            documents = _documents(session, lessons)
            put += [(one.id, one.revision) for one in lessons]
        yield from documents.values()


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[at : at + _INDEX_BATCH] for at in range(0, len(values), _INDEX_BATCH))


def remove_lessons(services: Services, lesson_ids: Sequence[str], *, wait_seconds: float = 10) -> None:
    """Take lessons away: out of the catalogue, the store and the index.

    Work under way ends by itself, as the lesson is gone, and takes what it still made with it. The index may be busy
    for longer than is waited: it shows no lesson that the catalogue does not have.
    """
    for lesson_id in lesson_ids:
        with services.database.begin() as session:
            edits.remove(session, lesson_id)
        services.store.remove_lesson(lesson_id)
    take_out = partial(_do_to_both, services, lambda index: index.remove(lesson_ids))
    _as_only_writer(services, take_out, wait_seconds=wait_seconds)


def is_for_everyone(lesson: Lesson) -> bool:
    """Whether it is in the index of what everyone may find; all others are in one of their own."""
    return lesson.access == "public" and lesson.out


def document(lesson: Lesson, transcript: str = "", *, featured: bool = False) -> Document:
    """What the index knows of a lesson."""
    return Document(
        id=lesson.id,
        title=lesson.title,
        description=lesson.description,
        speaker=lesson.speaker,
        units=lesson.unit.slugs if lesson.unit else (),
        unit=lesson.unit_name,
        series=lesson.series_title,
        place=lesson.place,
        themes=tuple(dict.fromkeys(slug for theme in lesson.themes for slug in theme.slugs)),
        theme_words=tuple(word for theme in lesson.themes for word in (theme.zh, theme.en) if word),
        transcript=transcript,
        kind=lesson.kind,
        year=lesson.year,
        seconds=lesson.seconds,
        published=lesson.published_at,
        featured=featured,
    )
