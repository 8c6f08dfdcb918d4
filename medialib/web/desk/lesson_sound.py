"""The desk's form that takes steady noise out of a lesson's speech, or gives it back its sound as recorded."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue import cleaning
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plans import Plan
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me


def add_to(blueprint: Blueprint, services: Services) -> None:
    view = access.lesson_editors(lambda lesson_id: _clean(services, lesson_id))
    blueprint.add_url_rule("/lessons/<lesson:lesson_id>/sound", "lesson_sound", view, methods=["POST"])


def shown(lesson: Lesson, plan: Plan, *, is_making: bool) -> dict[str, bool]:
    """What the form says. Where nothing steady is heard between the words, cleaning changes nothing."""
    wanted = cleaning.wanted(lesson, usually=plan.cleans)
    pending = wanted != plan.cleans and is_making
    return {"wanted": wanted, "pending": pending, "clean_already": wanted and not plan.is_cleaned and not pending}


def _clean(services: Services, lesson_id: str) -> ResponseReturnValue:
    asked = request.form.get("clean") == "1"
    with services.database.begin() as session:
        made = cleaning.clean(session, lesson_id, asked=asked, by=me(services))
    told: dict[str, Any] = {"done": "same"}
    if made:
        services.queues.send(HOT, "index")
        services.queues.send(BULK, "advance")
        told = {"done": "cleaned" if asked else "uncleaned", "change": made.id}
    return redirect(url_for("desk.lesson", lesson_id=lesson_id, **told))
