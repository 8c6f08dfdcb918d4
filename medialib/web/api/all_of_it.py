"""The API put together: its operations, their description as a document and as a page, and its limits."""

from typing import Any

from flask import Blueprint, Flask, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from pydantic import BaseModel

import medialib
from medialib.catalogue.api_tokens import Scope
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access, bearers, signing
from medialib.web.api import (
    captions,
    channels,
    collection_changes,
    collection_files,
    collections,
    desk_lessons,
    filling_in,
    invitations,
    lesson_acts,
    lesson_links,
    lesson_media,
    lesson_pictures,
    lesson_recordings,
    own_account,
    people,
    reports,
    screen_lines,
    screenings,
    screens,
    settings,
    statistics,
    theme_changes,
    tus_described,
    units,
    upload_acts,
    uploads,
    webhooks,
)
from medialib.web.api.described import READING
from medialib.web.api.document import openapi, outline
from medialib.web.api.operations import Answer, Api
from medialib.web.desk import tus
from medialib.web.i18n import gettext

_GROUPS = {
    "lessons": N_("Lessons"), "captions": N_("Captions"), "uploads": N_("Uploads"), "themes": N_("Themes"),
    "collections": N_("Collections"), "people": N_("People"),
    "units": N_("Units"), "statistics": N_("Statistics"), "screens": N_("Screens, channels and screenings"),
    "reports": N_("What members report"), "webhooks": N_("Messages to other systems"), "settings": N_("Settings"),
    "log": N_("Log"),
}  # fmt: skip
_MODULES = (
    desk_lessons, filling_in, lesson_acts, lesson_links, lesson_pictures, lesson_recordings, lesson_media, captions,
    uploads, upload_acts, tus_described, theme_changes, statistics, collections, collection_changes, collection_files,
    own_account, people, units, invitations, screens, screen_lines, channels, screenings, reports, webhooks, settings,
)  # fmt: skip
_PER_MINUTE = 600
"""So often a token may ask; what is read in masses is read in pages of a hundred."""


class Me(Answer):
    """For whom this request acts, and within which scopes."""

    id: str
    name: str
    role: str
    unit: str | None
    scopes: list[Scope] | None


def make_blueprint(services: Services, limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("api_desk", __name__, url_prefix="/api")
    api = Api(blueprint=blueprint, services=services, limiter=limiter)
    api.describe(*READING)
    api.family(access.signed_in, group="people")(_me, "GET", "/me", N_("For whom this request acts"), answer=Me)
    for module in _MODULES:
        module.add_to(api)
    tus.add_to_api(blueprint, services)
    blueprint.add_url_rule("/", "page", access.members(lambda: _page(services, api)))
    blueprint.add_url_rule("/openapi.json", "document", access.members(lambda: _document(services, api)))
    limiter.limit(f"{_PER_MINUTE} per minute", key_func=_of_token, exempt_when=lambda: not bearers.is_borne())(
        blueprint
    )
    return blueprint


def install(app: Flask) -> None:
    """Programs with a token need no form's; what a browser sends with its cookie does."""
    csrf = app.extensions["csrf"]
    csrf.exempt(app.blueprints["api_desk"])

    @app.before_request
    def ask_browsers_for_a_token() -> None:
        if request.blueprint == "api_desk" and request.method not in bearers.SAFE_METHODS and not bearers.is_borne():
            csrf.protect()


def _of_token() -> str:
    return f"token:{g.bearer[1].id}" if "bearer" in g else ""


def _me(services: Services) -> BaseModel:
    person, acting = signing.current(services), bearers.bearer(services)
    assert person
    scopes = acting[1].scopes if acting else None
    return Me(id=person.id, name=person.name, role=person.role, unit=person.unit_slug, scopes=scopes)  # type: ignore[arg-type]


def _openapi(services: Services, api: Api) -> dict[str, Any]:
    title = services.settings.site.name
    return openapi(api.operations, title=title, version=medialib.__version__, translate=gettext)


def _document(services: Services, api: Api) -> ResponseReturnValue:
    response = jsonify(_openapi(services, api))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(services: Services, api: Api) -> ResponseReturnValue:
    document = _openapi(services, api)

    def shown(told: dict[str, Any]) -> str:
        if "application/json" not in told["content"]:
            as_it_is = {"application/octet-stream": gettext("a file, as it is")}
            return " / ".join(as_it_is.get(kind, kind) for kind in told["content"])
        return outline(told["content"]["application/json"]["schema"], document["components"]["schemas"])

    groups = {key: gettext(name) for key, name in _GROUPS.items()}
    return make_response(
        render_template("api.html", document=document, operations=api.operations, shown=shown, groups=groups)
    )
