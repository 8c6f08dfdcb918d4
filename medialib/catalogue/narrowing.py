"""What a listing of lessons is narrowed to, in which order they come, and one page of those that fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from medialib.catalogue.collections import Collection
from medialib.catalogue.filters import Filters
from medialib.catalogue.lengths import LENGTHS
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of `total` lessons, in order."""

    total: int
    lessons: Sequence[Lesson]


@dataclass(frozen=True, kw_only=True)
class Wanted(Filters):
    """What a listing is narrowed to: `words` and `phrases` are found anywhere in the texts, `without` nowhere."""

    words: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": (Lesson.published_at.desc(), Lesson.id),
    "oldest": (Lesson.published_at, Lesson.id),
    "longest": (Lesson.seconds.desc(), Lesson.id),
    "shortest": (Lesson.seconds, Lesson.id),
    "plays": (Lesson.plays.desc(), Lesson.published_at.desc(), Lesson.id),
}


def browse(
    session: Session,
    wanted: Wanted,
    *,
    sort: str = "newest",
    page: int = 1,
    per_page: int = 20,
    within: Sequence[ColumnElement[bool]] = (),
) -> Page:
    """One page of the lessons that fit; an unknown `sort` means newest first."""
    must = [*conditions(wanted), *within]
    total = session.scalar(select(func.count()).select_from(Lesson).where(*must)) or 0
    query = select(Lesson).where(*must).order_by(*ORDERS.get(sort, ORDERS["newest"]))
    query = query.limit(per_page).offset((page - 1) * per_page)
    return Page(total=total, lessons=session.scalars(query).all())


def ids_within(session: Session, within: Sequence[ColumnElement[bool]]) -> Sequence[str]:
    """The ids of the lessons for which all of this is so."""
    return session.scalars(select(Lesson.id).where(*within)).all()


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a lesson must be to be listed."""
    must: list[ColumnElement[bool]] = []
    if wanted.theme:
        must.append(Lesson.themes.any(_below(Theme.path, wanted.theme)))
    if wanted.kind:
        must.append(Lesson.kind == wanted.kind)
    if wanted.unit:
        must.append(Lesson.unit_slug.in_(select(Unit.slug).where(_below(Unit.path, wanted.unit))))
    if wanted.place:
        must.append(Lesson.place == wanted.place)
    if wanted.year:
        must.append(Lesson.recorded.startswith(str(wanted.year)))
    if wanted.length:
        least, end = LENGTHS[wanted.length]
        must += [Lesson.seconds >= least, *([Lesson.seconds < end] if end < float("inf") else [])]
    must += [Lesson.id.in_(_holding(word)) for word in (*wanted.words.split(), *wanted.phrases)]
    must += [Lesson.id.not_in(_holding(word)) for word in wanted.without]
    return must


def _holding(word: str) -> Select[str]:
    columns = (Lesson.title, Collection.title, Lesson.speaker, Unit.name, Lesson.description)
    holds = or_(*(column.icontains(word, autoescape=True) for column in columns))
    return select(Lesson.id).outerjoin(Lesson.unit).outerjoin(Lesson.series).where(holds)


def _below(path: InstrumentedAttribute[str], slug: str) -> ColumnElement[bool]:
    """The node of a tree, and all below it; a slug holds neither a slash nor what LIKE reads as a joker."""
    return or_(path.startswith(f"{slug}/"), path.contains(f"/{slug}/"))
