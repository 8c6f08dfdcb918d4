"""Pictures of lessons and collections, their thumbnails and peaks: files that never change, once they are there."""

from pathlib import Path

from flask import Blueprint, Response, send_file

from medialib import showing
from medialib.catalogue.posters import ENDINGS
from medialib.delivery.covers import COVER_NAME
from medialib.delivery.posters import USUAL_WIDTH
from medialib.errors import N_, NotFound
from medialib.web import access
from medialib.web.keeping import kept, let_other_sites_play
from medialib.web.waiting import services

blueprint = Blueprint("pictures", __name__)
blueprint.after_request(let_other_sites_play)

_TYPES = {"jpg": "image/jpeg", "webp": "image/webp", "vtt": "text/vtt", "json": "application/json"}


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/poster.jpg")
@access.members
def poster(lesson_id: str, version: int) -> Response:
    """The best picture in a usual size, whichever is chosen."""
    posters = showing.read_posters(services(), lesson_id, version)
    width = posters.candidates[0].nearest(USUAL_WIDTH) if posters else 0
    return _file(services().store.poster(lesson_id, version, 0, width, "jpg"))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/poster/<number:choice>/<number:width>.<ending>")
@access.members
def candidate(lesson_id: str, version: int, choice: int, width: int, ending: str) -> Response:
    if ending not in ENDINGS:
        raise NotFound(N_("There is no picture of this lesson yet."), detail=ending)
    return _file(services().store.poster(lesson_id, version, choice, width, ending))


@blueprint.get("/media/<lesson:lesson_id>/picture/<number:number>/<number:width>.<ending>")
@access.members
def own_picture(lesson_id: str, number: int, width: int, ending: str) -> Response:
    if ending not in ENDINGS:
        raise NotFound(N_("There is no picture of this lesson yet."), detail=ending)
    return _file(services().store.own_picture(lesson_id, number, width, ending))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/sheets/<number:sheet>.jpg")
@access.members
def sheet(lesson_id: str, version: int, sheet: int) -> Response:
    return _file(services().store.sheet(lesson_id, version, sheet))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/sheets/thumbnails.vtt")
@access.members
def thumbnails(lesson_id: str, version: int) -> Response:
    return _file(services().store.thumbnails(lesson_id, version))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/peaks.json")
@access.members
def peaks(lesson_id: str, version: int) -> Response:
    return _file(services().store.peaks(lesson_id, version))


@blueprint.get("/media/covers/<name>/<number:width>.<ending>")
@access.members
def collection_cover(name: str, width: int, ending: str) -> Response:
    """A collection's own picture, which only who has seen its address can name."""
    if ending not in ENDINGS or not COVER_NAME.fullmatch(name):
        raise NotFound(N_("There is no such picture."), detail=name[:60])
    return _file(services().store.collection_cover(name, width, ending))


def _file(place: Path) -> Response:
    if not place.exists():
        raise NotFound(N_("There is no picture of this lesson yet."))
    return kept(send_file(place, mimetype=_TYPES[place.suffix[1:]], conditional=True))
