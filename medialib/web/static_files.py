"""Static files: an address bears the hash of its file, so that browsers keep it for a year."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

_STATIC = Path(__file__).parent / "static"
_YEAR_SECONDS = 365 * 24 * 3600


def let_be_kept(app: Flask) -> None:
    app.url_defaults(_add_version)
    app.after_request(_allow_keeping)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (known := _version(values["filename"])):
        values["v"] = known


def _allow_keeping(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code != 200:
        return response
    _read(response)
    packed = _packed(str((request.view_args or {})["filename"]))
    if packed and request.accept_encodings["br"]:
        response.set_data(packed)
        response.headers["Content-Encoding"] = "br"
        response.vary.add("Accept-Encoding")
    if request.args.get("v"):
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.cache_control.max_age = _YEAR_SECONDS
    return response


def _read(response: Response) -> None:
    """Here: flask-compress would replace the open file by compressed bytes and never close it."""
    file = response.response
    response.direct_passthrough = False
    response.get_data()
    if hasattr(file, "close"):
        file.close()


@cache
def _version(filename: str) -> str:
    file = _STATIC / filename
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else ""


@cache
def _packed(filename: str) -> bytes:
    """Packed as tightly as can be by `make setup`: the player's library is most of what a phone fetches."""
    file = _STATIC / f"{filename}.br"
    return file.read_bytes() if file.is_file() else b""
