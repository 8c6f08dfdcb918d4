"""Channels on the desk: the week on a grid, what is on at any moment, clashes and gaps, a pause for all."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib.airing import Station, now_ticks
from medialib.catalogue import channel_edits, channel_lookups, lookups, timetables
from medialib.catalogue.channels import Channel
from medialib.catalogue.timetables import Timetable
from medialib.delivery.occasions import TICKS
from medialib.delivery.timeline import Entry
from medialib.delivery.weekgrid import Block, blocks
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page, typed
from medialib.web.desk.timetable_form import ORDER_NAMES, Choices, choices, read_timetable, titles
from medialib.web.desk.timetable_rows import clock, rows_of, typed_rows
from medialib.web.i18n import gettext, sentence

DAY_NAMES = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
KIND_NAMES = {
    "part": N_("by the timetable"), "special": N_("screening"), "filler": N_("filler"), "quiet": N_("quiet hours"),
    "pause": N_("paused"), "slate": N_("dark"),
}  # fmt: skip
_PROBLEMS = {
    "clash": N_("%(day)s %(begin)s–%(end)s: two parts at once. The one that begins later is shown."),
    "gap": N_("%(day)s %(begin)s–%(end)s: nothing is shown. A filler would help."),
}
_AHEAD_HOURS = 24
_FARTHEST_DAYS = 8
_MOST_COMING = 14


@dataclass(frozen=True, kw_only=True)
class Coming:
    """What is on at a time of the channel's own clock."""

    begin: str
    day: str
    title: str
    kind: str
    now: bool


def add_to(blueprint: Blueprint, services: Services, station: Station) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(
            f"/channels{path}", endpoint, access.at_least("curator")(view), methods=methods or ("GET",)
        )

    add("", "channels", lambda: _channels(services, station), "GET", "POST")
    add("/pause", "pause_channels", lambda: _pause(services, station), "POST")
    add("/pauses/<pause_id>/end", "end_pause", lambda pause_id: _end_pause(services, pause_id), "POST")
    add("/<slug>", "channel", lambda slug: _channel(services, station, slug), "GET", "POST")
    add("/<slug>/remove", "remove_channel", lambda slug: _remove(services, slug), "POST")
    add("/<slug>/restore", "restore_channel", lambda slug: _restore(services, slug), "POST")


def _channels(services: Services, station: Station) -> ResponseReturnValue:
    """All channels with what is on; a form makes one."""
    if request.method != "POST":
        return _told_of_all(services, station)
    try:
        zone = typed("zone", most=40) or services.settings.screens.zone
        table = Timetable(zone=zone, filler=timetables.Show(kind="latest", order="shuffle"))
        with services.database.begin() as session:
            made = channel_edits.add(
                session, title=typed("title", most=100), timetable=table,
                target_seconds=max(4, services.settings.ladder.segment_seconds), by=me(services),
            )  # fmt: skip
    except BadRequest as error:
        return _told_of_all(services, station, sentence(error))
    return redirect(url_for("desk.channel", slug=made.slug))


def _told_of_all(services: Services, station: Station, problem: str = "") -> ResponseReturnValue:
    with services.database.read() as session:
        found, pauses = channel_lookups.channels(session), channel_lookups.pauses(session)
        removed = channel_lookups.removed(session)
    on = {one.slug: station.chain(one.slug).on_at(now_ticks()) for one in found}
    ids = sorted({aired.entry.item.lesson_id for aired in on.values() if aired})
    with services.database.read() as session:
        names = {one.id: one.title for one in lookups.lessons_by_id(session, ids)}
    now = {
        slug: names.get(aired.entry.item.lesson_id, gettext(KIND_NAMES[aired.entry.kind])) if aired else ""
        for slug, aired in on.items()
    }
    return page(
        services, "channels.html", 400 if problem else 200, section="screens", channels=found, now=now, removed=removed,
        pauses=[one for one in pauses if one.ends_at > time.time()], problem=problem, time_now=time.time(),
        form=request.form,
    )  # fmt: skip


def _channel(services: Services, station: Station, slug: str) -> ResponseReturnValue:
    """The editor; `preview` shows what a timetable would do without keeping it."""
    problem, previewed = "", "preview" in request.form
    with services.database.read() as session:
        channel = channel_lookups.channel(session, slug)
        offered, lessons = choices(session), titles(session)
    table, title = channel.table, channel.title
    if request.method == "POST":
        try:
            title = typed("title", most=100)
            with services.database.read() as session:
                table = read_timetable(session, channel.table.zone)
            timetables.check(table)
            if not previewed:
                with services.database.begin() as session:
                    channel_edits.change(session, slug, title=title, timetable=table, by=me(services))
                return redirect(url_for("desk.channel", slug=slug, saved=1, _anchor="main"))  # not where a look led
        except BadRequest as error:
            problem = sentence(error)
    rows = typed_rows(request.form) if request.method == "POST" else rows_of(table)
    drawn = blocks(table, _monday(table.zone).date())
    coming = _coming(services, station, channel, table, fresh=previewed)
    at = request.values.get("at", "")[:16]
    return page(
        services, "channel.html", 400 if problem else 200, section="screens", channel=channel, title=title,
        rows=rows, table=table, blocks=drawn, coming=coming, problem=problem,
        problems=_problems(station, channel, table, drawn, offered),
        choices=offered, lessons=lessons, orders=ORDER_NAMES, days=DAY_NAMES, previewed=previewed,
        at=at, on=_on_at(services, station, channel, table, at, fresh=previewed),
        saved=request.method == "GET" and "saved" in request.args, minutes_now=_minutes_now(table.zone),
    )  # fmt: skip


def _monday(zone: str) -> datetime:
    now = datetime.now(ZoneInfo(zone))
    return (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _minutes_now(zone: str) -> tuple[int, int]:
    now = datetime.now(ZoneInfo(zone))
    return now.weekday(), now.hour * 60 + now.minute


def _coming(services: Services, station: Station, channel: Channel, table: Timetable, *, fresh: bool) -> list[Coming]:
    """What is on and what comes; of an unsaved timetable what it would show from now on."""
    entries = _entries(station, channel, table, _AHEAD_HOURS, fresh=fresh)
    return _told(services, entries[:_MOST_COMING], table.zone)


def _entries(
    station: Station, channel: Channel, table: Timetable, hours: float, *, fresh: bool
) -> list[tuple[int, int, Entry]]:
    """(begin, end, entry); what is dark for the same reason is one, however long it is."""
    if fresh:
        now = now_ticks()
        planned = station.plan(channel, table, station.cursors(channel.slug), now, now + round(hours * 3600 * TICKS))
        entries = [(one.begin, one.end, one) for one in planned]
    else:
        entries = station.guide(channel, hours)
    found: list[tuple[int, int, Entry]] = []
    for begin, end, entry in entries:
        last = found[-1][2] if found else None
        if last and last.is_slate and entry.is_slate and last.kind == entry.kind:
            begin = found.pop()[0]
        found.append((begin, end, entry))
    return found


def _told(services: Services, entries: list[tuple[int, int, Entry]], zone: str) -> list[Coming]:
    ids = sorted({one.item.lesson_id for _, _, one in entries})
    with services.database.read() as session:
        names = {one.id: one.title for one in lookups.lessons_by_id(session, ids)}
    found, now = [], now_ticks()
    for begin, end, one in entries:
        at, kind = datetime.fromtimestamp(begin // TICKS, ZoneInfo(zone)), gettext(KIND_NAMES[one.kind])
        title = names.get(one.item.lesson_id)
        found.append(
            Coming(
                begin=f"{at:%H:%M}", day=gettext(DAY_NAMES[at.weekday()]), kind=kind if title else "",
                title=title or kind, now=begin <= now < end,
            )
        )  # fmt: skip
    return found


def _on_at(
    services: Services, station: Station, channel: Channel, table: Timetable, at: str, *, fresh: bool
) -> Coming | None:
    """What is on at this moment (of the channel's own clock), within the next week."""
    if not at:
        return None
    try:
        moment = round(timetables.local_time(at, table.zone)) * TICKS
    except BadRequest:
        return None
    hours = (moment - now_ticks()) / TICKS / 3600 + 1
    if not 0 < hours < _FARTHEST_DAYS * 24:
        return None
    entries = _entries(station, channel, table, hours, fresh=fresh)
    on = [one for one in entries if one[0] <= moment < one[1]]
    return next(iter(_told(services, on, table.zone)), None)


def _problems(station: Station, channel: Channel, table: Timetable, drawn: list[Block], offered: Choices) -> list[str]:
    """What a curator should know: clashes, holes, listings without lessons."""
    found = []
    for kind, words in _PROBLEMS.items():
        some = [one for one in drawn if one.kind == kind]
        for one in some[:3]:
            found.append(gettext(words, day=gettext(DAY_NAMES[one.day]), begin=clock(one.begins), end=clock(one.ends)))
        if len(some) > 3:
            found.append(gettext("And %(number)s more like this.", number=len(some) - 3))
    for show in table.shows:
        if not station.has_lessons(channel, show):
            found.append(
                gettext(
                    "“%(title)s” has no lessons for everyone: the filler is shown instead.",
                    title=offered.title_of(show),
                )
            )
    return found


def _remove(services: Services, slug: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        channel_edits.remove(session, slug, by=me(services))
    return redirect(url_for("desk.channels"))


def _restore(services: Services, slug: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        channel_edits.bring_back(session, slug, by=me(services))
    return redirect(url_for("desk.channels"))


def _pause(services: Services, station: Station) -> ResponseReturnValue:
    zone = services.settings.screens.zone
    try:
        begins = timetables.local_time(typed("begin", most=16), zone)
        ends = timetables.local_time(typed("end", most=16), zone)
        with services.database.begin() as session:
            channel_edits.pause(session, begins_at=begins, ends_at=ends, reason=typed("reason"), by=me(services))
    except BadRequest as error:
        return _told_of_all(services, station, sentence(error))
    return redirect(url_for("desk.channels"))


def _end_pause(services: Services, pause_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        channel_edits.end_pause(session, pause_id, by=me(services))
    return redirect(url_for("desk.channels"))
