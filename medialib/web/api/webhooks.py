"""Webhooks over the API: for administrators, with the checks of the desk."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from medialib.catalogue import telling
from medialib.catalogue.webhooks import Delivery, Event, Webhook
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.desk.shell import me
from medialib.web.desk.webhooks import add_checked
from medialib.web.i18n import gettext

_ADMIN = access.at_least("admin")


class WebhookAnswer(Answer):
    id: str
    address: str
    events: list[Event]
    stopped: bool
    secret: str


class WebhooksAnswer(Answer):
    webhooks: list[WebhookAnswer]


class DeliveryAnswer(Answer):
    """`lesson` is what it was about, null for a test; `status` the last that was answered, 0 for none; `due_at` when it
    is tried next, null when it is over.
    """

    id: int
    event: Event | Literal["test"]
    lesson: str | None
    at: float
    attempts: int
    status: int
    problem: str
    tried_at: float | None
    due_at: float | None


class Deliveries(Answer):
    """The last fifty, the latest first."""

    deliveries: list[DeliveryAnswer]


class NewWebhook(Body):
    address: Annotated[str, Field(min_length=8, max_length=500)]
    events: Annotated[list[Event], Field(min_length=1, max_length=10)]


def add_to(api: Api) -> None:
    admin = api.family(_ADMIN, below="/webhooks", reads="admin", writes="admin", group="webhooks")
    admin(_all, "GET", "", N_("Who is told of what happens"), answer=WebhooksAnswer)
    admin(_add, "POST", "", N_("Adds an address that is told"), body=NewWebhook, answer=WebhookAnswer, status=201)
    admin(_remove, "DELETE", "/<webhook_id>", N_("Removes an address"), status=204)
    admin(
        _deliveries,
        "GET",
        "/<webhook_id>/deliveries",
        N_("What an address was told, and what it answered"),
        answer=Deliveries,
    )
    for act, summary, change in (
        ("test", N_("Sends a test to an address"), telling.test),
        ("stop", N_("Stops telling an address"), telling.stop),
        ("go-on", N_("Goes on telling an address"), telling.go_on),
    ):
        admin(_acting(change), "POST", f"/<webhook_id>/{act}", summary, answer=WebhookAnswer)


def _told(services: Services, one: Webhook) -> WebhookAnswer:
    secret = telling.secret_of(one, services.store.secret())
    return WebhookAnswer(
        id=one.id, address=one.address, events=one.events, stopped=one.stopped_at is not None, secret=secret  # type: ignore[arg-type]
    )  # fmt: skip


def _add(services: Services, body: NewWebhook) -> WebhookAnswer:
    return _told(services, add_checked(services, body.address, [*body.events]))


def _all(services: Services) -> WebhooksAnswer:
    with services.database.read() as session:
        return WebhooksAnswer(webhooks=[_told(services, one) for one in telling.webhooks(session)])


def _remove(services: Services, webhook_id: str) -> None:
    with services.database.begin() as session:
        telling.remove(session, webhook_id, by=me(services))


def _deliveries(services: Services, webhook_id: str) -> Deliveries:
    with services.database.read() as session:
        telling.webhook(session, webhook_id)
        found = telling.deliveries(session, webhook_id)
    return Deliveries(deliveries=[_delivery(one) for one in found])


def _delivery(one: Delivery) -> DeliveryAnswer:
    same = ("id", "event", "at", "attempts", "status", "tried_at", "due_at")
    problem = gettext(one.problem) if one.problem else ""
    return DeliveryAnswer(
        **{name: getattr(one, name) for name in same}, lesson=one.about.get("lesson"), problem=problem
    )


def _acting(change: Callable[..., None]) -> Callable[..., WebhookAnswer]:
    def view(services: Services, webhook_id: str) -> WebhookAnswer:
        with services.database.begin() as session:
            change(session, webhook_id, by=me(services))
            session.flush()
            return _told(services, telling.webhook(session, webhook_id))

    return view
