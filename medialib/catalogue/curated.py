"""CuratorChange and CaptionDraft: what a curator can take back, and captions that are being written."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base


class CuratorChange(Base):
    """Something done to a collection, a theme or captions, and `before`, what it takes to undo it.

    `noun` is "collection", "theme" or "captions" (of the lesson `on_id`); the row outlives what it tells of, so that a
    removal can be undone.
    """

    __tablename__ = "curator_changes"
    __table_args__ = (Index("curator_changes_of", "noun", "on_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, init=False)
    at: Mapped[float]
    noun: Mapped[str] = mapped_column(String(16))
    on_id: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(32))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    on_name: Mapped[str] = mapped_column(String(200), default="")
    person_id: Mapped[str] = mapped_column(String(16), default="")
    person_name: Mapped[str] = mapped_column(String(100), default="")
    undone: Mapped[bool] = mapped_column(default=False, server_default=false())


class CaptionDraft(Base):
    """Lines of captions that a person is writing and has not saved: kept as they are typed.

    `base` is the revision of the captions that they began from, 0 where there were none; `lines` are
    [begin seconds, end seconds, text as it is read].
    """

    __tablename__ = "caption_drafts"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    base: Mapped[int]
    at: Mapped[float]
    lines: Mapped[list[list[Any]]] = mapped_column(JSON)
