"""The demonstration library: fourteen lessons, drawn and composed here, for the first look around.

A lesson of it is known by its source's name. What is there already is not made again, so that a making which was cut
off goes on where it stopped.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum
from functools import partial
from pathlib import Path

from medialib import tasks
from medialib.catalogue import lookups
from medialib.demo.lessons import Demonstration, demonstrations
from medialib.demo.recording import record
from medialib.demo.shelves import clear_shelves, fill_shelves
from medialib.demo.typeface import find_typeface
from medialib.errors import N_, NotReady, Stopped
from medialib.ingest.beside import look_beside
from medialib.ingest.intake import take_in
from medialib.jobs.leases import Lease
from medialib.jobs.queue import HOT
from medialib.services import Services

_AT_ONCE = 2
_LEASE = "demo"
_LOOK_SECONDS = 0.5


class Became(Enum):
    """What became of one demonstration lesson."""

    PUBLISHED = "published"
    DUPLICATE = "duplicate"


Told = Callable[[Demonstration, Became], None]


def is_wanted(services: Services) -> bool:
    """Whether there is nothing in this library but, perhaps, a part of the demonstration."""
    there = lessons_there(services)
    with services.database.read() as session:
        return len(there) == lookups.lesson_count(session) and len(there) < len(demonstrations())


def lessons_there(services: Services) -> dict[str, str]:
    """Ids of the demonstration lessons by the names of their sources."""
    with services.database.read() as session:
        return lookups.lessons_by_source_name(session, [one.source_name for one in demonstrations()])


def make_demonstration(services: Services, *, tell: Told, only: Sequence[str] = ()) -> None:
    """Make the demonstration lessons that are not there yet, or of them those with these slugs only.

    Each is published and announced to the workers as soon as it is made. Raises NotReady while another process is at
    it, MissingTool, ToolFailed, NoSpace.
    """
    chosen = [one for one in demonstrations() if not only or one.slug in only]
    with _alone(services) as lease:
        there = lessons_there(services)
        for one in chosen:
            if one.source_name in there:
                tell(one, Became.DUPLICATE)
        try:
            folder = services.store.workspace(lease.token)
            _make(services, [one for one in chosen if one.source_name not in there], folder, tell)
        finally:
            services.store.discard(lease.token)
        _fill_shelves(services)


def remove_demonstration(services: Services) -> int:
    """Take the demonstration lessons away with all that was made of them; returns how many there were."""
    with _alone(services):
        there = lessons_there(services)
        tasks.remove_lessons(services, list(there.values()))
        with services.database.begin() as session:
            clear_shelves(session)
        return len(there)


def _fill_shelves(services: Services) -> None:
    there = lessons_there(services)
    ids = {one.slug: there[one.source_name] for one in demonstrations() if one.source_name in there}
    with services.database.begin() as session:
        fill_shelves(session, ids)
    services.queues.send(HOT, "index")


def _make(services: Services, lessons: Sequence[Demonstration], folder: Path, tell: Told) -> None:
    if not lessons:
        return
    typeface, ending = find_typeface(), threading.Event()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            places = [folder / one.slug for one in lessons]
            files = pool.map(partial(record, services.workshop, typeface, tick=_until(ending)), lessons, places)
            for lesson, file in zip(lessons, files, strict=True):
                receipt = take_in(
                    services.workshop, file, lesson.described(), name=lesson.source_name, beside=look_beside(file)
                )
                if not receipt.duplicate:
                    tasks.announce(services, receipt.lesson.id, ahead=False)
                tell(lesson, Became.DUPLICATE if receipt.duplicate else Became.PUBLISHED)
        except BaseException:
            ending.set()
            pool.shutdown(cancel_futures=True)
            raise


def _until(ending: threading.Event) -> Callable[[], None]:
    """What those who still work ask now and then: it raises Stopped when the making is at its end."""

    def ask() -> None:
        if ending.is_set():
            raise Stopped("the making of the demonstration library ends")

    return ask


@contextmanager
def _alone(services: Services) -> Iterator[Lease]:
    """The lease of the demonstration. That of a process which was killed is waited for until it lapses."""
    end = time.monotonic() + services.settings.jobs.lease_seconds + 1
    while True:
        with services.leases.hold(_LEASE) as lease:
            if lease:
                yield lease
                return
        if time.monotonic() > end:
            raise NotReady(
                N_("Another process is making the demonstration library. Please wait for it."), retry_seconds=60
            )
        time.sleep(_LOOK_SECONDS)
