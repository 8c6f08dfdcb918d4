"""My account: who I am here, my password, and the devices I am signed in on."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from medialib.catalogue import api_tokens, passwords, people_edits, people_lookups
from medialib.errors import N_, BadRequest, NotAllowed
from medialib.services import Services
from medialib.web import access, signing
from medialib.web.desk.shell import home_of, me, page
from medialib.web.guarding import count_tries
from medialib.web.i18n import gettext, sentence


def add_to(blueprint: Blueprint, services: Services, limiter: Limiter) -> None:
    def add(path: str, endpoint: str, view: access.View, method: str) -> None:
        blueprint.add_url_rule(path, endpoint, access.signed_in(view), methods=[method])

    add("/", "home", lambda: redirect(home_of(me(services))), "GET")
    add("/account", "account", lambda: _account(services), "GET")
    change = count_tries(limiter, services, "change_password", lambda: _change(services))
    add("/account/password", "change_password", change, "POST")
    add("/account/devices/<sign_in_id>/end", "end_device", lambda sign_in_id: _end(services, sign_in_id), "POST")
    add("/account/devices/end-others", "end_others", lambda: _end_others(services), "POST")


def _account(services: Services, status: int = 200, **told: object) -> ResponseReturnValue:
    with services.database.read() as session:
        devices = people_lookups.sign_ins(session, me(services).id)
        keys = api_tokens.of_person(session, me(services).id)
    here = signing.this_device(services)
    done = request.args.get("done", "")
    return page(
        services, "account.html", status, section="account", devices=devices, keys=keys, here=here.id if here else "",
        done=gettext(_DONE[done]) if done in _DONE else "", **told,
    )  # fmt: skip


_DONE = {
    "password": N_("Your new password holds from now on. All other devices were signed out."),
    "device": N_("That device is signed out."),
    "others": N_("All other devices are signed out."),
}


def _change(services: Services) -> ResponseReturnValue:
    form = request.form
    try:
        require_present_password(services, form.get("now", ""))
        if form.get("password", "") != form.get("again", ""):
            raise BadRequest(N_("The two passwords are not the same. Please type them again."))
        change_password(services, form.get("password", ""), keep_keys="end_keys" not in form)
    except NotAllowed as error:
        return _account(services, 403, problem=sentence(error))
    except BadRequest as error:
        return _account(services, 400, problem=sentence(error))
    return redirect(url_for("desk.account", done="password"))


def require_present_password(services: Services, password: str) -> None:
    """Raises NotAllowed for another one; tries are to be counted."""
    if not passwords.is_right(me(services).password_hash, password[: passwords.LONGEST]):
        raise NotAllowed(N_("That is not your present password."))


def change_password(services: Services, password: str, *, keep_keys: bool) -> None:
    """Sign all other devices out, too; raises BadRequest for a poor password."""
    person, here = me(services), signing.this_device(services)
    with services.database.begin() as session:
        mine = people_lookups.person(session, person.id)
        keep = here.id if here else ""
        people_edits.set_password(session, mine, password, keep=keep, keep_keys=keep_keys, by=person)


def _end(services: Services, sign_in_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        people_edits.end_sign_in(session, me(services), sign_in_id, act="device.ended")
    return redirect(url_for("desk.account", done="device"))


def _end_others(services: Services) -> ResponseReturnValue:
    end_others(services)
    return redirect(url_for("desk.account", done="others"))


def end_others(services: Services) -> None:
    """Only the device that asks stays signed in."""
    here = signing.this_device(services)
    with services.database.begin() as session:
        people_edits.end_sign_ins(session, me(services), keep=here.id if here else "")
        people_edits.note(session, me(services), "devices.ended", on_id=me(services).id, on_name=me(services).name)
