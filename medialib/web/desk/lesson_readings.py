"""The readings of a lesson at the desk: sent, named, ordered, removed and brought back."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import reading_edits, readings
from medialib.catalogue.people import Person
from medialib.catalogue.readings import Reading
from medialib.errors import N_, BadRequest, MedialibError, NotFound
from medialib.ingest import reading_files
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import lesson as lesson_page
from medialib.web.desk.shell import me, typed
from medialib.web.i18n import sentence

# Several files at once, and the form around them.
_MOST_BYTES = 4 * reading_files.LARGEST_BYTES + 100_000


def add_to(blueprint: Blueprint, services: Services) -> None:
    address = "/lessons/<lesson:lesson_id>/readings"
    send = access.lesson_editors(access.bodies_up_to(_MOST_BYTES, lambda lesson_id: _send(services, lesson_id)))
    blueprint.add_url_rule(address, "lesson_readings", send, methods=["POST"])
    change = access.lesson_editors(lambda lesson_id, reading_id: _change(services, lesson_id, reading_id))
    blueprint.add_url_rule(f"{address}/<reading_id>", "lesson_reading", change, methods=["POST"])


def _send(services: Services, lesson_id: str) -> ResponseReturnValue:
    """Each file by itself: what cannot be taken is told, the others are there."""
    files = [one for one in request.files.getlist("readings") if one.filename]
    problems = [] if files else [N_("Please choose a file first.")]
    told = [sentence(BadRequest(one)) for one in problems]
    for file in files:
        try:
            reading_files.take_in(services.workshop, lesson_id, file.stream, file.filename or "", by=me(services))
        except NotFound:
            raise
        except MedialibError as error:
            told.append(sentence(error))
    services.queues.send(HOT, "index")
    if told:
        return lesson_page.show(services, lesson_id, 400, " ".join(told))
    return _to(lesson_id, "read")


def _change(services: Services, lesson_id: str, reading_id: str) -> ResponseReturnValue:
    what = typed("what", most=16)
    act = _ACTS.get(what)
    if act is None:
        raise BadRequest(N_("There is no such change."), detail=what)
    try:
        with services.database.begin() as session:
            act(session, readings.reading(session, lesson_id, reading_id), me(services))
    except NotFound:
        raise
    except MedialibError as error:
        return lesson_page.show(services, lesson_id, 400, sentence(error))
    services.queues.send(HOT, "index")
    if what == "remove":
        return _to(lesson_id, "unread", reading=reading_id)
    return _to(lesson_id, "saved")


_ACTS: dict[str, Callable[[Session, Reading, Person], None]] = {
    "name": lambda session, one, by: reading_edits.rename(session, one, typed("name"), by=by),
    "up": lambda session, one, by: reading_edits.move(session, one, "up", by=by),
    "down": lambda session, one, by: reading_edits.move(session, one, "down", by=by),
    "remove": lambda session, one, by: reading_edits.remove(session, one, by=by),
    "back": lambda session, one, by: reading_edits.bring_back(session, one, by=by),
}


def _to(lesson_id: str, done: str, reading: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("desk.lesson", lesson_id=lesson_id, done=done, reading=reading, _anchor="h-readings"))
