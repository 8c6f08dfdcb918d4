"""The desk's page of one lesson: player, details, where it stands, its thread, its history, its making."""

import time
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib import leaving, showing, theming
from medialib.catalogue import changing, editing, lookups, moves, readings, unit_tree, work_edits, work_lookups
from medialib.catalogue.collections import Collection
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people_edits import note
from medialib.catalogue.places import PLACES
from medialib.catalogue.stages import REMOVABLE, STAGES
from medialib.delivery import posters
from medialib.errors import N_, MedialibError, NotFound
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import lesson_form, lesson_sound, meanwhile, trim_form
from medialib.web.desk.lessons import check_unit, own_path
from medialib.web.desk.shell import me, page, typed
from medialib.web.desk.stage_words import DONE, MOVE_NAMES, told_done
from medialib.web.desk.trouble_words import troubles_of
from medialib.web.i18n import gettext, sentence
from medialib.web.phone.cards import card_of

_HISTORY = 40
_SUGGESTED = 6


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, method: str = "POST") -> None:
        address = f"/lessons/<lesson:lesson_id>{path}"
        blueprint.add_url_rule(address, endpoint, access.lesson_editors(view), methods=[method])

    add("", "lesson", lambda lesson_id: show(services, lesson_id), "GET")
    add("/details", "lesson_details", lambda lesson_id: _details(services, lesson_id))
    add("/stage", "lesson_stage", lambda lesson_id: _stage(services, lesson_id))
    add("/undo", "lesson_undo", lambda lesson_id: _undo(services, lesson_id))
    add("/remark", "lesson_remark", lambda lesson_id: _remark(services, lesson_id))
    add("/retry", "lesson_retry", lambda lesson_id: _retry(services, lesson_id))
    add("/delete", "lesson_delete", lambda lesson_id: _delete(services, lesson_id))


def show(
    services: Services, lesson_id: str, status: int = 200, problem: str = "", typed: dict[str, Any] | None = None
) -> ResponseReturnValue:
    """The page, with what was typed and why that could not be."""
    person = me(services)
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        told = {
            **seen(services, session, lesson),
            "units": [one for one in unit_tree.rows(session) if one.unit.path.startswith(own_path(services))],
            "themes": lookups.themes(session),
            "series": _series(session),
            "suggested": suggested(services, session, lesson, (typed or {}).get("themes")),
            "history": changing.history(session, lesson_id, limit=_HISTORY),
            "thread": changing.thread(session, lesson_id),
            "readings": readings.of(session, lesson_id),
            "removed": readings.removed(session, lesson_id),
            "is_renewed": work_lookups.is_renewed(session, lesson),
            "troubles": troubles_of(work_lookups.troubles(session, lesson_id)),
        }
    return page(
        services, "lesson.html", status, section="lessons", lesson=lesson, problem=problem, places=PLACES,
        values=lesson_form.shown(lesson, typed), unsaved="title" in (typed or {}), removable=lesson.stage in REMOVABLE,
        moves=[stage for stage in STAGES if stage != lesson.stage and moves.may_move(lesson, stage, person)],
        may_undo=lambda change: changing.may_undo(lesson, change), move_names=MOVE_NAMES,
        done=_done_words(lesson), picture_at=(typed or {}).get("picture_at", ""),
        trim=trim_form.shown(lesson, told["plan"], typed or {}),
        sound=lesson_sound.shown(lesson, told["plan"], is_making=told["is_renewed"]), **told,
    )  # fmt: skip


def seen(services: Services, session: Session, lesson: Lesson) -> dict[str, Any]:
    """What a player and the figures beside it need of a lesson."""
    plan = lookups.current_plan(session, lesson)
    pictures = showing.all_posters(services, lesson)
    return {
        "plan": plan,
        "card": card_of(services, lesson, plan),
        "document": showing.detail(services, session, lesson.id),
        "posters": posters.described(lesson, pictures) if pictures else [],
        "since": next((one.id for one in changing.history(session, lesson.id, limit=1)), 0),
        "notices": [sentence(one) for one in showing.notices_of(lesson)],
    }


def suggested(services: Services, session: Session, lesson: Lesson, ticked: list[str] | None) -> list[theming.Proposal]:
    """Themes that fit and that it does not have."""
    had = set(ticked if ticked is not None else [theme.slug for theme in lesson.themes])
    return [one for one in theming.propose(services, session, lesson.id) if one.theme.slug not in had][:_SUGGESTED]


def _series(session: Session) -> list[Collection]:
    return list(session.scalars(select(Collection).where(Collection.kind == "series").order_by(Collection.title)))


def _done_words(lesson: Lesson) -> str:
    """What was just done, by the address that the last form led to."""
    done = request.args.get("done", "")
    if done in DONE:
        return told_done(done, lesson)
    return gettext(_DONE[done]) if done in _DONE else ""


_DONE = {
    "saved": N_("Saved."),
    "same": N_("Nothing was changed."),
    "read": N_("The readings are there."),
    "unread": N_("The reading is removed."),
    "pictured": N_("This is its picture now."),
    "unpictured": N_("The picture is removed."),
    "restored_picture": N_("The picture is back."),
    "trimmed": N_("The lesson is being cut."),
    "whole": N_("The whole recording will be shown again."),
    "cleaned": N_("The noise is being taken out."),
    "uncleaned": N_("The sound will be as it was recorded."),
    "undone": N_("Taken back."),
    "restored": N_("The lesson is back."),
    "retried": N_("It is tried again from now on."),
    "said": N_("Your remark is there."),
}


def _details(services: Services, lesson_id: str) -> ResponseReturnValue:
    told = lesson_form.told()
    person = me(services)
    try:
        with services.database.begin() as session:
            lesson = lookups.lesson_to_change(session, lesson_id)
            told, problem = meanwhile.merge(session, lesson, told)
            if problem:
                raise problem
            if "unit_slug" in told and told["unit_slug"] != lesson.unit_slug:
                check_unit(session, person, told["unit_slug"])
            made = editing.change(session, lesson_id, told, by=person)
    except NotFound:
        raise
    except MedialibError as error:
        return show(services, lesson_id, 400, sentence(error), told)
    if made:
        services.queues.send(HOT, "index")
    then = typed("then", most=16)
    if then in STAGES:
        return _stage(services, lesson_id)
    return _to(lesson_id, done="saved" if made else "same", change=made.id if made else None)


def _stage(services: Services, lesson_id: str) -> ResponseReturnValue:
    stage = typed("then", most=16) or typed("stage", most=16)
    try:
        at = lesson_form.chosen_moment() if stage == "published" else None
        with services.database.begin() as session:
            made = moves.move(session, lesson_id, stage, by=me(services), reason=typed("reason", most=2000), at=at)
    except NotFound:
        raise
    except MedialibError as error:
        told = {name: request.form.get(name, "") for name in ("reason", "at")}
        return show(services, lesson_id, 400, sentence(error), told)
    services.queues.send(HOT, "index")
    return _to(lesson_id, done=stage, change=made.id)


def _undo(services: Services, lesson_id: str) -> ResponseReturnValue:
    number = request.form.get("change", 0, type=int)
    try:
        with services.database.begin() as session:
            changing.undo(session, lesson_id, number, by=me(services))
    except MedialibError as error:
        return show(services, lesson_id, 400, sentence(error))
    services.queues.send(HOT, "index")
    services.queues.send(BULK, "advance")  # a trim, or a cleaned sound, that was taken back is work
    back = typed("back", most=200)
    return redirect(back) if back.startswith("/desk/") else _to(lesson_id, done="undone")


def _remark(services: Services, lesson_id: str) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            changing.remark(session, lesson_id, typed("words", most=2000), by=me(services))
    except NotFound:
        raise
    except MedialibError as error:
        return show(services, lesson_id, 400, sentence(error), {"words": request.form.get("words", "")})
    back = typed("back", most=200)
    return redirect(back) if back.startswith("/desk/") else _to(lesson_id, done="said")


def _retry(services: Services, lesson_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        work_edits.retry(session, lesson_id)
        title = lookups.lesson(session, lesson_id).title
        note(session, me(services), "lesson.retried", on_id=lesson_id, on_name=title)
    services.queues.send(BULK, "advance")
    return _to(lesson_id, done="retried")


def _delete(services: Services, lesson_id: str) -> ResponseReturnValue:
    try:
        leaving.leave(services, lesson_id, by=me(services), at=time.time())
    except NotFound:
        raise
    except MedialibError as error:
        return show(services, lesson_id, 400, sentence(error))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.lessons", gone=lesson_id))


def _to(lesson_id: str, **told: Any) -> ResponseReturnValue:
    return redirect(url_for("desk.lesson", lesson_id=lesson_id, **told))
