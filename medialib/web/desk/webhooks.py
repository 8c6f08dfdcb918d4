"""Other systems that are told of what happens: added, tried out, stopped and looked after by administrators."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib import outgoing
from medialib.catalogue import lookups, telling
from medialib.catalogue.webhooks import EVENTS, TEST, Delivery, Webhook
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import gettext, sentence

EVENT_NAMES: dict[str, str] = {
    "lesson.published": N_("A lesson was published"),
    "lesson.submitted": N_("A lesson was submitted"),
    "lesson.returned": N_("A lesson was returned"),
    "lesson.complete": N_("Everything of a lesson is made"),
    "ingest.failed": N_("A recording could not be made into a lesson"),
    TEST: N_("A test"),
}

_TOLD, _WAITS, _AGAIN = N_("told"), N_("It is told in a moment."), N_("It is tried again.")


def add_to(blueprint: Blueprint, services: Services) -> None:
    admin = access.at_least("admin")

    def add(path: str, endpoint: str, view: access.View, method: str = "GET") -> None:
        blueprint.add_url_rule(f"/webhooks{path}", endpoint, admin(view), methods=[method])

    add("", "webhooks", lambda: _list(services))
    add("", "add_webhook", lambda: _add(services), "POST")
    add("/<webhook_id>", "webhook", lambda webhook_id: _one(services, webhook_id))
    for act in ("test", "stop", "go_on", "remove"):
        add(f"/<webhook_id>/{act.replace('_', '-')}", f"{act}_webhook", _acting(services, act), "POST")
    blueprint.add_app_template_filter(event_name, "event_name")
    blueprint.add_app_template_filter(state_of, "delivery_state")


def event_name(event: str) -> str:
    return gettext(EVENT_NAMES[event]) if event in EVENT_NAMES else event


def state_of(one: Delivery) -> str:
    """How far a delivery is, in a sentence."""
    if one.succeeded:
        return gettext(_TOLD)
    problem = gettext(one.problem) if one.problem else ""
    if one.due_at is None:
        return problem
    return f"{problem} {gettext(_AGAIN)}" if problem else gettext(_WAITS)


def _list(services: Services, status: int = 200, **told: object) -> ResponseReturnValue:
    with services.database.read() as session:
        found = telling.webhooks(session)
    return page(services, "webhooks.html", status, section="webhooks", webhooks=found, events=EVENTS, **told)


def _add(services: Services) -> ResponseReturnValue:
    chosen, address = request.form.getlist("event"), request.form.get("target", "").strip()
    try:
        made = add_checked(services, typed("target", most=500), chosen)
    except BadRequest as error:
        return _list(services, 400, problem=sentence(error), address=address[:500], chosen=chosen)
    return redirect(url_for("desk.webhook", webhook_id=made.id))


def add_checked(services: Services, address: str, events: list[str]) -> Webhook:
    """For the page and the API; raises BadRequest for an address that may not be reached."""
    outgoing.check(address, private=services.settings.webhooks.private)
    with services.database.begin() as session:
        return telling.add(session, address=address, events=events, by=me(services))


def _one(services: Services, webhook_id: str, status: int = 200, **told: object) -> ResponseReturnValue:
    with services.database.read() as session:
        found, deliveries = telling.webhook(session, webhook_id), telling.deliveries(session, webhook_id)
        ids = sorted({one.about["lesson"] for one in deliveries if "lesson" in one.about})
        titles = {one.id: one.title for one in lookups.lessons_by_id(session, ids)}
    secret = telling.secret_of(found, services.store.secret())
    return page(
        services,
        "webhook.html",
        status,
        section="webhooks",
        webhook=found,
        deliveries=deliveries,
        titles=titles,
        secret=secret,
        **told,
    )


def _acting(services: Services, act: str) -> Callable[[str], ResponseReturnValue]:
    def view(webhook_id: str) -> ResponseReturnValue:
        try:
            with services.database.begin() as session:
                getattr(telling, act)(session, webhook_id, by=me(services))
        except BadRequest as error:
            return _one(services, webhook_id, 400, problem=sentence(error))
        gone = act == "remove"
        return redirect(url_for("desk.webhooks") if gone else url_for("desk.webhook", webhook_id=webhook_id))

    return view
