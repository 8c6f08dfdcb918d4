"""Whether the process lives, whether it can work, and what it has counted."""

import ipaddress
import os
import tempfile
from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from medialib import metrics
from medialib.jobs.queue import QUEUES
from medialib.services import Services
from medialib.web import access
from medialib.web.errors import answer
from medialib.web.i18n import gettext


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    @access.public
    def alive() -> ResponseReturnValue:
        return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})

    @blueprint.get("/readyz")
    @access.public
    def ready() -> ResponseReturnValue:
        reasons = [*_database_troubles(services), *_store_troubles(services)]
        answered = jsonify({"ready": not reasons, "reasons": reasons})
        answered.headers["Cache-Control"] = "no-store"
        return answered, 503 if reasons else 200

    @blueprint.get("/metrics")
    @access.public
    def figures() -> ResponseReturnValue:
        if services.settings.server.metrics != "everyone" and not _asked_from_this_machine():
            return answer(403, gettext("This page is not for everyone."))
        waiting = CollectorRegistry()
        waiting.register(_QueueDepth(services))
        body = generate_latest(_counted()) + generate_latest(waiting)
        return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return blueprint


def _database_troubles(services: Services) -> list[str]:
    try:
        with services.database.read() as session:
            session.execute(text("SELECT 1 FROM lessons LIMIT 1"))
        answers = not services.database.is_gone
    except SQLAlchemyError:
        answers = False
    return [] if answers else [gettext("The database does not answer, or it has not been set up.")]


def _store_troubles(services: Services) -> list[str]:
    try:
        with tempfile.TemporaryFile(dir=services.store.root) as file:
            file.write(b"ready")
    except OSError:
        return [gettext("The media store cannot be written to.")]
    return []


def _asked_from_this_machine() -> bool:
    """A proxy on this machine asks for others: then the asker is not known to be local."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _counted() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


class _QueueDepth(Collector):
    """How many messages wait, asked when a scrape comes."""

    def __init__(self, services: Services):
        self._services = services

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(metrics.QUEUE_DEPTH, "Messages that wait in a queue", labels=["queue"])
        for queue in QUEUES:
            family.add_metric([queue], self._services.queues.depth(queue))
        yield family
