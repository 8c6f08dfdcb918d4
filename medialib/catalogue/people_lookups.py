"""Every question asked of people, their devices, their links and the log."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from medialib.catalogue import tokens
from medialib.catalogue.people import LessonKey, LogEntry, Person, SignIn, Ticket, TicketKind
from medialib.errors import N_, NotFound

LINK_IS_OVER = N_("This link has been used already, or it is too old. Please ask for a new one.")


def person(session: Session, person_id: str) -> Person:
    """Raises NotFound."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound(N_("There is no such person."), detail=person_id)
    return found


def find_person(session: Session, login: str) -> Person | None:
    """By sign-in name, in whatever case it is typed."""
    return session.scalar(select(Person).where(Person.login == login.strip().casefold()))


def people(session: Session, *, words: str = "") -> Sequence[Person]:
    """Those whose name or sign-in name holds the words, disabled ones last."""
    query = select(Person).order_by(Person.disabled_at.is_not(None), Person.name, Person.login)
    if words:
        query = query.where(or_(*(one.icontains(words, autoescape=True) for one in (Person.name, Person.login))))
    return session.scalars(query).all()


def has_working_admin(session: Session, *, besides: str = "") -> bool:
    """Whether someone (other than `besides`) can sign in and administer."""
    able = (Person.role == "admin", Person.disabled_at.is_(None), Person.password_hash != "", Person.id != besides)
    return session.scalar(select(Person.id).where(*able).limit(1)) is not None


def signed_in(session: Session, token: str) -> tuple[Person, SignIn] | None:
    """Whose token this is, when it has not ended and its person is not disabled."""
    query = select(Person, SignIn).join(SignIn, SignIn.person_id == Person.id)
    asked = (SignIn.token_digest == tokens.digest(token), SignIn.ends_at > time.time(), Person.disabled_at.is_(None))
    found = session.execute(query.where(*asked)).first()
    return (found[0], found[1]) if found else None


def sign_ins(session: Session, person_id: str) -> Sequence[SignIn]:
    """The devices that a person is signed in on, the latest seen first."""
    alive = (SignIn.person_id == person_id, SignIn.ends_at > time.time())
    return session.scalars(select(SignIn).where(*alive).order_by(SignIn.seen_at.desc())).all()


def ticket(session: Session, token: str, kind: TicketKind) -> Ticket:
    """The link with this token; raises NotFound when there is none or it is used or over."""
    found = session.scalar(select(Ticket).where(Ticket.token_digest == tokens.digest(token), Ticket.kind == kind))
    if found is None or found.used_at is not None or found.ends_at <= time.time():
        raise NotFound(LINK_IS_OVER)
    return found


def open_tickets(session: Session, kind: TicketKind, *, person_id: str | None = None) -> Sequence[Ticket]:
    """The links of this kind that still work, the newest first."""
    query = select(Ticket).where(Ticket.kind == kind, Ticket.used_at.is_(None), Ticket.ends_at > time.time())
    if person_id is not None:
        query = query.where(Ticket.person_id == person_id)
    return session.scalars(query.order_by(Ticket.created_at.desc())).all()


def opens(session: Session, token: str, lesson_id: str) -> bool:
    """Whether this token is a key to that lesson."""
    query = select(LessonKey.id).where(
        LessonKey.token_digest == tokens.digest(token),
        LessonKey.lesson_id == lesson_id,
        or_(LessonKey.ends_at.is_(None), LessonKey.ends_at > time.time()),
    )
    return session.scalar(query) is not None


def lesson_keys(session: Session, lesson_id: str) -> Sequence[LessonKey]:
    query = select(LessonKey).where(LessonKey.lesson_id == lesson_id)
    return session.scalars(query.order_by(LessonKey.created_at.desc())).all()


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """Some of `total` entries, the latest first."""

    total: int
    entries: Sequence[LogEntry]


def log(
    session: Session,
    *,
    person_id: str | None = None,
    act: str | None = None,
    since: float | None = None,
    until: float | None = None,
    page: int = 1,
    per_page: int = 50,
) -> LogPage:
    """What was done by a person ("": by command), of one kind, within a time (unix seconds)."""
    asked: list[ColumnElement[bool]] = []
    if person_id is not None:
        asked.append(LogEntry.person_id == person_id)
    if act:
        asked.append(LogEntry.act == act)
    if since is not None:
        asked.append(LogEntry.at >= since)
    if until is not None:
        asked.append(LogEntry.at < until)
    total = session.scalar(select(func.count()).select_from(LogEntry).where(*asked)) or 0
    query = select(LogEntry).where(*asked).order_by(LogEntry.at.desc(), LogEntry.id.desc())
    return LogPage(total=total, entries=session.scalars(query.limit(per_page).offset((page - 1) * per_page)).all())
