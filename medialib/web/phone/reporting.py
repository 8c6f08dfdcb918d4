"""A member says what is wrong with a lesson; who said it is not kept."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from medialib.catalogue import lookups
from medialib.catalogue.readable import readable
from medialib.catalogue.reports import MOST_WORDS, REPORT_KINDS, ReportKind, add_report
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access
from medialib.web.i18n import gettext, sentence

_OFTEN = "10 per hour"
KINDS: dict[ReportKind, str] = {
    "picture": N_("The picture stops or is bad"),
    "sound": N_("The sound is missing or hard to understand"),
    "captions": N_("The captions are wrong"),
    "content": N_("What is said is not right"),
    "other": N_("Something else"),
}


def make_blueprint(services: Services, limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("reporting", __name__)
    path = "/lessons/<lesson:lesson_id>/report"

    def sent(lesson_id: str) -> ResponseReturnValue:
        return _sent(services, lesson_id)

    blueprint.add_url_rule(path, "report", access.members(lambda lesson_id: _form(services, lesson_id)))
    limited = limiter.shared_limit(_OFTEN, scope="reports")(sent)
    blueprint.add_url_rule(path, "send_report", access.members(limited), methods=["POST"])
    return blueprint


def _form(services: Services, lesson_id: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    kinds = [(kind, gettext(label)) for kind, label in KINDS.items()]
    return render_template("report.html", lesson=lesson, kinds=kinds, problem=problem, most=MOST_WORDS), status


def _sent(services: Services, lesson_id: str) -> ResponseReturnValue:
    try:
        kind, words = _read()
    except BadRequest as error:
        return _form(services, lesson_id, problem=sentence(error), status=400)
    with services.database.begin() as session:
        lesson = lookups.lesson(session, lesson_id)
        add_report(session, lesson_id=lesson.id, kind=kind, words=words, at_seconds=_place(lesson.seconds))
    return render_template("reported.html", lesson=lesson)


def _read() -> tuple[ReportKind, str]:
    """The kind and the words of the form; raises BadRequest."""
    kind, words = request.form.get("kind", ""), readable(request.form.get("words", ""), lines=True)
    if kind not in REPORT_KINDS:
        raise BadRequest(N_("Please say what is wrong."))
    if len(words) > MOST_WORDS:
        raise BadRequest(N_("That is too long: at most %(most)s characters."), values={"most": MOST_WORDS})
    if kind == "other" and not words:
        raise BadRequest(N_("Please say in a few words what is wrong."))
    return kind, words


def _place(seconds: float) -> float | None:
    try:
        at = float(request.form.get("at", ""))
    except ValueError:
        return None
    return round(at, 1) if 0 < at <= seconds else None
