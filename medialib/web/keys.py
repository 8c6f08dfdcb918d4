"""Keys of lessons: where a request may bear one, and how it gets out of addresses that people copy.

A browser opens /lessons/ID?key=TOKEN once and keeps the key in a cookie. A player without cookies is given
/k/TOKEN/media/ID/…, and as playlists name their parts relatively, the key goes along to every segment.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import redirect, request
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_IN_PATH = "medialib.key"
_PREFIX = "/k/"
_DAYS = 30


class PathKeys:
    """Takes the key out of the path before the address is looked at: logs and views see the address without it."""

    def __init__(self, application: "WSGIApplication"):
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(_PREFIX):
            key, slash, rest = path.removeprefix(_PREFIX).partition("/")
            if rest.startswith("media/"):
                environ[_IN_PATH] = key
                environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}{_PREFIX}{key}"
                environ["PATH_INFO"] = slash + rest
        return self._application(environ, start_response)


def presented(lesson_id: str) -> str:
    """The key that this request bears for the lesson, "" without one."""
    in_path: str = request.environ.get(_IN_PATH, "")
    return in_path or request.args.get("key", "") or request.cookies.get(_cookie(lesson_id), "")


def is_in_path() -> bool:
    return _IN_PATH in request.environ


def path_of(token: str, lesson_id: str) -> str:
    """For players without cookies: the lesson's master playlist with its key."""
    return f"{_PREFIX}{token}/media/{lesson_id}/master.m3u8"


def page_of(token: str, lesson_id: str) -> str:
    """For browsers: the lesson's page with its key."""
    return f"/lessons/{lesson_id}?key={token}"


def move_into_cookie(lesson_id: str, key: str) -> Response | None:
    """Where a page was opened with its key in the address: the same page without it, and a cookie instead."""
    if "key" not in request.args or request.path.startswith(("/media/", "/api/")):
        return None
    response = redirect(request.path)
    response.set_cookie(
        _cookie(lesson_id), key, max_age=_DAYS * 86_400, httponly=True, samesite="Lax", secure=request.is_secure
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _cookie(lesson_id: str) -> str:
    return f"{'__Host-' if request.is_secure else ''}key-{lesson_id}"
