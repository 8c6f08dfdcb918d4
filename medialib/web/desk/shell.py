"""What every page of the desk has: its rail, its person, what a form said, how times and names are written."""

import time
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from medialib.catalogue import rights, unit_tree, worklist
from medialib.catalogue.people import ROLES, Person, Role
from medialib.catalogue.readable import readable
from medialib.catalogue.rights import Viewer, viewer_of
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import signing
from medialib.web.i18n import gettext, language

ROLE_NAMES: dict[str, str] = {
    "viewer": N_("Viewer"),
    "editor": N_("Unit editor"),
    "curator": N_("County office"),
    "admin": N_("Administrator"),
}
ROLE_RIGHTS: dict[str, str] = {
    "viewer": N_("watches what is not for everyone"),
    "editor": N_("uploads and edits for a unit and all below it"),
    "curator": N_("reviews, publishes, and puts collections together"),
    "admin": N_("people, units and settings as well"),
}


@dataclass(frozen=True)
class Place:
    """An entry of the rail; `endpoint` is where it leads, `role` the least that sees it. A page of the settings lies
    `under` them, and is a tab there.
    """

    section: str
    label: str
    icon: str
    endpoint: str
    role: str
    under: str = ""


RAIL = (
    Place("todo", N_("To do"), "inbox", "desk.todo", "editor"),
    Place("lessons", N_("Lessons"), "film", "desk.lessons", "editor"),
    Place("collections", N_("Collections"), "layers", "desk.collections", "curator"),
    Place("themes", N_("Themes"), "themes", "desk.themes", "curator"),
    Place("screens", N_("Screens"), "tv", "desk.screens", "editor"),
    Place("statistics", N_("Statistics"), "chart", "desk.statistics", "editor"),
    Place("reports", N_("Reports"), "flag", "desk.reports", "editor"),
    Place("people", N_("People"), "people", "desk.people", "admin", under="settings"),
    Place("units", N_("Units"), "tree", "desk.units", "admin", under="settings"),
    Place("webhooks", N_("Messages to other systems"), "link", "desk.webhooks", "admin", under="settings"),
    Place("machine", N_("This machine"), "gear", "desk.settings", "admin", under="settings"),
    Place("log", N_("Log"), "list", "desk.log", "admin", under="settings"),
    Place("account", N_("My account"), "person", "desk.account", "viewer", under="settings"),
)
"""What the rail leads to, in its order; the rest of the desk adds its entries here. Those `under` settings share one.
"""


def me(services: Services) -> Person:
    """Who is signed in; only for views that bear a mark for people with an account."""
    found = signing.current(services)
    if found is None:
        raise RuntimeError("a view of the desk without a mark")
    return found


def page(services: Services, template: str, status: int = 200, **values: Any) -> Response:
    """A page of the desk; it is never kept, since it shows what only this person may see."""
    person = me(services)
    viewer = viewer_of(person)
    seen = [place for place in RAIL if viewer.at_least(place.role)]
    settings = [place for place in seen if place.under]
    rail = [place for place in seen if not place.under]
    rail.append(Place("settings", N_("Settings"), "gear", settings[0].endpoint, "viewer"))
    told = {"me": person, "rail": rail, "settings": settings, "counts": _counts(services, viewer), **values}
    response = make_response(render_template(f"desk/{template}", **told), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _counts(services: Services, viewer: Viewer) -> dict[str, int]:
    """The figures beside the rail's entries: what waits for this person, and how many lessons there are to edit."""
    if not viewer.at_least("editor"):
        return {}
    with services.database.read() as session:
        stages = worklist.stage_counts(session, viewer, worklist.Asked())
    waiting = stages.get("submitted", 0) if viewer.at_least("curator") else stages.get("returned", 0)
    return {"todo": waiting, "lessons": sum(stages.values())}


def home_of(person: Person) -> str:
    """The page of the desk that this person begins with."""
    return url_for(next(place.endpoint for place in RAIL if viewer_of(person).at_least(place.role)))


def may_edit(services: Services, lesson_id: str) -> bool:
    """Whether whoever looks may change this lesson; asked of people with an account only."""
    person = signing.current(services)
    if person is None:
        return False
    with services.database.read() as session:
        return rights.may_edit(session, viewer_of(person), lesson_id)


def typed(name: str, *, most: int = 200) -> str:
    """What a field of the form holds, without control characters and without space around it; raises BadRequest."""
    value = request.form.get(name, "")
    if len(value) > most:
        raise BadRequest(N_("That is too long: at most %(number)s characters."), values={"number": most})
    return readable(value)


def chosen_role() -> Role:
    """Raises BadRequest."""
    value = request.form.get("role", "")
    found = next((role for role in ROLES if role == value), None)
    if found is None:
        raise BadRequest(N_("Please choose what this person may do."))
    return found


def chosen_unit(services: Services, role: Role) -> str | None:
    """The unit that the form names; raises BadRequest for one that is not there, and for an editor without one."""
    slug = typed("unit", most=64) or None
    if slug is None and role == "editor":
        raise BadRequest(N_("A unit editor needs a unit. Please choose one."))
    if slug is not None:
        with services.database.read() as session:
            unit_tree.unit(session, slug)
    return slug


def unit_choices(services: Services) -> list[unit_tree.Row]:
    """All units as a list to choose from."""
    with services.database.read() as session:
        return unit_tree.rows(session)


def own_units(session: Session, person: Person) -> list[unit_tree.Row]:
    """The units that this person may do something for, as a list to choose from."""
    rows = unit_tree.rows(session)
    if viewer_of(person).at_least("curator"):
        return rows
    return [row for row in rows if person.unit_path and row.unit.path.startswith(person.unit_path)]


def moment(seconds: float) -> str:
    """A date and time as people write it: 2023年5月4日 08:30."""
    at = time.localtime(seconds)
    if language().startswith("zh"):
        return f"{at.tm_year}年{at.tm_mon}月{at.tm_mday}日 {at.tm_hour:02}:{at.tm_min:02}"
    return time.strftime("%Y-%m-%d %H:%M", at)


def typed_moment(seconds: float) -> str:
    """A date and time as a form's field holds it: 2023-05-04T08:30."""
    return time.strftime("%Y-%m-%dT%H:%M", time.localtime(seconds))


def role_name(role: str) -> str:
    return gettext(ROLE_NAMES[role])


def role_rights(role: str) -> str:
    return gettext(ROLE_RIGHTS[role])
