"""The files of readings: what one is, is seen from its content; kept whole, and let go a while after it was removed."""

import hashlib
import re
import time
import zipfile
from pathlib import Path
from typing import IO

import puremagic
import structlog

from medialib.catalogue import edits, reading_edits, readings
from medialib.catalogue.people import Person
from medialib.catalogue.readings import Reading
from medialib.errors import N_, BadRequest, NotReady
from medialib.ingest.workshop import Workshop
from medialib.store import Store

log = structlog.get_logger()

TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
"""What is taken at all, and as what it is sent."""

LARGEST_BYTES = 50_000_000
# How puremagic calls what is taken; a DOCX is a ZIP with a certain part.
_EXTENSIONS = {".jpeg": ".jpg", ".jfif": ".jpg", ".jpe": ".jpg"}
_ZIP = {".zip", ".docx", ".xlsx", ".pptx", ".odt"}
_WORDS_PART, _PROGRAM_PART = "word/document.xml", "vbaProject.bin"
_HEAD_BYTES = 4096
_CHUNK_BYTES = 1 << 20
# A ZIP's list of contents is read whole: of a document it has a few kilobytes, and fifty megabytes of list would be
# gigabytes in memory. It is named at the end, at most this far from it (APPNOTE.TXT 4.3.16).
_LONGEST_LIST_BYTES = 1 << 20
_ZIP_TAIL_BYTES = 22 + 65_535
_ZIP_END, _ZIP64_END = b"PK\x05\x06", b"PK\x06\x07"
_DAY_SECONDS = 86_400


def place_of(store: Store, one: Reading) -> Path:
    return store.readings(one.lesson_id) / f"{one.id}{one.extension}"


def take_in(workshop: Workshop, lesson_id: str, file: IO[bytes], name: str, *, by: Person | None) -> Reading:
    """Keep a file as a reading of the lesson. Raises BadRequest for what is not taken, NotFound, NoSpace."""
    extension = kind_of(file, name)
    one = Reading(
        id=edits.new_lesson_id(), lesson_id=lesson_id, extension=extension, added_at=time.time(),
        name=reading_edits.clean_name(Path(name).stem) or "1", sha256="", size_bytes=0,
    )  # fmt: skip
    workshop.store.require_space(LARGEST_BYTES, workshop.settings.limits.reserve_bytes)
    with workshop.leases.hold(f"reading:{one.id}") as lease:
        if lease is None:
            raise NotReady(N_("Please try again in a moment."), retry_seconds=5)
        copy = workshop.store.workspace(lease.token) / "reading"
        try:
            one.sha256, one.size_bytes = _copy(file, copy)
            with workshop.database.begin() as session:
                reading_edits.add(session, one, by=by)
                workshop.store.publish(copy, place_of(workshop.store, one))
        except BaseException:
            place_of(workshop.store, one).unlink(missing_ok=True)
            raise
        finally:
            workshop.store.discard(lease.token)
    return one


def kind_of(file: IO[bytes], name: str) -> str:
    """The ending that belongs to the content; raises BadRequest for what is not taken. Nothing of it is unpacked."""
    size_bytes = file.seek(0, 2)
    if size_bytes > LARGEST_BYTES:
        limit: dict[str, str | int] = {"name": _short(name), "megabytes": LARGEST_BYTES // 1_000_000}
        raise BadRequest(N_("“%(name)s” is too large: at most %(megabytes)s MB."), values=limit)
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    found = _ending(head)
    if found in _ZIP:
        found = ".docx" if _is_document(file) else ""
    if found not in TYPES:
        sentence = N_("“%(name)s” cannot be attached: only PDF, Word (DOCX) and pictures (JPEG, PNG, WebP) can.")
        raise BadRequest(sentence, values={"name": _short(name)}, detail=found)
    return found


def let_go(workshop: Workshop) -> None:
    """Delete the files of readings that were removed long ago."""
    before = time.time() - workshop.settings.uploads.replaced_days * _DAY_SECONDS
    with workshop.database.read() as session:
        due = [(one.lesson_id, one.id) for one in readings.over(session, before=before)]
    for lesson_id, reading_id in due:
        # Within the transaction: until now somebody may have brought it back.
        with workshop.database.begin() as session:
            one = session.get(Reading, reading_id, with_for_update={"of": Reading})
            if one is None or one.removed_at is None or one.removed_at > before:
                continue
            session.delete(one)
            session.flush()
            place_of(workshop.store, one).unlink(missing_ok=True)
        log.info("a reading that was removed is let go", lesson=lesson_id)


def _ending(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    names = [_EXTENSIONS.get(one.extension, one.extension) for one in found if head.startswith(one.byte_match)]
    return next((one for one in names if one in TYPES or one in _ZIP), "")


def _is_document(file: IO[bytes]) -> bool:
    """Whether a ZIP's list of contents is that of a text document without programs."""
    if not _has_short_list(file):
        return False
    try:
        with zipfile.ZipFile(file) as parts:
            names = parts.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return _WORDS_PART in names and not any(name.endswith(_PROGRAM_PART) for name in names)


def _has_short_list(file: IO[bytes]) -> bool:
    """Whether every place that may be taken for a ZIP's end names a list that can be read at once."""
    file.seek(max(0, file.seek(0, 2) - _ZIP_TAIL_BYTES))
    tail = file.read()
    ends = [one.start() for one in re.finditer(re.escape(_ZIP_END), tail)]
    lengths = [int.from_bytes(tail[at + 12 : at + 16], "little") for at in ends]
    return _ZIP64_END not in tail and bool(lengths) and max(lengths) <= _LONGEST_LIST_BYTES


def _copy(file: IO[bytes], place: Path) -> tuple[str, int]:
    """The digest and the size of what was copied."""
    digest, size_bytes = hashlib.sha256(), 0
    file.seek(0)
    with place.open("wb") as target:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += target.write(chunk)
    return digest.hexdigest(), size_bytes


def _short(name: str) -> str:
    return reading_edits.clean_name(name)[:60] or "?"
