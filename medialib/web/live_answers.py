"""What is asked of a channel is answered for a second as it was: hundreds of televisions ask at every moment.

A cache of what any proxy may keep anyway, in front of everything else: an answer from it costs a twentieth.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_KEPT_SECONDS = 1.0
_MOST_KEPT = 500
_LANGUAGE = re.compile(r"(?:^|;\s*)lang=([^;]*)")
# Path, language, accepted encodings, known version.
_Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Answer:
    until: float
    headers: list[tuple[str, str]]
    body: bytes


class LiveAnswers:
    """Keeps media playlists, and what is on, as far as they are for everyone."""

    def __init__(self, application: "WSGIApplication"):
        self._application = application
        self._kept: dict[_Key, _Answer] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        alone = environ.get("REQUEST_METHOD") == "GET" and not environ.get("QUERY_STRING")
        often = path.startswith("/channels/") and (path.count("/") == 3 or path.endswith(".json"))
        if not (alone and often and not environ.get("SCRIPT_NAME")):
            return self._application(environ, start_response)
        language = ".json" in path and _LANGUAGE.search(environ.get("HTTP_COOKIE", ""))
        key = (
            path,
            language[1] if language else "",
            environ.get("HTTP_ACCEPT_ENCODING", ""),
            environ.get("HTTP_IF_NONE_MATCH", ""),
        )
        found = self._kept.get(key)
        if found is None or time.monotonic() >= found.until:
            return self._asked(key, environ, start_response)
        start_response("200 OK", list(found.headers))
        return [found.body]

    def _asked(self, key: _Key, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        told: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told[:] = [status, headers]
            return start_response(status, headers, exc_info)

        parts = self._application(environ, listen)
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        status, headers = told
        control = next((value for name, value in headers if name == "Cache-Control"), "")
        if status.startswith("200 ") and control.startswith("public"):
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = _Answer(time.monotonic() + _KEPT_SECONDS, headers, body)
        return [body]
