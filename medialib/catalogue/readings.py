"""Reading: a file that belongs to a lesson and is downloaded, such as a leaflet; and the questions about them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, ForeignKey, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from medialib.database import Base
from medialib.errors import N_, NotFound


class Reading(Base):
    """`name` is what people call it, without an ending; on disk it is its `id` and the `extension` of what it turned
    out to be. What was `removed_at` some time is shown to nobody, and goes after a while.
    """

    __tablename__ = "readings"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    extension: Mapped[str] = mapped_column(String(8))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[float]
    position: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    removed_at: Mapped[float | None] = mapped_column(default=None)

    @property
    def file_name(self) -> str:
        return f"{self.name}{self.extension}"

    @property
    def path(self) -> str:
        """Its address below the site's root."""
        return f"/media/{self.lesson_id}/readings/{self.id}"


def of_lessons(session: Session, lesson_ids: Sequence[str]) -> Mapping[str, Sequence[Reading]]:
    """The readings of each of these lessons, in their order; nothing for those without any."""
    query = select(Reading).where(Reading.lesson_id.in_(lesson_ids), Reading.removed_at.is_(None))
    found = defaultdict(list)
    for one in session.scalars(query.order_by(Reading.position, Reading.added_at)):
        found[one.lesson_id].append(one)
    return found


def of(session: Session, lesson_id: str) -> Sequence[Reading]:
    return of_lessons(session, [lesson_id]).get(lesson_id, ())


def removed(session: Session, lesson_id: str) -> Sequence[Reading]:
    """Those that can still be brought back, the last one first."""
    query = select(Reading).where(Reading.lesson_id == lesson_id, Reading.removed_at.is_not(None))
    return session.scalars(query.order_by(Reading.removed_at.desc())).all()


def reading(session: Session, lesson_id: str, reading_id: str) -> Reading:
    """Removed or not; raises NotFound."""
    found = session.get(Reading, reading_id[:16])
    if found is None or found.lesson_id != lesson_id:
        raise NotFound(N_("There is no such reading."), detail=reading_id[:40])
    return found


def over(session: Session, *, before: float) -> Sequence[Reading]:
    """Those that were removed before that time."""
    return session.scalars(select(Reading).where(Reading.removed_at < before)).all()
