"""Report: what a member says is wrong with a lesson, until somebody has seen to it."""

import time
from collections.abc import Sequence
from typing import Literal, get_args

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from medialib.catalogue.lessons import Lesson
from medialib.catalogue.rights import Viewer, edited, may_edit
from medialib.database import Base
from medialib.errors import N_, NotFound

ReportKind = Literal["picture", "sound", "captions", "content", "other"]
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
MOST_WORDS = 1000
_HIGHEST_NUMBER = 2**31 - 1


class Report(Base):
    """`at_seconds` is where in the lesson it was. Nothing says who reported it. Times are unix seconds."""

    __tablename__ = "reports"
    __table_args__ = (Index("reports_open", "closed_at", "created_at"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[float]
    words: Mapped[str] = mapped_column(Text, default="")
    at_seconds: Mapped[float | None] = mapped_column(default=None)
    closed_at: Mapped[float | None] = mapped_column(default=None)
    lesson: Mapped[Lesson] = relationship(init=False, viewonly=True, lazy="joined")


def add_report(session: Session, *, lesson_id: str, kind: ReportKind, words: str, at_seconds: float | None) -> Report:
    report = Report(lesson_id=lesson_id, kind=kind, created_at=time.time(), words=words, at_seconds=at_seconds)
    session.add(report)
    return report


def open_reports(session: Session, viewer: Viewer, *, limit: int = 50) -> Sequence[Report]:
    """What nobody has seen to yet of the lessons that this person may change, the oldest first."""
    query = select(Report).join(Lesson, Lesson.id == Report.lesson_id)
    query = query.where(Report.closed_at.is_(None), edited(viewer))
    return session.scalars(query.order_by(Report.created_at, Report.id).limit(limit)).all()


def report(session: Session, viewer: Viewer, report_id: int) -> Report:
    """Raises NotFound, also for one of a lesson that this person may not change."""
    found = session.get(Report, report_id) if 0 < report_id <= _HIGHEST_NUMBER else None
    if found is None or not may_edit(session, viewer, found.lesson_id):
        raise NotFound(N_("There is no such report."), detail=str(report_id))
    return found


def settle(one: Report, *, closed: bool) -> None:
    """Somebody has seen to it, or not after all; once more says nothing new."""
    one.closed_at = (one.closed_at or time.time()) if closed else None
