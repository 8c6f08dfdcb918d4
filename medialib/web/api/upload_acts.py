"""What is done with uploads over the API, beside their bytes: described, sent in, taken back, tried again."""

from typing import Annotated, Any

from pydantic import Field

from medialib.catalogue import editing, upload_lookups
from medialib.catalogue.upload_details import LONGEST
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Api, Body
from medialib.web.api.texts import Line, Slug, Text
from medialib.web.api.uploads import UploadAnswer, told
from medialib.web.desk import upload_acts
from medialib.web.desk.shell import me

_ONE = "/uploads/<upload_id>"


class UploadDetails(Body):
    """All that is known of it: what is not named is empty. `recorded` is a month or a day; `cover` one of its lesson’s
    posters.
    """

    title: Annotated[Line, Field(max_length=LONGEST["title"])] = ""
    speaker: Annotated[Line, Field(max_length=LONGEST["speaker"])] = ""
    description: Annotated[Text, Field(max_length=LONGEST["description"])] = ""
    recorded: Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")] | None = None
    themes: Annotated[list[Slug], Field(max_length=10)] | None = None
    unit: Slug | None = None
    cover: Annotated[int, Field(ge=-(10**7), le=1000)] | None = None


def add_to(api: Api) -> None:
    editors = api.family(
        access.at_least("editor"), below=_ONE, writes="edit", group="uploads", answer=UploadAnswer, refusals=(410,)
    )
    editors(
        _type, "PUT", "/details", N_("Says what a file is about, while it is sent and afterwards"), body=UploadDetails
    )
    for act, summary, more in (
        ("cancel", N_("Cancels an upload; for a while it can be brought back"), {}),
        ("restore", N_("Brings a cancelled upload back"), {"refusals": (410, 413, 507)}),
        ("retry", N_("Looks at a file again that could not be looked at"), {}),
        ("submit", N_("Sends the lesson in for review, as soon as it is there"), {}),
        ("withdraw", N_("Takes that back"), {}),
    ):
        editors(_acting(act), "POST", f"/{act}", summary, **more)


def _type(services: Services, upload_id: str, body: UploadDetails) -> UploadAnswer:
    given = body.model_dump(exclude={"unit", "cover"})
    with services.database.read() as session:
        editing.themes_of(session, body.themes or ())
    upload_acts.type_details(services, upload_id, given, unit_slug=body.unit, cover=body.cover)
    return _one(services, upload_id)


def _acting(act: str) -> Any:
    def view(services: Services, upload_id: str) -> UploadAnswer:
        upload_acts.act(services, upload_id, act)
        return _one(services, upload_id, is_cancelled=act == "cancel")

    return view


def _one(services: Services, upload_id: str, *, is_cancelled: bool = False) -> UploadAnswer:
    find = upload_lookups.cancelled if is_cancelled else upload_lookups.upload
    with services.database.read() as session:
        return told(session, find(session, upload_id, of=me(services)))
