"""The headers that every answer bears, and one of questions that is passed over."""

import re

from flask import Flask, Response, g, request

# hls.js feeds the player from blob: addresses, makes captions' tracks of an empty data: address, and works in a blob:
# worker; nothing else may be inline or foreign.
POLICY = "; ".join((
    "default-src 'self'",
    "media-src 'self' blob: data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip

_FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

# What is left of a Chinese name for programs that know names in ASCII only: an ending, which hides the file.
_NAMELESS = re.compile(r'filename="?[\s_.-]*(\.\w+)"?(?=;|$)')


def install(app: Flask) -> None:
    app.before_request(_pass_over_several_ranges)
    app.after_request(_add)


def _pass_over_several_ranges() -> None:
    """Who asks for several parts of a file at once gets all of it, as RFC 9110 (14.2) allows: Flask would refuse it."""
    if "," in request.environ.get("HTTP_RANGE", ""):
        del request.environ["HTTP_RANGE"]


def _add(response: Response) -> Response:
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    if named := response.headers.get("Content-Disposition"):
        response.headers["Content-Disposition"] = _NAMELESS.sub(r"filename=download\1", named)
    if response.mimetype == "text/html":
        # A page depends on the language and the size of type that this device has chosen.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.add("Cookie")
    if g.get("names_host") and (seconds := response.cache_control.max_age):
        # Many proxies look at the path alone: whoever asked for another host would choose the address for everyone.
        response.headers["Cache-Control"] = f"private, max-age={seconds}"
    if g.get("kept"):
        response.headers["Cache-Control"] = "private, no-store"
    return response
