"""My keys for programs: made here and shown once, listed with their last use, and taken back."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from medialib.catalogue import api_tokens
from medialib.catalogue.api_tokens import Scope
from medialib.catalogue.people import LONGEST_KEY_NAME
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import sentence

SCOPE_NAMES: dict[Scope, str] = {
    "read": N_("Read"),
    "edit": N_("Upload and edit"),
    "publish": N_("Publish and collect"),
    "admin": N_("People, units and settings"),
}
_DAYS = {"90": 90.0, "365": 365.0, "": None}
_PER_HOUR = 30


def add_to(blueprint: Blueprint, services: Services, limiter: Limiter) -> None:
    def add(path: str, endpoint: str, view: access.View, method: str) -> None:
        blueprint.add_url_rule(path, endpoint, access.signed_in(view), methods=[method])

    def make_token() -> ResponseReturnValue:
        return _make(services)

    add("/account/keys", "api_tokens", lambda: _list(services), "GET")
    add("/account/keys", "make_api_token", limiter.limit(f"{_PER_HOUR} per hour")(make_token), "POST")
    add("/account/keys/<token_id>/remove", "remove_api_token", lambda token_id: _remove(services, token_id), "POST")
    blueprint.add_app_template_filter(lambda scope: SCOPE_NAMES[scope], "scope_name")


def _list(services: Services, status: int = 200, **told: object) -> ResponseReturnValue:
    person = me(services)
    with services.database.read() as session:
        found = api_tokens.of_person(session, person.id)
    scopes = api_tokens.scopes_of(person)
    return page(services, "api_tokens.html", status, section="account", tokens=found, scopes=scopes, **told)


def _make(services: Services) -> ResponseReturnValue:
    try:
        name, days = typed("name", most=LONGEST_KEY_NAME), _DAYS.get(request.form.get("days", "90"), 90.0)
        with services.database.begin() as session:
            scopes = request.form.getlist("scope")
            secret = api_tokens.make(session, me(services), name=name, scopes=scopes, days=days)
    except BadRequest as error:
        return _list(services, 400, problem=sentence(error), typed=request.form)
    return _list(services, secret=secret, made=name)


def _remove(services: Services, token_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        api_tokens.take_back(session, me(services), token_id)
    return redirect(url_for("desk.api_tokens"))
