"""Tells other systems what happened, from the worker: what is due, to one after the other, again when it failed."""

import json
import threading
import time
from typing import Any

import structlog

from medialib import outgoing
from medialib.catalogue import telling
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.webhooks import Delivery, Webhook
from medialib.database import AWAY, told
from medialib.delivery import shapes
from medialib.errors import N_, BadRequest
from medialib.outgoing import Outcome
from medialib.services import Services

log = structlog.get_logger()

LOOK_SECONDS = 3.0
_AWAY_SECONDS = 30.0
_LEASE = "webhooks"
_LOOKS_BETWEEN_SWEEPS = 1200
_MOST_AT_ONCE = 20
_UNFORESEEN = N_("Something unforeseen stopped this work. Please try again.")


class Messenger:
    """A thread that tells what is due. start() once, stop() once."""

    def __init__(self, services: Services):
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_telling, name="messenger", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=20)

    def _keep_telling(self) -> None:
        looks, pause = 0, LOOK_SECONDS
        while not self._stopping.wait(pause):
            pause = LOOK_SECONDS
            try:
                tell_due(self._services, self._stopping)
                if looks % _LOOKS_BETWEEN_SWEEPS == 0:
                    with self._services.database.begin() as session:
                        telling.forget_old(session)
            except AWAY as error:
                pause = _AWAY_SECONDS
                log.warning("the catalogue does not answer, telling later", error=told(error))
            except Exception:  # this thread is the only one that tells: it outlives whatever happens
                log.exception("telling failed, trying again")
            looks += 1


def tell_due(services: Services, stopping: threading.Event | None = None) -> int:
    """Tell what is due now, when nobody else is at it; returns how much was tried.

    An address that fails waits for the next look: one that is slow to answer would keep all others waiting.
    """
    with services.database.read() as session:
        if not telling.due(session):
            return 0
    lease = services.leases.take(_LEASE)
    if lease is None:
        return 0
    tried, failed = 0, set[str]()
    try:
        while tried < _MOST_AT_ONCE and not (stopping is not None and stopping.is_set()):
            with services.database.read() as session:
                found = telling.due(session, besides=failed)
            if found is None:
                break
            delivery, webhook = found
            if not _tell(services, delivery, webhook):
                failed.add(webhook.id)
            tried += 1
    finally:
        services.leases.give_back(lease)
    return tried


def _tell(services: Services, delivery: Delivery, webhook: Webhook) -> bool:
    """Whether its address may be told more at once."""
    with services.database.begin() as session:
        if not telling.still_due(session, delivery.id):
            return True
        message = _message(services, session, delivery)
        if message is None:
            telling.drop(session, delivery.id)
            return True
    try:
        outcome = _send(services, delivery, webhook, message)
    except Exception:  # others are told all the same
        log.exception("what is told could not be sent", webhook=webhook.id)
        outcome = Outcome(problem=_UNFORESEEN)
    log.info("told", webhook=webhook.id, what=delivery.event, status=outcome.status, problem=outcome.problem)
    with services.database.begin() as session:
        telling.settle(session, delivery.id, status=outcome.status, problem=outcome.problem)
    return not outcome.problem


def _send(services: Services, delivery: Delivery, webhook: Webhook, message: dict[str, Any]) -> Outcome:
    body, now = json.dumps(message, ensure_ascii=False).encode(), int(time.time())
    try:
        target = outgoing.check(webhook.address, private=services.settings.webhooks.private)
    except BadRequest as error:
        return Outcome(problem=error.message)
    headers = {
        "Medialib-Event": delivery.event,
        "Medialib-Delivery": str(delivery.id),
        "Medialib-Signature": outgoing.signature(telling.secret_of(webhook, services.store.secret()), body, at=now),
    }
    return outgoing.post(target, body, headers)


def _message(services: Services, session: Any, delivery: Delivery) -> dict[str, Any] | None:
    """What is told; None when it is not so any more."""
    message: dict[str, Any] = {"id": delivery.id, "event": delivery.event, "at": round(delivery.at, 3)}
    if "lesson" not in delivery.about:
        return message
    lesson = session.get(Lesson, delivery.about["lesson"])
    if lesson is None or (delivery.event == "lesson.published" and not lesson.out):
        return None
    site = services.settings.site.address
    about = {"id": lesson.id, "title": lesson.title, "kind": lesson.kind, "seconds": lesson.seconds}
    return message | {"lesson": {**about, "unit": lesson.unit_name, "page": site + shapes.page_path(lesson.id)}}
