"""A picture of its own for a collection: sent as a file, and shown in place of its first lesson's."""

from dataclasses import replace

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from medialib.errors import N_, BadRequest, NoSpace
from medialib.ingest import pictures, shelf_covers
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.collection_page import edit_page
from medialib.web.desk.collections import change
from medialib.web.i18n import sentence

_MOST_BODY_BYTES = pictures.LARGEST_BYTES + 100_000


def add_to(blueprint: Blueprint, services: Services) -> None:
    view = access.bodies_up_to(_MOST_BODY_BYTES, access.at_least("curator")(lambda slug: _receive(services, slug)))
    blueprint.add_url_rule("/collections/<slug:slug>/cover", "collection_cover", view, methods=["POST"])


def _receive(services: Services, slug: str) -> ResponseReturnValue:
    try:
        file = request.files.get("picture")
        if file is None or not file.filename:
            raise BadRequest(N_("Please choose a file first."))
        name = shelf_covers.keep_cover(services.store, file.stream, limits=services.settings.limits)
    except (BadRequest, NoSpace) as error:
        return edit_page(services, slug, 400, problem=sentence(error))
    return change(services, slug, "collection.texts", lambda now: replace(now, cover=f"picture:{name}"))
