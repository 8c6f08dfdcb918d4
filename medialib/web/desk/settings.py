"""Settings on the desk: what config.yaml says in plain words, how this machine is, and the two buttons that help."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue import indexing, lookups, work_edits, work_lookups
from medialib.catalogue.people_edits import note
from medialib.errors import N_
from medialib.ingest.tools import diagnose
from medialib.jobs.queue import BULK, DOWNLOADS, HOT
from medialib.search.index import IndexUnavailable
from medialib.services import Services
from medialib.settings import Settings
from medialib.web import access
from medialib.web.desk.shell import me, page
from medialib.web.i18n import gettext

_SHOWN: Mapping[str, str] = {
    "site.name": N_("What the library is called"),
    "site.language": N_("Language for those who chose none"),
    "site.address": N_("Its address on the network"),
    "access.library": N_("Who may watch"),
    "access.signed_in_days": N_("Signed in for so many days"),
    "access.link_hours": N_("Invitations hold for so many hours"),
    "limits.file_gigabytes": N_("Largest recording, GB"),
    "limits.hours": N_("Longest recording, hours"),
    "limits.free_gigabytes": N_("Always kept free, GB"),
    "store.url": N_("Where everything is kept"),
    "store.cache_gigabytes": N_("Room for files made on demand, GB"),
    "ladder.profile": N_("Pictures and sound are made as"),
    "sound.clean_speech": N_("Speech is cleaned of noise"),
    "jobs.bulk_workers": N_("Recordings worked on at once"),
}
_VALUES: Mapping[str, str] = {
    "zh_CN": N_("Chinese"), "en": N_("English"), "public": N_("everyone"), "signed-in": N_("people with an account"),
    "True": N_("yes"), "False": N_("no"), "": N_("not set"), "county": N_("for weak networks and small disks"),
    "quality": N_("for good networks and large screens"), "tiny": N_("as small as can be"),
}  # fmt: skip
_TOLD_ELSEWHERE = ("store", "space")
"""Findings that are no programs."""
_DONE = {
    "index": N_("The search index is being built anew. Searching goes on meanwhile."),
    "retry": N_("Everything that was put aside is tried again."),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A setting in plain words: its value, whether somebody chose it, and where it is changed."""

    name: str
    value: str
    section: str
    key: str
    chosen: bool
    variable: str


@dataclass(frozen=True, kw_only=True)
class State:
    """How the library is at this moment; `indexed` is None when the index cannot be read."""

    free_bytes: int
    workers: int
    waiting: int | None
    """Messages in the queues; None when they do not answer."""
    lessons: int
    indexed: int | None
    stale: bool
    parked: int


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: Callable[..., Any], method: str) -> None:
        blueprint.add_url_rule(f"/settings{path}", endpoint, access.at_least("admin")(view), methods=[method])

    add("", "settings", lambda: _show(services), "GET")
    add("/reindex", "reindex", lambda: _did(services, reindex, "index"), "POST")
    add("/retry", "retry_all", lambda: _did(services, retry_parked, "retry"), "POST")


def told_settings(settings: Settings, environment: Mapping[str, str]) -> list[Told]:
    """What is shown of the settings."""
    usual, found = Settings(), []
    for path, name in _SHOWN.items():
        section, key = path.split(".")
        value = getattr(getattr(settings, section), key)
        variable = f"MEDIALIB__{section}__{key}".upper()
        found.append(
            Told(
                name=name,
                value=f"{value:g}" if isinstance(value, float) else str(value),
                section=section,
                key=key,
                chosen=value != getattr(getattr(usual, section), key),
                variable=variable if variable in environment else "",
            )
        )
    return found


def _show(services: Services) -> ResponseReturnValue:
    done = request.args.get("done", "")
    return page(
        services, "settings.html", section="machine", rows=told_settings(services.settings, os.environ),
        state=state_of(services), values=_VALUES, reserve_bytes=services.settings.limits.reserve_bytes,
        tools=[one for one in diagnose(services.settings) if one.name not in _TOLD_ELSEWHERE],
        done=gettext(_DONE[done]) if done in _DONE else "",
    )  # fmt: skip


def state_of(services: Services) -> State:
    with services.database.read() as session:
        lessons, expected = lookups.lesson_count(session), indexing.indexed_count(session, shown=True)
        stale, parked = bool(indexing.stale_in_index(session, 1)), len(work_lookups.parked_ids(session))
    try:
        indexed: int | None = services.index.count()
    except IndexUnavailable:
        indexed = None
    return State(
        free_bytes=shutil.disk_usage(services.store.root).free,
        workers=len(services.leases.living("worker:")),
        waiting=_waiting(services),
        lessons=lessons,
        indexed=indexed,
        stale=stale or indexed is None or indexed < expected,
        parked=parked,
    )


def _waiting(services: Services) -> int | None:
    """How many messages wait in all queues; None when they do not answer."""
    depths = [services.queues.known_depth(queue) for queue in (HOT, BULK, DOWNLOADS)]
    known = [one for one in depths if one is not None]
    return sum(known) if len(known) == len(depths) else None


def _did(services: Services, act: Callable[[Services], None], done: str) -> ResponseReturnValue:
    act(services)
    return redirect(url_for("desk.settings", done=done))


def reindex(services: Services) -> None:
    services.queues.send(BULK, "reindex")
    with services.database.begin() as session:
        note(session, me(services), "settings.reindex")


def retry_parked(services: Services) -> None:
    """Everything that was put aside is tried again."""
    with services.database.begin() as session:
        for lesson_id in work_lookups.parked_ids(session):
            work_edits.retry(session, lesson_id)
        note(session, me(services), "settings.retry")
    services.queues.send(BULK, "advance")
