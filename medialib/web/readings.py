"""Readings of lessons: files that are downloaded, never shown by the browser in the site's name."""

from flask import Blueprint, Response, send_file

from medialib.catalogue import readings
from medialib.errors import N_, NotFound
from medialib.ingest import reading_files
from medialib.web import access
from medialib.web.waiting import services

blueprint = Blueprint("readings", __name__)


@blueprint.get("/media/<lesson:lesson_id>/readings/<reading_id>")
@access.members
def reading(lesson_id: str, reading_id: str) -> Response:
    with services().database.read() as session:
        one = readings.reading(session, lesson_id, reading_id)
    place = reading_files.place_of(services().store, one)
    if one.removed_at is not None or not place.exists():
        raise NotFound(N_("There is no such reading."), detail=reading_id[:40])
    response = send_file(
        place, mimetype=reading_files.TYPES[one.extension], conditional=True, as_attachment=True,
        download_name=one.file_name,
    )  # fmt: skip
    response.headers["Cache-Control"] = "private, no-cache"
    return response
