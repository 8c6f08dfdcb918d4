"""How a television becomes a screen, on the desk: its code typed or scanned; an address for old boxes; a sheet."""

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from medialib.catalogue import channel_lookups, screen_edits, screen_lookups, unit_tree
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.screens import Screen
from medialib.errors import N_, BadRequest, NotFound
from medialib.services import Services
from medialib.web import access, guarding
from medialib.web.desk.links import Link, link_to
from medialib.web.desk.shell import me, own_units, page, typed
from medialib.web.i18n import sentence


def add_to(blueprint: Blueprint, services: Services, limiter: Limiter) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(
            f"/screens{path}", endpoint, access.at_least("editor")(view), methods=methods or ("GET",)
        )

    # Wrong codes are counted: nobody guesses one.
    counted = guarding.count_tries(limiter, services, "new_screen", lambda: _new(services))
    add("/new", "new_screen", counted, "GET", "POST")
    add("/box", "new_box", lambda: _box(services), "POST")
    add("/sheet", "setup_sheet", lambda: _sheet(services))


def _new(services: Services) -> ResponseReturnValue:
    """Confirm the code that a television shows: typed here, or scanned with a phone."""
    code = screen_edits.read_code(request.values.get("code", ""))
    if request.method != "POST":
        return _form(services, code=code)
    try:
        place = place_typed(services)
        with services.database.begin() as session:
            made = screen_edits.confirm(session, code, by=me(services), **place)
    except (BadRequest, NotFound) as error:
        return _form(services, 404 if isinstance(error, NotFound) else 400, code=code, problem=sentence(error))
    return redirect(url_for("desk.screen", screen_id=made.id, paired=1))


def _form(services: Services, status: int = 200, **told: Any) -> Response:
    with services.database.read() as session:
        channels, groups = channel_lookups.channels(session), screen_lookups.groups(session)
        units = own_units(session, me(services))
    return page(
        services, "screen_new.html", status, section="screens", units=units, channels=channels, groups=groups,
        form=request.form, usual=channels[0].slug if channels else "",
        unit=request.form.get("unit", me(services).unit_slug or ""), **told,
    )  # fmt: skip


def place_typed(services: Services) -> dict[str, Any]:
    """Name, unit, group and channel as the form says; raises BadRequest and NotFound."""
    return checked_place(
        services, name=typed("name", most=100), unit_slug=typed("unit", most=64) or None, group=typed("group", most=60),
        channel_slug=typed("channel", most=64) or None,
    )  # fmt: skip


def checked_place(
    services: Services, *, name: str, unit_slug: str | None, group: str, channel_slug: str | None
) -> dict[str, Any]:
    """The same, if there are such a unit and channel and this person may put a screen there."""
    viewer = viewer_of(me(services))
    with services.database.read() as session:
        path = unit_tree.unit(session, unit_slug).path if unit_slug else ""
        if channel_slug:
            channel_lookups.channel(session, channel_slug)
    if not viewer.at_least("curator") and not (path and path.startswith(viewer.unit_path or "-")):
        raise BadRequest(N_("Please choose your own unit, or one below it."))
    return {"name": name, "unit_slug": unit_slug, "group": group, "channel_slug": channel_slug}


def _box(services: Services) -> ResponseReturnValue:
    """An old box without a browser: an address with its token, shown once, to be typed or loaded into it."""
    try:
        made, link = make_box(services, place_typed(services))
    except BadRequest as error:
        return _form(services, 400, code="", problem=sentence(error))
    return page(services, "screen_box.html", section="screens", screen=made, link=link)


def make_box(services: Services, place: dict[str, Any]) -> tuple[Screen, Link]:
    """A screen that never showed a code, and the address from which it plays; for the page and the API."""
    with services.database.begin() as session:
        code, secret = screen_edits.begin_pairing(session)
        made = screen_edits.confirm(session, code, by=me(services), **place)
        token = screen_edits.take_over(session, secret)
    return made, link_to(services, f"/s/{token}/channel.m3u8")


def _sheet(services: Services) -> ResponseReturnValue:
    """What to hang beside a new television, or to take along: printed on one page. Its code is for phones: it leads to
    where the letters of the television are typed.
    """
    television, phone = link_to(services, "/tv"), link_to(services, url_for("desk.new_screen"))
    return page(services, "screen_sheet.html", section="screens", address=television.address, link=phone)
