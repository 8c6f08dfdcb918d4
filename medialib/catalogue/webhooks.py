"""Webhook: an address elsewhere that is told of what happens here; Delivery: one thing told to one of them."""

from typing import Any, Literal, get_args

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from medialib.database import Base

Event = Literal["lesson.published", "lesson.submitted", "lesson.returned", "lesson.complete", "ingest.failed"]
EVENTS: tuple[Event, ...] = get_args(Event)
TEST = "test"
"""What an administrator tells an address to see whether it listens."""


class Webhook(Base):
    """Times are unix seconds. `failing_since` is when the first delivery failed after which none succeeded. One that
    failed for long is `stopped` by itself, as one that an administrator stopped; `seed` makes its secret.
    """

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    address: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]] = mapped_column(JSON)
    seed: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[float]
    failing_since: Mapped[float | None] = mapped_column(default=None)
    stopped_at: Mapped[float | None] = mapped_column(default=None)
    gave_up: Mapped[bool] = mapped_column(default=False)


class Delivery(Base):
    """`due_at` is when it is tried next, None when it is over. `status` is the last HTTP status that was
    answered, 0 for none; `problem` is a sentence's msgid.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index("webhook_deliveries_of", "webhook_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, init=False)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(32))
    at: Mapped[float] = mapped_column(index=True)
    due_at: Mapped[float | None] = mapped_column(index=True)
    about: Mapped[dict[str, Any]] = mapped_column(JSON)
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    tried_at: Mapped[float | None] = mapped_column(default=None)

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300 and not self.problem
