"""Units: the tree of towns, villages and departments; add, rename, move, order, remove."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import people_lookups, unit_removal, unit_tree
from medialib.errors import BadRequest
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import sentence


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(path, endpoint, access.at_least("admin")(view), methods=methods)

    add("/units", "units", lambda: _units(services), "GET", "POST")
    add("/units/<slug>", "unit", lambda slug: _unit(services, slug), "GET")
    add("/units/<slug>/rename", "rename_unit", lambda slug: _rename(services, slug), "POST")
    add("/units/<slug>/move", "move_unit", lambda slug: _move(services, slug), "POST")
    add("/units/<slug>/remove", "remove_unit", lambda slug: _remove(services, slug), "POST")
    add("/units/<slug>/up", "unit_up", lambda slug: _shift(services, slug, -1), "POST")
    add("/units/<slug>/down", "unit_down", lambda slug: _shift(services, slug, 1), "POST")


def _units(services: Services) -> ResponseReturnValue:
    if request.method != "POST":
        return _list(services)
    try:
        name, parent = typed("name"), typed("parent", most=64) or None
        with services.database.begin() as session:
            made = unit_tree.add(session, name=name, parent_slug=parent, by=me(services))
    except BadRequest as error:
        return _list(services, 400, problem=sentence(error))
    return redirect(url_for("desk.units", _anchor=made.slug))


def _list(services: Services, status: int = 200, **told: object) -> ResponseReturnValue:
    with services.database.read() as session:
        rows = unit_tree.rows(session)
        lately = people_lookups.log(session, person_id=me(services).id, act="unit.removed", per_page=1).entries
    removed = lately[0] if lately and "removed" in request.args else None
    return page(
        services,
        "units.html",
        status,
        section="units",
        rows=rows,
        removed=removed,
        typed_name=request.form.get("name", ""),
        **told,
    )


def _unit(services: Services, slug: str, problem: str = "") -> ResponseReturnValue:
    with services.database.read() as session:
        rows, unit = unit_tree.rows(session), unit_tree.unit(session, slug)
    others = [row for row in rows if not row.unit.path.startswith(unit.path)]
    return page(
        services, "unit.html", 400 if problem else 200, section="units", unit=unit, others=others, problem=problem
    )


def _rename(services: Services, slug: str) -> ResponseReturnValue:
    name = typed("name")
    return _change(services, slug, lambda session: unit_tree.rename(session, slug, name, by=me(services)))


def _move(services: Services, slug: str) -> ResponseReturnValue:
    parent = typed("parent", most=64) or None
    return _change(services, slug, lambda session: unit_tree.move(session, slug, parent, by=me(services)))


def _shift(services: Services, slug: str, steps: int) -> ResponseReturnValue:
    return _change(services, slug, lambda session: unit_tree.shift(session, slug, steps, by=me(services)))


def _change(services: Services, slug: str, change: Callable[[Session], None]) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            change(session)
    except BadRequest as error:
        return _unit(services, slug, sentence(error))
    return redirect(url_for("desk.units", _anchor=slug))


def _remove(services: Services, slug: str) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            unit_removal.remove(session, slug, by=me(services))
    except BadRequest as error:
        return _unit(services, slug, sentence(error))
    return redirect(url_for("desk.units", removed=1))
