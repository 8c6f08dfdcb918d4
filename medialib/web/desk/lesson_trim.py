"""The desk's form that says from when to when a lesson's recording is shown."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue import trimming
from medialib.catalogue.trims import WHOLE
from medialib.errors import MedialibError, NotFound
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import lesson as lesson_page
from medialib.web.desk import trim_form
from medialib.web.desk.shell import me
from medialib.web.i18n import sentence


def add_to(blueprint: Blueprint, services: Services) -> None:
    view = access.lesson_editors(lambda lesson_id: _trim(services, lesson_id))
    blueprint.add_url_rule("/lessons/<lesson:lesson_id>/trim", "lesson_trim", view, methods=["POST"])


def _trim(services: Services, lesson_id: str) -> ResponseReturnValue:
    try:
        asked = trim_form.asked()
        with services.database.begin() as session:
            made = trimming.trim(session, lesson_id, asked, by=me(services))
    except NotFound:
        raise
    except MedialibError as error:
        return lesson_page.show(services, lesson_id, 400, sentence(error), trim_form.told())
    if made is None:
        return redirect(url_for("desk.lesson", lesson_id=lesson_id, done="same"))
    services.queues.send(HOT, "index")
    services.queues.send(BULK, "advance")
    done = "whole" if asked == WHOLE else "trimmed"
    return redirect(url_for("desk.lesson", lesson_id=lesson_id, done=done, change=made.id))
