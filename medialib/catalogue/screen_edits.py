"""Every change made to screens: pairing, names, orders, messages, what they said they showed, and their end."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import screen_lookups, tokens
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import Viewer
from medialib.catalogue.screens import Pairing, Screen, ScreenMessage, ScreenPlay
from medialib.errors import N_, BadRequest, NotFound

ALPHABET = "23456789ABCEFHKPRSXY"
"""Twenty letters of about one width, of which nobody takes one for another."""
CODE_LETTERS = 8
PAIRING_SECONDS = 600
_MOST_PAIRINGS = 2_000
CODE_IS_OVER = screen_lookups.CODE_IS_OVER


@dataclass(frozen=True, kw_only=True)
class Beat:
    """What a screen said: that it lives, what it plays, and for how many seconds it showed which lesson."""

    screen_id: str
    at: float
    day: str
    playing: Mapping[str, Any]
    shown: Mapping[str, tuple[int, float]] = field(default_factory=dict)


def begin_pairing(session: Session) -> tuple[str, str]:
    """A new code and the secret with which only that television can take what comes of it."""
    now = time.time()
    session.execute(delete(Pairing).where(Pairing.ends_at < now))
    if (session.scalar(select(func.count()).select_from(Pairing)) or 0) >= _MOST_PAIRINGS:
        raise BadRequest(N_("Too many screens are being paired just now. Please try again in some minutes."))
    code, secret = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS)), tokens.new_token()
    session.add(Pairing(code=code, secret_digest=tokens.digest(secret), ends_at=now + PAIRING_SECONDS))
    return code, secret


def read_code(typed: str) -> str:
    """The code as it was meant: small letters and spaces do not matter."""
    return "".join(letter for letter in typed.upper() if letter in ALPHABET)[:CODE_LETTERS]


def confirm(
    session: Session, code: str, *, name: str, unit_slug: str | None, group: str, channel_slug: str | None, by: Person
) -> Screen:
    """The television that shows this code becomes a screen; raises NotFound, and BadRequest without a name."""
    name = _name(name)
    made = Screen(
        id=tokens.new_id(), name=name, created_at=time.time(), unit_slug=unit_slug, group=group[:60],
        channel_slug=channel_slug,
    )  # fmt: skip
    session.add(made)
    session.flush()
    now = time.time()
    free = (Pairing.code == read_code(code), Pairing.screen_id.is_(None), Pairing.ends_at > now)
    values = {"screen_id": made.id, "ends_at": now + PAIRING_SECONDS}  # however late the code was typed
    if session.execute(update(Pairing).where(*free).values(**values).returning(Pairing.code)).first() is None:
        raise NotFound(CODE_IS_OVER)
    note(session, by, "screen.paired", on_id=made.id, on_name=name)
    return made


def take_over(session: Session, secret: str) -> str | None:
    """A token for the screen that the television has become; None as long as nobody confirmed it.

    Until the screen shows itself (see note_beats) it may ask again, since an answer can be lost on the way: then the
    token before is void. Raises NotFound when its code is over.
    """
    screen_id = screen_lookups.became(session, secret)
    if screen_id is None:
        return None
    token = tokens.new_token()
    values = {"token_digest": tokens.digest(token), "seen_at": time.time()}
    session.execute(update(Screen).where(Screen.id == screen_id).values(**values))
    return token


def change(
    session: Session, screen: Screen, *, name: str, unit_slug: str | None, group: str, channel_slug: str | None,
    by: Person,
) -> None:  # fmt: skip
    screen.name, screen.unit_slug, screen.group, screen.channel_slug = _name(name), unit_slug, group[:60], channel_slug
    note(session, by, "screen.changed", on_id=screen.id, on_name=screen.name)


def revoke(session: Session, screen: Screen, *, by: Person) -> None:
    """Its token is void at once, also one that it has not taken yet; what it showed stays in the proof of play."""
    session.execute(delete(Pairing).where(Pairing.screen_id == screen.id))
    screen.token_digest, screen.playing, screen.orders = None, {}, {}
    screen.seen_at = screen.seen_at or time.time()  # one that was never seen is listed as about to come
    note(session, by, "screen.revoked", on_id=screen.id, on_name=screen.name)


def assign(
    session: Session,
    screens: Sequence[Screen],
    *,
    channel_slug: str | None = None,
    group: str | None = None,
    by: Person,
) -> None:
    """Another channel or another group for many at once."""
    for one in screens:
        one.channel_slug = channel_slug if channel_slug is not None else one.channel_slug
        one.group = group[:60] if group is not None else one.group
    note(session, by, "screens.told", on_name=str(len(screens)), channel=channel_slug or "", group=group or "")


def order(session: Session, screens: Sequence[Screen], orders: Mapping[str, Any], *, by: Person) -> None:
    """Tell screens to do something. `number` grows, so that each order is followed once."""
    for one in screens:
        one.orders = {**one.orders, **orders, "number": time.time()}
    note(session, by, "screens.told", on_name=str(len(screens)), **{key: str(value) for key, value in orders.items()})


def add_message(
    session: Session, *, text: str, begins_at: float, ends_at: float, unit_path: str = "", group: str = "",
    screen_id: str | None = None, by: Person,
) -> ScreenMessage:  # fmt: skip
    """A line along the bottom of screens; raises BadRequest."""
    text = " ".join(text.split())
    if not text:
        raise BadRequest(N_("Please write what the screens should say."))
    if not 0 < ends_at - begins_at <= 31 * 86_400 or ends_at < time.time():
        raise BadRequest(N_("The message must end after it begins, and within a month."))
    made = ScreenMessage(
        id=tokens.new_id(), text=text[:300], begins_at=begins_at, ends_at=ends_at, unit_path=unit_path, group=group,
        screen_id=screen_id,
    )  # fmt: skip
    session.add(made)
    note(session, by, "screens.told", on_id=made.id, on_name=text[:100])
    return made


def remove_message(session: Session, message: ScreenMessage, viewer: Viewer) -> None:
    """One for a single screen goes with what was said to others of this viewer's screens in the same breath."""
    these = ScreenMessage.id == message.id
    if message.screen_id:
        mine = select(Screen.id).where(screen_lookups.managed(viewer))
        same = (getattr(ScreenMessage, name) == getattr(message, name) for name in ("text", "begins_at", "ends_at"))
        these = and_(*same, ScreenMessage.screen_id.in_(mine))
    session.execute(delete(ScreenMessage).where(these))


def note_beats(session: Session, beats: Sequence[Beat]) -> None:
    """Keep what many screens said."""
    last = {one.screen_id: one for one in beats}
    for one in last.values():
        query = update(Screen).where(Screen.id == one.screen_id)
        session.execute(query.values(seen_at=one.at, playing=dict(one.playing)))
    session.execute(delete(Pairing).where(Pairing.screen_id.in_(list(last))))  # they have their tokens
    for one in beats:
        for lesson_id, (plays, seconds) in one.shown.items():
            _add_play(session, one, lesson_id, plays, seconds)


def _add_play(session: Session, beat: Beat, lesson_id: str, plays: int, seconds: float) -> None:
    key = (beat.day, beat.screen_id, lesson_id)
    found = session.get(ScreenPlay, key)
    if found is None:
        found = ScreenPlay(day=beat.day, screen_id=beat.screen_id, lesson_id=lesson_id)
        session.add(found)
    found.plays += plays
    found.seconds += seconds


def note_picture(session: Session, screen_id: str) -> None:
    session.execute(update(Screen).where(Screen.id == screen_id).values(pictured_at=time.time()))


def _name(name: str) -> str:
    name = " ".join(name.split())[:100]
    if not name:
        raise BadRequest(N_("Please give the screen a name, such as the room it stands in."))
    return name
