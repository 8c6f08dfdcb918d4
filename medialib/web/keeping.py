"""How long answers under /media/ may be kept, and who may read them."""

from flask import Response, request

from medialib.delivery import hls

_YEAR_SECONDS = 365 * 24 * 3600


def kept(response: Response) -> Response:
    """For an address whose content never changes."""
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response


def let_other_sites_play(response: Response) -> Response:
    """Players on other origins may read media, ranges included."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Content-Length, Content-Range, ETag, Retry-After"
    if request.method == "OPTIONS":  # older browsers ask first whether they may ask for a range
        response.headers["Access-Control-Allow-Headers"] = "Range, If-None-Match, If-Modified-Since"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


def asked_again(response: Response, *, seconds: int = 0) -> Response:
    """Right for so long; asked for again afterwards, and answered 304 when it is the same."""
    response.headers["Cache-Control"] = f"max-age={seconds}" if seconds else "no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def playlist(text: str) -> Response:
    """A playlist that is asked for again each time, and answered 304 when it is the same."""
    return asked_again(Response(text, mimetype=hls.MEDIA_TYPE))


def live(text: str, *, seconds: int, kind: str = hls.MEDIA_TYPE) -> Response:
    """What is right for so long: a proxy in front may give it to all who ask."""
    response = Response(text, mimetype=kind)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response
