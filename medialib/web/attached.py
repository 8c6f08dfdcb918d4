"""Files of collections: downloaded, never shown by the browser in the site's name."""

import re
from pathlib import PurePath

from flask import Blueprint, Response, send_file

from medialib.errors import N_, NotFound
from medialib.ingest import reading_files
from medialib.web import access
from medialib.web.keeping import kept
from medialib.web.waiting import services

blueprint = Blueprint("attached", __name__)
_DIGEST = re.compile(r"[0-9a-f]{32}")


@blueprint.get("/media/attached/<digest>/<name>")
@access.members
def attached(digest: str, name: str) -> Response:
    """Only who has seen its address can name it; what it is called stands in a header, which has one line."""
    extension = PurePath(name).suffix
    place = services().store.attached(digest, extension)
    if (
        not name.isprintable()
        or not _DIGEST.fullmatch(digest)
        or extension not in reading_files.TYPES
        or not place.exists()
    ):
        raise NotFound(N_("There is no such reading."), detail=digest[:40])
    return kept(
        send_file(
            place, mimetype=reading_files.TYPES[extension], conditional=True, as_attachment=True, download_name=name
        )
    )  # fmt: skip
