"""Captions and chapters: whole files for <track> and for taking along, segments and their playlist for HLS."""

from functools import lru_cache

from flask import Blueprint, Response, jsonify, request
from werkzeug.routing import BaseConverter

from medialib.catalogue import caption_lookups, lookups
from medialib.catalogue.cues import Cue, from_stored
from medialib.catalogue.plans import TS_CLOCK_SECONDS
from medialib.database import Database
from medialib.delivery import hls, joined_captions, srt, webvtt
from medialib.errors import N_, NotFound
from medialib.web import access
from medialib.web.keeping import asked_again, kept, let_other_sites_play
from medialib.web.waiting import services

blueprint = Blueprint("captions", __name__)
blueprint.after_request(let_other_sites_play)


class Language(BaseConverter):
    """A BCP 47 tag."""

    regex = "[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"


class Ticks(BaseConverter):
    """Ticks of 1/90000 s: those of 30 hours have ten digits."""

    regex = "[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        return int(value)


@blueprint.record
def _teach_routes(state: object) -> None:
    state.app.url_map.converters |= {"language": Language, "ticks": Ticks}  # type: ignore[attr-defined]


@blueprint.get("/media/<lesson:lesson_id>/captions/<language:language>/<number:revision>.vtt")
@access.members
def whole(lesson_id: str, language: str, revision: int) -> Response:
    return _vtt(webvtt.render_captions(_cues(services().database, lesson_id, language, revision)))


@blueprint.get("/media/<lesson:lesson_id>/captions/<language:language>/<number:revision>.srt")
@access.members
def whole_srt(lesson_id: str, language: str, revision: int) -> Response:
    """For other programs than browsers."""
    return _answer(srt.render_srt(_cues(services().database, lesson_id, language, revision)), srt.MEDIA_TYPE)


_HLS = "/media/<lesson:lesson_id>/v<number:version>/captions/<language:language>/<number:revision>"


@blueprint.get(f"{_HLS}/index.m3u8")
@blueprint.get(f"{_HLS}/ts/index.m3u8", endpoint="ts_playlist")
@access.members
def playlist(lesson_id: str, version: int, language: str, revision: int) -> Response:
    """A function of the plan alone, like those of pictures and sound."""
    database = services().database
    _cues(database, lesson_id, language, revision)
    with database.read() as session:
        plan = lookups.plan(session, lesson_id, version)
    return _answer(webvtt.render_playlist(plan), hls.MEDIA_TYPE)


@blueprint.get(f"{_HLS}/<number:number>.vtt", defaults={"clock_seconds": 0})
@blueprint.get(f"{_HLS}/ts/<number:number>.vtt", defaults={"clock_seconds": TS_CLOCK_SECONDS}, endpoint="ts_segment")
@access.members
def segment(lesson_id: str, version: int, language: str, revision: int, number: int, clock_seconds: int) -> Response:
    return _segment(lesson_id, version, language, revision, number, ticks=clock_seconds * webvtt.TICKS_PER_SECOND)


@blueprint.get(f"{_HLS}/joined/<ticks:ticks>/<number:number>.vtt")
@access.members
def joined_segment(lesson_id: str, version: int, language: str, revision: int, ticks: int, number: int) -> Response:
    """By the clock of a joined MPEG-TS stream, which has come to `ticks` where this lesson begins."""
    begin = TS_CLOCK_SECONDS * webvtt.TICKS_PER_SECOND + ticks
    return _segment(lesson_id, version, language, revision, number, ticks=begin)


@blueprint.get(joined_captions.NOTHING)
@access.public
def nothing() -> Response:
    """A segment in which nothing is said: of a lesson without captions in a joined stream."""
    return _vtt(webvtt.render_captions(()))


def _segment(lesson_id: str, version: int, language: str, revision: int, number: int, *, ticks: int) -> Response:
    database = services().database
    cues = _cues(database, lesson_id, language, revision)
    with database.read() as session:
        plan = lookups.plan(session, lesson_id, version)
    if number >= plan.segment_count:
        raise NotFound(N_("The recording is not that long."))
    return _vtt(webvtt.render_segment(cues, plan, number, clock_ticks=ticks))


@blueprint.get("/media/<lesson:lesson_id>/chapters.vtt")
@access.members
def chapters(lesson_id: str) -> Response:
    with services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    if not lesson.chapters:
        raise NotFound(N_("This lesson has no chapters."))
    text = webvtt.render_chapters(lesson.chapters, seconds=lesson.seconds)
    return asked_again(Response(text, mimetype=webvtt.MEDIA_TYPE))


@blueprint.get("/media/<lesson:lesson_id>/chapters.json")
@access.members
def chapters_json(lesson_id: str) -> Response:
    """The same as podcast apps read them (podcastindex.org, JSON chapters 1.2)."""
    with services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    if not lesson.chapters:
        raise NotFound(N_("This lesson has no chapters."))
    told = [{"startTime": one["start_seconds"], "title": one["title"]} for one in lesson.chapters]
    response = jsonify({"version": "1.2.0", "chapters": told})
    response.mimetype = "application/json+chapters"
    return asked_again(response)


@lru_cache(maxsize=8)
def _cues(database: Database, lesson_id: str, language: str, revision: int) -> tuple[Cue, ...]:
    """The cues of this revision, which never change: those of eight hours are not read anew for every segment."""
    with database.read() as session:
        row = caption_lookups.captions(session, lesson_id, language)
        if row.revision != revision:
            raise NotFound(N_("There are no captions in this language."), detail=f"{language} r{revision}")
        return from_stored(row.cues)


def _vtt(text: str) -> Response:
    return _answer(text, webvtt.MEDIA_TYPE)


def _answer(text: str, kind: str) -> Response:
    response = kept(Response(text, mimetype=kind))
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]
