"""Uploads over the API: how far a person's files are, and what became of them. The bytes themselves go by tus."""

from typing import Any, Literal

from sqlalchemy.orm import Session

from medialib.catalogue import upload_lookups
from medialib.catalogue.uploads import Upload, UploadState
from medialib.errors import N_, MedialibError
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api
from medialib.web.desk.shell import me
from medialib.web.i18n import sentence


class UploadAnswer(Answer):
    """`state`: bytes are missing; all are here; a lesson was made; it is one already; it could not be looked at now; it
    can never become one. `submits`: its lesson goes in for review by itself. `lesson` is the id of what became of it,
    `address` where tus goes on.
    """

    id: str
    name: str
    size_bytes: int
    received_bytes: int
    state: UploadState
    message: str
    lesson: str | None
    lesson_state: Literal["published", "complete", "parked"] | None
    unit: str | None
    submits: bool
    created_at: float
    expires_at: float
    address: str


class UploadsAnswer(Answer):
    uploads: list[UploadAnswer]


def add_to(api: Api) -> None:
    editors = api.family(access.at_least("editor"), below="/uploads", group="uploads")
    editors(_all, "GET", "", N_("The person’s uploads, and the last that became lessons"), answer=UploadsAnswer)
    editors(_one, "GET", "/<upload_id>", N_("How far an upload is"), answer=UploadAnswer, refusals=(410,))


def _all(services: Services) -> UploadsAnswer:
    with services.database.read() as session:
        found = upload_lookups.uploads_of(session, me(services))
        return UploadsAnswer(uploads=[told(session, one) for one in found])


def _one(services: Services, upload_id: str) -> UploadAnswer:
    with services.database.read() as session:
        return told(session, upload_lookups.upload(session, upload_id, of=me(services)))


def told(session: Session, one: Upload) -> UploadAnswer:
    lesson = upload_lookups.lesson_of(session, one)
    same = ("id", "name", "size_bytes", "received_bytes", "state", "submits", "created_at", "expires_at")
    values: dict[str, Any] = {name: getattr(one, name) for name in same}
    return UploadAnswer(
        **values,
        message=sentence(MedialibError(one.message, values=one.message_values)) if one.message else "",
        lesson=one.lesson_id,
        lesson_state=lesson.state if lesson else None,  # type: ignore[arg-type]  # it is one of these
        unit=one.unit_slug,
        address=f"/api/tus/{one.id}",
    )
