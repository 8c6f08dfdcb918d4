"""A unit goes away, once nothing belongs to it any more."""

import time
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import unit_tree
from medialib.catalogue.channels import Screening
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person, Ticket
from medialib.catalogue.people_edits import note
from medialib.catalogue.screens import Screen
from medialib.catalogue.units import Unit
from medialib.catalogue.uploads import Upload
from medialib.errors import N_, BadRequest

_BELONG: dict[str, str] = {
    "units": N_("Units below it still belong to this unit. Please move them first."),
    "lessons": N_("Lessons still belong to this unit. Please give them to another one first."),
    "people": N_("People, or invitations, still belong to this unit. Please give them to another one first."),
    "screens": N_("Screens or screenings still belong to this unit. Please give them to another one first."),
    "uploads": N_("Recordings are being sent for this unit. Please wait until they are lessons, or cancel them."),
}


def remove(session: Session, slug: str, *, by: Person | None) -> None:
    """Raises NotFound, and BadRequest while something belongs to it."""
    one = unit_tree.unit(session, slug)
    for what, of in _holders(slug):
        if any(session.scalar(select(asked.exists())) for asked in of):
            raise BadRequest(_BELONG[what])
    above = session.get(Unit, one.parent_slug) if one.parent_slug else None
    for past in (Upload, Ticket, Screen):  # what is over may be of no unit
        session.execute(update(past).where(past.unit_slug == slug).values(unit_slug=None))
    session.delete(one)
    note(
        session, by, "unit.removed", on_id=slug, on_name=one.name, under=above.name if above else "",
        parent=one.parent_slug,
    )  # fmt: skip


def _holders(slug: str) -> list[tuple[str, list[Select[Any]]]]:
    """What is asked for, by the sentence that tells of it."""
    now = time.time()
    invited = Ticket.used_at.is_(None) & (Ticket.ends_at > now)
    sending = Upload.state.in_(("sending", "whole", "failed")) & Upload.cancelled.is_(False) & (Upload.expires_at > now)
    shown = Screen.token_digest.is_not(None) | Screen.seen_at.is_(None)
    return [
        ("units", [select(Unit.slug).where(Unit.parent_slug == slug)]),
        ("lessons", [select(Lesson.id).where(Lesson.unit_slug == slug)]),
        (
            "people",
            [
                select(Person.id).where(Person.unit_slug == slug),
                select(Ticket.id).where(Ticket.unit_slug == slug, invited),
            ],
        ),
        (
            "screens",
            [
                select(Screen.id).where(Screen.unit_slug == slug, shown),
                select(Screening.id).where(Screening.unit_slug == slug),
            ],
        ),
        ("uploads", [select(Upload.id).where(Upload.unit_slug == slug, sending)]),
    ]
