"""Channel: a timetable that is always on air; its epochs; pauses of all channels; screenings at a venue."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from medialib.catalogue.timetables import Pause, Timetable
from medialib.database import Base


class Channel(Base):
    """`timetable` is a Timetable as JSON. No segment may ever last longer than `target_seconds`.
    `removed_at` is when it was taken off the air: for a while it can be brought back, with all it had.
    `told_until` is a moment (ticks) up to which answers were given: a clock that is before it was put back.
    """

    __tablename__ = "channels"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float]
    timetable: Mapped[dict[str, Any]] = mapped_column(JSON)
    seed: Mapped[int]
    target_seconds: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    told_until: Mapped[int] = mapped_column(BigInteger, default=0)
    removed_at: Mapped[float | None] = mapped_column(default=None)

    @property
    def table(self) -> Timetable:
        return Timetable.from_json(self.timetable)


class ChannelEpoch(Base):
    """What the channel shows from a moment on (see delivery/epochs.py); never changed. `revision` is the channel's."""

    __tablename__ = "channel_epochs"

    channel_slug: Mapped[str] = mapped_column(ForeignKey("channels.slug", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    begin: Mapped[int] = mapped_column(BigInteger)
    end: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    discontinuity: Mapped[int] = mapped_column(BigInteger)
    clock: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class ChannelPause(Base):
    """A time (unix seconds) in which all channels are silent."""

    __tablename__ = "channel_pauses"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    begins_at: Mapped[float]
    ends_at: Mapped[float] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")

    @property
    def pause(self) -> Pause:
        return Pause(begins=self.begins_at, ends=self.ends_at)


class Screening(Base):
    """A showing of a listing at a venue on a date; `show` is a Show as JSON. `visitors` is None until somebody counted:
    whoever has the link whose token is kept as `token_digest`.
    """

    __tablename__ = "screenings"
    __table_args__ = (Index("screenings_by_time", "at", "id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    venue: Mapped[str] = mapped_column(String(200))
    at: Mapped[float]
    show: Mapped[dict[str, Any]] = mapped_column(JSON)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    unit_slug: Mapped[str | None] = mapped_column(ForeignKey("units.slug"), default=None, index=True)
    visitors: Mapped[int | None] = mapped_column(default=None)
    counted_at: Mapped[float | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(String(500), default="")
