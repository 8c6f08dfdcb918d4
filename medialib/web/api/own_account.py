"""The own account over the API: where one is signed in, with which keys programs act for one, and another password."""

from typing import Annotated

from pydantic import Field

from medialib.catalogue import api_tokens, passwords, people_edits, people_lookups
from medialib.errors import N_, NotFound
from medialib.services import Services
from medialib.web import access, signing
from medialib.web.api.invitations import DeviceAnswer, KeyAnswer
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.desk import account
from medialib.web.desk.shell import me


class OwnDevice(DeviceAnswer):
    """`here` is the browser that asks; a program with a key is none."""

    id: str
    here: bool


class OwnDevices(Answer):
    devices: list[OwnDevice]


class OwnKey(KeyAnswer):
    id: str


class OwnKeys(Answer):
    keys: list[OwnKey]


class NewPassword(Body):
    """`now` is the present one; with `end_keys` all keys for programs are taken back too."""

    now: Annotated[str, Field(max_length=passwords.LONGEST)]
    password: Annotated[str, Field(max_length=1000)]
    end_keys: bool = False


def add_to(api: Api) -> None:
    mine = api.family(access.signed_in, below="/me", writes="edit", group="people")
    mine(_devices, "GET", "/devices", N_("Where one is signed in"), answer=OwnDevices)
    mine(_end_device, "DELETE", "/devices/<device_id>", N_("Signs one device out"), status=204)
    mine(_end_others, "POST", "/devices/end-others", N_("Signs all other devices out"), answer=OwnDevices)
    told = N_("Another password; all other devices are signed out")
    mine(_password, "POST", "/password", told, body=NewPassword, status=204, counted=True)
    mine(_keys, "GET", "/keys", N_("With which keys programs act for one"), answer=OwnKeys)
    mine(_end_key, "DELETE", "/keys/<token_id>", N_("Takes a key back"), status=204)


def _devices(services: Services) -> OwnDevices:
    here = signing.this_device(services)
    with services.database.read() as session:
        found = people_lookups.sign_ins(session, me(services).id)
    told = ("id", "device", "created_at", "seen_at", "ends_at")
    return OwnDevices(
        devices=[
            OwnDevice(**{name: getattr(one, name) for name in told}, here=here is not None and one.id == here.id)
            for one in found
        ]
    )


def _end_device(services: Services, device_id: str) -> None:
    with services.database.begin() as session:
        if device_id not in {one.id for one in people_lookups.sign_ins(session, me(services).id)}:
            raise NotFound(N_("There is no such device, or it is signed out already."), detail=device_id[:40])
        people_edits.end_sign_in(session, me(services), device_id, act="device.ended")


def _end_others(services: Services) -> OwnDevices:
    account.end_others(services)
    return _devices(services)


def _password(services: Services, body: NewPassword) -> None:
    account.require_present_password(services, body.now)
    account.change_password(services, body.password, keep_keys=not body.end_keys)


def _keys(services: Services) -> OwnKeys:
    with services.database.read() as session:
        found = api_tokens.of_person(session, me(services).id)
    told = ("id", "name", "scopes", "created_at", "used_at", "ends_at")
    return OwnKeys(keys=[OwnKey(**{name: getattr(one, name) for name in told}) for one in found])


def _end_key(services: Services, token_id: str) -> None:
    with services.database.begin() as session:
        api_tokens.take_back(session, me(services), token_id)
