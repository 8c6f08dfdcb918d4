"""Screenings at venues on the desk, and the page on which a phone says how many people came."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import screenings, timetables, upload_lookups
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.timetables import Show
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.links import link_to
from medialib.web.desk.shell import me, own_units, page, typed
from medialib.web.desk.timetable_form import choices, read_show, titles
from medialib.web.i18n import sentence


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        rule = f"/screenings{path}"
        blueprint.add_url_rule(rule, endpoint, access.at_least("editor")(view), methods=methods or ("GET",))

    add("", "screenings", lambda: _screenings(services), "GET", "POST")
    add("/<screening_id>/link", "screening_link", lambda screening_id: _link(services, screening_id), "POST")
    add("/<screening_id>/remove", "remove_screening", lambda screening_id: _remove(services, screening_id), "POST")


def make_blueprint(services: Services) -> Blueprint:
    """The phone's page: whoever has the link may count."""
    blueprint = Blueprint("visitors", __name__)
    view = access.public(lambda token: _count(services, token))
    blueprint.add_url_rule("/visitors/<token>", "count", view, methods=("GET", "POST"))
    return blueprint


def _screenings(services: Services) -> ResponseReturnValue:
    problem = ""
    if request.method == "POST":
        try:
            with services.database.begin() as session:
                _add(services, session)
            return redirect(url_for("desk.screenings"))
        except BadRequest as error:
            problem = sentence(error)
    with services.database.read() as session:
        found = screenings.screenings(session, viewer_of(me(services)))
        offered, lessons, units = choices(session), titles(session), own_units(session, me(services))
    shows = {one.id: offered.title_of(Show.from_json(one.show)) for one in found}
    return page(
        services, "screenings.html", 400 if problem else 200, section="screens", screenings=found, shows=shows,
        choices=offered, lessons=lessons, units=units, form=request.form, problem=problem,
        total=sum(one.visitors or 0 for one in found),
    )  # fmt: skip


def _add(services: Services, session: Session) -> None:
    person = me(services)
    unit = typed("unit", most=64) or person.unit_slug
    upload_lookups.require_own_unit(session, person, unit)
    at = timetables.local_time(typed("at", most=16), services.settings.screens.zone)
    show = read_show(session, request.form, "screening")
    if show is None:
        raise BadRequest(N_("Please choose what is shown."))
    screenings.add(session, title=typed("title"), venue=typed("venue"), at=at, show=show, unit_slug=unit, by=person)


def _link(services: Services, screening_id: str) -> ResponseReturnValue:
    """The link for counting and its QR code, to be hung up at the venue."""
    with services.database.begin() as session:
        one = screenings.screening(session, viewer_of(me(services)), screening_id)
        token = screenings.link(one, key=services.store.secret())
    link = link_to(services, url_for("visitors.count", token=token))
    return page(services, "screening_link.html", section="screens", screening=one, link=link)


def _remove(services: Services, screening_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        one = screenings.screening(session, viewer_of(me(services)), screening_id)
        screenings.remove(session, one, by=me(services))
    return redirect(url_for("desk.screenings"))


def _count(services: Services, token: str) -> ResponseReturnValue:
    problem, done = "", False
    with services.database.begin() as session:
        one = screenings.by_token(session, token)
        if request.method == "POST":
            try:
                screenings.count_visitors(one, _number(typed("visitors", most=8)), typed("note", most=500))
                done = True
            except BadRequest as error:
                problem = sentence(error)
    return render_template("visitors.html", screening=one, problem=problem, done=done), 400 if problem else 200


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,7}", text):
        raise BadRequest(
            N_("How many people came is a number from 0 to %(most)s."), values={"most": screenings.MOST_VISITORS}
        )
    return int(text)
