"""Screenings at venues over the API: planned, taken out, and the link by which their visitors are counted."""

from typing import Annotated

from flask import url_for
from pydantic import Field

from medialib.catalogue import screenings, timetables, upload_lookups
from medialib.catalogue.channels import Screening
from medialib.catalogue.rights import viewer_of
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Line, Slug
from medialib.web.api.timetables import ShowBody
from medialib.web.desk.links import link_to
from medialib.web.desk.shell import me


class ScreeningAnswer(Answer):
    """`visitors` is null until somebody counted them."""

    id: str
    title: str
    venue: str
    at: float
    show: ShowBody
    unit: str | None
    visitors: int | None
    note: str


class ScreeningsAnswer(Answer):
    """The latest first, at most 200."""

    screenings: list[ScreeningAnswer]


class NewScreening(Body):
    """`at` is a time of the library's own clock (`2026-11-26T19:30`); `unit` the own one unless another is named."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    venue: Annotated[Line, Field(min_length=1, max_length=200)]
    at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")]
    show: ShowBody
    unit: Slug | None = None


class CountingLink(Answer):
    """The same each time: it may hang at the venue already."""

    address: str


def add_to(api: Api) -> None:
    editors = api.family(access.at_least("editor"), below="/screenings", writes="edit", group="screens")
    editors(_all, "GET", "", N_("Screenings at venues, and how many people came"), answer=ScreeningsAnswer)
    told = N_("Plans a screening")
    editors(_add, "POST", "", told, body=NewScreening, answer=ScreeningAnswer, status=201)
    told = N_("The link by which visitors are counted")
    editors(_link, "POST", "/<screening_id>/link", told, answer=CountingLink)
    editors(_remove, "DELETE", "/<screening_id>", N_("Takes a screening out"), status=204)


def _told(one: Screening) -> ScreeningAnswer:
    same = {name: getattr(one, name) for name in ("id", "title", "venue", "at", "visitors", "note")}
    return ScreeningAnswer(**same, show=ShowBody.model_construct(**one.show), unit=one.unit_slug)


def _all(services: Services) -> ScreeningsAnswer:
    with services.database.read() as session:
        found = screenings.screenings(session, viewer_of(me(services)))
        return ScreeningsAnswer(screenings=[_told(one) for one in found])


def _add(services: Services, body: NewScreening) -> ScreeningAnswer:
    person = me(services)
    unit = body.unit or person.unit_slug
    at, show = timetables.local_time(body.at, services.settings.screens.zone), body.show.value()
    timetables.check(timetables.Timetable(filler=show))
    with services.database.begin() as session:
        upload_lookups.require_own_unit(session, person, unit)
        made = screenings.add(session, title=body.title, venue=body.venue, at=at, show=show, unit_slug=unit, by=person)
        session.flush()
        return _told(made)


def _link(services: Services, screening_id: str) -> CountingLink:
    with services.database.begin() as session:
        one = screenings.screening(session, viewer_of(me(services)), screening_id)
        token = screenings.link(one, key=services.store.secret())
    return CountingLink(address=link_to(services, url_for("visitors.count", token=token)).address)


def _remove(services: Services, screening_id: str) -> None:
    with services.database.begin() as session:
        one = screenings.screening(session, viewer_of(me(services)), screening_id)
        screenings.remove(session, one, by=me(services))
