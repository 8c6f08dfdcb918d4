"""What is told to many screens at once, on the desk: a channel, a group, the volume, to load anew, a running line."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import channel_lookups, screen_edits, screen_lookups, unit_tree, upload_lookups
from medialib.catalogue.people import Person
from medialib.catalogue.rights import Viewer, viewer_of
from medialib.catalogue.screens import Screen, ScreenMessage
from medialib.catalogue.units import Unit
from medialib.errors import N_, BadRequest, NotAllowed
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
    except BadRequest as error:
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
    by = me(services)
    viewer = viewer_of(by)
    if kind == "unit":
        upload_lookups.require_own_unit(session, by, name)
        where: dict[str, Any] = {"unit_path": unit_tree.unit(session, name).path}
    elif kind == "group" and name in screen_lookups.groups(session):
        where = {"group": name, "unit_path": "" if viewer.at_least("curator") else _own_path(by)}
    else:
        raise BadRequest(N_("This address takes something else."))
    screen_edits.add_message(session, **_line(), **where, by=by)


def _own_path(person: Person) -> str:
    """Raises BadRequest for an editor without a unit, who would tell all screens."""
    if not person.unit_path:
        raise BadRequest(N_("Please choose your unit, or one that belongs to it."))
    return person.unit_path


def _line() -> dict[str, Any]:
    begin, end = _minutes(typed("begin", most=16)), _minutes(typed("end", most=16))
    return {"text": typed("text", most=300), "begins_at": begin, "ends_at": end}


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
        _say_on(session, chosen, by)
    else:
        raise BadRequest(N_("This address takes something else."))


def _volume() -> int:
    volume = typed("volume", most=3)
    if not (volume.isdecimal() and int(volume) <= 100):
        raise BadRequest(N_("The volume is a number from 0 to 100."))
    return int(volume)


def _say_on(session: Session, chosen: list[Screen], by: Person) -> None:
    """A line for these screens; when they are all of them, for those that come, too."""
    everyone = viewer_of(by).at_least("curator") and len(chosen) == screen_lookups.count(session)
    for screen_id in [None] if everyone else [one.id for one in chosen]:
        screen_edits.add_message(session, **_line(), screen_id=screen_id, by=by)


def _minutes(text: str) -> float:
    """A local date and time such as 2026-11-26T19:30; raises BadRequest."""
    try:
        return time.mktime(time.strptime(text.replace(" ", "T"), "%Y-%m-%dT%H:%M"))
    except (ValueError, OverflowError):
        raise BadRequest(N_("Please give a date and a time such as 2026-11-26 19:30.")) from None


def _unsay(services: Services, message_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        found = session.get(ScreenMessage, message_id)
        if found and not screen_lookups.may_unsay(session, found, viewer_of(me(services))):
            raise NotAllowed(N_("Your account does not have the right to do this."))
        if found:
            screen_edits.remove_message(session, found, viewer_of(me(services)))
    return redirect(url_for("desk.screen_list"))


def lines(session: Session, viewer: Viewer) -> list[Line]:
    """Those that run now or later, of single screens those of this viewer."""
    mine = {one.id: one.name for one in screen_lookups.screens(session, viewer)}
    found: dict[tuple[Any, ...], list[ScreenMessage]] = {}
    for one in screen_lookups.messages(session):
        if one.screen_id is None:
            found[one.id,] = [one]
        elif one.screen_id in mine:
            found.setdefault((one.text, one.begins_at, one.ends_at), []).append(one)
    return [
        Line(
            message=some[0], audience=_audience(session, some[0], mine), screens=len(some),
            mine=screen_lookups.may_unsay(session, some[0], viewer),
        )
        for some in found.values()
    ]  # fmt: skip


def _audience(session: Session, message: ScreenMessage, names: dict[str, str]) -> str:
    """For which screens a line is, in words."""
    if message.screen_id:
        return names[message.screen_id]
    unit = session.get(Unit, message.unit_path.rstrip("/").rpartition("/")[2]) if message.unit_path else None
    return " · ".join(filter(None, (unit.name if unit else "", message.group))) or gettext("All screens")
