"""The picture that a curator gives a collection: read safely, and kept in several widths under its content's name."""

import hashlib
import os
import secrets
import shutil
import time
from typing import IO

import structlog

from medialib.catalogue import collection_pictures
from medialib.errors import N_, BadRequest, UnusableMedia
from medialib.ingest import pictures
from medialib.ingest.workshop import Workshop
from medialib.settings import Limits
from medialib.store import Store

log = structlog.get_logger()

_DAY_SECONDS = 86_400
# A picture is there before the collection says so.
_YOUNG_SECONDS = 3600


def keep_cover(store: Store, file: IO[bytes], *, limits: Limits) -> str:
    """Store the picture; returns its name, which says how large it is. Raises BadRequest for what is none, NoSpace."""
    store.require_space(pictures.LARGEST_BYTES, limits.reserve_bytes)
    try:
        picture = pictures.open_picture(file, megapixels=limits.megapixels)
    except UnusableMedia as error:
        raise BadRequest(
            N_("This picture cannot be used. Please take a JPEG or PNG file of at most 32 MB."), detail=error.detail
        ) from error
    if pictures.is_a_mark(picture):
        raise BadRequest(N_("This picture is too small. It needs at least 100 pixels each way."))
    name = f"{hashlib.sha256(picture.tobytes()).hexdigest()[:16]}-{picture.width}x{picture.height}"
    if (store.covers / name).exists():
        os.utime(store.covers / name)
    else:
        beside = store.covers / f".{name}.{secrets.token_hex(4)}"
        try:
            pictures.keep(picture, beside)
            store.publish_folder(beside, store.covers / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return name


def let_go(workshop: Workshop) -> None:
    """Delete the pictures that no collection needs any more, `uploads.replaced_days` after they were replaced."""
    now = time.time()
    names = workshop.store.cover_names(older_than_seconds=_YOUNG_SECONDS)
    since = now - workshop.settings.uploads.replaced_days * _DAY_SECONDS
    with workshop.database.read() as session:
        unneeded = set(names) - collection_pictures.needed(session, names, since=since)
    for name in sorted(unneeded):
        with workshop.database.begin() as session:
            collection_pictures.forget(session, name)
        shutil.rmtree(workshop.store.covers / name, ignore_errors=True)
        log.info("a picture that no collection is shown by is let go", picture=name)
