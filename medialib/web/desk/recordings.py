"""The recording of a lesson, those that it had before, and the way back to the last one."""

from flask import Blueprint, Response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue import former_sources, lookups
from medialib.errors import N_, NotFound
from medialib.ingest import replacing
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page


def add_to(blueprint: Blueprint, services: Services) -> None:
    address = "/lessons/<lesson:lesson_id>/recording"
    blueprint.add_url_rule(
        address, "recording", access.lesson_editors(lambda lesson_id: _recording(services, lesson_id))
    )
    blueprint.add_url_rule(
        f"{address}/file", "recording_file", access.lesson_editors(lambda lesson_id: sent_file(services, lesson_id))
    )
    blueprint.add_url_rule(
        f"{address}/back", "recording_back", access.lesson_editors(lambda lesson_id: _back(services, lesson_id)),
        methods=["POST"],
    )  # fmt: skip


def _recording(services: Services, lesson_id: str) -> ResponseReturnValue:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        source, former = lookups.source(session, lesson_id), former_sources.former(session, lesson_id)
    return page(
        services, "recording.html", section="lessons", lesson=lesson, source=source, former=former,
        saved="saved" in request.args, days=services.settings.uploads.replaced_days,
    )  # fmt: skip


def sent_file(services: Services, lesson_id: str) -> Response:
    """The file as it was sent, under the name that it had; raises NotFound."""
    with services.database.read() as session:
        source = lookups.source(session, lesson_id)
    place = services.store.source(lesson_id, source.extension, source.version)
    if not place.exists():
        raise NotFound(N_("The file of this recording is not in the library any more."), detail=source.name)
    response = send_file(
        place, mimetype="application/octet-stream", conditional=True, as_attachment=True, download_name=source.name
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def bring_back(services: Services, lesson_id: str) -> None:
    """The recording before the present one takes its place again; raises BadRequest."""
    replacing.bring_back(services.workshop, lesson_id, by=me(services))
    services.queues.send(HOT, "index")
    services.queues.send(BULK, "advance")


def _back(services: Services, lesson_id: str) -> ResponseReturnValue:
    bring_back(services, lesson_id)
    return redirect(url_for("desk.recording", lesson_id=lesson_id, saved=1))
