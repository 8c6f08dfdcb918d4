"""Keys with which programs act for people, within scopes: every question asked of them, how one is made and ends."""

import time
from collections.abc import Sequence
from typing import Literal, get_args

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import tokens
from medialib.catalogue.people import LONGEST_KEY_NAME, ApiToken, Person, Role
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import viewer_of
from medialib.errors import N_, BadRequest, NotFound

Scope = Literal["read", "edit", "publish", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

LEAST_ROLE: dict[Scope, Role] = {"read": "viewer", "edit": "editor", "publish": "curator", "admin": "admin"}
"""Nobody can give a program more than the own account may."""

MOST_TOKENS = 20
_SEEN_SECONDS = 60
_PREFIX = "ml_"
"""By this a secret that got into a file is recognised for what it is."""


def scopes_of(person: Person) -> tuple[Scope, ...]:
    """What a program may be allowed by this person."""
    return tuple(scope for scope in SCOPES if viewer_of(person).at_least(LEAST_ROLE[scope]))


def of_person(session: Session, person_id: str) -> Sequence[ApiToken]:
    """Those that still work, the newest first."""
    query = select(ApiToken).where(ApiToken.person_id == person_id, _works())
    return session.scalars(query.order_by(ApiToken.created_at.desc(), ApiToken.id)).all()


def _works() -> ColumnElement[bool]:
    return or_(ApiToken.ends_at.is_(None), ApiToken.ends_at > time.time())


def find(session: Session, secret: str) -> tuple[Person, ApiToken] | None:
    """Whose secret this is, when it still works and its person is not disabled."""
    query = select(Person, ApiToken).join(ApiToken, ApiToken.person_id == Person.id)
    asked = (ApiToken.token_digest == tokens.digest(secret), Person.disabled_at.is_(None), _works())
    found = session.execute(query.where(*asked)).first()
    return (found[0], found[1]) if found else None


def make(session: Session, person: Person, *, name: str, scopes: Sequence[str], days: float | None) -> str:
    """The secret of a new token, told only now; raises BadRequest."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_KEY_NAME:
        raise BadRequest(N_("Please say which program it is for, in at most 100 letters."))
    if not scopes or not set(scopes) <= set(scopes_of(person)):
        raise BadRequest(N_("Please choose what the program may do: no more than you may yourself."))
    if len(of_person(session, person.id)) >= MOST_TOKENS:
        raise BadRequest(
            N_("You have %(number)s keys already. Please take one back first."), values={"number": MOST_TOKENS}
        )
    now, secret = time.time(), _PREFIX + tokens.new_token()
    made = ApiToken(
        id=tokens.new_id(),
        token_digest=tokens.digest(secret),
        person_id=person.id,
        name=name,
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now,
        ends_at=now + days * 86_400 if days else None,
    )
    session.add(made)
    note(session, person, "token.made", on_id=made.id, on_name=name, scopes=made.scopes)
    return secret


def take_back(session: Session, person: Person, token_id: str) -> None:
    """From now on nothing can be done with it; raises NotFound for what is not this person's."""
    found = session.get(ApiToken, token_id)
    if found is None or found.person_id != person.id:
        raise NotFound(N_("There is no such key."), detail=token_id)
    session.execute(delete(ApiToken).where(ApiToken.id == token_id))
    note(session, person, "token.removed", on_id=token_id, on_name=found.name)


def is_long_unseen(token: ApiToken) -> bool:
    return (token.used_at or 0) < time.time() - _SEEN_SECONDS


def see(session: Session, token_id: str) -> None:
    """This token was just used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_at=time.time()))
