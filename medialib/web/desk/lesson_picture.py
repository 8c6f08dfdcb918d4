"""The picture that a lesson is shown by: one that was found, the one the player shows, or one that is sent."""

from collections.abc import Callable
from typing import IO

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib import showing
from medialib.catalogue import changing, lookups
from medialib.catalogue.history import LessonChange
from medialib.catalogue.people_edits import note
from medialib.catalogue.trims import read_time, show_time
from medialib.errors import N_, BadRequest, MedialibError, NotFound
from medialib.ingest import own_pictures
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import lesson as lesson_page
from medialib.web.desk.shell import me, typed
from medialib.web.i18n import sentence
from medialib.web.waiting import hurry, wait_for

# What a form around a file takes.
_FORM_BYTES = 100_000
_PATIENCE = 2.0
_NO_MOMENT = N_("Please choose a moment of the film first.")


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View) -> None:
        address = f"/lessons/<lesson:lesson_id>{path}"
        blueprint.add_url_rule(address, endpoint, access.lesson_editors(view), methods=["POST"])

    add("/picture/<int:number>", "lesson_own_picture", lambda lesson_id, number: _change(services, lesson_id, number))
    add("/poster", "lesson_poster", lambda lesson_id: _choose(services, lesson_id))
    add("/picture", "lesson_picture", lambda lesson_id: _take(services, lesson_id))
    send = access.bodies_up_to(
        own_pictures.LARGEST_BYTES + _FORM_BYTES, lambda lesson_id: _answer(services, lesson_id, _sent)
    )
    add("/picture/file", "lesson_picture_file", send)


def _choose(services: Services, lesson_id: str) -> ResponseReturnValue:
    choice = request.form.get("choice", 0, type=int)
    try:
        made = show_by(services, lesson_id, known(services, lesson_id, choice))
    except BadRequest:  # a page of before: the picture is gone
        made = None
    return _to(lesson_id, made)


def _change(services: Services, lesson_id: str, number: int) -> ResponseReturnValue:
    """One of its own is removed, or brought back; it is not the one that the lesson is shown by."""
    removes = typed("what", most=16) != "back"
    try:
        (put_away if removes else bring_back)(services, lesson_id, number)
    except BadRequest as error:
        return lesson_page.show(services, lesson_id, 400, sentence(error))
    told = {"done": "unpictured", "picture": number} if removes else {"done": "restored_picture"}
    return redirect(url_for("desk.lesson", lesson_id=lesson_id, _anchor="h-poster", **told))


def put_away(services: Services, lesson_id: str, number: int) -> None:
    """Remove one of its own pictures; raises BadRequest for the one it is shown by, and for none."""
    with services.database.begin() as session:
        lesson = lookups.lesson_to_change(session, lesson_id)
        own_pictures.remove(services.store, lesson, number)
        note(session, me(services), "picture.removed", on_id=lesson_id, on_name=lesson.title)


def bring_back(services: Services, lesson_id: str, number: int) -> None:
    """Undo put_away; raises BadRequest when it is gone for good."""
    with services.database.begin() as session:
        lesson = lookups.lesson_to_change(session, lesson_id)
        own_pictures.bring_back(services.store, lesson_id, number)
        note(session, me(services), "picture.restored", on_id=lesson_id, on_name=lesson.title)


def _take(services: Services, lesson_id: str) -> ResponseReturnValue:
    def picture(services: Services, lesson_id: str) -> int:
        at = read_time(typed("at", most=20))
        if at is None:
            raise BadRequest(_NO_MOMENT)
        return taken(services, lesson_id, at)

    return _answer(services, lesson_id, picture)


def _answer(services: Services, lesson_id: str, picture: Callable[[Services, str], int]) -> ResponseReturnValue:
    try:
        made = show_by(services, lesson_id, picture(services, lesson_id))
    except NotFound:
        raise
    except MedialibError as error:
        return lesson_page.show(services, lesson_id, 400, sentence(error), {"picture_at": request.form.get("at", "")})
    return _to(lesson_id, made)


def taken(services: Services, lesson_id: str, at: float) -> int:
    """The number of the film's picture at that second, which the worker takes; raises BadRequest, NotReady."""
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    if lesson.kind != "video":
        raise BadRequest(_NO_MOMENT)
    if at > lesson.seconds:
        length = {"length": show_time(lesson.seconds)}
        raise BadRequest(N_("The lesson is %(length)s long: choose a time within it."), values=length)
    number = own_pictures.new_number()
    place = services.store.own_picture_facts(lesson_id, number)
    asked = (lesson_id, lesson.plan_version, number, round(at * 1000))
    wait_for(place, lesson_id, "picture", lambda: hurry("picture", *asked), patience=_PATIENCE)
    return -number


def _sent(services: Services, lesson_id: str) -> int:
    file = request.files.get("picture")
    if file is None or not file.filename:
        raise BadRequest(N_("Please choose a picture first."))
    return sent(services, lesson_id, file.stream)


def sent(services: Services, lesson_id: str, file: IO[bytes]) -> int:
    """The number of the picture that somebody sent. Raises BadRequest, NoSpace."""
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    return -own_pictures.send(services.workshop, lesson, file)


def known(services: Services, lesson_id: str, choice: int) -> int:
    """The number again, if one of its pictures has it; raises BadRequest."""
    with services.database.read() as session:
        pictures = showing.all_posters(services, lookups.lesson(session, lesson_id))
    if pictures is None or choice not in pictures.numbered:
        raise BadRequest(N_("There is no such picture."))
    return choice


def show_by(services: Services, lesson_id: str, choice: int) -> LessonChange | None:
    """Let the lesson be shown by this picture of it; None when it is already."""
    by = me(services)
    with services.database.begin() as session:
        lesson = lookups.lesson_to_change(session, lesson_id)
        if choice == lesson.poster_choice:
            return None
        made = changing.record(session, lesson, "poster", {"poster_choice": choice}, by=by)
        note(session, by, "lesson.changed", on_id=lesson_id, on_name=lesson.title)
        session.flush()
    own_pictures.forget_old(services.store, lesson)
    return made


def _to(lesson_id: str, made: LessonChange | None) -> ResponseReturnValue:
    done, change = ("pictured", made.id) if made else ("same", None)
    return redirect(url_for("desk.lesson", lesson_id=lesson_id, done=done, change=change))
