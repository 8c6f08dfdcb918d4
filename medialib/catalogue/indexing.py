"""What search knows of the catalogue: which lessons it has yet to hear of, and what it was told."""

from collections.abc import Container, Sequence

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import rights
from medialib.catalogue.lessons import Lesson


def stale_in_index(session: Session, limit: int) -> Sequence[Lesson]:
    """Lessons that search does not know in their present form, those included whose time has come."""
    stale = or_(Lesson.indexed_revision < Lesson.revision, _newly_due())
    return session.scalars(select(Lesson).where(stale).order_by(Lesson.published_at).limit(limit)).all()


def has_newly_due(session: Session) -> bool:
    """Whether a lesson's time has come that search does not hold yet."""
    return session.scalar(select(Lesson.id).where(_newly_due()).limit(1)) is not None


def is_search_behind(session: Session) -> bool:
    """Whether there is a lesson that search does not know in its present form; whoever looks: it may be in counts."""
    stale = (Lesson.indexed_revision < Lesson.revision, _newly_due())
    asked = (select(Lesson.id).where(one).limit(1) for one in stale)
    return any(session.connection().scalar(one) is not None for one in asked)


def _newly_due() -> ColumnElement[bool]:
    return Lesson.in_search.is_(False) & rights.for_everyone()


def ids_by_age(session: Session, *, shown: bool) -> Sequence[str]:
    """The ids of the lessons that are for everyone, or of all others, the oldest first."""
    wanted = rights.for_everyone() if shown else ~rights.for_everyone()
    return session.scalars(select(Lesson.id).where(wanted).order_by(Lesson.published_at, Lesson.id)).all()


def indexed_count(session: Session, *, shown: bool) -> int:
    """How many lessons the index of what is for everyone should hold, or that of all others, in whatever form."""
    held = Lesson.in_search if shown else Lesson.in_search.is_(False) & (Lesson.indexed_revision > 0)
    return session.scalar(select(func.count()).select_from(Lesson).where(held)) or 0


def mark_indexed(session: Session, revisions: Sequence[tuple[str, int]], *, held: Container[str]) -> None:
    """Search was told of these lessons in these revisions, and holds those in `held`."""
    for lesson_id, revision in revisions:
        known = {"indexed_revision": revision, "in_search": lesson_id in held}
        session.execute(update(Lesson).where(Lesson.id == lesson_id).values(**known))
