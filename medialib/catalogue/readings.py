"""Reading: a file that belongs to a lesson and is downloaded, such as a leaflet."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base


class Reading(Base):
    """`name` is what people called the file; on disk it is its `id` and the `extension` of what it turned out to be."""

    __tablename__ = "readings"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    extension: Mapped[str] = mapped_column(String(8))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[float]
