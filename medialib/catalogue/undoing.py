"""What curators did to collections and themes, kept beside the log so that the last of it can be taken back."""

import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import doer, note
from medialib.errors import N_, BadRequest, NotFound


def keep(
    session: Session, noun: str, act: str, *, on_id: str, on_name: str, before: dict[str, Any], by: Person | None
) -> None:
    """Into the log, and among what can be undone; `before` is what that takes."""
    now = time.time()
    kept = CuratorChange(at=now, noun=noun, on_id=on_id, on_name=on_name, act=act, before=before, **doer(by))
    session.add(kept)
    note(session, by, act, on_id=on_id, on_name=on_name)
    session.flush()


def last(session: Session, noun: str, on_id: str | None = None) -> CuratorChange | None:
    """The last change to things of this kind, or to one of them, that was not undone."""
    query = select(CuratorChange).where(CuratorChange.noun == noun, CuratorChange.undone.is_(False))
    if on_id is not None:
        query = query.where(CuratorChange.on_id == on_id)
    return session.scalar(query.order_by(CuratorChange.id.desc()).limit(1))


def to_undo(session: Session, noun: str, on_id: str | None = None, *, only: int | None) -> CuratorChange:
    """The same (only when it has this number); raises NotFound, BadRequest."""
    found = last(session, noun, on_id)
    if found is None:
        raise NotFound(N_("There is nothing to undo."), detail=on_id or "")
    if only is not None and found.id != only:
        raise BadRequest(N_("Something else was changed since. Load the page again to see it."))
    return found


def mark_undone(session: Session, change: CuratorChange, act: str, *, by: Person | None) -> None:
    """It was taken back, which stands in the log as this act."""
    change.undone = True
    note(session, by, act, on_id=change.on_id, on_name=change.on_name)
    session.flush()
