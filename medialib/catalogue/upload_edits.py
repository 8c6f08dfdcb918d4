"""Every change made to uploads, up to the moment in which they become lessons."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from medialib.catalogue import editing, theme_lookups, tokens, upload_lookups
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.uploads import Upload, UploadState
from medialib.errors import N_, BadRequest, MedialibError, NoSpace, OutOfStep

_DAY_SECONDS = 86_400
UNDO_SECONDS = 600
"""So long an upload that was cancelled can be brought back."""

_GIGABYTE = 10**9

_EMPTY: Mapping[str, Any] = {
    "title": "", "speaker": "", "description": "", "recorded": None, "themes": (), "unit_slug": None,
}  # fmt: skip
"""What is typed beside an upload, each as it is when nothing was typed."""


def begin(
    session: Session,
    *,
    name: str,
    size_bytes: int,
    unit_slug: str | None,
    days: float,
    by: Person,
    **parts: Any,
) -> Upload:
    """A new upload of which no byte is here yet; `parts` are further columns."""
    now = time.time()
    made = Upload(
        id=tokens.new_token(), person_id=by.id, name=name[-255:], size_bytes=size_bytes, unit_slug=unit_slug,
        created_at=now, seen_at=now, expires_at=now + days * _DAY_SECONDS,
        state="sending" if size_bytes else "whole", **parts,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def require_quota(session: Session, unit_slug: str | None, size_bytes: int, *, gigabytes: float, files: int) -> None:
    """Raise NoSpace when another file of this size is more than the unit may have; 0 means no limit."""
    if unit_slug is None or not (gigabytes or files):
        return
    used = upload_lookups.used(session, unit_slug)
    if files and used.files + 1 > files:
        raise NoSpace(
            N_("Your unit has %(used)s of %(most)s recordings: no more fit. Please tell the county."),
            values={"used": used.files, "most": files},
        )
    if gigabytes and used.size_bytes + size_bytes > gigabytes * _GIGABYTE:
        raise NoSpace(
            N_("Your unit has used %(used)s of its %(most)s GB: this file is too much. Please tell the county."),
            values={"used": f"{used.size_bytes / _GIGABYTE:.3g}", "most": f"{gigabytes:g}"},
        )


def acknowledge(session: Session, upload_id: str, *, before: int, after: int, days: float) -> bool:
    """Say that bytes are on disk: from `before` to `after`; True when the upload is whole now.

    Raises OutOfStep when another was here first: whoever loses must not believe that its bytes were kept; also when
    the person was disabled while the bytes came.
    """
    now = time.time()
    works = Upload.person_id.in_(select(Person.id).where(Person.disabled_at.is_(None)))
    alive = (Upload.id == upload_id, Upload.received_bytes == before, Upload.cancelled.is_(False), works)
    values = {"received_bytes": after, "seen_at": now, "expires_at": now + days * _DAY_SECONDS}
    size = session.scalar(update(Upload).where(*alive).values(**values).returning(Upload.size_bytes))
    if size is None:
        raise OutOfStep(N_("This upload stands elsewhere: go on from where the server says."), detail=upload_id)
    if after == size:
        session.execute(update(Upload).where(Upload.id == upload_id).values(state="whole"))
    return bool(after == size)


def step_back(session: Session, upload_id: str, received_bytes: int) -> None:
    """Fewer bytes are on disk than were acknowledged, as after a restored backup: that is where it goes on."""
    values = {"received_bytes": received_bytes, "state": "sending"}
    session.execute(update(Upload).where(Upload.id == upload_id).values(**values))


def cancel(session: Session, upload: Upload, *, by: Person) -> None:
    """It counts no longer, and its file goes unless it is brought back soon."""
    upload.cancelled = True
    upload.expires_at = time.time() + UNDO_SECONDS
    note(session, by, "upload.cancelled", on_id=upload.id, on_name=upload.name)


def restore(upload: Upload, *, days: float) -> None:
    upload.cancelled = False
    upload.expires_at = time.time() + days * _DAY_SECONDS


def type_details(session: Session, upload: Upload, typed: Mapping[str, Any], unit_slug: str | None) -> None:
    """Keep what was typed; raises BadRequest once the file has become a lesson, which has an editor of its own."""
    if upload.state == "duplicate":
        raise BadRequest(N_("This file is a lesson already. Please change that one."))
    upload.typed, upload.unit_slug, upload.seen_at = dict(typed), unit_slug, time.time()
    session.flush()


def become(session: Session, upload_id: str, state: UploadState, lesson_id: str) -> None:
    """The file is this lesson now, or is one already."""
    told = {"state": state, "lesson_id": lesson_id, "message": "", "message_values": {}, "seen_at": time.time()}
    session.execute(update(Upload).where(Upload.id == upload_id).values(**told))


def fail(session: Session, upload_id: str, error: MedialibError, *, for_ever: bool) -> None:
    """Nothing could be made of it: now, or for ever."""
    told = {"state": "refused" if for_ever else "failed", "message": error.message, "message_values": error.values}
    session.execute(update(Upload).where(Upload.id == upload_id).values(**told, seen_at=time.time()))


def try_again(upload: Upload) -> None:
    """Look at a file again that could not be looked at."""
    if upload.state == "failed":
        upload.state, upload.message, upload.message_values = "whole", "", {}


def pass_on(
    session: Session, lesson_id: str, before: Mapping[str, Any], now: Mapping[str, Any], *, by: Person | None
) -> None:
    """Give the lesson what was typed beside its upload since `before`, as a change that can be taken back.

    What was not touched there stays as others have made it since, and without a title it keeps the one it has.
    Raises NotFound, BadRequest.
    """
    was, told = ({name: one.get(name, empty) for name, empty in _EMPTY.items()} for one in (before, now))
    new = {name: value for name, value in told.items() if value != was[name] and (name != "title" or value)}
    if "themes" in new:
        new["themes"] = theme_lookups.heirs(session, new["themes"])
    editing.change(session, lesson_id, new, by=by)
