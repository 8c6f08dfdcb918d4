"""The one door for a new file: copied in, checked, probed, planned and published in one transaction.

When `take_in` returns, the lesson is listed and its playlists answer; encoding comes afterwards.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from medialib.catalogue import edits, lookups, rights
from medialib.catalogue.edits import ON_THE_SHELF, Arrival, Details
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_, BadRequest, MedialibError, NotReady, UnusableMedia
from medialib.ingest.beside import NOTHING, Beside
from medialib.ingest.captioning import Accompaniment, accompany
from medialib.ingest.examining import Examined, examine, put_in_place
from medialib.ingest.pictures import LARGEST_BYTES
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()

_BLOCK_BYTES = 1 << 20
_GIGABYTE = 10**9
_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a file: a new lesson, or the one that it already is."""

    lesson: Lesson
    duplicate: bool


@dataclass(frozen=True, kw_only=True)
class _Newcomer:
    """A file that is to become a lesson, and what is known of it before it was looked at."""

    path: Path
    name: str
    in_store: bool
    details: Details
    beside: Beside
    arrival: Arrival


def take_in(
    workshop: Workshop,
    path: Path,
    details: Details,
    *,
    name: str,
    beside: Beside = NOTHING,
    arrival: Arrival = ON_THE_SHELF,
    in_store: bool = False,
    copied: Callable[[int], None] = lambda _: None,
) -> Receipt:
    """Make a lesson of the file at `path`, which people know as `name`, and of what lies `beside` it.

    A file that is `in_store` already is linked, not copied, and nobody may write to it any more. `copied` hears of
    every block's bytes. What is wrong with it or with captions or chapters, but can be lived with, is told in the
    lesson's notices. It begins anew when its lease was lost, as on a machine that slept.
    Raises UnusableMedia (with nothing left behind), NoSpace, BadRequest, ToolFailed.
    """
    newcomer = _Newcomer(path=path, name=name, in_store=in_store, details=details, beside=beside, arrival=arrival)
    for _ in range(_TRIES):
        try:
            return _take_in(workshop, newcomer, copied)
        except _LeaseLost as lost:
            log.warning("an import lost its lease and begins anew", name=name)
            copied(-lost.copied_bytes)
    raise NotReady(N_("Please try again in a moment."), retry_seconds=60, detail="the lease was lost again and again")


class _LeaseLost(Exception):
    """Others may have swept the workspace."""

    def __init__(self, copied_bytes: int):
        super().__init__(copied_bytes)
        self.copied_bytes = copied_bytes


def _take_in(workshop: Workshop, newcomer: _Newcomer, copied: Callable[[int], None]) -> Receipt:
    lesson_id = edits.new_lesson_id()
    sofar = 0

    def count(size_bytes: int) -> None:
        nonlocal sofar
        sofar += size_bytes
        copied(size_bytes)

    with workshop.leases.hold(f"intake:{lesson_id}") as lease:
        if lease is None:
            raise NotReady(N_("Please try again in a moment."), retry_seconds=1)
        workspace = workshop.store.workspace(lease.token)
        try:
            return _read_and_publish(workshop, newcomer, lesson_id, workspace / "source", count)
        except (MedialibError, OSError) as error:
            if lease.lost.is_set() or not workspace.exists():
                raise _LeaseLost(sofar) from error
            raise
        finally:
            workshop.store.discard(lease.token)


def _read_and_publish(
    workshop: Workshop, newcomer: _Newcomer, lesson_id: str, copy: Path, copied: Callable[[int], None]
) -> Receipt:
    """Nothing is published of a file that some lesson was made of already."""
    path, picture = newcomer.path, newcomer.beside.picture
    if not newcomer.in_store and (known := _known_by_size(workshop, path)):
        return known
    sha256, size_bytes = (link if newcomer.in_store else _copy)(workshop, path, copy, copied)
    if known := _known(workshop, sha256):
        return known
    if picture:
        _keep_picture(picture, copy.with_name("cover"))
    source_parts = {"sha256": sha256, "size_bytes": size_bytes, "name": newcomer.name[-255:]}
    return _publish(workshop, copy, lesson_id, newcomer, source_parts)


def _known_by_size(workshop: Workshop, path: Path) -> Receipt | None:
    """Only a file as long as one that is there can be that one: then it is read, and not copied."""
    with workshop.database.read() as session:
        possible = lookups.has_source_of_size(session, path.stat().st_size)
    return _known(workshop, fingerprint(path)) if possible else None


def fingerprint(path: Path) -> str:
    """The SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_already(workshop: Workshop, sha256: str) -> Lesson | None:
    """The lesson that was made of exactly this file."""
    with workshop.database.read() as session:
        return lookups.lesson_with_source(session, sha256)


def require_size(workshop: Workshop, path: Path) -> int:
    """The file's size in bytes; raises UnusableMedia when it is empty or over the limit."""
    limits = workshop.settings.limits
    size_bytes = path.stat().st_size
    if size_bytes == 0:
        raise UnusableMedia(N_("This file is empty. Please send it again."))
    if size_bytes > limits.file_gigabytes * _GIGABYTE:
        raise UnusableMedia(
            N_("This file is larger than %(gigabytes)s GB. Please export it smaller, or cut it into parts."),
            values={"gigabytes": f"{limits.file_gigabytes:g}"},
        )
    return size_bytes


def _copy(workshop: Workshop, path: Path, copy: Path, copied: Callable[[int], None]) -> tuple[str, int]:
    size_bytes = require_size(workshop, path)
    workshop.store.require_space(size_bytes, workshop.settings.limits.reserve_bytes)
    digest = hashlib.sha256()
    total = 0
    with path.open("rb") as source, copy.open("wb") as target:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
            total += target.write(block)
            copied(len(block))
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest(), total


def link(workshop: Workshop, path: Path, copy: Path, copied: Callable[[int], None]) -> tuple[str, int]:
    """As _copy, without a second copy of the bytes."""
    size_bytes = require_size(workshop, path)
    os.link(path, copy)
    copied(size_bytes)
    return fingerprint(copy), size_bytes


def _keep_picture(picture: Path, copy: Path) -> None:
    """Copy as much of it as a picture may have; whether it is one is seen when it is wanted."""
    with picture.open("rb") as source, copy.open("wb") as target:
        target.write(source.read(LARGEST_BYTES + 1))


def _known(workshop: Workshop, sha256: str) -> Receipt | None:
    lesson = known_already(workshop, sha256)
    return Receipt(lesson=lesson, duplicate=True) if lesson else None


def _publish(
    workshop: Workshop, copy: Path, lesson_id: str, newcomer: _Newcomer, source_parts: dict[str, Any]
) -> Receipt:
    found = examine(workshop, copy, clean_speech=newcomer.details.clean_speech)
    language, seconds = newcomer.details.language, found.plan.seconds
    extras = accompany(newcomer.beside, found.seen.facts.chapters, seconds=seconds, language=language)
    store = partial(_put_into_catalogue, workshop, lesson_id, newcomer, found, extras, source_parts)
    try:
        if (cover := copy.with_name("cover")).exists():
            workshop.store.publish(cover, workshop.store.cover(lesson_id))
        put_in_place(workshop, copy, found.seen.read, lesson_id, found.extension, version=1)
        try:
            lesson = store()
        except IntegrityError:
            lesson = store()  # another lesson may have brought the same new unit, series or theme: now it is there
    except (IntegrityError, DataError, OverflowError, UnicodeError) as error:
        workshop.store.remove_lesson(lesson_id)
        known = _known(workshop, source_parts["sha256"])  # perhaps the same file came in by another door meanwhile
        if known is None:
            raise BadRequest(N_("The details of this lesson cannot be stored."), detail=str(error)) from error
        return known
    except BaseException:
        _take_back(workshop, lesson_id)
        raise
    return Receipt(lesson=lesson, duplicate=False)


def _put_into_catalogue(
    workshop: Workshop,
    lesson_id: str,
    newcomer: _Newcomer,
    found: Examined,
    extras: Accompaniment,
    source_parts: dict[str, Any],
) -> Lesson:
    with workshop.database.begin() as session:
        return edits.publish(
            session,
            lesson_id=lesson_id,
            details=newcomer.details,
            plan=found.plan,
            steps=found.steps,
            captions=extras.captions,
            chapters=[one.to_stored() for one in extras.chapters],
            notices=[*found.notices, *(one.to_stored() for one in extras.notices)],
            source_parts={**source_parts, **found.stored},
            arrival=newcomer.arrival,
        )


def _take_back(workshop: Workshop, lesson_id: str) -> None:
    """Remove what was put into the store, unless the catalogue has the lesson after all.

    A commit whose answer was lost may have been done. Where nobody can tell, the files stay: the sweep looks again.
    """
    try:
        there = rights.exists(workshop.database, lesson_id)
    except SQLAlchemyError as error:
        log.warning("it is not known whether the lesson was published", lesson=lesson_id, error=str(error))
        return
    if not there:
        workshop.store.remove_lesson(lesson_id)
