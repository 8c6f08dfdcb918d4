"""People: the list, invitations, one person's role, unit and devices, links for choosing a password."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue import api_tokens, people_edits, people_lookups
from medialib.catalogue.people import ROLES
from medialib.errors import BadRequest
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.links import link_to
from medialib.web.desk.shell import chosen_role, chosen_unit, me, page, typed, unit_choices
from medialib.web.i18n import sentence


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(path, endpoint, access.at_least("admin")(view), methods=methods)

    add("/people", "people", lambda: _people(services), "GET")
    add("/people/invite", "invite", lambda: _invite(services), "GET", "POST")
    add(
        "/people/invitations/<ticket_id>/withdraw", "withdraw", lambda ticket_id: _withdraw(services, ticket_id), "POST"
    )
    add("/people/<person_id>", "person", lambda person_id: _person(services, person_id), "GET", "POST")
    add("/people/<person_id>/disable", "disable", lambda person_id: _disable(services, person_id), "POST")
    add("/people/<person_id>/enable", "enable", lambda person_id: _enable(services, person_id), "POST")
    add("/people/<person_id>/reset", "reset", lambda person_id: _reset(services, person_id), "POST")
    add("/people/<person_id>/sign-out", "sign_out_person", lambda person_id: _sign_out(services, person_id), "POST")
    add("/people/<person_id>/end-keys", "end_keys", lambda person_id: _end_keys(services, person_id), "POST")


def _people(services: Services) -> ResponseReturnValue:
    words = request.args.get("q", "").replace("\0", "")[:100].strip()
    with services.database.read() as session:
        found = people_lookups.people(session, words=words)
        invited = people_lookups.open_tickets(session, "invitation")
    return page(services, "people.html", section="people", people=found, invited=invited, words=words)


def _invite(services: Services) -> ResponseReturnValue:
    told: dict[str, Any] = {"section": "people", "units": unit_choices(services), "roles": ROLES}
    if request.method != "POST":
        return page(services, "invite.html", role="editor", **told)
    try:
        role = chosen_role()
        unit = chosen_unit(services, role)
        hours, name = services.settings.access.link_hours, typed("name", most=100)
        with services.database.begin() as session:
            token = people_edits.invite(session, name=name, role=role, unit_slug=unit, hours=hours, by=me(services))
    except BadRequest as error:
        form = request.form
        kept = {"role": form.get("role"), "unit": form.get("unit"), "name": form.get("name")}
        return page(services, "invite.html", 400, problem=sentence(error), **kept, **told)
    link = link_to(services, url_for("signing_in.invitation", token=token))
    return page(services, "link.html", section="people", kind="invitation", link=link, name=name, hours=hours)


def _withdraw(services: Services, ticket_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        for ticket in people_lookups.open_tickets(session, "invitation"):
            if ticket.id == ticket_id:
                people_edits.withdraw(session, ticket, by=me(services))
    return redirect(url_for("desk.people"))


def _person(services: Services, person_id: str, problem: str = "") -> ResponseReturnValue:
    if request.method == "POST" and not problem:
        try:
            role = chosen_role()
            unit, name = chosen_unit(services, role), typed("name", most=100)
            with services.database.begin() as session:
                person = people_lookups.person(session, person_id)
                people_edits.change_person(session, person, name=name, role=role, unit_slug=unit, by=me(services))
            return redirect(url_for("desk.person", person_id=person_id, saved=1))
        except BadRequest as error:
            problem = sentence(error)
    with services.database.read() as session:
        person = people_lookups.person(session, person_id)
        devices = people_lookups.sign_ins(session, person_id)
        keys = api_tokens.of_person(session, person_id)
        lately = people_lookups.log(session, person_id=person_id, per_page=8).entries
    return page(
        services, "person.html", 400 if problem else 200, section="people", person=person, devices=devices, keys=keys,
        lately=lately, units=unit_choices(services), roles=ROLES, problem=problem, saved="saved" in request.args,
    )  # fmt: skip


def _disable(services: Services, person_id: str) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            people_edits.disable(session, people_lookups.person(session, person_id), by=me(services))
    except BadRequest as error:
        return _person(services, person_id, sentence(error))
    return redirect(url_for("desk.person", person_id=person_id))


def _enable(services: Services, person_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        people_edits.enable(session, people_lookups.person(session, person_id), by=me(services))
    return redirect(url_for("desk.person", person_id=person_id))


def _reset(services: Services, person_id: str) -> ResponseReturnValue:
    hours = services.settings.access.link_hours
    with services.database.begin() as session:
        person = people_lookups.person(session, person_id)
        token = people_edits.password_link(session, person, hours=hours, by=me(services))
    link = link_to(services, url_for("signing_in.password", token=token))
    return page(services, "link.html", section="people", kind="password", link=link, name=person.name, hours=hours)


def _sign_out(services: Services, person_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        person = people_lookups.person(session, person_id)
        people_edits.sign_out(session, person, by=me(services))
    return redirect(url_for("desk.person", person_id=person_id))


def _end_keys(services: Services, person_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        people_edits.end_keys(session, people_lookups.person(session, person_id), by=me(services))
    return redirect(url_for("desk.person", person_id=person_id))
