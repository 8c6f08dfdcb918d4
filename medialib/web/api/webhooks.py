"""Webhooks over the API: for administrators, with the checks of the desk."""

from typing import Annotated, Any

from pydantic import Field

from medialib.catalogue import telling
from medialib.catalogue.webhooks import Event, Webhook
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body, Operation
from medialib.web.desk.shell import me
from medialib.web.desk.webhooks import add_checked

_ADMIN = access.at_least("admin")


class WebhookAnswer(Answer):
    id: str
    address: str
    events: list[Event]
    stopped: bool
    secret: str


class WebhooksAnswer(Answer):
    webhooks: list[WebhookAnswer]


class NewWebhook(Body):
    address: Annotated[str, Field(min_length=8, max_length=500)]
    events: Annotated[list[Event], Field(min_length=1, max_length=10)]


def add_to(api: Api, services: Services) -> None:
    def admin(view: Any, method: Any, path: str, summary: str, **more: Any) -> None:
        operation = Operation(
            method=method, path=path, summary=summary, group="webhooks", scope="admin", role="admin", **more
        )
        api.add(operation, _ADMIN, view)

    admin(lambda: _all(services), "GET", "/webhooks", N_("Who is told of what happens"), answer=WebhooksAnswer)
    admin(
        lambda body: _told(services, add_checked(services, body.address, body.events)), "POST", "/webhooks",
        N_("Adds an address that is told"), body=NewWebhook, answer=WebhookAnswer, status=201,
    )  # fmt: skip
    admin(
        lambda webhook_id: _remove(services, webhook_id), "DELETE", "/webhooks/<webhook_id>",
        N_("Removes an address"), status=204,
    )  # fmt: skip


def _told(services: Services, one: Webhook) -> WebhookAnswer:
    secret = telling.secret_of(one, services.store.secret())
    return WebhookAnswer(
        id=one.id, address=one.address, events=one.events, stopped=one.stopped_at is not None, secret=secret  # type: ignore[arg-type]
    )  # fmt: skip


def _all(services: Services) -> WebhooksAnswer:
    with services.database.read() as session:
        return WebhooksAnswer(webhooks=[_told(services, one) for one in telling.webhooks(session)])


def _remove(services: Services, webhook_id: str) -> None:
    with services.database.begin() as session:
        telling.remove(session, webhook_id, by=me(services))
