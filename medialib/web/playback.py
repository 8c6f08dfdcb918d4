"""Playlists and segments: what players ask for.

A segment that exists is sent from the store without a question to the database; one that does not is hurried
and waited for.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Response, request, send_file
from werkzeug.routing import BaseConverter

from medialib import metrics
from medialib.catalogue import caption_lookups, lookups, work_lookups
from medialib.catalogue.lessons import hot_step
from medialib.catalogue.plans import Plan, Rendition
from medialib.delivery import hls, offer
from medialib.errors import N_, NotFound, NotReady
from medialib.web import access
from medialib.web.keeping import kept as _kept
from medialib.web.keeping import let_other_sites_play
from medialib.web.keeping import playlist as _playlist
from medialib.web.waiting import copied_seconds, refuse_if_copied
from medialib.web.waiting import hurry as _hurry
from medialib.web.waiting import planned as _rendition
from medialib.web.waiting import services as _services
from medialib.web.waiting import wait_for as _await

blueprint = Blueprint("playback", __name__)
blueprint.after_request(let_other_sites_play)


class LessonId(BaseConverter):
    """Letters and digits only: an id is also the name of a directory."""

    regex = "[a-z0-9]{4,16}"


class Number(BaseConverter):
    """Few enough digits for the catalogue and for the name of a file."""

    regex = "[0-9]{1,7}"

    def to_python(self, value: str) -> int:
        return int(value)


class RenditionName(BaseConverter):
    """v480, a64, a32m, a64t1: also the name of a directory."""

    regex = "[av][0-9]{1,4}(?:m|t[0-9]{1,2})?"


@blueprint.record
def _teach_routes(state: object) -> None:
    app = state.app  # type: ignore[attr-defined]
    app.url_map.converters |= {"lesson": LessonId, "rendition": RenditionName, "number": Number}


@blueprint.get("/media/<lesson:lesson_id>/master.m3u8")
@blueprint.get("/media/<lesson:lesson_id>/ts.m3u8")
@access.members
def master(lesson_id: str) -> Response:
    """The multivariant playlist; it grows while rungs are completed, hence revalidated."""
    with _services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan, rows = lookups.current_plan(session, lesson), work_lookups.renditions(session, lesson)
        subtitles = offer.subtitles(plan, caption_lookups.captions_of(session, lesson_id), language=lesson.language)
    metrics.PLAYLISTS.labels(lesson.kind).inc()
    if _wants_ts():
        return _ts_playlist(offer.ts_variants(plan, rows), subtitles)
    sounds = offer.sounds(plan, language=lesson.language) if plan.video else ()
    variants = offer.with_subtitles(offer.variants(plan, rows), subtitles)
    keyframes = offer.keyframes(plan, rows)
    return _playlist(hls.render_multivariant(sounds, variants, subtitles, keyframes=keyframes))


@blueprint.get("/media/<lesson:lesson_id>/audio.m3u8")
@access.members
def audio(lesson_id: str) -> Response:
    """Listening only: the encodings of one sound track as variants; `?sound=` counts the tracks from 0."""
    with _services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan, rows = lookups.current_plan(session, lesson), work_lookups.renditions(session, lesson)
        subtitles = offer.subtitles(plan, caption_lookups.captions_of(session, lesson_id), language=lesson.language)
    track = request.args.get("sound", 0, type=int)
    if all(one.track != track for one in plan.audio):
        raise NotFound(N_("This lesson has no sound."), detail=f"track {track}")
    metrics.PLAYLISTS.labels("audio").inc()
    if _wants_ts():
        return _ts_playlist(offer.ts_audio_variants(plan, rows, track=track), subtitles)
    variants = offer.with_subtitles(offer.audio_variants(plan, rows, track=track), subtitles)
    return _playlist(hls.render_multivariant((), variants, subtitles))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/index.m3u8")
@access.members
def media(lesson_id: str, version: int, name: str) -> Response:
    """The media playlist of a rendition: a function of the plan, or of a finished copy's cuts; kept for ever."""
    plan, rendition = _rendition(lesson_id, version, name)
    return _kept(_playlist(hls.render_media(plan, rendition, copied_seconds(lesson_id, plan, rendition))))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/init.mp4")
@access.members
def init(lesson_id: str, version: int, name: str) -> Response:
    place = _services().store.init(lesson_id, version, name)
    if not place.exists():
        plan, rendition = _rendition(lesson_id, version, name)
        refuse_if_copied(lesson_id, plan, rendition)
        if rendition in plan.played_first:
            _await(place, lesson_id, "init", lambda: _hurry("prepare", lesson_id))
        else:
            _await(place, lesson_id, hot_step(name, 0), lambda: _hurry("segment", lesson_id, version, name, 0))
    return _file(place, name)


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/<number:number>.m4s")
@access.members
def segment(lesson_id: str, version: int, name: str, number: int) -> Response:
    place = _services().store.segment(lesson_id, version, name, number)
    if place.exists():
        metrics.SEGMENTS.labels("ready").inc()
        return _file(place, name)
    plan, rendition = _rendition(lesson_id, version, name)
    if number >= plan.segment_count:
        raise NotFound(N_("The recording is not that long."))
    refuse_if_copied(lesson_id, plan, rendition)

    def hurry() -> None:
        _hurry("segment", lesson_id, version, name, number)
        if sound := _sound_beside(plan, rendition):  # players ask for it once they have the picture
            _hurry("segment", lesson_id, version, sound, number)

    began = time.monotonic()
    try:
        _await(place, lesson_id, hot_step(name, number), hurry)
    except NotReady:
        metrics.SEGMENTS.labels("failed").inc()
        raise
    metrics.SEGMENTS.labels("waited").inc()
    metrics.HOT_WAIT.observe(time.monotonic() - began)
    return _file(place, name)


def _ts_playlist(variants: Sequence[hls.Variant], subtitles: Sequence[hls.Subtitles]) -> Response:
    told = offer.with_subtitles(variants, subtitles)
    return _playlist(hls.render_multivariant((), told, offer.ts_subtitles(subtitles), version=hls.MPEG_TS))


def _wants_ts() -> bool:
    """`?container=ts`, or the address that stands for it: old boxes cannot do with fMP4."""
    return request.args.get("container") == "ts" or request.path.endswith("/ts.m3u8")


def _sound_beside(plan: Plan, rendition: Rendition) -> str | None:
    return plan.audio[-1].name if plan.audio and rendition in plan.video else None


def _file(place: Path, name: str) -> Response:
    kind = "audio/mp4" if name.startswith("a") else "video/mp4"
    return _kept(send_file(place, mimetype=kind, conditional=True))
