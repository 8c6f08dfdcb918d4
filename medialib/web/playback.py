"""Playlists and segments: what players ask for.

A segment that exists is sent from the store without a question to the database; one that does not is hurried
and waited for.
"""

import time
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, current_app, request, send_file
from werkzeug.routing import BaseConverter

from medialib import metrics
from medialib.catalogue import lookups
from medialib.catalogue.lessons import hot_step
from medialib.catalogue.plans import Plan, Rendition
from medialib.delivery import hls, offer
from medialib.errors import N_, NotFound, NotReady
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web.keeping import kept, let_other_sites_play

blueprint = Blueprint("playback", __name__)
blueprint.after_request(let_other_sites_play)

_LOOK_SECONDS = 0.03
_ASK_CATALOGUE_SECONDS = 0.5
_RETRY_SECONDS = 2


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
def master(lesson_id: str) -> Response:
    """The multivariant playlist; it grows while rungs are completed, hence revalidated."""
    with _services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan, rows = lookups.current_plan(session, lesson), lookups.renditions(session, lesson)
        subtitles = offer.subtitles(plan, lookups.captions_of(session, lesson_id), language=lesson.language)
    metrics.PLAYS.labels(lesson.kind).inc()
    sounds = offer.sounds(plan, language=lesson.language) if plan.video else ()
    variants = offer.with_subtitles(offer.variants(plan, rows), subtitles)
    return _playlist(hls.render_multivariant(sounds, variants, subtitles))


@blueprint.get("/media/<lesson:lesson_id>/audio.m3u8")
def audio(lesson_id: str) -> Response:
    """Listening only: the sounds as variants."""
    with _services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan, rows = lookups.current_plan(session, lesson), lookups.renditions(session, lesson)
        subtitles = offer.subtitles(plan, lookups.captions_of(session, lesson_id), language=lesson.language)
    if not plan.audio:
        raise NotFound(N_("This lesson has no sound."))
    metrics.PLAYS.labels("audio").inc()
    variants = offer.with_subtitles(offer.audio_variants(plan, rows), subtitles)
    return _playlist(hls.render_multivariant((), variants, subtitles))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/index.m3u8")
def media(lesson_id: str, version: int, name: str) -> Response:
    """The media playlist of a rendition: a function of the plan alone, kept for ever."""
    plan, rendition = _rendition(lesson_id, version, name)
    return kept(_playlist(hls.render_media(plan, rendition)))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/init.mp4")
def init(lesson_id: str, version: int, name: str) -> Response:
    place = _services().store.init(lesson_id, version, name)
    if not place.exists():
        plan, rendition = _rendition(lesson_id, version, name)
        if rendition in plan.played_first:
            _await(place, lesson_id, "init", lambda: _hurry("prepare", lesson_id))
        else:
            _await(place, lesson_id, hot_step(name, 0), lambda: _hurry("segment", lesson_id, version, name, 0))
    return _file(place, name)


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/<number:number>.m4s")
def segment(lesson_id: str, version: int, name: str, number: int) -> Response:
    place = _services().store.segment(lesson_id, version, name, number)
    if place.exists():
        metrics.SEGMENTS.labels("ready").inc()
        return _file(place, name)
    plan, rendition = _rendition(lesson_id, version, name)
    if number >= plan.segment_count:
        raise NotFound(N_("The recording is not that long."))

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


def _services() -> Services:
    services: Services = current_app.extensions["medialib"]
    return services


def _rendition(lesson_id: str, version: int, name: str) -> tuple[Plan, Rendition]:
    with _services().database.read() as session:
        plan = lookups.plan(session, lesson_id, version)
    rendition = plan.rendition(name)
    if rendition is None:
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id} v{version} {name}")
    return plan, rendition


def _sound_beside(plan: Plan, rendition: Rendition) -> str | None:
    return plan.audio[-1].name if plan.audio and rendition in plan.video else None


def _hurry(work: str, *arguments: str | int) -> None:
    services = _services()
    services.queues.send(HOT, work, *arguments, within_seconds=services.settings.runs.hot_wait_seconds)


def _await(place: Path, lesson_id: str, step: str, hurry: Callable[[], None]) -> None:
    """Ask for a file and wait until it is there; raises NotReady when it does not come in time or its run failed."""
    services = _services()
    _refuse_if_resting(services, lesson_id, step)
    hurry()
    now = time.monotonic()
    end, ask = now + services.settings.runs.hot_wait_seconds, now + _ASK_CATALOGUE_SECONDS
    while not place.exists():
        now = time.monotonic()
        if now > end:
            raise NotReady(N_("This part is still being made. Please wait a moment."), retry_seconds=_RETRY_SECONDS)
        if now > ask:
            _refuse_if_resting(services, lesson_id, step)
            ask = now + _ASK_CATALOGUE_SECONDS
        time.sleep(_LOOK_SECONDS)


def _refuse_if_resting(services: Services, lesson_id: str, step: str) -> None:
    with services.database.read() as session:
        failed = lookups.failed_step(session, lesson_id, step)
    if failed and failed.attempts and (failed.parked or failed.retry_at > time.time()):
        seconds = max(_RETRY_SECONDS, int(failed.retry_at - time.time()))
        raise NotReady(failed.message, retry_seconds=seconds, detail=failed.detail)


def _playlist(text: str) -> Response:
    response = Response(text, mimetype=hls.MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def _file(place: Path, name: str) -> Response:
    kind = "audio/mp4" if name.startswith("a") else "video/mp4"
    return kept(send_file(place, mimetype=kind, conditional=True))
