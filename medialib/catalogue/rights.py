"""Who may do what, and which lessons a person sees: one condition for a page, a file and every listing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Float, bindparam, event, false, or_, select, true
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import ROLES, Person
from medialib.catalogue.units import Unit
from medialib.database import Database

Access = Literal["public", "signed-in", "unit", "link"]
ACCESSES: tuple[Access, ...] = get_args(Access)
"""Who may watch a lesson: everyone, everyone who is signed in, its unit's people, or who has a link to it."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks: nobody in particular without a role. `key_to` is the lesson that a link was shown for.

    On members' pages even those who see more are shown `only_out`, what members see, and the lesson `at` which they
    look: so they see the shelf as it is.
    """

    role: str = ""
    unit_path: str = ""
    key_to: str = ""
    only_out: bool = False
    at: str = ""

    def at_least(self, role: str) -> bool:
        return bool(self.role) and ROLES.index(self.role) >= ROLES.index(role)

    @property
    def sees_more(self) -> bool:
        """Whether there may be lessons for this viewer that are not for everyone."""
        return bool(self.role or self.key_to)


NOBODY = Viewer()


def viewer_of(person: Person | None, *, key_to: str = "", only_out: bool = False, at: str = "") -> Viewer:
    if person is None:
        return Viewer(key_to=key_to, only_out=only_out, at=at)
    return Viewer(role=person.role, unit_path=person.unit_path, key_to=key_to, only_out=only_out, at=at)


@lru_cache(maxsize=1024)
def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The lessons that the viewer may watch and find.

    Members see what is published and due. A unit's lesson is for the people of that unit, of those below it and of
    those above it. Editors see whatever their unit and those below it made, at every stage; curators and
    administrators see everything.
    """
    seen = (is_out() & _watched(viewer)) | edited(viewer)
    return seen & (is_out() | (Lesson.id == viewer.at)) if viewer.only_out else seen


@cache
def is_out() -> ColumnElement[bool]:
    """What is published, and due when it is asked for."""
    # Asked for at each question: the condition itself is built once.
    now: ColumnElement[float] = bindparam("now", callable_=lambda: time.time(), type_=Float, unique=True)
    return (Lesson.stage == "published") & (Lesson.published_at <= now)


def for_everyone() -> ColumnElement[bool]:
    """What is out, and for everyone."""
    return is_out() & (Lesson.access == "public")


def edited(viewer: Viewer) -> ColumnElement[bool]:
    """The lessons that the viewer may change."""
    if viewer.at_least("curator"):
        return true()
    return made_below(viewer.unit_path) if viewer.at_least("editor") else false()


def _watched(viewer: Viewer) -> ColumnElement[bool]:
    """The lessons that are for the viewer, once they are out."""
    found: list[ColumnElement[bool]] = [Lesson.access == "public"]
    if viewer.key_to:
        found.append(Lesson.id == viewer.key_to)
    if viewer.role:
        found.append(Lesson.access == "signed-in")
    if viewer.role and viewer.unit_path:
        above = viewer.unit_path.rstrip("/").split("/")
        found.append((Lesson.access == "unit") & (Lesson.unit_slug.in_(above) | made_below(viewer.unit_path)))
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
    return session.scalar(select(Lesson.id).where(Lesson.id == lesson_id, edited(viewer))) is not None


def exists(database: Database, lesson_id: str, *, out: bool = False) -> bool:
    """Whether there is such a lesson, whoever looks; with `out`: such a one on the shelf."""
    with database.engine.connect() as connection:
        asked = select(Lesson.id).where(Lesson.id == lesson_id, is_out() if out else true())
        return connection.scalar(asked) is not None


def is_restricted(database: Database, lesson_id: str) -> bool:
    """Whether this lesson is not for everyone, whoever looks; one that there is not is not restricted."""
    with database.engine.connect() as connection:
        return connection.scalar(select(Lesson.id).where(Lesson.id == lesson_id, ~for_everyone())) is not None


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
    sees_all = viewer is None or (viewer.at_least("curator") and not viewer.only_out)
    if viewer is None or sees_all or not state.is_select or state.is_column_load:
        return
    state.statement = state.statement.options(_only_visible(viewer))


@lru_cache(maxsize=1024)
def _only_visible(viewer: Viewer) -> ExecutableOption:
    """As `visible`, once for a viewer: to put it together takes longer than many of the questions that it narrows."""
    return with_loader_criteria(Lesson, visible(viewer), include_aliases=True, propagate_to_loaders=False)
