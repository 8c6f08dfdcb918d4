"""The picture that a curator gives a collection: read safely, and kept in several widths under its content's name."""

import hashlib
import secrets
import shutil
from typing import BinaryIO

from medialib.errors import N_, BadRequest, UnusableMedia
from medialib.ingest import pictures
from medialib.store import Store


def keep_cover(store: Store, file: BinaryIO, *, megapixels: float) -> str:
    """Store the picture; returns its name, which says how large it is. Raises BadRequest for what is no picture."""
    try:
        picture = pictures.open_picture(file, megapixels=megapixels)
    except UnusableMedia as error:
        raise BadRequest(
            N_("This picture cannot be used. Please take a JPEG or PNG file of at most 32 MB."), detail=error.detail
        ) from error
    if pictures.is_a_mark(picture):
        raise BadRequest(N_("This picture is too small. It needs at least 100 pixels each way."))
    name = f"{hashlib.sha256(picture.tobytes()).hexdigest()[:16]}-{picture.width}x{picture.height}"
    if not (store.covers / name).exists():
        beside = store.covers / f".{name}.{secrets.token_hex(4)}"
        try:
            pictures.keep(picture, beside)
            store.publish_folder(beside, store.covers / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return name
