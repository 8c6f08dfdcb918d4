"""How people get in, over the API: invitations, links for choosing a password, and where somebody is signed in."""

from typing import Annotated

from flask import url_for
from pydantic import Field

from medialib.catalogue import api_tokens, people_edits, people_lookups, unit_tree
from medialib.catalogue.api_tokens import Scope
from medialib.catalogue.people import Role
from medialib.errors import N_, NotFound
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.people import require_unit
from medialib.web.api.texts import Line, Slug
from medialib.web.desk.links import link_to
from medialib.web.desk.shell import me


class Invitation(Answer):
    """As it is remembered: its address is told once, when it is made."""

    id: str
    name: str
    role: Role
    unit: str | None
    created_at: float
    ends_at: float


class Invitations(Answer):
    """Those that still work."""

    invitations: list[Invitation]


class NewInvitation(Body):
    name: Annotated[Line, Field(max_length=100)] = ""
    role: Role = "editor"
    unit: Slug | None = None


class OneTimeLink(Answer):
    """`address` works once, for so many hours."""

    address: str
    hours: float


class DeviceAnswer(Answer):
    device: str
    created_at: float
    seen_at: float
    ends_at: float


class Devices(Answer):
    devices: list[DeviceAnswer]


class KeyAnswer(Answer):
    """A key for a program, without its secret; `ends_at` null for one that does not end."""

    name: str
    scopes: list[Scope]
    created_at: float
    used_at: float | None
    ends_at: float | None


class Keys(Answer):
    keys: list[KeyAnswer]


def add_to(api: Api) -> None:
    admin = api.family(access.at_least("admin"), below="/people/", reads="admin", writes="admin", group="people")
    admin(_all, "GET", "invitations", N_("The invitations that still work"), answer=Invitations)
    admin(
        _invite,
        "POST",
        "invitations",
        N_("Invites somebody by a link that works once"),
        body=NewInvitation,
        answer=OneTimeLink,
        status=201,
        refusals=(404,),
    )
    admin(_withdraw, "DELETE", "invitations/<ticket_id>", N_("Takes an invitation back"), status=204)
    admin(
        _password,
        "POST",
        "<person_id>/link",
        N_("Makes a link with which a person chooses a password"),
        answer=OneTimeLink,
        status=201,
    )
    admin(_devices, "GET", "<person_id>/devices", N_("Where a person is signed in"), answer=Devices)
    admin(_keys, "GET", "<person_id>/keys", N_("With which keys programs act for a person"), answer=Keys)


def _all(services: Services) -> Invitations:
    with services.database.read() as session:
        found = people_lookups.open_tickets(session, "invitation")
    return Invitations(
        invitations=[
            Invitation(
                id=one.id, name=one.name, role=one.role,  # type: ignore[arg-type]  # it was checked when it was given
                unit=one.unit_slug, created_at=one.created_at, ends_at=one.ends_at,
            )
            for one in found
        ]
    )  # fmt: skip


def _invite(services: Services, body: NewInvitation) -> OneTimeLink:
    require_unit(body.role, body.unit)
    hours = services.settings.access.link_hours
    with services.database.begin() as session:
        if body.unit:
            unit_tree.unit(session, body.unit)
        token = people_edits.invite(
            session, name=body.name, role=body.role, unit_slug=body.unit, hours=hours, by=me(services)
        )
    return OneTimeLink(address=link_to(services, url_for("signing_in.invitation", token=token)).address, hours=hours)


def _withdraw(services: Services, ticket_id: str) -> None:
    with services.database.begin() as session:
        found = [one for one in people_lookups.open_tickets(session, "invitation") if one.id == ticket_id]
        if not found:
            raise NotFound(N_("There is no such invitation, or no longer."), detail=ticket_id[:40])
        people_edits.withdraw(session, found[0], by=me(services))


def _password(services: Services, person_id: str) -> OneTimeLink:
    hours = services.settings.access.link_hours
    with services.database.begin() as session:
        person = people_lookups.person(session, person_id)
        token = people_edits.password_link(session, person, hours=hours, by=me(services))
    return OneTimeLink(address=link_to(services, url_for("signing_in.password", token=token)).address, hours=hours)


def _devices(services: Services, person_id: str) -> Devices:
    with services.database.read() as session:
        people_lookups.person(session, person_id)
        found = people_lookups.sign_ins(session, person_id)
    return Devices(
        devices=[
            DeviceAnswer(device=one.device, created_at=one.created_at, seen_at=one.seen_at, ends_at=one.ends_at)
            for one in found
        ]
    )


def _keys(services: Services, person_id: str) -> Keys:
    with services.database.read() as session:
        people_lookups.person(session, person_id)
        found = api_tokens.of_person(session, person_id)
    told = ("name", "scopes", "created_at", "used_at", "ends_at")
    return Keys(keys=[KeyAnswer(**{name: getattr(one, name) for name in told}) for one in found])
