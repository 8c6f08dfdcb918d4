"""Collection: lessons that a curator put together, in an order that means something."""

import time
from typing import Literal, get_args

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base

CollectionKind = Literal["series", "issue", "package", "featured", "course"]
KINDS: tuple[CollectionKind, ...] = get_args(CollectionKind)


class Collection(Base):
    """What is in it is told by `CollectionLesson`, but for a series: those are the lessons whose `series_slug` says so,
    by their number, so that a recording's album and track make a series without anyone's work.

    Nobody finds a collection that is not published (`published_at`, unix seconds, None or later than now). `dated` is
    the month or day that an issue or package is for (2024, 2024-05, 2024-05-01).
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

    @property
    def public(self) -> bool:
        """Whether everyone may see it."""
        return self.published_at is not None and self.published_at <= time.time()


class CollectionLesson(Base):
    """One lesson's place in a collection, from 1."""

    __tablename__ = "collection_lessons"

    collection_slug: Mapped[str] = mapped_column(ForeignKey("collections.slug", ondelete="CASCADE"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int]
