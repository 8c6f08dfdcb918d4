"""The television's addresses: its page, pairing, beats, and what it may browse."""

import hashlib
import json
import time
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medialib import __version__
from medialib.catalogue import screen_edits, screen_lookups
from medialib.catalogue.screen_edits import ALPHABET, CODE_LETTERS, PAIRING_SECONDS, Beat
from medialib.delivery import qr
from medialib.errors import N_, BadRequest
from medialib.ingest import snapshots
from medialib.services import Services
from medialib.settings import Settings
from medialib.web import access
from medialib.web.i18n import gettext
from medialib.web.naming import absolute
from medialib.web.screen import boxes, browsing
from medialib.web.screen.roll import Roll, cookie, presented

_WEB = Path(__file__).parent.parent
_STATIC = _WEB / "static"
_TOKEN_SECONDS = 400 * 86_400
_MOST_SHOWN = 200
_CODES = "200 per 10 minutes"
"""A new code each ten minutes for every set behind one address; all codes of the library are ten times as many."""

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
LessonId = Annotated[str, Field(pattern=r"^[a-z0-9]{4,16}$")]


class Said(BaseModel):
    """What a screen says in a beat: what it plays, and how often and for how many seconds it showed each lesson."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lesson: LessonId | None = None
    offline: bool = False
    problem: Annotated[str, Field(max_length=100)] = ""
    version: Annotated[str, Field(max_length=40)] = ""
    kept: Annotated[int, Field(ge=0, le=10_000)] = 0
    shown: Annotated[
        dict[LessonId, tuple[Annotated[int, Field(ge=0, le=1000)], Seconds]], Field(max_length=_MOST_SHOWN)
    ] = {}


def make_blueprint(services: Services, roll: Roll, limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("screen", __name__)
    _files_version()  # now: later they may be those of another version than this process's

    def add(rule: str, endpoint: str, view: access.View, *methods: str, mark: Any = access.public) -> None:
        blueprint.add_url_rule(rule, endpoint, mark(view), methods=methods or ("GET",))

    add("/tv", "page", lambda: _page(services))
    add("/tv/worker.js", "worker", _worker)

    def pairing() -> ResponseReturnValue:
        return _pairing(services)

    add("/tv/pairing", "pairing", limiter.shared_limit(_CODES, scope="pairing")(pairing), "POST")
    add("/tv/pairing/<code>.svg", "pairing_qr", lambda code: _pairing_qr(services, code))
    add("/tv/token", "token", lambda: _token(services), "POST")
    add("/tv/beat", "beat", lambda: _beat(services, roll), "POST")
    add("/tv/picture", "picture", lambda: _picture(services, roll), "POST")
    browsing.add_to(add, services)
    boxes.add_to(add, services, roll)
    return blueprint


def page_version(settings: Settings) -> str:
    """Changes with every file and setting that the page is made of: a page of another one loads itself anew.

    Templates and messages are those with which the process was started, as they are in what it answers.
    """
    shown = (_files_version(), settings.site.name, settings.screens.zone)
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:12]


@cache
def _files_version() -> str:
    found = hashlib.sha256(__version__.encode())
    shared = [_STATIC / "vendor" / "hls.min.js", _STATIC / "tokens.css", _WEB / "templates" / "tv.html"]
    for file in sorted([*(_STATIC / "tv").glob("*"), *_WEB.glob("translations/**/*.mo"), *shared]):
        found.update(file.read_bytes() if file.is_file() else b"")
    return found.hexdigest()


def _page(services: Services) -> ResponseReturnValue:
    """The same for every screen; what it is, it keeps itself. A service worker keeps the page."""
    version, zone = page_version(services.settings), services.settings.screens.zone
    response = make_response(render_template("tv.html", version=version, zone=zone, keep=_keep(services)))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _worker() -> ResponseReturnValue:
    response = Response((_STATIC / "tv" / "worker.js").read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/tv"  # the page has no slash behind it
    return response


def _keep(services: Services) -> dict[str, int]:
    screens = services.settings.screens
    return {
        "megabytes": screens.keep_megabytes,
        "from": screens.keep_from_hour,
        "until": screens.keep_until_hour,
        "beat": round(screens.beat_seconds),
    }


def _pairing(services: Services) -> ResponseReturnValue:
    with services.database.begin() as session:
        code, secret = screen_edits.begin_pairing(session)
    return _private(
        jsonify({"code": code, "secret": secret, "seconds": PAIRING_SECONDS, "qr": f"/tv/pairing/{code}.svg"})
    )


def _pairing_qr(services: Services, code: str) -> ResponseReturnValue:
    if len(code) != CODE_LETTERS or any(letter not in ALPHABET for letter in code):
        raise BadRequest(screen_edits.CODE_IS_OVER)
    address = absolute(services, url_for("desk.new_screen", code=code))
    return _private(Response(qr.render_svg(address), mimetype="image/svg+xml"))


def _token(services: Services) -> ResponseReturnValue:
    """204 as long as nobody has confirmed the code; 404 when it is over. Sets ask every few seconds, so it only reads
    until there is something to give.
    """
    asked = _body().get("secret", "")
    secret = asked if isinstance(asked, str) else ""
    with services.database.read() as session:
        if screen_lookups.became(session, secret) is None:
            return _private(Response(status=204))
    with services.database.begin() as session:
        token = screen_edits.take_over(session, secret)
    if token is None:
        return _private(Response(status=204))
    return _kept_by_the_set(_private(jsonify({"token": token})), token)


def _kept_by_the_set(response: Response, token: str) -> Response:
    """The token as a cookie too, which what a player fetches bears."""
    response.set_cookie(
        cookie(), token, max_age=_TOKEN_SECONDS, httponly=True, samesite="Strict", secure=request.is_secure
    )
    return response


def _beat(services: Services, roll: Roll) -> ResponseReturnValue:
    """A screen lives; it is told what it should be doing. Its cookie lasts as long as it is heard of."""
    token = presented()
    one = roll.find(token)
    if one is None:
        return _not_paired()
    try:
        said = Said.model_validate(_body())
    except ValidationError as error:
        raise BadRequest(N_("This address takes something else."), detail=str(error)) from error
    playing = said.model_dump(exclude={"shown"}, exclude_defaults=True)
    day = time.strftime("%Y-%m-%d")
    roll.note(Beat(screen_id=one.id, at=time.time(), day=day, playing=playing, shown=dict(said.shown)))
    messages = [
        {"id": message.id, "text": message.text, "begin": message.begins_at, "end": message.ends_at}
        for message in roll.messages_for(one)
    ]
    answer = jsonify({
        "name": one.name, "channel": one.channel, "orders": one.orders, "messages": messages,
        "version": page_version(services.settings), "now": time.time(), "keep": _keep(services),
    })  # fmt: skip
    return _kept_by_the_set(_private(answer), token)


def _picture(services: Services, roll: Roll) -> ResponseReturnValue:
    """What the screen shows now, as a small JPEG."""
    one = roll.find(presented())
    if one is None:
        return _not_paired()
    snapshots.keep(services.store, one.id, request.get_data(cache=False))
    with services.database.begin() as session:
        screen_edits.note_picture(session, one.id)
    return _private(Response(status=204))


def _not_paired() -> Response:
    """Said in so many words: a set must not forget who it is because some proxy answers 404."""
    response = jsonify({"paired": False, "message": gettext(N_("This screen is not paired, or no longer."))})
    response.status_code = 404
    return _private(response)


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data(cache=False) or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise BadRequest(N_("This address takes something else."))
    return body


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
