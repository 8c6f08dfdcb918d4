"""Every change made to people, their devices, their links, and the log that tells of it.

Whoever changes something is `by`: a person, or None for the command line.
"""

import time
import unicodedata
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from medialib.catalogue import passwords, people_lookups, tokens
from medialib.catalogue.people import ApiToken, LogEntry, Person, Role, SignIn, Ticket
from medialib.catalogue.people_lookups import LINK_IS_OVER
from medialib.catalogue.units import Unit
from medialib.errors import N_, BadRequest, NotFound

_SEEN_SECONDS = 60
"""A device's last use is written this seldom: reading a page is not to write each time."""

_LONGEST_LOGIN = 64
_NOT_IN_LOGINS = set("/\\<>\"'&?#%:;,")


def doer(by: Person | None) -> dict[str, Any]:
    """Who did something, as a row tells it."""
    return {"person_id": by.id, "person_name": by.name} if by else {}


def note(session: Session, by: Person | None, act: str, *, on_id: str = "", on_name: str = "", **details: Any) -> None:
    """Write into the log, in the transaction of what was done."""
    session.add(LogEntry(at=time.time(), act=act, on_id=on_id, on_name=on_name[:500], details=details, **doer(by)))


def add_person(
    session: Session,
    *,
    login: str,
    name: str,
    role: Role,
    unit_slug: str | None,
    password: str | None = None,
    by: Person | None,
) -> Person:
    """A new account; raises BadRequest for a name that is taken or cannot be one, or for a poor password."""
    login = login.strip().casefold()
    name = " ".join(name.split()) or login
    _check_login(session, login)
    if password is not None:
        passwords.check_password(password, login=login)
    made = Person(
        id=tokens.new_id(),
        login=login,
        name=name[:100],
        role=role,
        created_at=time.time(),
        unit_slug=unit_slug,
        password_hash=passwords.hash_password(password) if password is not None else "",
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    note(session, by, "person.added", on_id=made.id, on_name=made.name, role=role, unit=_unit_name(session, unit_slug))
    return made


def _check_login(session: Session, login: str) -> None:
    odd = any(unicodedata.category(one)[0] in "CZ" or one in _NOT_IN_LOGINS for one in login)
    if not 2 <= len(login) <= _LONGEST_LOGIN or odd:
        raise BadRequest(N_("A sign-in name has 2 to 64 letters or digits, without spaces."))
    if people_lookups.find_person(session, login):
        raise BadRequest(N_("Somebody has this sign-in name already. Please take another one."))


def change_person(
    session: Session, person: Person, *, name: str, role: Role, unit_slug: str | None, by: Person | None
) -> None:
    """Another name, role or unit; raises BadRequest when nobody would be left to administer."""
    if person.role == "admin" and role != "admin":
        _keep_an_admin(session, person)
    name = " ".join(name.split())[:100]
    if not name:
        raise BadRequest(N_("Please fill in a name."))
    wanted = {"name": name, "role": role, "unit_slug": unit_slug}
    changed = {key: [getattr(person, key), value] for key, value in wanted.items() if getattr(person, key) != value}
    for key, (_, value) in changed.items():
        setattr(person, key, value)
    if "unit_slug" in changed:
        changed["unit"] = [_unit_name(session, slug) for slug in changed.pop("unit_slug")]
    if changed:
        note(session, by, "person.changed", on_id=person.id, on_name=person.name, **changed)


def _unit_name(session: Session, slug: str | None) -> str:
    """The log tells names: an address says nothing to those who read it."""
    found = session.get(Unit, slug) if slug else None
    return found.name if found else ""


def _keep_an_admin(session: Session, person: Person) -> None:
    if not people_lookups.has_working_admin(session, besides=person.id):
        raise BadRequest(N_("This is the last administrator. Make somebody else one first."))


def disable(session: Session, person: Person, *, by: Person | None) -> None:
    """The person can no longer sign in, and is signed out everywhere at once; keys for programs end for good."""
    if person.role == "admin" and person.is_working:
        _keep_an_admin(session, person)
    person.disabled_at = person.disabled_at or time.time()
    end_sign_ins(session, person)
    end_keys(session, person, by=by)
    _void_tickets(session, person)
    note(session, by, "person.disabled", on_id=person.id, on_name=person.name)


def enable(session: Session, person: Person, *, by: Person | None) -> None:
    person.disabled_at = None
    note(session, by, "person.enabled", on_id=person.id, on_name=person.name)


def set_password(
    session: Session, person: Person, password: str, *, keep: str = "", keep_keys: bool = False, by: Person | None
) -> None:
    """A new password: signed out on every device but `keep`, and links for choosing one are void; keys for programs end
    too, unless whoever knows the old password chose to `keep_keys`. Raises BadRequest.
    """
    passwords.check_password(password, login=person.login)
    person.password_hash = passwords.hash_password(password)
    end_sign_ins(session, person, keep=keep)
    if not keep_keys:
        end_keys(session, person, by=by)
    _void_tickets(session, person)
    note(session, by, "password.changed", on_id=person.id, on_name=person.name)


def sign_in(session: Session, person: Person, *, device: str, days: float) -> str:
    """The token of a new device, and the end of tokens that are over."""
    now, token = time.time(), tokens.new_token()
    session.execute(delete(SignIn).where(SignIn.ends_at < now))
    session.add(
        SignIn(
            id=tokens.new_id(),
            token_digest=tokens.digest(token),
            person_id=person.id,
            created_at=now,
            seen_at=now,
            ends_at=now + days * 86_400,
            device=device[:100],
        )
    )
    note(session, person, "signed.in", on_id=person.id, on_name=person.name, device=device[:100])
    return token


def is_long_unseen(sign_in: SignIn) -> bool:
    return sign_in.seen_at < time.time() - _SEEN_SECONDS


def see(session: Session, sign_in_id: str) -> None:
    """This device was just used."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=time.time()))


def end_sign_in(session: Session, person: Person, sign_in_id: str, *, act: str) -> None:
    """Sign one device of this person out; one that is signed out already is no error."""
    session.execute(delete(SignIn).where(SignIn.id == sign_in_id, SignIn.person_id == person.id))
    note(session, person, act, on_id=person.id, on_name=person.name)


def end_sign_ins(session: Session, person: Person, *, keep: str = "") -> None:
    session.execute(delete(SignIn).where(SignIn.person_id == person.id, SignIn.id != keep))


def end_keys(session: Session, person: Person, *, by: Person | None) -> None:
    """No program acts for this person any more; where none did, nothing is noted."""
    ended = session.scalars(delete(ApiToken).where(ApiToken.person_id == person.id).returning(ApiToken.name)).all()
    if ended:
        note(session, by, "tokens.ended", on_id=person.id, on_name=person.name, keys=sorted(ended))


def sign_out(session: Session, person: Person, *, by: Person | None) -> None:
    """The person is signed out everywhere, and may sign in again."""
    end_sign_ins(session, person)
    note(session, by, "person.signed.out", on_id=person.id, on_name=person.name)


def invite(session: Session, *, name: str, role: Role, unit_slug: str | None, hours: float, by: Person | None) -> str:
    """The token of a link with which somebody makes their account."""
    name = " ".join(name.split())[:100]
    made, token = _ticket("invitation", hours, name=name, role=role, unit_slug=unit_slug)
    session.add(made)
    note(session, by, "person.invited", on_id=made.id, on_name=name, role=role, unit=_unit_name(session, unit_slug))
    return token


def withdraw(session: Session, ticket: Ticket, *, by: Person | None) -> None:
    """An invitation that works no longer."""
    ticket.used_at = time.time()
    note(session, by, "invitation.withdrawn", on_id=ticket.id, on_name=ticket.name)


def accept(session: Session, ticket: Ticket, *, login: str, name: str, password: str) -> Person:
    """Make the account that an invitation is for; raises BadRequest, and then the invitation stays."""
    claim(session, ticket)
    made = add_person(
        session,
        login=login,
        name=name,
        role=ticket.role,  # type: ignore[arg-type]  # it was checked when the invitation was made
        unit_slug=ticket.unit_slug,
        password=password,
        by=None,
    )
    ticket.person_id = made.id
    return made


def claim(session: Session, ticket: Ticket) -> None:
    """Use a link up; raises NotFound when somebody else did so in the meantime. With the transaction it comes back."""
    unused = (Ticket.id == ticket.id, Ticket.used_at.is_(None))
    if session.execute(update(Ticket).where(*unused).values(used_at=time.time()).returning(Ticket.id)).first() is None:
        raise NotFound(LINK_IS_OVER)


def password_link(session: Session, person: Person, *, hours: float, by: Person | None) -> str:
    """The token of a link with which the person chooses a password; those made before are void."""
    _void_tickets(session, person)
    made, token = _ticket("password", hours, person_id=person.id, name=person.name)
    session.add(made)
    note(session, by, "password.link", on_id=person.id, on_name=person.name)
    return token


def _ticket(kind: str, hours: float, **parts: Any) -> tuple[Ticket, str]:
    now, token = time.time(), tokens.new_token()
    digest = tokens.digest(token)
    ends = now + hours * 3600
    return Ticket(id=tokens.new_id(), token_digest=digest, kind=kind, created_at=now, ends_at=ends, **parts), token


def _void_tickets(session: Session, person: Person) -> None:
    alive = (Ticket.person_id == person.id, Ticket.kind == "password", Ticket.used_at.is_(None))
    session.execute(update(Ticket).where(*alive).values(used_at=time.time()))
