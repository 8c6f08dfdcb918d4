"""What is counted of playing and searching: sums by day, lesson and kind of device, and nothing about anybody."""

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base

LEAST_SHOWN = 5
"""Numbers of fewer plays than this are not shown: they may be about one person."""

PARTS = 20
"""Into so many equal parts a lesson is divided to see where people stop."""


class PlayCount(Base):
    """Plays and seconds played on one day. `way` is watched or listened, `collection` the slug of the one in whose
    order the lesson was played, "" without one.
    """

    __tablename__ = "play_counts"
    __table_args__ = (Index("play_counts_of_lesson", "lesson_id", "day"),)

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    device: Mapped[str] = mapped_column(String(12), primary_key=True)
    way: Mapped[str] = mapped_column(String(10), primary_key=True)
    collection: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    plays: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)


class PlayHour(Base):
    """Plays begun in one hour of a day, of the lessons of one unit ("" for lessons of none)."""

    __tablename__ = "play_hours"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    unit_slug: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    plays: Mapped[int] = mapped_column(default=0)


class PlayCurve(Base):
    """How many seconds were played of each twentieth of a lesson, in how many plays."""

    __tablename__ = "play_curves"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    plays: Mapped[int] = mapped_column(default=0)
    parts: Mapped[list[float]] = mapped_column(JSON, default_factory=lambda: [0.0] * PARTS)


class SearchDay(Base):
    """How often something was searched for on one day, and how often nothing was found."""

    __tablename__ = "search_days"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    searches: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)


class SearchMiss(Base):
    """What was searched for in vain. The words are kept only when they were asked for often enough to be nobody's own;
    until then there is only their digest, under a key of this library.
    """

    __tablename__ = "search_misses"
    __table_args__ = (Index("search_misses_of_words", "digest", "day"),)

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    words: Mapped[str] = mapped_column(String(40), default="")
    times: Mapped[int] = mapped_column(default=0)
