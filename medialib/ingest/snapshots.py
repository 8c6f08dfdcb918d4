"""Small pictures of what a screen shows, as it sends them: read, made small, and kept one for each screen."""

import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from medialib.errors import N_, BadRequest
from medialib.store import Store

_MOST_BYTES = 60_000
_WIDTH, _HEIGHT = 480, 270
_MOST_PIXELS = 4_000_000


def place_of(store: Store, screen_id: str) -> Path:
    return store.snapshots / f"{screen_id}.jpg"


def keep(store: Store, screen_id: str, content: bytes) -> None:
    """Raises BadRequest for what is no small JPEG."""
    try:
        if len(content) > _MOST_BYTES:
            raise ValueError("too large")
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            picture.thumbnail((_WIDTH, _HEIGHT))
            out = io.BytesIO()
            picture.convert("RGB").save(out, "JPEG", quality=70)
    except (UnidentifiedImageError, Image.DecompressionBombError, ValueError, OSError, SyntaxError) as error:
        raise BadRequest(N_("This picture cannot be read."), detail=str(error)) from error
    store.replace_bytes(place_of(store, screen_id), out.getvalue())
