"""What is done with an upload beside its bytes, for its page and for the API."""

from collections.abc import Mapping
from typing import Any

from medialib import arrivals
from medialib.catalogue import lookups, upload_edits, upload_lookups, upload_typing
from medialib.catalogue.upload_details import read_details
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web.desk.shell import me

ACTS = ("cancel", "restore", "retry", "submit", "withdraw")


def checked(services: Services, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed; raises BadRequest."""
    with services.database.read() as session:
        return read_details(given, themes={one.slug for one in lookups.themes(session)})


def type_details(
    services: Services, upload_id: str, given: Mapping[str, Any], *, unit_slug: str | None, cover: int | None
) -> None:
    """Keep what was typed, from the first letter on; raises BadRequest, NotAllowed, NotFound."""
    details, person = checked(services, given), me(services)
    with services.database.begin() as session:
        upload = upload_lookups.upload(session, upload_id, of=person)
        if unit_slug != upload.unit_slug:
            upload_lookups.require_own_unit(session, person, unit_slug)
        if upload.replaces:
            raise BadRequest(N_("This file is for a lesson that is there. Please change that one."))
        upload_typing.type_details(session, upload, details, unit_slug, by=person)
        if cover is not None:
            upload_typing.choose_cover(session, upload, cover, by=person)


def act(services: Services, upload_id: str, name: str) -> None:
    """One of ACTS; raises BadRequest, NotAllowed, NotFound, TooLarge, NoSpace."""
    person = me(services)
    with services.database.begin() as session:
        find = upload_lookups.cancelled if name == "restore" else upload_lookups.upload
        upload = find(session, upload_id, of=person)
        if name == "cancel":
            upload_edits.cancel(session, upload, by=person)
        elif name == "restore":
            arrivals.restore(services, session, upload, person)
        elif name == "retry":
            upload_edits.try_again(upload)
        else:
            upload_typing.submit(session, upload, wanted=name == "submit", by=person)
    if name in ("retry", "restore"):
        arrivals.tell_worker(services, upload_id)
