"""The entries of a collection on the desk: added, moved, noted, taken out; and the preview of the whole."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from medialib.catalogue import arrangement, arranging, collected, tokens
from medialib.catalogue.arrangement import ENTRY_KINDS, Entry, EntryKind
from medialib.errors import N_, BadRequest, NoSpace
from medialib.ingest import attached_files, reading_files
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.collection_form import multiline
from medialib.web.desk.collection_page import edit_page
from medialib.web.desk.collections import change
from medialib.web.desk.shell import typed
from medialib.web.i18n import sentence
from medialib.web.phone import shelves

_NEW = "new"
"""Stands for the entry that is being added, where what was typed is shown again."""
_FIELDS = {"title": 400, "link": 600, "note": 600, "begins": 20, "ends": 20, "part": 8}
_MOST_BODY_BYTES = reading_files.LARGEST_BYTES + 100_000


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        marked = access.bodies_up_to(_MOST_BODY_BYTES, access.at_least("curator")(view))
        blueprint.add_url_rule(f"/collections/<slug:slug>/{path}", endpoint, marked, methods=methods)

    add("entries", "add_entry", lambda slug: _add(services, slug), "POST")
    add("entries/<entry_id>", "change_entry", lambda slug, entry_id: _change(services, slug, entry_id), "POST")
    add("entries/<entry_id>/move", "move_entry", lambda slug, entry_id: _move(services, slug, entry_id), "POST")
    add("entries/<entry_id>/remove", "remove_entry", lambda slug, entry_id: _remove(services, slug, entry_id), "POST")
    add("preview", "preview_collection", lambda slug: _preview(services, slug), "GET")


def _add(services: Services, slug: str) -> ResponseReturnValue:
    kind: EntryKind = next((kind for kind in ENTRY_KINDS if kind == request.form.get("kind")), "lesson")
    try:
        entry = Entry(
            id=typed("lesson", most=16) if kind == "lesson" else tokens.new_id(), kind=kind, **_told(services)
        )
    except (BadRequest, NoSpace) as error:
        return edit_page(services, slug, 400, problem=sentence(error), typed=request.form, typed_entry=_NEW)
    return change(
        services, slug, "collection.added", lambda now: arrangement.put(now, entry), about=entry.id, typed_entry=_NEW
    )


def _change(services: Services, slug: str, entry_id: str) -> ResponseReturnValue:
    try:
        told = _told(services)
    except (BadRequest, NoSpace) as error:
        return edit_page(services, slug, 400, problem=sentence(error), typed=request.form, typed_entry=entry_id)
    return change(
        services, slug, "collection.noted", lambda now: arrangement.change_entry(now, entry_id, **told),
        about=entry_id, typed_entry=entry_id,
    )  # fmt: skip


def _told(services: Services) -> dict[str, Any]:
    """What the form says of an entry, with the address of a file that came with it; raises BadRequest, NoSpace."""
    told: dict[str, Any] = {name: typed(name, most=most) for name, most in _FIELDS.items() if name in request.form}
    if "text" in request.form:
        told["text"] = multiline("text", 12_000)
    file = request.files.get("file")
    if file and file.filename:
        reserve = services.settings.limits.reserve_bytes
        told["link"] = attached_files.attach(services.store, file.stream, file.filename, reserve_bytes=reserve)
    return told


def _move(services: Services, slug: str, entry_id: str) -> ResponseReturnValue:
    place = request.form.get("place", type=int)
    if place is None:
        told = sentence(BadRequest(N_("Please type the number of the place where it is to stand.")))
        return edit_page(services, slug, 400, problem=told)
    return change(
        services, slug, "collection.moved", lambda now: arrangement.move(now, entry_id, place), about=entry_id
    )


def _remove(services: Services, slug: str, entry_id: str) -> ResponseReturnValue:
    return change(services, slug, "collection.taken", lambda now: arrangement.take_out(now, entry_id), about=entry_id)


def _preview(services: Services, slug: str) -> ResponseReturnValue:
    """As members will see it once it is published so."""
    with services.database.read() as session:
        one = collected.collection(session, slug)
        return shelves.render_collection(services, session, one, arranging.current(session, one))
