"""Screen: a television that was paired; the codes by which that is done; what it showed; messages for it."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from medialib.catalogue.channels import Channel
from medialib.catalogue.units import Unit
from medialib.database import Base


class Screen(Base):
    """It may read, and nothing else. Only the digest of its token is kept; a screen that was taken out of service has
    none. `playing` is what it said last: {lesson, title, offline, problem, version}. `orders` is what it is told to do,
    each with a number: {reload, volume}.
    """

    __tablename__ = "screens"
    __table_args__ = (Index("screens_by_unit", "unit_slug", "name"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float]
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    channel_slug: Mapped[str | None] = mapped_column(ForeignKey("channels.slug", ondelete="SET NULL"), default=None)
    unit_slug: Mapped[str | None] = mapped_column(ForeignKey("units.slug"), default=None)
    group: Mapped[str] = mapped_column(String(60), default="", index=True)
    seen_at: Mapped[float | None] = mapped_column(default=None, index=True)
    pictured_at: Mapped[float | None] = mapped_column(default=None)
    playing: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    orders: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    unit: Mapped[Unit | None] = relationship(lazy="joined", default=None, viewonly=True)
    channel: Mapped[Channel | None] = relationship(
        lazy="joined", default=None, viewonly=True,
        primaryjoin=lambda: (Channel.slug == foreign(Screen.channel_slug)) & Channel.removed_at.is_(None),
    )  # fmt: skip

    @property
    def unit_name(self) -> str:
        return self.unit.name if self.unit else ""


class Pairing(Base):
    """A code that a television shows. `secret_digest` is the television's own; `screen_id` is there once an editor
    confirmed it.
    """

    __tablename__ = "pairings"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    ends_at: Mapped[float] = mapped_column(index=True)
    screen_id: Mapped[str | None] = mapped_column(ForeignKey("screens.id", ondelete="CASCADE"), default=None)


class ScreenPlay(Base):
    """How long a screen showed a lesson on a day (ISO date), and how often it began."""

    __tablename__ = "screen_plays"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    screen_id: Mapped[str] = mapped_column(ForeignKey("screens.id", ondelete="CASCADE"), primary_key=True, index=True)
    lesson_id: Mapped[str] = mapped_column(String(16), primary_key=True, index=True)
    plays: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)


class ScreenMessage(Base):
    """A line that runs along the bottom of screens: of a unit and all below it, of a group, of one, or of all."""

    __tablename__ = "screen_messages"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    text: Mapped[str] = mapped_column(String(300))
    begins_at: Mapped[float]
    ends_at: Mapped[float] = mapped_column(index=True)
    unit_path: Mapped[str] = mapped_column(String(700), default="")
    group: Mapped[str] = mapped_column(String(60), default="")
    screen_id: Mapped[str | None] = mapped_column(ForeignKey("screens.id", ondelete="CASCADE"), default=None)
