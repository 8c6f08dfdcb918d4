"""Questions about uploads: whose they are, what they take, which are over."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from medialib.catalogue.lessons import Lesson, Source
from medialib.catalogue.people import Person
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.units import Unit
from medialib.catalogue.uploads import KEPT, Upload
from medialib.errors import N_, BadRequest, Gone, NotFound

_MOST_MADE = 30
"""So many that became lessons are shown beside what is under way."""

_NONE = N_("There is no such upload.")
_OVER = N_("This upload was cancelled, or lay untouched for too long. Please choose the file again.")


@dataclass(frozen=True, kw_only=True)
class Used:
    """What the recordings of a unit take, those under way included."""

    size_bytes: int
    files: int


def upload(session: Session, upload_id: str, *, of: Person | None) -> Upload:
    """The upload; raises NotFound, also for one of somebody else, and Gone for one that is over."""
    found = session.get(Upload, upload_id)
    if found is None or (of is not None and found.person_id != of.id):
        raise NotFound(_NONE, detail=upload_id)
    if found.cancelled or found.expires_at < time.time():
        raise Gone(_OVER, detail=upload_id)
    return found


def lesson_of(session: Session, one: Upload) -> Lesson | None:
    """What became of it, as far as that may be seen."""
    return session.scalar(select(Lesson).where(Lesson.id == one.lesson_id)) if one.lesson_id else None


def cancelled(session: Session, upload_id: str, *, of: Person) -> Upload:
    """One that was cancelled and can still be brought back; raises NotFound."""
    found = session.get(Upload, upload_id)
    if found is None or found.person_id != of.id:
        raise NotFound(_NONE, detail=upload_id)
    if found.expires_at < time.time():
        raise Gone(_OVER, detail=upload_id)
    return found


def uploads_of(session: Session, person: Person) -> Sequence[Upload]:
    """What this person has under way, the oldest first, and the last that became lessons, the latest first."""
    query = select(Upload).where(*_living(person))
    made = query.where(Upload.state == "made").order_by(Upload.created_at.desc(), Upload.id).limit(_MOST_MADE)
    under_way = query.where(Upload.state != "made").order_by(Upload.created_at, Upload.id)
    return [*session.scalars(under_way), *session.scalars(made)]


def count_under_way(session: Session, person: Person) -> int:
    """How many uploads of this person became no lesson yet."""
    query = select(func.count()).select_from(Upload).where(*_living(person), Upload.state != "made")
    return session.scalar(query) or 0


def under_way(session: Session, person: Person, **same: Any) -> Upload | None:
    """The first upload of this person on its way whose columns are these."""
    query = select(Upload).where(*_living(person), Upload.state.in_(("sending", "whole"))).filter_by(**same)
    return session.scalar(query.order_by(Upload.created_at, Upload.id).limit(1))


def _living(person: Person) -> tuple[ColumnElement[bool], ...]:
    return (Upload.person_id == person.id, Upload.cancelled.is_(False), Upload.expires_at >= time.time())


def whole_uploads(session: Session) -> Sequence[str]:
    """Ids of the uploads that nothing was made of yet though all bytes are there."""
    here = (Upload.state == "whole", Upload.cancelled.is_(False))
    return session.scalars(select(Upload.id).where(*here).order_by(Upload.seen_at)).all()


def over(session: Session) -> Sequence[Upload]:
    """Uploads whose time is over; one that a lesson is to be made of waits for that."""
    gone = (Upload.expires_at < time.time(), or_(Upload.state != "whole", Upload.cancelled))
    return session.scalars(select(Upload).where(*gone)).all()


def ids(session: Session) -> set[str]:
    return set(session.scalars(select(Upload.id)))


def missing_bytes(session: Session) -> int:
    """What is still to come of all uploads: room that is promised already."""
    coming = (Upload.state == "sending", Upload.cancelled.is_(False), Upload.expires_at >= time.time())
    return int(session.scalar(select(func.sum(Upload.size_bytes - Upload.received_bytes)).where(*coming)) or 0)


def used(session: Session, unit_slug: str | None) -> Used:
    """What this very unit has; units below it have their own."""
    query = select(func.sum(Source.size_bytes), func.count()).join(Lesson, Lesson.id == Source.lesson_id)
    kept, count = session.execute(query.where(Lesson.unit_slug == unit_slug)).one()
    coming = (Upload.unit_slug == unit_slug, Upload.cancelled.is_(False), Upload.state.in_(KEPT))
    under_way = select(func.sum(Upload.size_bytes), func.count()).where(*coming, Upload.expires_at >= time.time())
    size_bytes, files = session.execute(under_way).one()
    return Used(size_bytes=int(kept or 0) + int(size_bytes or 0), files=count + files)


def require_own_unit(session: Session, person: Person, unit_slug: str | None) -> None:
    """Editors upload for their unit and those below it, curators for all; raises BadRequest."""
    viewer = viewer_of(person)
    if viewer.at_least("curator") and unit_slug is None:
        return
    unit = session.get(Unit, unit_slug) if unit_slug else None
    mine = unit is not None and (
        viewer.at_least("curator") or (bool(viewer.unit_path) and unit.path.startswith(viewer.unit_path))
    )
    if not mine:
        raise BadRequest(N_("Please choose your unit, or one that belongs to it."), detail=str(unit_slug))
