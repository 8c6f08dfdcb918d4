"""FormerSource: a recording that another one has taken the place of, kept for a while; and which plan is of which."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from medialib.catalogue import lookups
from medialib.catalogue.lessons import Source, StoredPlan
from medialib.database import Base
from medialib.errors import N_, NotFound


class FormerSource(Base):
    """A source as Source says. `shown` is what the lesson was while it had this recording, for bringing it back.

    It and everything made of it goes after `let_go_at`, unix seconds.
    """

    __tablename__ = "former_sources"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    extension: Mapped[str] = mapped_column(String(8))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
    put_away_at: Mapped[float]
    let_go_at: Mapped[float] = mapped_column(index=True)

    @property
    def is_over(self) -> bool:
        """Whether its time is: its files may be gone at any moment."""
        return self.let_go_at < time.time()


def former(session: Session, lesson_id: str) -> Sequence[FormerSource]:
    """The recordings that a lesson had, the last one first."""
    query = select(FormerSource).where(FormerSource.lesson_id == lesson_id)
    return session.scalars(query.order_by(FormerSource.put_away_at.desc())).all()


def source_of(session: Session, lesson_id: str, plan_version: int) -> Source | FormerSource:
    """The recording that this plan was made of; raises NotFound."""
    plan = session.get(StoredPlan, (lesson_id, plan_version))
    current = lookups.source(session, lesson_id)
    if plan is None or plan.source_version == current.version:
        return current
    found = session.get(FormerSource, (lesson_id, plan.source_version))
    if found is None:
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id} v{plan_version}")
    return found


def due(session: Session) -> Sequence[FormerSource]:
    """Those whose time is over."""
    return session.scalars(select(FormerSource).where(FormerSource.let_go_at < time.time())).all()
