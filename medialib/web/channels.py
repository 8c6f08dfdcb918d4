"""Channels for players: multivariant and media playlists, what is on, the M3U of all, the guide.

What one answer says is right for half a segment, so a proxy in front may give it to all televisions.
"""

import time
from dataclasses import replace

from flask import Blueprint, Response, jsonify, request, url_for
from sqlalchemy.orm import Session
from werkzeug.routing import BaseConverter

from medialib import finding, metrics
from medialib.airing import Station, now_ticks
from medialib.catalogue import channel_lookups, lookups, progress, standins
from medialib.catalogue.channels import Channel
from medialib.catalogue.lessons import Lesson
from medialib.delivery import broadcasting, hls, joining, m3u, posters, shapes, xmltv
from medialib.delivery.hls import Sound, Variant
from medialib.delivery.live import render_live
from medialib.delivery.occasions import TICKS
from medialib.delivery.timeline import Entry
from medialib.ingest import slate, ts_clock
from medialib.ingest.fragments import Template
from medialib.services import Services
from medialib.web import access
from medialib.web.i18n import gettext
from medialib.web.keeping import kept, let_other_sites_play
from medialib.web.naming import absolute
from medialib.web.screen.boxes import IN_PATH
from medialib.web.waiting import hurry, wait_for

_GUIDE_HOURS = 48
_GUIDE_SECONDS = 600
_MOST_COMING = 6


class Side(BaseConverter):
    """The shorter side of a channel's pictures, or its sound."""

    regex = "240|360|480|720|1080|sound"


class SlatePart(BaseConverter):
    """A track of the slate."""

    regex = "picture|sound"


def make_blueprint(services: Services, station: Station) -> Blueprint:
    blueprint = Blueprint("channels", __name__)

    @blueprint.record
    def _teach_routes(state: object) -> None:
        state.app.url_map.converters |= {"side": Side, "slatepart": SlatePart}  # type: ignore[attr-defined]

    def add(rule: str, endpoint: str, view: access.View) -> None:
        blueprint.add_url_rule(rule, endpoint, access.members(view))

    add("/channels.m3u", "listed", lambda: _m3u(services))
    add("/channels.xml", "guide", lambda: _guide(services, station))
    add("/channels/<slug:slug>.m3u8", "multivariant", lambda slug: _multivariant(services, station, slug, ts=False))
    add(
        "/channels/<slug:slug>.ts.m3u8", "ts_multivariant", lambda slug: _multivariant(services, station, slug, ts=True)
    )
    add("/channels/<slug:slug>/<side:name>.m3u8", "media", lambda slug, name: _media(station, slug, name, ts=False))
    add(
        "/channels/<slug:slug>/<side:name>.ts.m3u8", "ts_media", lambda slug, name: _media(station, slug, name, ts=True)
    )
    add("/channels/<slug:slug>.json", "on_air", lambda slug: _on_air(services, station, slug))
    base = f"{broadcasting.SLATE_FOLDER}/<number:seconds>"
    add(f"{base}/<slatepart:name>/init.mp4", "slate_init", lambda **parts: _slate_init(services, **parts))
    add(
        f"{base}/<slatepart:name>/<number:number>.m4s",
        "slate_segment",
        lambda **parts: _slate_segment(services, **parts),
    )
    add(f"{base}/<ticks:ticks>/<number:number>.ts", "slate_ts", lambda **parts: _slate_ts(services, **parts))
    blueprint.after_request(let_other_sites_play)
    return blueprint


def _media(station: Station, slug: str, name: str, *, ts: bool) -> Response:
    """The playlist of a stream now: a function of what is stored and of the clock."""
    chain, now = station.chain(slug), station.moment(slug)
    if ts and name == broadcasting.SOUND:
        name = "480"
    stretch = broadcasting.ts_stretch if ts else broadcasting.fmp4_stretch
    target = station.target_seconds(slug)
    text = render_live(chain.window(now), lambda one: stretch(one, name), target_seconds=target)
    if request.environ.get(IN_PATH):  # an old box: its token goes along
        text = text.replace("/media/", f"{request.environ['SCRIPT_NAME']}/media/")
    return _live(text, seconds=max(1, target // 2))


def _live(text: str, *, seconds: int, kind: str = hls.MEDIA_TYPE) -> Response:
    response = Response(text, mimetype=kind)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def _multivariant(services: Services, station: Station, slug: str, *, ts: bool) -> Response:
    chain = station.chain(slug)
    now = now_ticks()
    ids = {one.entry.item.lesson_id for one in chain.aired if one.end > now and not one.entry.is_slate}
    with services.database.read() as session:
        lessons = lookups.lessons_by_id(session, sorted(ids))
        plans, rows = lookups.current_plans(session, lessons), progress.progress(session, lessons)
    joinable = [joining.joinable(one, plans[one.id], rows[one.id], ts=ts) for one in lessons]
    joined = joining.join(joinable, ts=ts) if joinable else None
    variants = [one for one in (joined.variants if joined else ()) if one.resolution] or [_slate_variant()]
    variants = [
        replace(one, uri=_address(slug, one.uri, ts=ts), audio_group=None if ts else "sound") for one in variants
    ]
    metrics.PLAYS.labels("channel").inc()
    if ts:
        return _live(hls.render_multivariant((), variants, version=hls.MPEG_TS), seconds=30)
    sound = Sound(group="sound", name="sound", language="und", channels=2, uri=_address(slug, "sound.m3u8", ts=False))
    alone = Variant(
        uri=sound.uri, peak_bits_per_second=96_000, average_bits_per_second=64_000, codecs=standins.SILENCE_CODECS
    )
    return _live(hls.render_multivariant((sound,), [*variants, alone]), seconds=30)


def _slate_variant() -> Variant:
    return Variant(
        uri="480.m3u8",
        peak_bits_per_second=standins.PICTURE_PEAK_BITS_PER_SECOND,
        average_bits_per_second=standins.PICTURE_AVERAGE_BITS_PER_SECOND,
        codecs=f"{standins.PICTURE_CODECS},{standins.SILENCE_CODECS}",
        resolution=(standins.WIDTH, standins.HEIGHT),
    )


def _address(slug: str, uri: str, *, ts: bool) -> str:
    """Beside the multivariant playlist, so that whatever stands before its address stands before this one too."""
    return f"{slug}/{uri.removesuffix('.m3u8')}{'.ts' if ts else ''}.m3u8"


def _m3u(services: Services) -> Response:
    """All channels for set-top boxes, with the address of the guide; `?container=fmp4` for players of browsers."""
    ending = ".m3u8" if request.args.get("container") == "fmp4" else ".ts.m3u8"
    with services.database.read() as session:
        channels = channel_lookups.channels(session)
    stations = [
        m3u.Station(
            id=one.slug, name=one.title, number=place, address=absolute(services, f"/channels/{one.slug}{ending}")
        )
        for place, one in enumerate(channels, start=1)
    ]
    text = m3u.render_stations(stations, guide=absolute(services, url_for("channels.guide")))
    return _live(text, seconds=60, kind=m3u.MEDIA_TYPE)


def _guide(services: Services, station: Station) -> Response:
    """What is on in the next two days, as XMLTV."""
    with services.database.read() as session:
        channels = channel_lookups.channels(session)
    stations = [
        xmltv.Station(id=one.slug, name=one.title, address=absolute(services, f"/channels/{one.slug}.m3u8"))
        for one in channels
    ]
    programmes = [found for one in channels for found in _programmes(services, station, one)]
    text = xmltv.render_guide(stations, programmes, source=absolute(services, "/"))
    return _live(text, seconds=_GUIDE_SECONDS, kind=xmltv.MEDIA_TYPE)


def _programmes(services: Services, station: Station, channel: Channel) -> list[xmltv.Programme]:
    entries = station.guide(channel, _GUIDE_HOURS)
    with services.database.read() as session:
        lessons = _lessons(session, [one for _, _, one in entries])
    found = []
    for begin, end, entry in entries:
        lesson = lessons.get(entry.item.lesson_id)
        if lesson is None:
            continue
        pictures = finding.posters(services, lesson)
        picture = posters.shown(lesson, pictures).address if pictures else ""
        found.append(
            xmltv.Programme(
                station=channel.slug, begin=begin / TICKS, end=end / TICKS, title=lesson.title,
                description=lesson.description, categories=tuple(theme.zh for theme in lesson.themes),
                picture=absolute(services, picture) if picture else "",
                address=absolute(services, shapes.page_path(lesson.id)),
            )
        )  # fmt: skip
    return found


def _lessons(session: Session, entries: list[Entry]) -> dict[str, Lesson]:
    ids = sorted({one.item.lesson_id for one in entries if not one.is_slate})
    found: dict[str, Lesson] = {}
    for at in range(0, len(ids), 500):
        found |= {one.id: one for one in lookups.lessons_by_id(session, ids[at : at + 500])}
    return found


def _on_air(services: Services, station: Station, slug: str) -> Response:
    """What is on and what comes next, for the screen's page."""
    chain, now = station.chain(slug), now_ticks()
    coming = [one for one in chain.aired if one.end > now - 60 * TICKS][:_MOST_COMING]
    with services.database.read() as session:
        channel = channel_lookups.channel(session, slug)
        lessons = _lessons(session, [one.entry for one in coming])
        told = [
            {"begin": one.begin / TICKS, "end": one.end / TICKS, "kind": one.entry.kind,
             **_shown(services, lessons.get(one.entry.item.lesson_id))}
            for one in coming
        ]  # fmt: skip
    response = jsonify({"slug": slug, "title": channel.title, "now": time.time(), "coming": told})
    response.headers["Cache-Control"] = "public, max-age=5"
    return response


def _shown(services: Services, lesson: Lesson | None) -> dict[str, object]:
    if lesson is None:
        return {"lesson": None, "title": gettext("A short break")}
    pictures = finding.posters(services, lesson)
    return {
        "lesson": lesson.id,
        "title": lesson.title,
        "unit": lesson.unit_name,
        "recorded": lesson.recorded or "",
        "picture": posters.shown(lesson, pictures).address if pictures else None,
        "chapters": lesson.chapters,
    }


def _slate_init(services: Services, seconds: int, name: str) -> Response:
    return kept(Response(_slate(services, seconds, name).init, mimetype=_kind(name)))


def _slate_segment(services: Services, seconds: int, name: str, number: int) -> Response:
    content = slate.segment_of(_slate(services, seconds, name), name, _whole(seconds), number)
    return kept(Response(content, mimetype=_kind(name)))


def _slate(services: Services, seconds: int, name: str) -> Template:
    place = slate.place_of(services.store, name)
    if not place.exists():
        wait_for(place, "", slate.STEP, lambda: hurry("slate", _whole(seconds)))
    return slate.read(services.store, name)


def _slate_ts(services: Services, seconds: int, ticks: int, number: int) -> Response:
    seconds = _whole(seconds)
    place = slate.ts_place(services.store, seconds, number)
    if not place.exists():
        wait_for(place, "", slate.STEP, lambda: hurry("slate", seconds))
    own = number % slate.period(seconds)
    later = ticks + (number - own) * seconds * ts_clock.TICKS_PER_SECOND
    return kept(Response(ts_clock.moved(place.read_bytes(), later), mimetype="video/mp2t"))


def _whole(seconds: int) -> int:
    return min(max(seconds, 1), standins.LONGEST_SEGMENT_SECONDS)


def _kind(name: str) -> str:
    return "audio/mp4" if name == slate.SOUND else "video/mp4"
