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
from medialib.database import NEWER
from medialib.errors import N_
from medialib.jobs.queue import HOT, QUEUES
from medialib.services import Services
from medialib.web import access
from medialib.web.errors import answer
from medialib.web.i18n import gettext

QUEUE_AWAY = N_(
    "The queue does not answer. Work goes on without it, only more slowly; the server tries again by itself."
)


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
        notices = [] if reasons else [*_worker_troubles(services), *_queue_troubles(services)]
        answered = jsonify({"ready": not reasons, "reasons": reasons, "notices": notices})
        answered.headers["Cache-Control"] = "no-store"
        # Who shares requests out asks whether pages are answered; who watches over the library asks for all of it.
        return answered, 503 if reasons or (notices and "all" in request.args) else 200

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
        newer = services.database.is_newer
    except SQLAlchemyError:
        answers = newer = False
    if newer:
        return [gettext(NEWER)]
    return [] if answers else [gettext("The database does not answer, or it has not been set up.")]


def _worker_troubles(services: Services) -> list[str]:
    """A worker that died is missed once the lease by which it tells that it lives has lapsed."""
    try:
        lives = bool(services.leases.living("worker:"))
    except SQLAlchemyError:
        lives = False
    return [] if lives else [gettext("No worker is running: nothing that comes in is made ready to be watched.")]


def _queue_troubles(services: Services) -> list[str]:
    return [] if services.queues.known_depth(HOT) is not None else [gettext(QUEUE_AWAY)]


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
            waiting = self._services.queues.known_depth(queue)
            if waiting is not None:
                family.add_metric([queue], waiting)
        yield family
