"""The same segments in other packages: MPEG-TS, lists of keyframes, and whole files to play or to keep.

What is not there yet is made by the worker from finished segments, which are hurried first.
"""

import json
import time
from functools import partial
from pathlib import Path

from flask import Blueprint, Response, send_file
from sqlalchemy.orm import Session

from medialib import metrics
from medialib.catalogue import lookups, work_lookups
from medialib.catalogue.lessons import hot_step
from medialib.catalogue.plans import Plan
from medialib.delivery import hls
from medialib.errors import N_, NotFound, NotReady
from medialib.ingest import packaging
from medialib.ingest.labels import label_of
from medialib.jobs.queue import DOWNLOADS
from medialib.web import access
from medialib.web.keeping import kept, let_other_sites_play, playlist
from medialib.web.naming import file_name
from medialib.web.waiting import copied_seconds, hurry, planned, refuse_if_copied, services, wait_for

blueprint = Blueprint("packages", __name__)
blueprint.after_request(let_other_sites_play)

# Whoever asks for a whole file before its segments are made comes back after so long.
_INCOMPLETE_RETRY_SECONDS = 30
# Eight hours of sound take a busy machine longer than a segment; proxies give up after a minute.
_FILE_PATIENCE = 2.0


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/ts.m3u8")
@access.members
def ts_media(lesson_id: str, version: int, name: str) -> Response:
    """The media playlist of a rendition in MPEG-TS: a function of the plan or of a copy's cuts, kept for ever."""
    plan, rendition = planned(lesson_id, version, name)
    return kept(playlist(hls.render_ts(plan, rendition, copied_seconds(lesson_id, plan, rendition))))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/<number:number>.ts")
@access.members
def ts_segment(lesson_id: str, version: int, name: str, number: int) -> Response:
    place = services().store.ts_segment(lesson_id, version, name, number)
    if place.exists():
        metrics.SEGMENTS.labels("ready").inc()
    else:
        plan, _ = planned(lesson_id, version, name)
        if number >= plan.segment_count:
            raise NotFound(N_("The recording is not that long."))
        began = time.monotonic()
        try:
            _make_ts(place, lesson_id, plan, name, number)
        except NotReady:
            metrics.SEGMENTS.labels("failed").inc()
            raise
        metrics.SEGMENTS.labels("waited").inc()
        metrics.HOT_WAIT.observe(time.monotonic() - began)
    return kept(send_file(place, mimetype="video/mp2t", conditional=True))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/keyframes.m3u8")
@access.members
def keyframes(lesson_id: str, version: int, name: str) -> Response:
    """The first picture of every segment, once the rendition is complete; kept for ever."""
    plan, rendition = planned(lesson_id, version, name)
    place = services().store.keyframes(lesson_id, version, name)
    if not place.exists():
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id} v{version} {name}: no keyframes")
    places = [(offset, length) for offset, length in json.loads(place.read_text(encoding="utf-8"))]
    return kept(playlist(hls.render_keyframes(plan, rendition, places, copied_seconds(lesson_id, plan, rendition))))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/lesson.mp4")
@access.members
def film(lesson_id: str, version: int) -> Response:
    """The start rung with its sound as one file, for what plays nothing else."""
    place = services().store.film(lesson_id, version)
    with services().database.read() as session:
        name = file_name(lookups.lesson(session, lesson_id).title)
        plan = lookups.plan(session, lesson_id, version)
        if plan.start_rung is None:
            raise NotFound(N_("This lesson has no picture."))
        if not place.exists():
            _require_complete(session, lesson_id, plan, plan.start_rung, *_sound_name(plan))
    if not place.exists():
        _wait_for_file(place, lesson_id, packaging.FILM_STEP, "film", version)
    return kept(send_file(place, mimetype="video/mp4", conditional=True, download_name=f"{name}.mp4"))


@blueprint.get("/media/<lesson:lesson_id>/lesson.m4a")
@access.members
def recording(lesson_id: str) -> Response:
    """The sound as one file to keep, labelled as the lesson is called now."""
    store = services().store
    with services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.current_plan(session, lesson)
        if not plan.audio:
            raise NotFound(N_("This lesson has no sound."))
        place = store.recording(lesson_id, plan.version, label_of(store, lesson).stamp)
        if not place.exists():
            _require_complete(session, lesson_id, plan, *_sound_name(plan))
    if not place.exists():
        _wait_for_file(place, lesson_id, packaging.RECORDING_STEP, "recording")
    response = send_file(
        place,
        mimetype="audio/mp4",
        conditional=True,
        as_attachment=True,
        download_name=f"{file_name(lesson.title)}.m4a",
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def _make_ts(place: Path, lesson_id: str, plan: Plan, name: str, number: int) -> None:
    parts = [one for one in packaging.ts_parts(plan, name) if one]
    segments = [services().store.segment(lesson_id, plan.version, one.name, number) for one in parts]
    for one, segment in zip(parts, segments, strict=True):
        if not segment.exists():
            refuse_if_copied(lesson_id, plan, one)
    hurries = [partial(hurry, "segment", lesson_id, plan.version, one.name, number) for one in parts]
    for ask, segment in zip(hurries, segments, strict=True):
        if not segment.exists():
            ask()
    for one, ask, segment in zip(parts, hurries, segments, strict=True):
        if not segment.exists():
            wait_for(segment, lesson_id, hot_step(one.name, number), ask, asked=True)
    step = packaging.ts_step(name, number)
    wait_for(place, lesson_id, step, lambda: hurry("ts", lesson_id, plan.version, name, number))


def _wait_for_file(place: Path, lesson_id: str, step: str, work: str, *version: int) -> None:
    wait_for(place, lesson_id, step, lambda: hurry(work, lesson_id, *version, queue=DOWNLOADS), patience=_FILE_PATIENCE)


def _sound_name(plan: Plan) -> tuple[str, ...]:
    sound = packaging.usual_sound(plan)
    return (sound.name,) if sound else ()


def _require_complete(session: Session, lesson_id: str, plan: Plan, *names: str) -> None:
    if not work_lookups.are_complete(session, lesson_id, plan.version, names):
        raise NotReady(
            N_("This file can be had when the whole lesson is made. Please come back a little later."),
            retry_seconds=_INCOMPLETE_RETRY_SECONDS,
        )
