"""Changes to who may watch a lesson: its access, and the keys that open it."""

import time

from sqlalchemy.orm import Session

from medialib.catalogue import lookups, tokens
from medialib.catalogue.people import LessonKey, Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import ACCESSES
from medialib.errors import N_, BadRequest, NotFound


def set_access(session: Session, lesson_id: str, access: str, *, by: Person | None) -> None:
    """Let others watch the lesson than before; raises NotFound, and BadRequest for a unit's lesson without a unit."""
    lesson = lookups.lesson(session, lesson_id)
    if access not in ACCESSES:
        raise BadRequest(N_("Who may watch is public, signed-in, unit or link."), detail=access)
    if access == "unit" and lesson.unit_slug is None:
        raise BadRequest(N_("This lesson belongs to no unit. Please choose one for it first."))
    if access == lesson.access:
        return
    before, lesson.access = lesson.access, access
    lesson.revision += 1
    note(session, by, "lesson.access", on_id=lesson_id, on_name=lesson.title, before=before, access=access)


def add_key(session: Session, lesson_id: str, *, label: str, days: float | None, by: Person | None) -> tuple[str, str]:
    """(id, token) of a key that opens this lesson for anybody; without `days` until it is taken back."""
    lesson = lookups.lesson(session, lesson_id)
    now, token = time.time(), tokens.new_token()
    ends_at = now + days * 86_400 if days is not None else None
    label = " ".join(label.split())[:100]
    key = LessonKey(
        id=tokens.new_id(), token_digest=tokens.digest(token), lesson_id=lesson_id, created_at=now, ends_at=ends_at,
        label=label,
    )  # fmt: skip
    session.add(key)
    note(session, by, "lesson.key", on_id=lesson_id, on_name=lesson.title, label=label)
    return key.id, token


def remove_key(session: Session, lesson_id: str, key_id: str, *, by: Person | None) -> None:
    """The key opens nothing from now on; raises NotFound."""
    key = session.get(LessonKey, key_id)
    if key is None or key.lesson_id != lesson_id:
        raise NotFound(N_("There is no such link."), detail=key_id)
    session.delete(key)
    lesson = lookups.lesson(session, lesson_id)
    note(session, by, "lesson.key.removed", on_id=lesson_id, on_name=lesson.title, label=key.label)
