"""Lesson, its source, its plans, and how far each rendition and each step of the work has come."""

import re
import time
from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from medialib.catalogue.collections import Collection
from medialib.catalogue.themes import Theme, lesson_themes
from medialib.catalogue.units import Unit
from medialib.database import Base

Kind = Literal["video", "audio"]
State = Literal["published", "complete", "parked"]

EXTRAS = frozenset({"poster", "sheets", "peaks"})
"""Steps whose failure leaves a lesson complete: it plays without them."""

_BETWEEN_NAMES = re.compile(r"\s*[、,，;；/]\s*")


def names_of(text: str) -> list[str]:
    """Names, or other words, that stand in one field with “、” or the like between them."""
    return [name for name in _BETWEEN_NAMES.split(text.strip()) if name]


class Lesson(Base):
    """A work, on its way to the shelf or on it. Times are unix seconds.

    `recorded` is an ISO date or its beginning (2023, 2023-05).
    `number` is its place in the series, `place` the slug of where it was recorded (see places.py).
    `access` says who may watch it (see rights.py), `stage` how far it is on its way to the shelf (see stages.py),
    `state` how far its making is. Members see what is published, from `published_at` on, which may be to come; before
    that it is when the lesson came in. `in_search`: the index holds it. `speaker` may be several names with “、”
    between. `trim_start_seconds` and `trim_end_seconds` are on the clock of the whole recording; `clean_speech` says
    whether noise is taken out of its sound, None: nobody has said.
    `revision` grows with every change that search must know of; the index is behind while
    `indexed_revision` is smaller. `chapters` are {"start_seconds", "title"} in order; `notices` are sentences about
    the recording, {"message", "values"}, such as that its end is damaged. `poster_choice` counts the candidates
    from 0; below 0 it is a picture of the lesson's own (see posters.py). It plays by the plan of `plan_version`; that
    of `next_version`, if any, is being made to take its place.
    `last_version` is the highest that any plan of it ever had: addresses with a version are kept for ever.
    """

    __tablename__ = "lessons"
    __table_args__ = (
        Index("lessons_newest", "published_at", "id"),
        Index("lessons_due", "in_search", "stage", "access", "published_at"),
        Index(
            "lessons_stale",
            "id",
            sqlite_where=text("indexed_revision < revision"),
            postgresql_where=text("indexed_revision < revision"),
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(500))
    seconds: Mapped[float]
    published_at: Mapped[float]
    state: Mapped[str] = mapped_column(String(16), default="published", index=True)
    plan_version: Mapped[int] = mapped_column(default=1)
    next_version: Mapped[int | None] = mapped_column(default=None)
    last_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    description: Mapped[str] = mapped_column(Text, default="")
    speaker: Mapped[str] = mapped_column(String(200), default="")
    unit_slug: Mapped[str | None] = mapped_column(ForeignKey("units.slug"), default=None, index=True)
    series_slug: Mapped[str | None] = mapped_column(ForeignKey("collections.slug"), default=None, index=True)
    place: Mapped[str | None] = mapped_column(String(16), default=None, index=True)
    number: Mapped[int | None] = mapped_column(default=None)
    recorded: Mapped[str | None] = mapped_column(String(10), default=None)
    language: Mapped[str] = mapped_column(String(20), default="zh")
    access: Mapped[str] = mapped_column(String(16), default="public", server_default="public", index=True)
    revision: Mapped[int] = mapped_column(default=1)
    indexed_revision: Mapped[int] = mapped_column(default=0, index=True)
    poster_choice: Mapped[int] = mapped_column(default=0, server_default="0")
    plays: Mapped[int] = mapped_column(default=0, server_default="0")
    stage: Mapped[str] = mapped_column(String(16), default="published", server_default="published", index=True)
    in_search: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)
    changed_at: Mapped[float] = mapped_column(default_factory=time.time, server_default=text("0"), index=True)
    tags: Mapped[list[str]] = mapped_column(JSON, default_factory=list, server_default="[]")
    licence: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    consent: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    trim_start_seconds: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))
    trim_end_seconds: Mapped[float | None] = mapped_column(default=None)
    clean_speech: Mapped[bool | None] = mapped_column(default=None)
    chapters: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list, server_default="[]")
    notices: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list, server_default="[]")
    themes: Mapped[list[Theme]] = relationship(
        secondary=lesson_themes, lazy="selectin", order_by=(Theme.position, Theme.slug), default_factory=list
    )
    unit: Mapped[Unit | None] = relationship(lazy="joined", default=None)
    series: Mapped[Collection | None] = relationship(lazy="joined", default=None)

    @property
    def unit_name(self) -> str:
        """The name of the unit it comes from, "" when that is not known."""
        return self.unit.name if self.unit else ""

    @property
    def speakers(self) -> list[str]:
        """Those who speak in it, one by one."""
        return names_of(self.speaker)

    @property
    def series_title(self) -> str:
        """The title of the series it is part of, "" when it is part of none or of one that is not published."""
        return self.series.title if self.series and self.series.public else ""

    @property
    def out(self) -> bool:
        """Whether members see it, if they may watch it."""
        return self.stage == "published" and self.published_at <= time.time()

    @property
    def year(self) -> int | None:
        """The year it was recorded, when that is known."""
        return int(self.recorded[:4]) if self.recorded else None


class Source(Base):
    """The uploaded file, kept unchanged. `name` is only text; on disk it is source + `extension`.

    `version` is the first plan that was made of it: another file may take its place (see former_sources.py).
    """

    __tablename__ = "sources"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    extension: Mapped[str] = mapped_column(String(8))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))


class StoredPlan(Base):
    """A plan as JSON; immutable: a new plan is a new version. It was given up at `retired_at`, if that is said.

    `source_version` says which of the lesson's recordings it is of.
    """

    __tablename__ = "plans"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    retired_at: Mapped[float | None] = mapped_column(default=None)
    source_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))


class RenditionProgress(Base):
    """How much of one rendition exists; the files say it, this row is what was last counted.

    `codecs` is read from the bitstream's init segment; the bit rates (per second) are measured when complete;
    `size_bytes` are those of the segments that are there.
    Those of `ts` are what the rendition takes in MPEG-TS, those of `keyframes` its first pictures of each segment.
    `media_per_second` is how many seconds of media one second of encoding makes. A rendition is `left_out` when
    its segments turned out not to be worth their bits: it is neither made nor offered.
    """

    __tablename__ = "renditions"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    seconds_total: Mapped[float]
    seconds_done: Mapped[float] = mapped_column(default=0.0)
    complete: Mapped[bool] = mapped_column(default=False)
    codecs: Mapped[str] = mapped_column(String(40), default="")
    peak_bits_per_second: Mapped[int] = mapped_column(default=0)
    average_bits_per_second: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    media_per_second: Mapped[float] = mapped_column(default=0.0)
    ts_peak_bits_per_second: Mapped[int] = mapped_column(default=0, server_default="0")
    ts_average_bits_per_second: Mapped[int] = mapped_column(default=0, server_default="0")
    keyframes_peak_bits_per_second: Mapped[int] = mapped_column(default=0, server_default="0")
    keyframes_average_bits_per_second: Mapped[int] = mapped_column(default=0, server_default="0")
    left_out: Mapped[bool] = mapped_column(default=False, server_default=false())


class Captions(Base):
    """The captions of a lesson in one language, a BCP 47 tag. `cues` are [begin seconds, end seconds, text] in order;
    the text may hold <i>, <b> and <u>. `revision` grows with every change, so that addresses can be immutable.
    """

    __tablename__ = "captions"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(String(100), default="")
    revision: Mapped[int] = mapped_column(default=1)
    cues: Mapped[list[list[Any]]] = mapped_column(JSON, default_factory=list)


LONGEST_REST_SECONDS = 600
"""Between two attempts. What seems to rest for longer was told so by a clock that has been set back since."""


class StepLeft(Base):
    """A step of a lesson's work that is not done yet; done steps have no row.

    Work goes by `rank`, then by the lesson's age. A step that failed rests until `retry_at`, or is parked with
    its sentence until someone says so. Rank -1 marks failures of hot runs, which are nobody's next work.
    """

    __tablename__ = "steps"
    __table_args__ = (Index("steps_next", "parked", "rank", "queued_at"),)

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(String(32), primary_key=True)
    rank: Mapped[int]
    queued_at: Mapped[float]
    parked: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(Text, default="")
    message_values: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    detail: Mapped[str] = mapped_column(Text, default="")

    @property
    def rests(self) -> bool:
        """Whether it failed and is not to be tried now."""
        return self.attempts > 0 and (self.parked or 0 < self.retry_at - time.time() <= LONGEST_REST_SECONDS)


def hot_step(name: str, number: int) -> str:
    """Under which step a failure of a hot run, which began with this segment, is kept."""
    return f"hot:{name}:{number}"
