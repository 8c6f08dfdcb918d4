"""Channels for players: their multivariant and media playlists.

What one answer says is right for half a segment, so a proxy in front may give it to all televisions.
"""

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter

from medialib import metrics
from medialib.airing import Station, now_ticks
from medialib.catalogue import lookups, progress, standins
from medialib.delivery import broadcasting, hls, joining
from medialib.delivery.hls import Sound, Variant
from medialib.delivery.joinable import joinable
from medialib.delivery.live import render_live
from medialib.services import Services
from medialib.web import access, channel_guide, slates
from medialib.web.joined import wants_it_seamless
from medialib.web.keeping import let_other_sites_play, live
from medialib.web.screen.boxes import IN_PATH


class Side(BaseConverter):
    """The shorter side of a channel's pictures, or its sound."""

    regex = "240|360|480|720|1080|sound"


def make_blueprint(services: Services, station: Station) -> Blueprint:
    blueprint = Blueprint("channels", __name__)

    @blueprint.record
    def _teach_routes(state: object) -> None:
        state.app.url_map.converters |= {"side": Side, "slatepart": slates.SlatePart}  # type: ignore[attr-defined]

    def add(rule: str, endpoint: str, view: access.View) -> None:
        blueprint.add_url_rule(rule, endpoint, access.members(view))

    add("/channels/<slug:slug>.m3u8", "multivariant", lambda slug: _multivariant(services, station, slug, ts=False))
    add(
        "/channels/<slug:slug>.ts.m3u8", "ts_multivariant", lambda slug: _multivariant(services, station, slug, ts=True)
    )
    add("/channels/<slug:slug>/<side:name>.m3u8", "media", lambda slug, name: _media(station, slug, name, ts=False))
    add(
        "/channels/<slug:slug>/<side:name>.ts.m3u8", "ts_media", lambda slug, name: _media(station, slug, name, ts=True)
    )
    channel_guide.add_to(add, services, station)
    slates.add_to(add, services)
    blueprint.after_request(let_other_sites_play)
    return blueprint


def _media(station: Station, slug: str, name: str, *, ts: bool) -> Response:
    """The playlist of a stream now: a function of what is stored and of the clock."""
    chain, now = station.chain(slug), station.moment(slug)
    if ts and name == broadcasting.SOUND:
        name = "480"
    target = station.target_seconds(slug)
    seamless = ts and request.args.get("joins") == "none"
    stretch = partial(broadcasting.ts_stretch, counted=seamless) if ts else broadcasting.fmp4_stretch
    text = render_live(chain.window(now), lambda one: stretch(one, name), target_seconds=target, seamless=seamless)
    if request.environ.get(IN_PATH):  # an old box: its token goes along
        text = text.replace("/media/", f"{request.environ['SCRIPT_NAME']}/media/")
    return live(text, seconds=max(1, target // 2))


def _multivariant(services: Services, station: Station, slug: str, *, ts: bool) -> Response:
    chain = station.chain(slug)
    now = now_ticks()
    ids = {one.entry.item.lesson_id for one in chain.aired if one.end > now and not one.entry.is_slate}
    with services.database.read() as session:
        lessons = lookups.lessons_by_id(session, sorted(ids))
        plans, rows = lookups.current_plans(session, lessons), progress.progress(session, lessons)
    ready = [joinable(one, plans[one.id], rows[one.id], ts=ts) for one in lessons]
    joined = joining.join(ready, ts=ts) if ready else None
    variants = [one for one in (joined.variants if joined else ()) if one.resolution] or [_slate_variant()]
    variants = [
        replace(one, uri=_address(slug, one.uri, ts=ts), audio_group=None if ts else "sound") for one in variants
    ]
    metrics.PLAYLISTS.labels("channel").inc()
    if ts:
        if wants_it_seamless():
            variants = [replace(one, uri=f"{one.uri}?joins=none") for one in variants]
        answer = live(hls.render_multivariant((), variants, version=hls.MPEG_TS), seconds=30)
        answer.vary.add("User-Agent")
        return answer
    sound = Sound(group="sound", name="sound", language="und", channels=2, uri=_address(slug, "sound.m3u8", ts=False))
    alone = Variant(
        uri=sound.uri, peak_bits_per_second=96_000, average_bits_per_second=64_000, codecs=standins.SILENCE_CODECS
    )
    return live(hls.render_multivariant((sound,), [*variants, alone]), seconds=30)


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
