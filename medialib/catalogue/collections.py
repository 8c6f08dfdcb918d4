"""Collection: lessons that a curator put together, in an order that means something."""

import time
from typing import Any, Literal, get_args

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base

CollectionKind = Literal["series", "issue", "package", "featured", "course", "screening"]
KINDS: tuple[CollectionKind, ...] = get_args(CollectionKind)


class Collection(Base):
    """What is in it is told by `CollectionLesson`, but for a series: those are the lessons whose `series_slug` says so,
    by their number, so that a recording's album and track make a series without anyone's work.

    Nobody finds a collection that is not published (`published_at`, unix seconds, None or later than now). `dated` is
    the month or day that an issue or package is for (2024, 2024-05, 2024-05-01), `number` an issue's number,
    `editorial` its page in Markdown. `cover` is how it is shown: "" by its first lesson, lesson:ID, drawn:NAME of a
    drawing, or picture:NAME of one that was sent. `extras` are its tasks and readings (see arrangement.py), of a
    series the notes on its lessons.

    While members see what is published, a curator's changes wait in `draft`, an arrangement as JSON; `last_published`
    is the arrangement as it was last published. `told_at` is when search last heard of it.
    """

    __tablename__ = "collections"
    __table_args__ = (Index("collections_by_title", "kind", "title", unique=True),)

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[float]
    published_at: Mapped[float | None] = mapped_column(default=None)
    description: Mapped[str] = mapped_column(Text, default="")
    dated: Mapped[str | None] = mapped_column(String(10), default=None)
    number: Mapped[int | None] = mapped_column(default=None)
    editorial: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    cover: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
    extras: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list, server_default="[]")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    last_published: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    told_at: Mapped[float] = mapped_column(default=0.0, server_default="0")

    @property
    def public(self) -> bool:
        """Whether everyone may see it."""
        return self.published_at is not None and self.published_at <= time.time()


class CollectionLesson(Base):
    """One lesson's place in a collection, from 1, and what the curator says of it there.

    `part` is which part of a monthly package it is, lesson or film ("": told by the lessons). `begins` and `ends` are
    days (2024-05-01): on a featured shelf those from and until which it stands there; in a course the day of the step;
    in a screening list perhaps with a time (2024-05-01T19:30).
    """

    __tablename__ = "collection_lessons"

    collection_slug: Mapped[str] = mapped_column(ForeignKey("collections.slug", ondelete="CASCADE"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    part: Mapped[str] = mapped_column(String(8), default="", server_default=text("''"))
    begins: Mapped[str] = mapped_column(String(16), default="", server_default=text("''"))
    ends: Mapped[str] = mapped_column(String(16), default="", server_default=text("''"))


def is_due() -> ColumnElement[bool]:
    """Whether a lesson stands on its featured shelf today."""
    today = time.strftime("%Y-%m-%d")
    begun = (CollectionLesson.begins == "") | (func.substr(CollectionLesson.begins, 1, 10) <= today)
    return begun & ((CollectionLesson.ends == "") | (func.substr(CollectionLesson.ends, 1, 10) >= today))
