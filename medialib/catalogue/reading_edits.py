"""Changes of the readings of a lesson; each stands in the log, and what was removed can be brought back."""

import time
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, readings
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.readings import Reading
from medialib.errors import N_, BadRequest

MOST = 20
LONGEST_NAME = 100


def add(session: Session, one: Reading, *, by: Person | None) -> None:
    """As the last one; raises NotFound, and BadRequest when there are many or it is there already."""
    lookups.lesson_to_change(session, one.lesson_id)
    there = readings.of(session, one.lesson_id)
    _require_room(there)
    if any(other.sha256 == one.sha256 for other in there):
        raise BadRequest(N_("“%(name)s” is there already."), values={"name": one.name})
    one.position = _last(session, one.lesson_id) + 1
    session.add(one)
    _tell(session, one, "reading.added", by)


def rename(session: Session, one: Reading, name: str, *, by: Person | None) -> None:
    """Raises BadRequest for no name."""
    name = clean_name(name)
    if not name:
        raise BadRequest(N_("A reading needs a name."))
    if name != one.name:
        one.name = name
        _tell(session, one, "reading.renamed", by)


def move(session: Session, one: Reading, way: Literal["up", "down"], *, by: Person | None) -> None:
    """One place up or down, where there is one."""
    order = list(readings.of(session, one.lesson_id))
    if one in order:  # else it was removed meanwhile
        place(session, one, max(0, order.index(one) + (-1 if way == "up" else 1)), by=by)


def place(session: Session, one: Reading, at: int, *, by: Person | None) -> None:
    """Let it stand at that place, counted from 0, or at the end; one that was removed stays as it is."""
    before = list(readings.of(session, one.lesson_id))
    if one not in before:
        return
    after = [other for other in before if other is not one]
    after.insert(at, one)
    if after == before:
        return
    for position, other in enumerate(after):
        other.position = position
    _tell(session, one, "reading.moved", by)


def remove(session: Session, one: Reading, *, by: Person | None) -> None:
    if one.removed_at is None:
        one.removed_at = time.time()
        _tell(session, one, "reading.removed", by)


def bring_back(session: Session, one: Reading, *, by: Person | None) -> None:
    """Where it was; raises BadRequest when there are many meanwhile."""
    if one.removed_at is not None:
        _require_room(readings.of(session, one.lesson_id))
        one.removed_at = None
        _tell(session, one, "reading.restored", by)


def clean_name(name: str) -> str:
    """Without what some file systems refuse, in one line."""
    plain = "".join(" " if letter in '/\\:*?"<>|' or not letter.isprintable() else letter for letter in name)
    return " ".join(plain.split()).strip(" .")[:LONGEST_NAME]


def _require_room(there: Sequence[Reading]) -> None:
    if len(there) >= MOST:
        raise BadRequest(N_("A lesson has at most %(number)s readings."), values={"number": MOST})


def _last(session: Session, lesson_id: str) -> int:
    return session.scalar(select(func.max(Reading.position)).where(Reading.lesson_id == lesson_id)) or 0


def _tell(session: Session, one: Reading, act: str, by: Person | None) -> None:
    """Search is to look at the lesson again: it finds it by the names of its readings."""
    lesson = lookups.lesson(session, one.lesson_id)
    lesson.revision += 1
    lesson.changed_at = time.time()
    note(session, by, act, on_id=lesson.id, on_name=lesson.title, name=one.name)
    session.flush()
