"""Every question asked of screens: who shows a token, how all of them are, what was shown where."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from medialib.catalogue import tokens
from medialib.catalogue.channels import Channel
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.rights import Viewer
from medialib.catalogue.screens import Pairing, Screen, ScreenMessage, ScreenPlay
from medialib.catalogue.units import Unit
from medialib.errors import N_, NotFound

CODE_IS_OVER = N_("This code is wrong, or was used, or is older than ten minutes. The screen shows a new one.")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a server keeps in mind of a screen: enough to answer it."""

    id: str
    name: str
    channel: str | None
    unit_path: str
    group: str
    orders: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How long a lesson was shown, on how many screens, and how often it began."""

    lesson_id: str
    title: str
    screens: int
    plays: int
    seconds: float


def known(session: Session) -> dict[str, Known]:
    """All screens in service, by the digest of their token."""
    query = select(Screen.token_digest, Screen.id, Screen.name, Channel.slug, Unit.path, Screen.group, Screen.orders)
    query = query.outerjoin(Channel, (Channel.slug == Screen.channel_slug) & Channel.removed_at.is_(None))
    query = query.outerjoin(Unit, Unit.slug == Screen.unit_slug).where(Screen.token_digest.is_not(None))
    return {
        digest: Known(id=screen, name=name, channel=channel, unit_path=path or "", group=group, orders=orders)
        for digest, screen, name, channel, path, group, orders in session.execute(query)
    }


def became(session: Session, secret: str) -> str | None:
    """The screen that the television with this secret has become; None as long as nobody confirmed its code.

    Raises NotFound when its code is over.
    """
    found = session.scalar(select(Pairing).where(Pairing.secret_digest == tokens.digest(secret)))
    if found is None or found.ends_at < time.time():
        raise NotFound(CODE_IS_OVER)
    return found.screen_id


def opens(session: Session, token: str) -> bool:
    """Whether this is the token of a screen in service."""
    return session.scalar(select(Screen.id).where(Screen.token_digest == tokens.digest(token))) is not None


def messages(session: Session) -> Sequence[ScreenMessage]:
    """Those that run now or later."""
    query = select(ScreenMessage).where(ScreenMessage.ends_at > time.time())
    return session.scalars(query.order_by(ScreenMessage.begins_at, ScreenMessage.id)).all()


def is_for(message: ScreenMessage, one: Known) -> bool:
    if message.screen_id:
        return message.screen_id == one.id
    return one.unit_path.startswith(message.unit_path) and message.group in ("", one.group)


def may_unsay(session: Session, message: ScreenMessage, viewer: Viewer) -> bool:
    """Curators take any line off, editors those for a screen or a unit of theirs."""
    if viewer.at_least("curator"):
        return True
    if message.screen_id:
        return session.scalar(select(Screen.id).where(Screen.id == message.screen_id, managed(viewer))) is not None
    return bool(viewer.unit_path) and message.unit_path.startswith(viewer.unit_path)


def managed(viewer: Viewer) -> ColumnElement[bool]:
    """The screens that this person may manage: all for curators, those of their unit and below for editors."""
    if viewer.at_least("curator"):
        return true()
    below = select(Unit.slug).where(Unit.path.startswith(viewer.unit_path or "-"))
    return Screen.unit_slug.in_(below)


def screens(session: Session, viewer: Viewer) -> Sequence[Screen]:
    """Those in service, or confirmed and about to be, by unit and name."""
    query = select(Screen).where(managed(viewer), Screen.token_digest.is_not(None) | Screen.seen_at.is_(None))
    return session.scalars(query.order_by(Screen.unit_slug, Screen.name)).all()


def screen(session: Session, viewer: Viewer, screen_id: str) -> Screen:
    """Raises NotFound, also for a screen of another unit."""
    found = session.scalar(select(Screen).where(Screen.id == screen_id, managed(viewer)))
    if found is None:
        raise NotFound(N_("There is no such screen."), detail=screen_id)
    return found


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Screen).where(Screen.token_digest.is_not(None))) or 0


def groups(session: Session) -> list[str]:
    """The names of groups that are in use."""
    query = select(Screen.group).where(Screen.group != "", Screen.token_digest.is_not(None)).distinct()
    return sorted(session.scalars(query))


def shown(
    session: Session, viewer: Viewer, *, since: str, until: str, screen_id: str = "", lesson_id: str = ""
) -> list[Shown]:
    """Proof of play between two days (ISO, both included), what was shown longest first."""
    query = select(
        ScreenPlay.lesson_id, func.max(Lesson.title), func.count(ScreenPlay.screen_id.distinct()),
        func.sum(ScreenPlay.plays), func.sum(ScreenPlay.seconds),
    )  # fmt: skip
    query = query.join(Screen, Screen.id == ScreenPlay.screen_id)
    query = query.outerjoin(Lesson, Lesson.id == ScreenPlay.lesson_id)
    query = query.where(managed(viewer), ScreenPlay.day >= since, ScreenPlay.day <= until)
    if screen_id:
        query = query.where(ScreenPlay.screen_id == screen_id)
    if lesson_id:
        query = query.where(ScreenPlay.lesson_id == lesson_id)
    query = query.group_by(ScreenPlay.lesson_id).order_by(func.sum(ScreenPlay.seconds).desc()).limit(200)
    return [
        Shown(lesson_id=lesson, title=title or "", screens=number, plays=plays, seconds=seconds)
        for lesson, title, number, plays, seconds in session.execute(query)
    ]
