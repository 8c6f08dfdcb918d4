"""LessonChange: one thing that was done to a lesson, by whom, and what it was like before."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base


class LessonChange(Base):
    """`before` and `after` hold what was changed, by name; a stage's move holds "stage" and "published_at".

    `words` are the reason of a move or a remark of the thread; the thread is all rows with words. `batch` is one for
    all that was done at once. A row that takes another back names it in `undoes`; that one is `undone`.
    A person of "" is the command line.
    """

    __tablename__ = "lesson_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, init=False)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    at: Mapped[float] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str] = mapped_column(String(16), default="")
    person_name: Mapped[str] = mapped_column(String(100), default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    words: Mapped[str] = mapped_column(Text, default="")
    batch: Mapped[str] = mapped_column(String(16), default="", index=True)
    undone: Mapped[bool] = mapped_column(default=False, server_default=false())
    undoes: Mapped[int | None] = mapped_column(default=None)

    @property
    def origin(self) -> str:
        """The stage that a move began from, "" for a lesson that came in."""
        return str(self.before.get("stage", ""))

    @property
    def stage(self) -> str:
        """The stage that a move led to."""
        return str(self.after.get("stage", ""))
