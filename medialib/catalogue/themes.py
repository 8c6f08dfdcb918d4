"""Theme: a subject by which lessons are found, one node of the curator's tree."""

from sqlalchemy import JSON, Column, ForeignKey, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base

lesson_themes = Table(
    "lesson_themes",
    Base.metadata,
    Column("lesson_id", ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("theme_slug", ForeignKey("themes.slug", ondelete="CASCADE"), primary_key=True, index=True),
)


class Theme(Base):
    """`words` make a lesson a candidate for the theme; `path` is like a unit's: a theme and all below it are those
    whose path begins with its own.
    """

    __tablename__ = "themes"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    zh: Mapped[str] = mapped_column(String(100))
    path: Mapped[str] = mapped_column(String(700), index=True, server_default=text("''"))
    en: Mapped[str] = mapped_column(String(100), default="")
    words: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    position: Mapped[int] = mapped_column(default=0)
    parent_slug: Mapped[str | None] = mapped_column(ForeignKey("themes.slug"), default=None)

    @property
    def slugs(self) -> tuple[str, ...]:
        """This theme and those above it, the highest first."""
        return tuple(self.path.rstrip("/").split("/"))
