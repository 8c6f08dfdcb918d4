"""Joined streams: their media playlists, and what stands in where a lesson has no picture or no sound.

A joined stream is told by a recipe in the cache, named after its content: what a player has begun stays as it is,
whatever becomes of the listing meanwhile.
"""

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter

from medialib.catalogue import lookups, narrowing, progress, standins
from medialib.catalogue.lessons import Lesson, hot_step
from medialib.catalogue.plans import Plan, VideoRendition
from medialib.delivery import joined_captions
from medialib.delivery.joined import Stretch, render_joined
from medialib.delivery.joined_captions import is_captions
from medialib.delivery.joining import STAND_IN, Joined
from medialib.errors import N_, NotFound
from medialib.ingest import fragments, transmux, ts_clock
from medialib.ingest import standins as making
from medialib.services import Services
from medialib.web import access, packages, playback
from medialib.web.keeping import kept, let_other_sites_play, playlist
from medialib.web.waiting import copied_seconds, hurry, refuse_if_copied, services, wait_for

blueprint = Blueprint("joined", __name__)
blueprint.after_request(let_other_sites_play)

SEAMLESS = "seamless"
_STAND_IN = "/media/<lesson:lesson_id>/v<number:version>/standin"
# A lesson's poster may change, and with it what is seen while one listens.
_STAND_IN_SECONDS = 24 * 3600


class Digest(BaseConverter):
    """The first half of a SHA-256, in hexadecimal."""

    regex = "[0-9a-f]{32}"


class Stream(BaseConverter):
    """The name of a joined stream."""

    regex = "[0-9]{3,4}|sound|sound-small|captions-[A-Za-z0-9-]{2,35}"


@blueprint.record
def _teach_routes(state: object) -> None:
    state.app.url_map.converters |= {"digest": Digest, "stream": Stream}  # type: ignore[attr-defined]


def keep_recipe(opened: Services, joined: Joined) -> str:
    """Keep what the stream is made of; returns the path below which its playlists are."""
    text = json.dumps(joined.recipe(), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    place = opened.store.joined(digest)
    if not place.exists():
        opened.store.replace_text(place, text)
    return f"/media/listing/{digest}"


@blueprint.get("/media/listing/<digest:digest>/<stream:name>.m3u8")
@access.members
def media(digest: str, name: str) -> Response:
    """A media playlist of a joined stream; kept for ever, as its address stands for its content.

    Whoever may not see one of its lessons is told of none: the address may have been handed on.
    """
    return _media(digest, name, seamless=False)


@blueprint.get(f"/media/listing/<digest:digest>/{SEAMLESS}/<stream:name>.m3u8")
@access.members
def seamless_media(digest: str, name: str) -> Response:
    """The same of MPEG-TS without its joins; the tables' counters go on through them too."""
    return _media(digest, name, seamless=True)


def wants_it_seamless() -> bool:
    """VLC does, unless `?joins` says otherwise: at a join it leaves away half a second that it has not shown yet."""
    return request.args.get("joins", "none" if "LibVLC/" in request.user_agent.string else "") == "none"


def _media(digest: str, name: str, *, seamless: bool) -> Response:
    try:
        recipe = json.loads(services().store.joined(digest).read_bytes())
        rows = recipe["streams"][name]
    except (FileNotFoundError, KeyError):
        raise NotFound(N_("This list has changed. Please open it again."), detail=digest) from None
    lessons = sorted({row[0] for row in rows})
    with services().database.read() as session:
        seen = set(narrowing.ids_within(session, [Lesson.id.in_(lessons)]))
        plans = progress.plans(session, {(row[0], row[1]) for row in rows if row[0] in seen})
    lacking = [row for row in rows if (row[0], row[1]) not in plans]
    if lacking:
        raise NotFound(N_("This list has changed. Please open it again."), detail=str(lacking[0]))
    if seamless and not recipe["ts"]:
        raise NotFound(N_("This list has changed. Please open it again."), detail="fMP4 has joins")
    begin, stretches, count = Fraction(0), list[Stretch](), 0
    for lesson_id, version, rendition, filled in rows:
        plan = plans[lesson_id, version]
        make = _told_stretch if is_captions(name) else _seen_stretch
        ticks = round(begin * ts_clock.TICKS_PER_SECOND) if recipe["ts"] else None
        tables = count % 16 if seamless else 0
        stretches.append(make(lesson_id, plan, rendition, ticks=ticks, filled=filled, tables=tables))
        begin += standins.longest(plan)
        count += plan.segment_count
    return kept(playlist(render_joined(stretches, seamless=seamless)))


def _told_stretch(lesson_id: str, plan: Plan, track: str, *, ticks: int | None, **_: object) -> Stretch:
    language, _slash, revision = track.partition("/")
    return joined_captions.stretch(lesson_id, plan, (language, int(revision or 0)), ticks=ticks)


def _seen_stretch(lesson_id: str, plan: Plan, name: str, *, ticks: int | None, filled: bool, tables: int) -> Stretch:
    """Of pictures or sound; with `ticks` as MPEG-TS."""
    if ticks is not None:
        return _ts_stretch(lesson_id, plan, name, ticks=ticks, filled=filled, tables=tables)
    folder = f"/media/{lesson_id}/v{plan.version}/{name}"
    if isinstance(plan.rendition(name), VideoRendition):
        folder += "/joined"
    return Stretch(
        durations=_durations(lesson_id, plan, name),
        segments=[f"{folder}/{number}.m4s" for number in range(plan.segment_count)],
        init=f"{folder}/init.mp4",
    )


def _ts_stretch(lesson_id: str, plan: Plan, name: str, *, ticks: int, filled: bool, tables: int) -> Stretch:
    """In MPEG-TS one clock runs through all lessons: their last segments last until the next one begins.

    Their tables are counted on from `tables`.
    """
    way = f"standin/{name}" if filled else f"{name}/joined"
    folder = f"/media/{lesson_id}/v{plan.version}/{way}/{ticks}"
    *durations, last = _durations(lesson_id, plan, name)
    last = max(last, standins.longest(plan) - sum(durations))
    counted = f"?tables={tables}" if tables else ""
    return Stretch(
        durations=[*durations, last],
        segments=[f"{folder}/{number}.ts{counted}" for number in range(plan.segment_count)],
    )


def _durations(lesson_id: str, plan: Plan, name: str) -> Sequence[Fraction]:
    if name == STAND_IN and not plan.video:
        return standins.picture_durations(plan)
    rendition = standins.silence(plan) if name == STAND_IN else plan.rendition(name)
    if rendition is None:
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id} v{plan.version} {name}")
    copied = copied_seconds(lesson_id, plan, rendition)
    if copied is not None:
        return copied
    lasting = {count: count * rendition.frame_seconds for count in set(plan.frames(rendition))}
    return [lasting[count] for count in plan.frames(rendition)]


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/joined/init.mp4")
@access.members
def even_init(lesson_id: str, version: int, name: str) -> Response:
    """A rung's init segment without an edit list."""
    playback.init(lesson_id, version, name).close()  # made, if need be
    content = services().store.init(lesson_id, version, name).read_bytes()
    return kept(Response(fragments.even_init(content), mimetype="video/mp4"))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/joined/<number:number>.m4s")
@access.members
def even_segment(lesson_id: str, version: int, name: str, number: int) -> Response:
    """Its segment, whose samples are where the edit list would have moved them."""
    playback.segment(lesson_id, version, name, number).close()
    playback.init(lesson_id, version, name).close()
    store = services().store
    shift = fragments.read_shift(store.init(lesson_id, version, name).read_bytes())
    content = store.segment(lesson_id, version, name, number).read_bytes()
    return kept(Response(fragments.even_segment(content, shift), mimetype="video/mp4"))


@blueprint.get(f"{_STAND_IN}/init.mp4")
@access.members
def init(lesson_id: str, version: int) -> Response:
    template, plan = _template(lesson_id, version)
    return _kept_a_while(Response(making.read_template(template, plan).init, mimetype=_kind(plan)))


@blueprint.get(f"{_STAND_IN}/<number:number>.m4s")
@access.members
def segment(lesson_id: str, version: int, number: int) -> Response:
    template, plan = _template(lesson_id, version)
    content = making.segment_of(making.read_template(template, plan), plan, number)
    return _kept_a_while(Response(content, mimetype=_kind(plan)))


@blueprint.get("/media/<lesson:lesson_id>/v<number:version>/<rendition:name>/joined/<ticks:ticks>/<number:number>.ts")
@access.members
def ts_segment(lesson_id: str, version: int, name: str, ticks: int, number: int) -> Response:
    """A TS segment at its time in a joined stream."""
    packages.ts_segment(lesson_id, version, name, number).close()  # made, if need be
    content = services().store.ts_segment(lesson_id, version, name, number).read_bytes()
    return kept(Response(_at(content, ticks, number), mimetype="video/mp2t"))


@blueprint.get(f"{_STAND_IN}/<rendition:name>/<ticks:ticks>/<number:number>.ts")
@access.members
def filled_ts_segment(lesson_id: str, version: int, name: str, ticks: int, number: int) -> Response:
    """The same of a lesson's own track, with what stands in for the other one."""
    store = services().store
    place = store.filled_ts_segment(lesson_id, version, name, number)
    if not place.exists():
        _, plan = _lacking(lesson_id, version)
        rendition = plan.rendition(name)
        if rendition is None or number >= plan.segment_count:
            raise NotFound(N_("The recording is not that long."))
        own = store.segment(lesson_id, version, name, number)
        if not own.exists():
            refuse_if_copied(lesson_id, plan, rendition)
            step = hot_step(name, number)
            wait_for(own, lesson_id, step, lambda: hurry("segment", lesson_id, version, name, number))
        step = making.ts_step(name, number)
        wait_for(place, lesson_id, step, lambda: hurry("filled_ts", lesson_id, version, name, number))
    return _kept_a_while(Response(_at(place.read_bytes(), ticks, number), mimetype="video/mp2t"))


def _at(segment: bytes, ticks: int, number: int) -> bytes:
    """The segment at its time; `?tables` says how many segments of other lessons were counted before its lesson."""
    content = bytearray(ts_clock.moved(segment, ticks))
    if before := request.args.get("tables", 0, type=int):
        transmux.count_tables(content, number + before)
    return bytes(content)


def _template(lesson_id: str, version: int) -> tuple[Path, Plan]:
    """The template of the lesson, made now if need be; raises NotFound for a lesson that lacks nothing."""
    lesson, plan = _lacking(lesson_id, version)
    place = making.template_place(services().store, lesson, plan)
    if not place.exists():
        wait_for(place, lesson_id, making.STEP, lambda: hurry("standin", lesson_id))
    return place, plan


def _lacking(lesson_id: str, version: int) -> tuple[Lesson, Plan]:
    with services().database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.plan(session, lesson_id, version)
    if plan.video and plan.audio:
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id}: nothing is missing")
    return lesson, plan


def _kind(plan: Plan) -> str:
    return "audio/mp4" if plan.video else "video/mp4"


def _kept_a_while(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_STAND_IN_SECONDS}"
    return response
