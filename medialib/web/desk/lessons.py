"""The desk's table of lessons: filters in its address, and changing many at once with a way back."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib import leaving, sifting
from medialib.catalogue import changing, editing, lookups, moves, rights, unit_tree, worklist
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.places import PLACES
from medialib.catalogue.rights import viewer_of
from medialib.errors import N_, BadRequest, MedialibError, NotAllowed, NotFound
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import collecting
from medialib.web.desk.lesson_table import PER_PAGE, read_table
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import gettext, sentence
from medialib.web.phone.cards import card_of

MOST_AT_ONCE = 500
_STAGE_MOVES = ("submitted", "published", "archived")
_TOLD: Mapping[str, str] = {
    "submitted": N_("%(num)s sent in for review"),
    "published": N_("%(num)s published"),
    "archived": N_("%(num)s taken down"),
    "details": N_("%(num)s changed"),
}


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, method: str) -> None:
        blueprint.add_url_rule(path, endpoint, access.at_least("editor")(view), methods=[method])

    add("/lessons", "lessons", lambda: _table(services), "GET")
    add("/lessons/bulk", "change_lessons", lambda: _bulk(services), "POST")
    add("/lessons/undo", "undo_lessons", lambda: _undo(services), "POST")
    add("/lessons/deleted", "deleted_lessons", lambda: _deleted(services), "GET")
    add("/lessons/restore", "restore_lesson", lambda: _restore(services), "POST")


def _table(services: Services, status: int = 200, problem: str = "") -> ResponseReturnValue:
    table = read_table(request.args)
    viewer = viewer_of(me(services))
    with services.database.read() as session:
        asked = table.asked(sifting.sift(services, session, table.q) if table.q else None)
        found = worklist.page(session, viewer, asked, sort=table.sort, page=table.page, per_page=PER_PAGE)
        if found.total and not found.lessons:  # those of the last page have gone elsewhere
            table = replace(table, page=-(-found.total // PER_PAGE))
            found = worklist.page(session, viewer, asked, sort=table.sort, page=table.page, per_page=PER_PAGE)
        plans = lookups.current_plans(session, found.lessons)
        told = {
            "cards": [card_of(services, one, plans[one.id]) for one in found.lessons],
            "beside": worklist.beside(session, found.lessons),
            "stages": worklist.stage_counts(session, viewer, asked),
            "units": [one for one in unit_tree.rows(session) if one.unit.path.startswith(own_path(services))],
            "themes": lookups.themes(session),
            "years": lookups.years(session),
            "done": changing.batch_of(session, request.args.get("done", "")[:16]),
            "collections": collecting.offered(session) if viewer.at_least("curator") else [],
            "put": collecting.told(session) if viewer.at_least("curator") else None,
        }
    return page(
        services, "lessons.html", status, section="lessons", table=table, total=found.total, problem=problem,
        pages=max(1, -(-found.total // PER_PAGE)), places=PLACES, done_words=_done_words,
        back=request.args.get("back", type=int), gone=request.args.get("gone", "")[:16], **told,
    )  # fmt: skip


def own_path(services: Services) -> str:
    """The units that this person may put lessons into lie at and below this path."""
    person = me(services)
    return "" if viewer_of(person).at_least("curator") else person.unit_path


def _done_words(kind: str, count: int) -> str:
    return gettext(_TOLD[kind], num=count)


def _bulk(services: Services) -> ResponseReturnValue:
    ids = list(dict.fromkeys(request.form.getlist("lesson")))
    query = request.form.get("query", "").replace("\0", "")[:2000]
    batch = secrets.token_hex(8)
    try:
        if not ids:
            raise BadRequest(N_("Please tick some lessons first."))
        if len(ids) > MOST_AT_ONCE:
            raise BadRequest(N_("At most %(number)s lessons at once."), values={"number": MOST_AT_ONCE})
        with services.database.begin() as session:
            if request.form.get("what") == "collect":
                told = _collect(session, me(services), ids)
            else:
                done = _change(session, me(services), ids, typed("what", most=20), batch)
                told = {"done": batch if done else "none"}
    except BadRequest as error:
        return _table(services, 400, sentence(error))
    if told != {"done": "none"}:
        services.queues.send(HOT, "index")
    return _back_to_table(query, **told)


def _collect(session: Session, person: Person, ids: list[str]) -> dict[str, str]:
    """Put the lessons into the chosen collection; raises BadRequest, NotAllowed."""
    if not viewer_of(person).at_least("curator"):
        raise NotAllowed(N_("Your account does not have the right to do this."))
    made = collecting.put(session, typed("collection", most=64), ids, by=person)
    return collecting.address_of(made) if made.count else {"done": "none"}


def _change(session: Session, person: Person, ids: list[str], what: str, batch: str) -> int:
    """Change those of the lessons that this person may edit; raises BadRequest."""
    mine = rights.edited(viewer_of(person))
    allowed = list(session.scalars(select(Lesson.id).where(Lesson.id.in_(ids), mine)))
    if what in _STAGE_MOVES:
        return moves.move_many(session, allowed, what, by=person, batch=batch)
    if what in ("theme", "untheme"):
        slug = editing.checked(session, None, {"themes": [typed("theme", most=64)]})["themes"][0]
        return editing.change_many(
            session, allowed, lambda one: themed(session, one, slug, keeps=what == "theme"), by=person, batch=batch
        )
    field, name = {"unit": ("unit_slug", "unit"), "speaker": ("speaker", "speaker"), "place": ("place", "place")}.get(
        what, ("", "")
    )
    if not field:
        raise BadRequest(N_("Please choose what is to be changed."))
    value = editing.checked(session, None, {field: typed(name)})
    if field == "unit_slug":
        check_unit(session, person, value[field])
    return editing.change_many(session, allowed, lambda _: value, by=person, batch=batch)


def themed(session: Session, lesson: Lesson, slug: str, *, keeps: bool) -> dict[str, Any]:
    """The themes that a lesson has with this one, or without it; raises BadRequest."""
    others = [theme.slug for theme in lesson.themes if theme.slug != slug]
    return editing.checked(session, lesson, {"themes": [*others, slug] if keeps else others})


def check_unit(session: Session, person: Person, slug: str | None) -> None:
    """Editors may give a lesson to their unit and those below it only: else it would be gone from their desk."""
    if viewer_of(person).at_least("curator"):
        return
    if slug is None or not unit_tree.unit(session, slug).path.startswith(person.unit_path):
        raise BadRequest(N_("Please choose your own unit or one below it."))


def _undo(services: Services) -> ResponseReturnValue:
    query = request.form.get("query", "").replace("\0", "")[:2000]
    try:
        with services.database.begin() as session:
            back = changing.undo_batch(session, typed("batch", most=16), by=me(services))
    except MedialibError as error:
        return _table(services, 400, sentence(error))
    services.queues.send(HOT, "index")
    return _back_to_table(query, back=str(back))


def _deleted(services: Services) -> ResponseReturnValue:
    return page(services, "deleted_lessons.html", section="lessons", gone=leaving.gone(services, me(services)))


def _restore(services: Services) -> ResponseReturnValue:
    lesson_id = typed("lesson", most=16)
    if not lesson_id.isalnum():
        raise NotFound(N_("There is no such lesson."))
    leaving.come_back(services, lesson_id, by=me(services))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.lesson", lesson_id=lesson_id, done="restored"))


def _back_to_table(query: str, **more: str) -> ResponseReturnValue:
    """The table as it was, with what was done."""
    return redirect(f"{url_for('desk.lessons')}?{urlencode(more)}{'&' if query else ''}{query}")
