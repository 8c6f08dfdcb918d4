"""Signing in and out, and the pages behind links: an invitation, and choosing a password."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from medialib.catalogue import passwords, people_edits, people_lookups
from medialib.catalogue.people import Person
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access, signing
from medialib.web.desk.shell import home_of, typed
from medialib.web.guarding import count_tries
from medialib.web.i18n import gettext, sentence

_WRONG = N_("The sign-in name or the password is not right.")


def make_blueprint(services: Services, limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("signing_in", __name__)

    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(path, endpoint, access.public(view), methods=methods)

    add("/sign-in", "sign_in", count_tries(limiter, services, "sign_in", lambda: _sign_in(services)), "GET", "POST")
    add("/sign-out", "sign_out", lambda: _sign_out(services), "POST")
    invitation = count_tries(limiter, services, "invitation", lambda token: _invitation(services, token))
    add("/invitation/<token>", "invitation", invitation, "GET", "POST")
    password = count_tries(limiter, services, "password", lambda token: _password(services, token))
    add("/password/<token>", "password", password, "GET", "POST")
    return blueprint


def _sign_in(services: Services) -> ResponseReturnValue:
    if request.method != "POST":
        person = signing.current(services)
        return redirect(home_of(person)) if person else _page("sign_in.html", next=_next(), why=_why(services))
    login = typed("login")
    with services.database.read() as session:
        person = people_lookups.find_person(session, login)
    known = person if person and person.is_working else None
    password = request.form.get("password", "")[: passwords.LONGEST]
    if not passwords.is_right(known.password_hash if known else "", password) or known is None:
        with services.database.begin() as session:
            people_edits.note(session, None, "sign-in.failed", on_name=login)
        return _page("sign_in.html", 403, next=_next(), login=login, problem=gettext(_WRONG))
    if passwords.is_outdated(known.password_hash):
        with services.database.begin() as session:
            people_lookups.person(session, known.id).password_hash = passwords.hash_password(password)
    return _welcome(services, known, _next())


def _why(services: Services) -> str:
    """What whoever was led here by another page is told, in the words with which that page refused."""
    wish = _next()
    if not wish:
        return ""
    if wish.startswith("/desk"):
        return gettext(N_("That page is for people with an account."))
    if services.settings.access.library == "signed-in":
        return gettext(access.CLOSED)
    return gettext(access.NARROWED)


def _sign_out(services: Services) -> ResponseReturnValue:
    response = redirect(url_for("phone.home"))
    signing.stop(services, response)
    return response


def _invitation(services: Services, token: str) -> ResponseReturnValue:
    """Make the account that somebody was invited to; raises NotFound for a link that works no longer."""
    with services.database.read() as session:
        ticket = people_lookups.ticket(session, token, "invitation")
    if request.method != "POST":
        return _page("invitation.html", ticket=ticket, name=ticket.name)
    try:
        password = _new_password()
        with services.database.begin() as session:
            ticket = people_lookups.ticket(session, token, "invitation")
            person = people_edits.accept(session, ticket, login=typed("login"), name=typed("name"), password=password)
    except BadRequest as error:
        told = {"name": request.form.get("name", ""), "login": request.form.get("login", "")}
        return _page("invitation.html", 400, ticket=ticket, problem=sentence(error), **told)
    return _welcome(services, person, "")


def _password(services: Services, token: str) -> ResponseReturnValue:
    """Choose a new password by a link; raises NotFound for one that works no longer."""
    with services.database.read() as session:
        ticket = people_lookups.ticket(session, token, "password")
        person = people_lookups.person(session, ticket.person_id or "")
    if request.method != "POST":
        return _page("new_password.html", person=person)
    try:
        password = _new_password()
        with services.database.begin() as session:
            ticket = people_lookups.ticket(session, token, "password")
            person = people_lookups.person(session, ticket.person_id or "")
            people_edits.claim(session, ticket)
            people_edits.set_password(session, person, password, by=person)
    except BadRequest as error:
        return _page("new_password.html", 400, person=person, problem=sentence(error))
    return _welcome(services, person, "") if person.is_working else redirect(url_for("signing_in.sign_in"))


def _new_password() -> str:
    """The password that was typed twice; raises BadRequest."""
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise BadRequest(N_("The two passwords are not the same. Please type them again."))
    return password


def _welcome(services: Services, person: Person, after: str) -> Response:
    """Sign this device in and lead on; the form's cookie begins anew, so that nobody could have planted it."""
    from flask import session

    session.clear()
    response = make_response(redirect(after or home_of(person)))
    signing.start(services, response, person)
    return response


def _next() -> str:
    """The page that asked to sign in, when it is one of this site."""
    wish = request.values.get("next", "")
    safe = wish.startswith("/") and not wish.startswith(("//", "/\\")) and wish.isprintable()
    return wish if safe else ""


def _page(template: str, status: int = 200, **values: object) -> Response:
    response = make_response(render_template(f"desk/{template}", **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
