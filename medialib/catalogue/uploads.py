"""Upload: a file on its way in, what was typed about it meanwhile, and what became of it."""

from typing import Any, Literal, get_args

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base

UploadState = Literal["sending", "whole", "made", "duplicate", "failed", "refused"]
STATES: tuple[UploadState, ...] = get_args(UploadState)
"""Bytes are missing; all are here and are to be looked at; a lesson was made; they are one already; the machine could
not look at them now; they can never become a lesson."""

KEPT: tuple[UploadState, ...] = ("sending", "whole", "failed")
"""States in which the bytes take room beside the lessons."""


class Upload(Base):
    """`received_bytes` of `size_bytes` are on disk and acknowledged. `fingerprint` is what the browser knows a file by.

    `typed` are the details that people filled in (see upload_details.py); `submits` when the lesson is to be sent to
    the county as soon as it is there. `replaces` names the lesson whose recording this is to be. `metadata_line` is
    what the client said at the beginning, as it said it. Times are unix seconds; after `expires_at` the file goes.
    `message` is the sentence of a failure or a refusal.
    """

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[float]
    seen_at: Mapped[float]
    expires_at: Mapped[float] = mapped_column(index=True)
    unit_slug: Mapped[str | None] = mapped_column(ForeignKey("units.slug"), default=None, index=True)
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(16), default="sending", index=True)
    cancelled: Mapped[bool] = mapped_column(default=False, server_default=false())
    fingerprint: Mapped[str] = mapped_column(String(100), default="")
    metadata_line: Mapped[str] = mapped_column(Text, default="")
    typed: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    submits: Mapped[bool] = mapped_column(default=False, server_default=false())
    replaces: Mapped[str | None] = mapped_column(ForeignKey("lessons.id", ondelete="SET NULL"), default=None)
    lesson_id: Mapped[str | None] = mapped_column(ForeignKey("lessons.id", ondelete="SET NULL"), default=None)
    message: Mapped[str] = mapped_column(Text, default="")
    message_values: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.received_bytes == self.size_bytes
