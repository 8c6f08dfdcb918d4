"""Files for a collection over the API: the picture that it is shown by, and what it gives to read.

They are sent as they are, as the body of the request; what one is, is seen from its content.
"""

from dataclasses import replace
from typing import IO

from medialib.catalogue import arranging, collected
from medialib.errors import N_
from medialib.ingest import attached_files, pictures, reading_files, shelf_covers
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web.api.collections import OFFICE, CollectionAnswer, told
from medialib.web.api.lesson_media import FileQuery
from medialib.web.api.operations import Answer, Api
from medialib.web.desk.shell import me


class AttachedFile(Answer):
    """`link` is where it is downloaded, for the `link` of an entry."""

    link: str


def add_to(api: Api) -> None:
    office = api.family(OFFICE, below="/collections/<slug>", writes="publish", group="collections", file=True)
    office(
        _show_by,
        "POST",
        "/cover",
        N_("Shows a collection by the picture that is sent"),
        answer=CollectionAnswer,
        most_bytes=pictures.LARGEST_BYTES,
        refusals=(507,),
    )
    office(
        _attach,
        "POST",
        "/files",
        N_("Keeps the file that is sent, for an entry to read"),
        query=FileQuery,
        answer=AttachedFile,
        status=201,
        most_bytes=reading_files.LARGEST_BYTES,
        refusals=(507,),
    )


def _show_by(services: Services, slug: str, file: IO[bytes]) -> CollectionAnswer:
    with services.database.read() as session:
        collected.collection(session, slug)
    name = shelf_covers.keep_cover(services.store, file, limits=services.settings.limits)
    with services.database.begin() as session:
        one = collected.collection(session, slug)
        arranging.change(
            session, one, "collection.texts", lambda now: replace(now, cover=f"picture:{name}"), by=me(services)
        )
        session.flush()
        answer = told(session, collected.collection(session, slug))
    services.queues.send(HOT, "index")
    return answer


def _attach(services: Services, slug: str, query: FileQuery, file: IO[bytes]) -> AttachedFile:
    with services.database.read() as session:
        collected.collection(session, slug)
    link = attached_files.attach(services.store, file, query.name, reserve_bytes=services.settings.limits.reserve_bytes)
    return AttachedFile(link=link)
