"""Themes as JSON: the tree, and which of them would fit a lesson."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from medialib import theming
from medialib.catalogue import tagging
from medialib.services import Services
from medialib.web import access


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("api_themes", __name__, url_prefix="/api")

    @blueprint.get("/themes")
    @access.members
    def themes() -> ResponseReturnValue:
        with services.database.read() as session:
            tree = [theming.described_theme(*one) for one in tagging.tree(session)]
        return _fresh(jsonify({"themes": tree}))

    @blueprint.get("/lessons/<lesson_id>/themes")
    @access.members
    def proposals(lesson_id: str) -> ResponseReturnValue:
        with services.database.read() as session:
            proposed = theming.described(theming.propose(services, session, lesson_id))
        return _fresh(jsonify({"lesson": lesson_id, "proposals": proposed}))

    return blueprint


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response
