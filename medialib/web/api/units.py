"""The tree of units over the API: for administrators, as on the desk."""

from typing import Annotated

from pydantic import Field

from medialib.catalogue import unit_removal, unit_tree
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access, signing
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Line, Slug


class UnitAnswer(Answer):
    slug: str
    name: str
    under: str | None
    depth: int
    lessons: int


class UnitsAnswer(Answer):
    units: list[UnitAnswer]


class NewUnit(Body):
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    under: Slug | None = None


class UnitChange(Body):
    """What is not named stays as it is; `under` null puts the unit at the top. `place` is among those beside it,
    counted from 1; beyond the last is the last.
    """

    name: Annotated[Line, Field(min_length=1, max_length=200)] | None = None
    under: Slug | None = None
    place: Annotated[int, Field(ge=1, le=10_000)] | None = None


def add_to(api: Api) -> None:
    units = api.family(access.at_least("admin"), below="/units", reads="admin", writes="admin", group="units")
    units(_units, "GET", "", N_("All units, each under the one it belongs to"), answer=UnitsAnswer)
    units(_add_unit, "POST", "", N_("Makes a unit"), body=NewUnit, answer=UnitAnswer, status=201, refusals=(404,))
    units(
        _change_unit,
        "PATCH",
        "/<slug>",
        N_("Renames a unit, puts it under another, or elsewhere in the order"),
        body=UnitChange,
        answer=UnitAnswer,
    )
    units(_remove_unit, "DELETE", "/<slug>", N_("Removes a unit to which nothing belongs"), status=204)


def _row(row: unit_tree.Row) -> UnitAnswer:
    unit = row.unit
    return UnitAnswer(slug=unit.slug, name=unit.name, under=unit.parent_slug, depth=row.depth, lessons=row.lessons)


def _units(services: Services) -> UnitsAnswer:
    with services.database.read() as session:
        return UnitsAnswer(units=[_row(row) for row in unit_tree.rows(session)])


def _add_unit(services: Services, body: NewUnit) -> UnitAnswer:
    with services.database.begin() as session:
        made = unit_tree.add(session, name=body.name, parent_slug=body.under, by=signing.current(services))
        return _row(unit_tree.Row(unit=made, depth=len(made.slugs) - 1))


def _change_unit(services: Services, slug: str, body: UnitChange) -> UnitAnswer:
    by = signing.current(services)
    with services.database.begin() as session:
        unit_tree.unit(session, slug)
        if body.name is not None:
            unit_tree.rename(session, slug, body.name, by=by)
        if "under" in body.model_fields_set:
            unit_tree.move(session, slug, body.under, by=by)
        if body.place is not None:
            unit_tree.place(session, slug, body.place - 1, by=by)
        session.flush()
        return next(_row(row) for row in unit_tree.rows(session) if row.unit.slug == slug)


def _remove_unit(services: Services, slug: str) -> None:
    with services.database.begin() as session:
        unit_removal.remove(session, slug, by=signing.current(services))
