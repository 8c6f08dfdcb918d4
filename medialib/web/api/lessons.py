"""Lessons as JSON: a list to search and narrow, and one lesson with its progress."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from medialib import finding, showing
from medialib.catalogue import lookups
from medialib.services import Services
from medialib.web import access
from medialib.web.forms import read_listing, read_typed
from medialib.web.i18n import sentence


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("api", __name__, url_prefix="/api")

    @blueprint.get("/lessons")
    @access.members
    def lessons() -> ResponseReturnValue:
        listing = read_listing(request.args, strict=True)
        with services.database.read() as session:
            listing = listing.model_copy(update=finding.named(session, **listing.names()))
            found = finding.find(services, session, **listing.finding())
            return _fresh(jsonify(showing.summaries(services, session, found)))

    @blueprint.get("/suggestions")
    @access.members
    def suggestions() -> ResponseReturnValue:
        typed = read_typed(request.args)
        return _fresh(jsonify({"suggestions": finding.suggestions(services, typed.q, limit=typed.limit)}))

    @blueprint.get("/lessons/<lesson_id>")
    @access.members
    def lesson(lesson_id: str) -> ResponseReturnValue:
        with services.database.read() as session:
            document = showing.detail(services, session, lesson_id)
            lesson = lookups.lesson(session, lesson_id)
            trouble, notices = showing.parked_by(session, lesson), showing.notices_of(lesson)
        if trouble:
            document["reason"] = sentence(trouble)
        document["notices"] = [sentence(one) for one in notices]
        return _fresh(jsonify(document))

    return blueprint


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response
