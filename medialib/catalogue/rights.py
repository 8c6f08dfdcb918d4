"""Who may do what, and which lessons a person sees: one condition for a page, a file and every listing."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, event, false, or_, select, true
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria

from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import ROLES, Person
from medialib.catalogue.units import Unit
from medialib.database import Database

Access = Literal["public", "signed-in", "unit", "link"]
ACCESSES: tuple[Access, ...] = get_args(Access)
"""Who may watch a lesson: everyone, everyone who is signed in, its unit's people, or who has a link to it."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks: nobody in particular without a role. `key_to` is the lesson that a link was shown for."""

    role: str = ""
    unit_path: str = ""
    key_to: str = ""

    def at_least(self, role: str) -> bool:
        return bool(self.role) and ROLES.index(self.role) >= ROLES.index(role)


NOBODY = Viewer()


def viewer_of(person: Person | None, *, key_to: str = "") -> Viewer:
    if person is None:
        return Viewer(key_to=key_to)
    return Viewer(role=person.role, unit_path=person.unit_path, key_to=key_to)


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The lessons that the viewer may watch and find.

    A unit's lesson is for the people of that unit, of those below it and of those above it. Editors see whatever
    their unit and those below it made; curators and administrators see everything.
    """
    if viewer.at_least("curator"):
        return true()
    found: list[ColumnElement[bool]] = [Lesson.access == "public"]
    if viewer.key_to:
        found.append(Lesson.id == viewer.key_to)
    if viewer.role:
        found.append(Lesson.access == "signed-in")
    if viewer.role and viewer.unit_path:
        above = viewer.unit_path.rstrip("/").split("/")
        found.append((Lesson.access == "unit") & (Lesson.unit_slug.in_(above) | made_below(viewer.unit_path)))
    if viewer.at_least("editor"):
        found.append(made_below(viewer.unit_path))
    return or_(*found)


def made_below(unit_path: str) -> ColumnElement[bool]:
    """The lessons of the unit at this path and of all below it; none without a path."""
    if not unit_path:
        return false()
    return Lesson.unit_slug.in_(select(Unit.slug).where(Unit.path.startswith(unit_path)))


def may_see(session: Session, viewer: Viewer, lesson_id: str) -> bool:
    return session.scalar(select(Lesson.id).where(Lesson.id == lesson_id, visible(viewer))) is not None


def may_edit(session: Session, viewer: Viewer, lesson_id: str) -> bool:
    """Editors change what their unit and those below it made, curators everything."""
    if not viewer.at_least("editor"):
        return False
    mine = true() if viewer.at_least("curator") else made_below(viewer.unit_path)
    return session.scalar(select(Lesson.id).where(Lesson.id == lesson_id, mine)) is not None


def exists(database: Database, lesson_id: str) -> bool:
    """Whether there is such a lesson, whoever looks."""
    with database.engine.connect() as connection:
        return connection.scalar(select(Lesson.id).where(Lesson.id == lesson_id)) is not None


def restricted(database: Database) -> frozenset[str]:
    """The lessons that are not for everyone, whoever looks; an index answers this."""
    others = [one for one in ACCESSES if one != "public"]
    with database.engine.connect() as connection:
        return frozenset(connection.scalars(select(Lesson.id).where(Lesson.access.in_(others))))


looking: ContextVar[Viewer | None] = ContextVar("looking", default=None)
"""Who looks during this request; None outside of requests, where nobody is kept from anything."""


@contextmanager
def looking_as(viewer: Viewer | None) -> Iterator[None]:
    """Read for another than the present viewer: what is kept for all is read as NOBODY, also in threads of its own,
    where otherwise nothing would be hidden.
    """
    before = looking.set(viewer)
    try:
        yield
    finally:
        looking.reset(before)


def hide_from_viewers(sessions: sessionmaker[Session]) -> None:
    """Let no question of these sessions find a lesson that the present viewer may not see.

    Lists are written in many places, and one that forgot to ask would tell of lessons that are not for everyone:
    hence the sessions themselves ask.
    """
    # Not event.contains(): it goes by addresses in memory, and takes a new class for one that is gone.
    if not vars(sessions.class_).get("hides_from_viewers"):
        sessions.class_.hides_from_viewers = True  # type: ignore[attr-defined]
        event.listen(sessions.class_, "do_orm_execute", _narrow)


def _narrow(state: ORMExecuteState) -> None:
    viewer = looking.get()
    if viewer is None or viewer.at_least("curator") or not state.is_select or state.is_column_load:
        return
    only = with_loader_criteria(Lesson, visible(viewer), include_aliases=True, propagate_to_loaders=False)
    state.statement = state.statement.options(only)
