"""Unit: an organisation that lessons come from (county, township, village, department), a node of a tree."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base


class Unit(Base):
    """`path` is the slugs from the root down to the unit, each with a slash behind it: a unit and all below it are
    those whose path begins with its own.
    """

    __tablename__ = "units"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    path: Mapped[str] = mapped_column(String(700), index=True)
    parent_slug: Mapped[str | None] = mapped_column(ForeignKey("units.slug"), default=None)
    position: Mapped[int] = mapped_column(default=0)

    @property
    def slugs(self) -> tuple[str, ...]:
        """This unit and those above it, the highest first."""
        return tuple(self.path.rstrip("/").split("/"))
