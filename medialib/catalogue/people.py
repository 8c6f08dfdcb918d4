"""Person, what keeps them signed in, the links that let them in, and the log of what they did."""

from typing import Any, Literal, get_args

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from medialib.catalogue.units import Unit
from medialib.database import Base

Role = Literal["viewer", "editor", "curator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least right to the most: each may do what those before it may."""

TicketKind = Literal["invitation", "password"]
LONGEST_KEY_NAME = 100


class Person(Base):
    """An account. `login` is what is typed to sign in, `name` what others see; times are unix seconds.

    `password_hash` is empty until a password was chosen. An editor works for `unit` and all below it.
    """

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[float]
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    disabled_at: Mapped[float | None] = mapped_column(default=None)
    unit_slug: Mapped[str | None] = mapped_column(ForeignKey("units.slug"), default=None, index=True)
    unit: Mapped[Unit | None] = relationship(lazy="joined", default=None, viewonly=True)

    @property
    def is_working(self) -> bool:
        """Whether this person can sign in."""
        return self.disabled_at is None and bool(self.password_hash)

    @property
    def unit_path(self) -> str:
        """The path of the unit, "" without one."""
        return self.unit.path if self.unit else ""


class SignIn(Base):
    """One device that a person is signed in on. Only the digest of its token is kept; `id` names it to its owner."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[float]
    seen_at: Mapped[float]
    ends_at: Mapped[float] = mapped_column(index=True)
    device: Mapped[str] = mapped_column(String(100), default="")


class ApiToken(Base):
    """A secret with which a program acts for a person, within scopes. Only the digest of it is kept;
    times are unix seconds, `ends_at` None for one that does not end.
    """

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_KEY_NAME))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[float]
    ends_at: Mapped[float | None] = mapped_column(default=None)
    used_at: Mapped[float | None] = mapped_column(default=None)


class Ticket(Base):
    """A link that works once: an invitation makes a person of `role` and `unit`, a password link lets `person_id`
    choose a new password. Only the digest of its token is kept.
    """

    __tablename__ = "tickets"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[float]
    ends_at: Mapped[float]
    used_at: Mapped[float | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(String(100), default="")
    role: Mapped[str] = mapped_column(String(16), default="viewer")
    unit_slug: Mapped[str | None] = mapped_column(ForeignKey("units.slug"), default=None)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), default=None, index=True)
    unit: Mapped[Unit | None] = relationship(lazy="joined", default=None, viewonly=True)


class LogEntry(Base):
    """Who did what, on what, when. Names are kept as they were; a person of "" is the command line."""

    __tablename__ = "log_entries"
    __table_args__ = (
        Index("log_entries_by_person", "person_id", "at"),
        Index("log_entries_by_act", "act", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, init=False)
    at: Mapped[float] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[str] = mapped_column(String(16), default="")
    person_name: Mapped[str] = mapped_column(String(100), default="")
    on_id: Mapped[str] = mapped_column(String(64), default="")
    on_name: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)


class LessonKey(Base):
    """A secret that opens one lesson on one device, whoever holds it; taken back by deleting the row."""

    __tablename__ = "lesson_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[float]
    ends_at: Mapped[float | None] = mapped_column(default=None)
    label: Mapped[str] = mapped_column(String(100), default="")
