"""Files for a collection over the API: the picture that it is shown by, and what it gives to read.

They are sent as they are, as the body of the request; what one is, is seen from its content.
"""

from dataclasses import replace
from typing import IO, Any

from medialib.catalogue import arranging, collected
from medialib.errors import N_
from medialib.ingest import attached_files, pictures, reading_files, shelf_covers
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web.api.collections import OFFICE, CollectionAnswer, told
from medialib.web.api.lesson_media import FileQuery
from medialib.web.api.operations import Answer, Api, Operation
from medialib.web.desk.shell import me


class AttachedFile(Answer):
    """`link` is where it is downloaded, for the `link` of an entry."""

    link: str


def add_to(api: Api, services: Services) -> None:
    def office(view: Any, path: str, summary: str, **more: Any) -> None:
        operation = Operation(
            method="POST", path=f"/collections/<slug>{path}", summary=summary, group="collections", scope="publish",
            role="curator", file=True, **more,
        )  # fmt: skip
        api.add(operation, OFFICE, view)

    office(
        lambda slug, file: _show_by(services, slug, file), "/cover",
        N_("Shows a collection by the picture that is sent"), answer=CollectionAnswer,
        most_bytes=pictures.LARGEST_BYTES, refusals=(507,),
    )  # fmt: skip
    office(
        lambda slug, query, file: _attach(services, slug, query, file), "/files",
        N_("Keeps the file that is sent, for an entry to read"), query=FileQuery, answer=AttachedFile, status=201,
        most_bytes=reading_files.LARGEST_BYTES, refusals=(507,),
    )  # fmt: skip


def _reserve_bytes(services: Services) -> int:
    return int(services.settings.limits.free_gigabytes * 10**9)


def _show_by(services: Services, slug: str, file: IO[bytes]) -> CollectionAnswer:
    with services.database.read() as session:
        collected.collection(session, slug)
    services.store.require_space(pictures.LARGEST_BYTES, _reserve_bytes(services))
    name = shelf_covers.keep_cover(services.store, file, megapixels=services.settings.limits.megapixels)
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
    link = attached_files.attach(services.store, file, query.name, reserve_bytes=_reserve_bytes(services))
    return AttachedFile(link=link)
