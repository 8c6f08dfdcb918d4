"""The slate, which channels show when they have nothing to show: its parts, made once for each length."""

from collections.abc import Callable

from flask import Response
from werkzeug.routing import BaseConverter

from medialib.catalogue import standins
from medialib.delivery import broadcasting
from medialib.ingest import slate, ts_clock
from medialib.ingest.fragments import Template
from medialib.services import Services
from medialib.web.keeping import kept
from medialib.web.waiting import hurry, wait_for


class SlatePart(BaseConverter):
    """A track of the slate."""

    regex = "picture|sound"


def add_to(add: Callable[..., None], services: Services) -> None:
    base = f"{broadcasting.SLATE_FOLDER}/<number:seconds>"
    add(f"{base}/<slatepart:name>/init.mp4", "slate_init", lambda **parts: _slate_init(services, **parts))
    add(
        f"{base}/<slatepart:name>/<number:number>.m4s",
        "slate_segment",
        lambda **parts: _slate_segment(services, **parts),
    )
    add(f"{base}/<ticks:ticks>/<number:number>.ts", "slate_ts", lambda **parts: _slate_ts(services, **parts))


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
