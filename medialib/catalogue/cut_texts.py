"""CutTexts: captions and chapters of the parts that a trim leaves away, kept for when these are shown again."""

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from medialib.catalogue import caption_lookups, lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.trims import Trim, refit_chapters, refit_cues
from medialib.database import Base


class CutTexts(Base):
    """On the clock of the whole recording: `captions` are cues by language, both as Captions and Lesson have them."""

    __tablename__ = "cut_texts"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    source_version: Mapped[int] = mapped_column(primary_key=True)
    captions: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    chapters: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list)


def refit(session: Session, lesson: Lesson, old: Trim, new: Trim) -> None:
    """Put the captions and chapters of a lesson where they are once it is trimmed otherwise; see trims.py."""
    key = (lesson.id, lookups.source(session, lesson.id).version)
    kept = session.get(CutTexts, key)
    if kept is None:
        kept = CutTexts(lesson_id=key[0], source_version=key[1])
        session.add(kept)
    aside = {}
    for row in caption_lookups.captions_of(session, lesson.id):
        row.cues, aside[row.language] = refit_cues(row.cues, kept.captions.get(row.language, ()), old, new)
        row.revision = lesson.revision
    kept.captions = aside
    lesson.chapters, kept.chapters = refit_chapters(lesson.chapters, kept.chapters, old, new)
    session.flush()
