"""Folders of lessons that the catalogue does not know: put aside by the worker, deleted by nobody but a person.

The catalogue may be the one at fault: lost and begun anew, restored from a backup, or named by a wrong address.
"""

from dataclasses import dataclass

import structlog

from medialib.catalogue import lookups
from medialib.services import Services

log = structlog.get_logger()

# A folder is there before its lesson is, for as long as an import takes.
_OLD_SECONDS = 24 * 3600
# Kills leave one now and then; more at once speak of a wrong catalogue.
_MOST_AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A folder that no lesson knows; `recording`: an original is in it."""

    lesson_id: str
    size_bytes: int
    recording: bool
    aside: bool


def sweep(services: Services) -> None:
    """Put orphans with a recording aside, remove what was only made, and bring back those that are known again."""
    store = services.store
    folders = store.lesson_folders(older_than_seconds=_OLD_SECONDS)
    with services.database.read() as session:
        known = lookups.lesson_ids(session)
    for lesson_id in store.lost_lessons():
        if lesson_id in known and store.bring_back(lesson_id):
            log.info("the catalogue knows a lesson again: its folder is back", lesson=lesson_id)
    orphans = [lesson_id for lesson_id in folders if lesson_id not in known]
    if orphans and (not known or len(orphans) > _MOST_AT_ONCE):
        log.warning(
            "the catalogue lacks many lessons whose folders are there, which are left alone: if it is the right one, "
            "“medialib doctor --repair” deletes them",
            count=len(orphans),
        )
        return
    for lesson_id in orphans:
        if not store.has_source(lesson_id):
            log.warning("a folder without a lesson or a recording is removed", lesson=lesson_id)
            store.remove_lesson(lesson_id)
        elif store.set_aside(lesson_id):
            log.warning("a folder without a lesson is put aside, see “medialib doctor”", lesson=lesson_id)


def find(services: Services) -> list[Orphan]:
    """Everything that no lesson knows, aside or not."""
    store = services.store
    folders = store.lesson_folders(older_than_seconds=_OLD_SECONDS)
    with services.database.read() as session:
        known = lookups.lesson_ids(session)
    found = [
        Orphan(lesson_id=one, size_bytes=store.lesson_bytes(one), recording=store.has_source(one), aside=False)
        for one in folders
        if one not in known
    ]
    found += [
        Orphan(lesson_id=one, size_bytes=size, recording=True, aside=True)
        for one, size in store.lost_lessons().items()
        if one not in known
    ]
    return sorted(found, key=lambda one: one.lesson_id)


def delete(services: Services, orphan: Orphan) -> None:
    if orphan.aside:
        services.store.remove_lost(orphan.lesson_id)
    else:
        services.store.remove_lesson(orphan.lesson_id)
