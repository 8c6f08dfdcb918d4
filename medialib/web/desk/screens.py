"""Screens on the desk: how all of them are, each of them, and what they have shown."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from flask import Blueprint, Response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import channel_lookups, lookups, screen_edits, screen_lookups, unit_tree
from medialib.catalogue.rights import Viewer, viewer_of
from medialib.catalogue.screen_states import STATES, State, Town, state_of, towns
from medialib.catalogue.screens import Screen
from medialib.errors import N_, BadRequest, NotFound
from medialib.ingest import snapshots
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import screen_orders
from medialib.web.desk.screen_pairing import place_typed
from medialib.web.desk.shell import me, own_units, page, typed, unit_choices
from medialib.web.i18n import gettext, sentence

_DAYS = 30
_MOST_IN_SIDE = 6
_FILTERS = ("state", "unit", "group", "channel", "q")
_NO_UNIT = "-"
STATE_NAMES: dict[str, str] = {"alive": N_("Playing"), "late": N_("Late"), "silent": N_("Silent")}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A screen as a list shows it."""

    screen: Screen
    state: State
    channel: str
    lesson: str


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(
            f"/screens{path}", endpoint, access.at_least("editor")(view), methods=methods or ("GET",)
        )

    add("", "screens", lambda: _screens(services))
    add("/list", "screen_list", lambda: _list(services))
    add("/shown", "screens_shown", lambda: _shown(services))
    add("/<screen_id>", "screen", lambda screen_id: _screen(services, screen_id), "GET", "POST")
    add("/<screen_id>/picture.jpg", "screen_picture", lambda screen_id: last_picture(services, screen_id))
    add("/<screen_id>/revoke", "revoke_screen", lambda screen_id: _revoke(services, screen_id), "POST")
    screen_orders.add_to(blueprint, services, lambda problem: _list(services, problem))


def _viewer(services: Services) -> Viewer:
    return viewer_of(me(services))


def _states(services: Services, session: Session) -> list[tuple[Screen, State]]:
    settings, now = services.settings.screens, time.time()
    seconds = {"late_seconds": settings.late_minutes * 60, "silent_seconds": settings.silent_hours * 3600}
    return [(one, state_of(one, now, **seconds)) for one in screen_lookups.screens(session, _viewer(services))]


def _screens(services: Services) -> ResponseReturnValue:
    with services.database.read() as session:
        states, units = _states(services, session), unit_tree.rows(session)
    names = {row.unit.slug: row.unit.name for row in units}
    found = towns(states, names, [row.unit.slug for row in units])
    troubled = sorted((one for one in found if one.of("silent") or one.of("late")), key=_trouble, reverse=True)
    return page(
        services, "screens.html", section="screens", towns=found, troubled=troubled[:2], rest=troubled[2:],
        counts={state: sum(its == state for _, its in states) for state in STATES}, total=len(states), now=time.time(),
        most=_MOST_IN_SIDE, no_unit=_NO_UNIT,
        late_minutes=round(services.settings.screens.late_minutes),
        silent_minutes=round(services.settings.screens.silent_hours * 60),
    )  # fmt: skip


def _trouble(town: Town) -> tuple[int, int]:
    return len(town.of("silent")), len(town.of("late"))


def _list(services: Services, problem: str = "") -> ResponseReturnValue:
    """All screens, narrowed by ?state=, ?unit= (- for none), ?group=, ?channel= and words of the name; with what was
    typed when there was a problem with it.
    """
    query = parse_qs(typed("back", most=300).partition("?")[2]) if problem else request.args.to_dict(flat=False)
    asked = {key: query.get(key, [""])[0].replace("\0", "")[:64].strip() for key in _FILTERS}
    with services.database.read() as session:
        rows = listed(services, session, asked)
        told: dict[str, Any] = {
            "groups": screen_lookups.groups(session), "channels": channel_lookups.channels(session),
            "lines": screen_orders.lines(session, _viewer(services)),
            "mine": own_units(session, me(services)),
        }  # fmt: skip
    return page(
        services, "screen_list.html", 400 if problem else 200, section="screens", rows=rows, asked=asked,
        names=STATE_NAMES, units=unit_choices(services), no_unit=_NO_UNIT, problem=problem,
        done=request.args.get("done", "")[:1], now=time.time(), form=request.form,
        ticked=request.form.getlist("screen"), **told,
    )  # fmt: skip


def listed(services: Services, session: Session, asked: dict[str, str]) -> list[Row]:
    """The screens of this person that fit what is asked for, by the names of the list's filters."""
    wanted = {**dict.fromkeys(_FILTERS, ""), **asked}
    return _rows(session, [two for two in _states(services, session) if _fits(*two, wanted)])


def _fits(one: Screen, state: State, asked: dict[str, str]) -> bool:
    return (
        asked["state"] in ("", state)
        and asked["group"] in ("", one.group)
        and asked["channel"] in ("", one.channel_slug or "")
        and (not asked["unit"] or asked["unit"] in (one.unit.slugs if one.unit else (_NO_UNIT,)))
        and asked["q"].casefold() in one.name.casefold()
    )


def _rows(session: Session, states: list[tuple[Screen, State]]) -> list[Row]:
    ids = sorted({str(one.playing["lesson"]) for one, _ in states if one.playing.get("lesson")})
    lessons = {one.id: one.title for one in lookups.lessons_by_id(session, ids)}
    return [
        Row(
            screen=one, state=state, channel=one.channel.title if one.channel else "",
            lesson=lessons.get(one.playing.get("lesson", ""), ""),
        )
        for one, state in states
    ]  # fmt: skip


def _shown(services: Services) -> ResponseReturnValue:
    """Proof of play: what was shown between two days, on how many screens and for how long."""
    days = {
        "since": time.strftime("%Y-%m-%d", time.localtime(time.time() - _DAYS * 86_400)),
        "until": time.strftime("%Y-%m-%d"),
    }
    asked = {key: request.args.get(key, "")[:10].replace("\0", "") or day for key, day in days.items()}
    with services.database.read() as session:
        rows = screen_lookups.shown(session, _viewer(services), **asked)
    return page(services, "screens_shown.html", section="screens", rows=rows, asked=asked)


def _screen(services: Services, screen_id: str) -> ResponseReturnValue:
    problem, viewer = "", _viewer(services)
    if request.method == "POST":
        try:
            place = place_typed(services)
            with services.database.begin() as session:
                one = screen_lookups.screen(session, viewer, screen_id)
                screen_edits.change(session, one, by=me(services), **place)
            return redirect(url_for("desk.screen", screen_id=screen_id, saved=1))
        except BadRequest as error:
            problem = sentence(error)
    since = time.strftime("%Y-%m-%d", time.localtime(time.time() - _DAYS * 86_400))
    with services.database.read() as session:
        one = screen_lookups.screen(session, viewer, screen_id)
        settings = services.settings.screens
        state = state_of(
            one, time.time(), late_seconds=settings.late_minutes * 60, silent_seconds=settings.silent_hours * 3600
        )
        row = _rows(session, [(one, state)])[0]
        shown = screen_lookups.shown(session, viewer, since=since, until="9999", screen_id=screen_id)
        channels, groups = channel_lookups.channels(session), screen_lookups.groups(session)
        units = own_units(session, me(services))
    return page(
        services, "screen.html", 400 if problem else 200, section="screens", row=row, screen=one, shown=shown,
        names=STATE_NAMES, channels=channels, groups=groups, units=units, problem=problem, days=_DAYS,
        **{did: did in request.args and not problem for did in ("saved", "told", "paired")},
    )  # fmt: skip


def last_picture(services: Services, screen_id: str) -> Response:
    """What a screen of this person has sent of itself; raises NotFound."""
    with services.database.read() as session:
        one = screen_lookups.screen(session, _viewer(services), screen_id)
    place = snapshots.place_of(services.store, one.id)
    if not place.exists():
        raise NotFound(N_("This screen has sent no picture yet."))
    response = send_file(place, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    return response


def _revoke(services: Services, screen_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        one = screen_lookups.screen(session, _viewer(services), screen_id)
        screen_edits.revoke(session, one, by=me(services))
    return redirect(url_for("desk.screen_list", done=1))


def heard(seconds: float | None) -> str:
    """When a screen was last heard: 14:20, 昨天 21:40, 5月3日 08:00."""
    if seconds is None:
        return gettext("never")
    at, now = time.localtime(seconds), time.localtime()
    clock = time.strftime("%H:%M", at)
    if at[:3] == now[:3]:
        return clock
    if at[:3] == time.localtime(time.time() - 86_400)[:3]:
        return gettext("yesterday %(time)s", time=clock)
    return gettext("%(month)s/%(day)s %(time)s", month=at.tm_mon, day=at.tm_mday, time=clock)
