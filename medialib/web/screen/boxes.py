"""Old boxes without a modern browser: one address with the screen's token is their whole interface."""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue.screen_edits import Beat
from medialib.errors import N_, NotFound
from medialib.services import Services
from medialib.web.screen.roll import Roll

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = "/s/"
IN_PATH = "medialib.screen"


class PathScreens:
    """Takes the token of /s/TOKEN/media/… and /s/TOKEN/channels/… out of the path before the address is looked at.

    Playlists name their parts relatively or with what stood before their own path, so the token goes along.
    """

    def __init__(self, application: "WSGIApplication"):
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(_PREFIX):
            token, slash, rest = path.removeprefix(_PREFIX).partition("/")
            if rest.startswith(("media/", "channels/")):
                environ[IN_PATH] = token
                environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}{_PREFIX}{token}"
                environ["PATH_INFO"] = slash + rest
        return self._application(environ, start_response)


def add_to(add: Callable[..., None], services: Services, roll: Roll) -> None:
    add("/s/<token>/channel.m3u8", "box", lambda token: _channel(services, roll, token))


def _channel(services: Services, roll: Roll, token: str) -> ResponseReturnValue:
    """The screen's channel as MPEG-TS, wherever the desk has put it; the box says by asking that it lives."""
    one = roll.find(token)
    if one is None:
        raise NotFound(N_("This screen is not paired, or no longer."))
    if one.channel is None:
        raise NotFound(N_("This screen has no channel yet. Please choose one on the desk."))
    playing: dict[str, Any] = {"box": True}
    roll.note(Beat(screen_id=one.id, at=time.time(), day=time.strftime("%Y-%m-%d"), playing=playing))
    closed = services.settings.access.library == "signed-in"
    path = url_for("channels.ts_multivariant", slug=one.channel)
    response = redirect(f"{_PREFIX}{token}{path}" if closed else path)
    response.headers["Cache-Control"] = "no-store"
    return response
