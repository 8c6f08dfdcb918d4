"""What is told to many screens at once, on the desk: a channel, a group, the volume, to load anew, a running line."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import channel_lookups, screen_edits, screen_lines, screen_lookups
from medialib.catalogue.rights import Viewer, viewer_of
from medialib.catalogue.screen_lines import RunningLine, Words
from medialib.catalogue.screens import Screen, ScreenMessage
from medialib.catalogue.units import Unit
from medialib.errors import N_, BadRequest, NotFound
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, typed
from medialib.web.i18n import gettext, sentence

Again = Callable[[str], ResponseReturnValue]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A running line as the list of screens shows it, once for all the screens that were ticked together."""

    message: ScreenMessage
    audience: str
    screens: int
    mine: bool


def add_to(blueprint: Blueprint, services: Services, again: Again) -> None:
    """`again` shows the list with what was typed, and says what was wrong."""

    def add(path: str, endpoint: str, view: access.View) -> None:
        blueprint.add_url_rule(f"/screens{path}", endpoint, access.at_least("editor")(view), methods=["POST"])

    add("/told", "tell_screens", lambda: _tell(services, again))
    add("/messages/<message_id>/remove", "remove_message", lambda message_id: _unsay(services, message_id))


def _tell(services: Services, again: Again) -> ResponseReturnValue:
    """One thing for all ticked screens: channel, group, reload, volume or a line, which units and groups get too."""
    back, to = typed("back", most=300), typed("to", most=80)
    try:
        with services.database.begin() as session:
            if typed("what", most=16) == "message" and to:
                _say_to(session, services, to)
            else:
                _do(session, services, typed("what", most=16), _ticked(session, services))
    except (BadRequest, NotFound) as error:
        return again(sentence(error))
    return redirect(back if back.startswith("/desk/screens") else url_for("desk.screen_list", done=1))


def _ticked(session: Session, services: Services) -> list[Screen]:
    """Raises BadRequest when there are none."""
    mine = {one.id: one for one in screen_lookups.screens(session, viewer_of(me(services)))}
    chosen = [mine[one] for one in request.form.getlist("screen")[:2000] if one in mine]
    if not chosen:
        raise BadRequest(N_("Please tick the screens first."))
    return chosen


def _say_to(session: Session, services: Services, to: str) -> None:
    """A line for all screens of a unit and below it, or of a group as far as they are this person's to tell."""
    kind, _, name = to.partition(":")
    if kind == "unit":
        screen_lines.say_to_unit(session, _words(), name, by=me(services))
    elif kind == "group":
        screen_lines.say_to_group(session, _words(), name, by=me(services))
    else:
        raise BadRequest(N_("This address takes something else."))


def _words() -> Words:
    begins_at, ends_at = _minutes(typed("begin", most=16)), _minutes(typed("end", most=16))
    return Words(text=typed("text", most=300), begins_at=begins_at, ends_at=ends_at)


def _do(session: Session, services: Services, what: str, chosen: list[Screen]) -> None:
    by = me(services)
    if what == "channel":
        channel = channel_lookups.channel(session, typed("channel", most=64))
        screen_edits.assign(session, chosen, channel_slug=channel.slug, by=by)
    elif what == "group":
        screen_edits.assign(session, chosen, group=typed("group", most=60), by=by)
    elif what == "reload":
        screen_edits.order(session, chosen, {"reload": True}, by=by)
    elif what == "volume":
        screen_edits.order(session, chosen, {"volume": _volume(), "reload": False}, by=by)
    elif what == "message":
        screen_lines.say_on(session, _words(), chosen, by=by)
    else:
        raise BadRequest(N_("This address takes something else."))


def _volume() -> int:
    volume = typed("volume", most=3)
    if not (volume.isdecimal() and int(volume) <= 100):
        raise BadRequest(N_("The volume is a number from 0 to 100."))
    return int(volume)


def _minutes(text: str) -> float:
    """A local date and time such as 2026-11-26T19:30; raises BadRequest."""
    try:
        return time.mktime(time.strptime(text.replace(" ", "T"), "%Y-%m-%dT%H:%M"))
    except (ValueError, OverflowError):
        raise BadRequest(N_("Please give a date and a time such as 2026-11-26 19:30.")) from None


def _unsay(services: Services, message_id: str) -> ResponseReturnValue:
    with suppress(NotFound), services.database.begin() as session:  # it has ended meanwhile
        screen_lines.unsay(session, message_id, by=me(services))
    return redirect(url_for("desk.screen_list"))


def lines(session: Session, viewer: Viewer) -> list[Line]:
    """Those that run now or later, of single screens those of this viewer."""
    names = {one.id: one.name for one in screen_lookups.screens(session, viewer)}
    return [
        Line(message=one.message, audience=_audience(session, one, names), screens=len(one.screens) or 1, mine=one.mine)
        for one in screen_lines.lines(session, viewer)
    ]


def _audience(session: Session, line: RunningLine, names: dict[str, str]) -> str:
    """For which screens a line is, in words."""
    if line.screens:
        return names[line.screens[0]]
    unit = session.get(Unit, line.unit_slug) if line.unit_slug else None
    return " · ".join(filter(None, (unit.name if unit else "", line.message.group))) or gettext("All screens")
