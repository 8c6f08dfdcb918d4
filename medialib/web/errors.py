"""What a failure looks like over HTTP: one table, JSON for programs and pages for people."""

import structlog
from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError, StatementError
from werkzeug.exceptions import HTTPException

from medialib.database import AWAY, told
from medialib.errors import (
    N_,
    BadRequest,
    ChangedMeanwhile,
    Gone,
    MedialibError,
    NoSpace,
    NotAllowed,
    NotFound,
    NotReady,
    Occupied,
    OutOfStep,
    SignInNeeded,
    TooLarge,
)
from medialib.web.i18n import gettext, sentence

STATUS: dict[type[MedialibError], int] = {
    Gone: 410,
    NotFound: 404,
    BadRequest: 400,
    OutOfStep: 409,
    Occupied: 423,
    TooLarge: 413,
    ChangedMeanwhile: 409,
    SignInNeeded: 401,
    NotAllowed: 403,
    NotReady: 503,
    NoSpace: 507,
}
"""The first that fits; any other MedialibError is 500."""

_FOR_SCRIPTS = ("/api/", "/desk/uploads")

_log = structlog.get_logger(__name__)

_HTTP_SENTENCES = {
    400: N_("This address is not quite right."),
    403: N_("This page is not for everyone."),
    404: N_("There is nothing at this address."),
    405: N_("This address cannot be used in that way."),
    406: N_("This cannot be answered in the form that was asked for."),
    413: N_(
        "That is more than this page takes; nothing was changed. Go back and send less at once, or a smaller file."
    ),
    412: N_("The page and the server do not speak the same version. Please load the page again."),
    414: N_("This address is too long."),
    415: N_("This was sent in a form that the server does not take."),
    416: N_("The file has no such part."),
    503: N_("The server is busy for a moment. Please try again shortly."),
}
_FOR_PROGRAMS = (".m3u", ".m3u8", ".rss", ".png", ".svg")
_AWAY = N_("The catalogue does not answer at the moment. Please try again in a minute.")
_AWAY_SECONDS = 30
_UNFORESEEN = N_("Something went wrong on the server. It has been noted; please try again later.")


def install(app: Flask) -> None:
    app.before_request(_refuse_what_is_no_text)
    app.register_error_handler(MedialibError, _foreseen)
    app.register_error_handler(HTTPException, _http)
    for kind in AWAY:
        app.register_error_handler(kind, _away)
    app.register_error_handler(Exception, _unforeseen)


def _refuse_what_is_no_text() -> None:
    """PostgreSQL refuses NUL in any text: such an address names nothing."""
    if "\0" in request.path:
        raise NotFound(_HTTP_SENTENCES[404])


def _foreseen(error: MedialibError) -> ResponseReturnValue:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    if status == 401 and _is_page():
        return redirect(url_for("signing_in.sign_in", next=request.full_path.rstrip("?")))
    if status == 500:
        _log.error("request failed", path=told_path(), error=str(error), detail=error.detail)
    response = answer(status, sentence(error))
    if isinstance(error, NotReady):
        response.headers["Retry-After"] = str(error.retry_seconds)
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    usual = _UNFORESEEN if status >= 500 else _HTTP_SENTENCES[400]
    response = answer(status, gettext(_HTTP_SENTENCES.get(status, usual)))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "Content-Range"):
            response.headers[name] = value
    return response


def _away(error: SQLAlchemyError) -> ResponseReturnValue:
    """The database is locked, full or elsewhere: nothing is wrong with what was asked."""
    statement = error.statement if isinstance(error, StatementError) else None
    _log.error("the catalogue does not answer", path=told_path(), error=told(error), statement=statement)
    response = answer(503, gettext(_AWAY))
    response.headers["Retry-After"] = str(_AWAY_SECONDS)
    return response


def _unforeseen(error: Exception) -> ResponseReturnValue:
    _log.error("request failed", path=told_path(), exc_info=error)
    return answer(500, gettext(_UNFORESEEN))


def told_path() -> str:
    """The path as it may be logged: tokens in it are secrets."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(token, "…") if token else request.path


def _is_page() -> bool:
    """Whether a person looks at what is asked for, who can be led to another page."""
    return request.method in ("GET", "HEAD") and not request.path.startswith((*_FOR_SCRIPTS, "/media/"))


def answer(status: int, message: str) -> Response:
    """The failure in the form that its reader expects."""
    if request.path.startswith(_FOR_SCRIPTS) or request.path.endswith(".json"):
        response = jsonify({"error": message})
    elif request.path.startswith("/media/") or request.path.endswith(_FOR_PROGRAMS):
        response = Response(f"{message}\n", mimetype="text/plain")
    else:
        response = make_response(render_template("error.html", status=status, message=message))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401 and request.path.startswith("/api/"):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
