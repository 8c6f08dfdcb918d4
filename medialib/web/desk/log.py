"""The log: who did what, on what, when; filtered by person, act and day, page by page."""

import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import people_lookups
from medialib.catalogue.people import ROLES, LogEntry
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import csv_files
from medialib.web.desk.api_tokens import SCOPE_NAMES
from medialib.web.desk.lesson_access import ACCESS_NAMES
from medialib.web.desk.shell import page, role_name
from medialib.web.i18n import gettext, language

PER_PAGE = 50
MOST_SAVED = 20_000
_COLUMNS = (N_("When"), N_("Who"), N_("What was done"), N_("On what"), N_("Further details"))
_LAST_PAGE = 100_000

ACTS: dict[str, str] = {
    "signed.in": N_("signed in"),
    "signed.out": N_("signed out"),
    "sign-in.failed": N_("sign-in failed"),
    "device.ended": N_("signed another device out"),
    "devices.ended": N_("signed all other devices out"),
    "password.changed": N_("chose a new password"),
    "password.link": N_("made a link for a new password"),
    "person.invited": N_("invited"),
    "invitation.withdrawn": N_("took an invitation back"),
    "person.added": N_("new account"),
    "person.changed": N_("changed an account"),
    "person.disabled": N_("disabled an account"),
    "person.enabled": N_("enabled an account"),
    "person.signed.out": N_("signed a person out everywhere"),
    "unit.added": N_("added a unit"),
    "unit.renamed": N_("renamed a unit"),
    "unit.moved": N_("moved a unit"),
    "unit.ordered": N_("changed the order of units"),
    "unit.removed": N_("removed a unit"),
    "lesson.access": N_("changed who may watch"),
    "lesson.key": N_("made a link to a lesson"),
    "lesson.key.removed": N_("took a link to a lesson back"),
    "lesson.draft": N_("made a lesson a draft again"),
    "lesson.submitted": N_("sent a lesson in for review"),
    "lesson.returned": N_("returned a lesson"),
    "lesson.published": N_("published a lesson"),
    "lesson.archived": N_("took a lesson down"),
    "lesson.remark": N_("made a remark on a lesson"),
    "lesson.undone": N_("took a change of a lesson back"),
    "webhook.added": N_("added an address that is told"),
    "webhook.removed": N_("removed an address that was told"),
    "webhook.stopped": N_("stopped telling an address"),
    "webhook.started": N_("went on telling an address"),
    "webhook.tested": N_("sent a test to an address"),
    "webhook.gave.up": N_("an address did not answer for three days and is told nothing any more"),
    "token.made": N_("made a key for a program"),
    "token.removed": N_("took a key for a program back"),
    "tokens.ended": N_("all keys for programs ended"),
    "captions.saved": N_("wrote captions"),
    "captions.removed": N_("removed captions"),
    "captions.undone": N_("brought captions back"),
    "settings.reindex": N_("had the search index built anew"),
    "settings.retry": N_("had everything tried again"),
    "theme.added": N_("added a theme"),
    "theme.changed": N_("changed a theme"),
    "theme.moved": N_("moved a theme"),
    "theme.merged": N_("merged two themes"),
    "theme.removed": N_("removed a theme"),
    "theme.undone": N_("took a change to the themes back"),
    "collection.created": N_("began a collection"),
    "collection.texts": N_("changed the texts of a collection"),
    "collection.added": N_("put something into a collection"),
    "collection.noted": N_("changed an entry of a collection"),
    "collection.moved": N_("changed the order of a collection"),
    "collection.taken": N_("took something out of a collection"),
    "collection.published": N_("published a collection"),
    "collection.withdrawn": N_("made a collection a draft again"),
    "collection.discarded": N_("dropped the changes to a collection"),
    "collection.removed": N_("removed a collection"),
    "collection.undone": N_("took a change to a collection back"),
    "channel.added": N_("made a channel"),
    "channel.changed": N_("changed a channel"),
    "channel.removed": N_("removed a channel"),
    "channel.brought.back": N_("brought a channel back"),
    "channels.paused": N_("paused all channels"),
    "channels.resumed": N_("ended a pause of all channels"),
    "screen.paired": N_("paired a screen"),
    "screen.changed": N_("changed a screen"),
    "screen.revoked": N_("took a screen out of service"),
    "screens.told": N_("sent something to screens"),
    "screening.added": N_("planned a screening"),
    "screening.removed": N_("took a screening out"),
    "lesson.changed": N_("changed a lesson"),
    "lesson.trimmed": N_("cut the beginning or end of a lesson"),
    "lesson.cleaned": N_("took noise out of a lesson’s sound, or put it back"),
    "picture.removed": N_("removed a picture of a lesson"),
    "picture.restored": N_("brought a picture of a lesson back"),
    "reading.added": N_("attached a reading"),
    "reading.renamed": N_("renamed a reading"),
    "reading.moved": N_("changed the order of readings"),
    "reading.removed": N_("removed a reading"),
    "reading.restored": N_("brought a reading back"),
    "lesson.removed": N_("deleted a lesson"),
    "lesson.restored": N_("brought a deleted lesson back"),
    "lesson.retried": N_("let the making of a lesson go on"),
    "upload.cancelled": N_("cancelled an upload"),
    "lesson.uploaded": N_("uploaded a recording"),
    "lesson.replaced": N_("put another recording in the place of one"),
    "lesson.brought.back": N_("brought an earlier recording back"),
    "lesson.recording.gone": N_("an earlier recording was deleted, as its time was over"),
}
"""What is written into the log; the rest of the desk adds its acts here."""


def add_to(blueprint: Blueprint, services: Services) -> None:
    admin = access.at_least("admin")
    blueprint.add_url_rule("/log", "log", admin(lambda: _log(services)))
    blueprint.add_url_rule("/log.csv", "log_csv", admin(lambda: _save(services)))


def _log(services: Services) -> ResponseReturnValue:
    asked = _asked()
    number = max(1, min(request.args.get("page", 1, type=int), _LAST_PAGE))
    with services.database.read() as session:
        found = _found(session, asked, page=number, per_page=PER_PAGE)
        people = people_lookups.people(session)
    acts = {act: gettext(name) for act, name in ACTS.items()}
    return page(
        services, "log.html", section="log", found=found, people=people, acts=acts, asked=asked, number=number,
        pages=max(1, -(-found.total // PER_PAGE)),
    )  # fmt: skip


def _save(services: Services) -> ResponseReturnValue:
    """The same as a file: what was asked for, the latest first, and as much of it as a table program holds well."""
    asked = _asked()
    with services.database.read() as session:
        entries = _found(session, asked, page=1, per_page=MOST_SAVED).entries
    columns = [gettext(one) for one in _COLUMNS]
    nobody = gettext(N_("By command, or not signed in"))
    rows = [
        (
            datetime.fromtimestamp(one.at).isoformat(" ", "seconds"), one.person_name if one.person_id else nobody,
            act_name(one.act), one.on_name, "; ".join(told_details(one)),
        )
        for one in entries
    ]  # fmt: skip
    title = " ".join(filter(None, (gettext(N_("Log")), asked["since"], asked["until"])))
    return csv_files.answer(columns, rows, name="log", title=title)


def _asked() -> dict[str, str]:
    return {key: request.args.get(key, "").replace("\0", "").strip() for key in ("person", "act", "since", "until")}


def _found(session: Session, asked: Mapping[str, str], *, page: int, per_page: int) -> people_lookups.LogPage:
    """What is written into an address that means nothing is passed over."""
    return people_lookups.log(
        session,
        person_id={"": None, "-": ""}.get(asked["person"], asked["person"]),
        act=asked["act"] if asked["act"] in ACTS else None,
        since=beginning_of(_day(asked["since"])),
        until=beginning_of(_day(asked["until"]), days=1),
        page=page,
        per_page=per_page,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def beginning_of(day: date | None, *, days: int = 0) -> float | None:
    """Unix seconds at which that day begins here (or one `days` later), None for what no clock knows."""
    try:
        begins = day + timedelta(days=days) if day else None
        return time.mktime(begins.timetuple()) if begins else None
    except OverflowError:
        return None


def act_name(act: str) -> str:
    return gettext(ACTS[act]) if act in ACTS else act


_FIELDS: Mapping[str, str] = {
    "name": N_("Name"), "role": N_("May"), "unit": N_("Unit"), "under": N_("Under"),
    "before": N_("Before"), "access": N_("Now"), "label": N_("For"),
    "captions": N_("Captions"), "device": N_("Device"), "reason": N_("Reason"),
    "scopes": N_("What it may do"), "keys": N_("Keys"),
}  # fmt: skip


def told_details(entry: LogEntry) -> list[str]:
    """What else is known of an entry, as words: “Role: viewer → editor”."""
    told = ((_FIELDS[key], _words(key, value)) for key, value in entry.details.items() if key in _FIELDS and value)
    return [gettext("%(field)s: %(value)s", field=gettext(field), value=value) for field, value in told]


def _words(key: str, value: Any) -> str:
    """A list is of what was before and is now, except these two."""
    if key in ("scopes", "keys"):
        names = [gettext(SCOPE_NAMES[one]) if one in SCOPE_NAMES else one for one in value]
        return ("，" if language().startswith("zh") else ", ").join(names)
    return _told(value)


def _told(value: Any) -> str:
    if isinstance(value, list):
        return " → ".join(_told(one) if one else "—" for one in value)
    if value in ROLES:
        return role_name(value)
    return gettext(ACCESS_NAMES[value]) if value in ACCESS_NAMES else str(value)
