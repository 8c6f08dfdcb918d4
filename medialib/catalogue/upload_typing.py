"""What people type and press beside an upload goes to the lesson that it has become, or waits for it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from medialib.catalogue import edits, lookups, moves, rights, upload_edits
from medialib.catalogue.people import Person
from medialib.catalogue.uploads import Upload
from medialib.errors import N_, NotAllowed


def all_typed(upload: Upload) -> dict[str, Any]:
    return {**upload.typed, "unit_slug": upload.unit_slug}


def type_details(
    session: Session, upload: Upload, typed: Mapping[str, Any], unit_slug: str | None, *, by: Person
) -> None:
    """Keep what was typed with the upload, and give what is new of it to the lesson that it has become.

    Raises BadRequest, NotAllowed.
    """
    session.refresh(upload, with_for_update={"of": Upload})  # it may become a lesson this very moment
    before = all_typed(upload)
    upload_edits.type_details(session, upload, typed, unit_slug)
    if upload.state == "made" and upload.lesson_id:
        _require_editor(session, upload.lesson_id, by)
        upload_edits.pass_on(session, upload.lesson_id, before, all_typed(upload), by=by)


def choose_cover(session: Session, upload: Upload, choice: int, *, by: Person) -> None:
    if upload.state == "made" and upload.lesson_id:
        _require_editor(session, upload.lesson_id, by)
        edits.choose_poster(session, upload.lesson_id, choice)


def submit(session: Session, upload: Upload, *, wanted: bool, by: Person | None) -> None:
    """Send the lesson to the county, or take it back; one that is not made yet is sent as soon as it is.

    Raises BadRequest when the county has moved it meanwhile.
    """
    session.refresh(upload, with_for_update={"of": Upload})
    upload.submits = wanted
    if upload.state != "made" or not upload.lesson_id:
        return
    if by is not None:
        _require_editor(session, upload.lesson_id, by)
    stage = "submitted" if wanted else "draft"
    if lookups.lesson(session, upload.lesson_id).stage != stage:
        moves.move(session, upload.lesson_id, stage, by=by)


def _require_editor(session: Session, lesson_id: str, person: Person) -> None:
    """It may have been given to another unit since it was uploaded; raises NotAllowed."""
    if not rights.may_edit(session, rights.viewer_of(person), lesson_id):
        raise NotAllowed(N_("This lesson belongs to another unit."))
