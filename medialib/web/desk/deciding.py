"""What a form of the review screen decides: its details are kept, then the lesson is published or returned."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from medialib.catalogue import editing, moves
from medialib.catalogue.history import LessonChange
from medialib.catalogue.people import Person
from medialib.errors import N_, BadRequest
from medialib.web.desk import lesson_form

_WISHES = ("published", "returned")


def decide(
    session: Session, lesson_id: str, wish: str, reason: str, told: Mapping[str, Any], *, by: Person
) -> LessonChange:
    """In one transaction; raises NotFound, BadRequest."""
    if wish not in _WISHES:
        raise BadRequest(N_("Please publish this lesson or return it."))
    editing.change(session, lesson_id, told, by=by)
    at = lesson_form.chosen_moment() if wish == "published" else None
    return moves.move(session, lesson_id, wish, by=by, reason=reason if wish == "returned" else "", at=at)
