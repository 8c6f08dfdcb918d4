"""What is on: the list of all channels as M3U, their guide as XMLTV, and one channel for the screen's page."""

import time
from collections.abc import Callable

from flask import Response, jsonify, request, url_for
from sqlalchemy.orm import Session

from medialib import showing
from medialib.airing import Station, now_ticks
from medialib.catalogue import channel_lookups, lookups
from medialib.catalogue.channels import Channel
from medialib.catalogue.lessons import Lesson
from medialib.delivery import m3u, posters, shapes, xmltv
from medialib.delivery.epochs import Aired
from medialib.delivery.occasions import TICKS, Calendar
from medialib.delivery.timeline import Entry
from medialib.errors import N_
from medialib.services import Services
from medialib.web.i18n import gettext
from medialib.web.keeping import live
from medialib.web.naming import absolute

_GUIDE_HOURS = 48
_GUIDE_SECONDS = 600
_MOST_COMING = 6
_BREAK = N_("A short break")
_DARK: dict[str, str] = {"quiet": N_("Resting hours"), "pause": N_("All channels pause")}


def add_to(add: Callable[..., None], services: Services, station: Station) -> None:
    add("/channels.m3u", "listed", lambda: _m3u(services))
    add("/channels.xml", "guide", lambda: _guide(services, station))
    add("/channels/<slug:slug>.json", "on_air", lambda slug: _on_air(services, station, slug))


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
    return live(text, seconds=60, kind=m3u.MEDIA_TYPE)


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
    return live(text, seconds=_GUIDE_SECONDS, kind=xmltv.MEDIA_TYPE)


def _programmes(services: Services, station: Station, channel: Channel) -> list[xmltv.Programme]:
    entries = station.guide(channel, _GUIDE_HOURS)
    with services.database.read() as session:
        lessons = _lessons(session, [one for _, _, one in entries])
    found = []
    for begin, end, entry in entries:
        lesson = lessons.get(entry.item.lesson_id)
        if lesson is None:
            continue
        pictures = showing.posters(services, lesson)
        picture = posters.shown(lesson, pictures).address if pictures else ""
        found.append(
            xmltv.Programme(
                station=channel.slug, begin=begin / TICKS, end=end / TICKS, title=lesson.title,
                description=lesson.description, categories=tuple(("zh", theme.zh) for theme in lesson.themes),
                picture=absolute(services, picture) if picture else "",
                address=absolute(services, shapes.page_path(lesson.id)), language=lesson.language,
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
    """What was on in the last minute, which screens may still show, what is on and what comes next."""
    chain, now = station.chain(slug), now_ticks()
    recent = [one for one in chain.aired if one.begin <= now < one.end + 60 * TICKS]
    coming = recent + [one for one in chain.aired if one.begin > now][:_MOST_COMING]
    with services.database.read() as session:
        channel = channel_lookups.channel(session, slug)
        lessons = _lessons(session, [one.entry for one in coming])
        calendar = Calendar(channel.table, [one.pause for one in channel_lookups.pauses(session)])
        told = [
            {"begin": one.begin / TICKS, "end": one.end / TICKS, "kind": one.entry.kind,
             **_shown(services, lessons.get(one.entry.item.lesson_id), one, calendar)}
            for one in coming
        ]  # fmt: skip
    response = jsonify({"slug": slug, "title": channel.title, "now": time.time(), "coming": told})
    response.headers["Cache-Control"] = "public, max-age=5"
    return response


def _shown(services: Services, lesson: Lesson | None, one: Aired, calendar: Calendar) -> dict[str, object]:
    if lesson is None:
        kind = one.entry.kind
        until = calendar.dark_until(one.begin) if kind in _DARK else None
        return {"lesson": None, "title": gettext(_DARK.get(kind, _BREAK)), "until": until / TICKS if until else None}
    pictures = showing.posters(services, lesson)
    return {
        "lesson": lesson.id,
        "title": lesson.title,
        "unit": lesson.unit_name,
        "recorded": lesson.recorded or "",
        "picture": posters.shown(lesson, pictures).address if pictures else None,
        "chapters": lesson.chapters,
    }
