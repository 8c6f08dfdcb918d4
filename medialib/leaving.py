"""Lessons that people delete: forgotten by the catalogue, kept whole among the lost ones, brought back from there."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, moves, wholes
from medialib.catalogue.lessons import Source
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import viewer_of
from medialib.errors import N_, BadRequest, NotAllowed, NotFound
from medialib.services import Services

_GONE = N_("This lesson cannot be brought back any more.")


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A lesson that was deleted and can be brought back."""

    lesson_id: str
    title: str
    by_name: str
    at: float


def leave(services: Services, lesson_id: str, *, by: Person, at: float) -> str:
    """Delete a lesson; returns its title. Raises what moves.remove raises."""
    with services.database.begin() as session:
        whole = wholes.taken(session, lesson_id)
        title = moves.remove(session, lesson_id, by=by)
        told = {"title": title, "by": by.id, "by_name": by.name, "at": at, "rows": whole}
        services.store.replace_text(services.store.lesson_rows(lesson_id), json.dumps(told, ensure_ascii=False))
    services.store.set_aside(lesson_id)
    return title


def come_back(services: Services, lesson_id: str, *, by: Person) -> None:
    """Undo leave; raises NotFound, NotAllowed for what somebody else deleted, and BadRequest when its recording has
    become another lesson meanwhile.
    """
    told = _read(services, lesson_id)
    if told["by"] != by.id and not viewer_of(by).at_least("curator"):
        raise NotAllowed(N_("Only who did this, or the county office, can take it back."))
    with services.database.begin() as session:
        if lesson_id not in lookups.lesson_ids(session):
            _require_no_other(session, told["rows"])
            wholes.put_back(session, told["rows"])
            session.expire_all()
            lesson = lookups.lesson(session, lesson_id)
            lesson.revision += 1
            note(session, by, "lesson.restored", on_id=lesson_id, on_name=lesson.title)
    services.store.bring_back(lesson_id)


def _require_no_other(session: Session, rows: wholes.Whole) -> None:
    digests = [one["sha256"] for one in rows.get(Source.__tablename__, [])]
    other = session.scalar(select(Source.lesson_id).where(Source.sha256.in_(digests)))
    if other is not None:
        raise BadRequest(N_("This recording is a lesson already."), detail=other)


def gone(services: Services, by: Person) -> list[Gone]:
    """What this person can bring back, the latest first."""
    found = []
    for lesson_id in services.store.lost_lessons():
        try:
            told = _read(services, lesson_id)
        except NotFound:
            continue
        if told["by"] == by.id or viewer_of(by).at_least("curator"):
            found.append(Gone(lesson_id=lesson_id, title=told["title"], by_name=told["by_name"], at=told["at"]))
    return sorted(found, key=lambda one: -one.at)


def _read(services: Services, lesson_id: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(services.store.lost_rows(lesson_id).read_bytes())
    except FileNotFoundError as error:
        raise NotFound(_GONE, detail=lesson_id) from error
    return told
