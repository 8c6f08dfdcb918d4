"""The members' scripts under an address that bears the hash of all of them: what one imports is of the same version.

A relative import keeps the folder it is in but not the query, so that the hash must stand in the path.
"""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, url_for

from medialib.errors import N_, NotFound
from medialib.web import access
from medialib.web.keeping import kept

_STATIC = Path(__file__).parent / "static"

blueprint = Blueprint("scripts", __name__)


@blueprint.get("/scripts/<version>/<name>.js")
@access.public
def script(version: str, name: str) -> Response:
    """Kept for ever when it is the present version; another one's page is answered with the present script."""
    content = _files().get(name)
    if content is None:
        raise NotFound(N_("There is nothing at this address."), detail=name)
    response = Response(content, mimetype="text/javascript")
    if version == present():
        return kept(response)
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache
def present() -> str:
    """The version of all scripts together."""
    return hashlib.sha256(b"".join(_files().values())).hexdigest()[:10]


def address(name: str) -> str:
    """Where a page finds this script."""
    return url_for("scripts.script", version=present(), name=name)


@cache
def _files() -> dict[str, bytes]:
    return {file.stem: file.read_bytes() for file in sorted(_STATIC.glob("*.js"))}
