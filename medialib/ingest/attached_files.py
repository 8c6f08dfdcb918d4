"""Files attached to what a collection gives to read: of the kinds that readings of lessons are, named after content."""

import hashlib
import shutil
from pathlib import Path
from typing import IO
from urllib.parse import quote

from medialib.catalogue import reading_edits
from medialib.ingest import reading_files
from medialib.store import Store

ADDRESS = "/media/attached/"
_LONGEST_NAME = 60


def attach(store: Store, file: IO[bytes], name: str, *, reserve_bytes: int) -> str:
    """Keep a file; returns the path below the site's root at which it is downloaded. Raises BadRequest, NoSpace."""
    extension = reading_files.kind_of(file, name)
    store.require_space(reading_files.LARGEST_BYTES, reserve_bytes)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]  # type: ignore[arg-type]
    place = store.attached(digest, extension)
    if not place.exists():
        beside = store.part()
        try:
            file.seek(0)
            with beside.open("wb") as target:
                shutil.copyfileobj(file, target)
            store.publish(beside, place)
        finally:
            beside.unlink(missing_ok=True)
    called = reading_edits.clean_name(Path(name).stem)[:_LONGEST_NAME] or "1"
    return f"{ADDRESS}{digest}/{quote(called, safe='')}{extension}"
