"""Who may watch a lesson: everyone, people with an account, its unit, or who has a link; and those links."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue import lesson_access, lookups, people_lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.rights import ACCESSES
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access, keys
from medialib.web.desk.links import link_to
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import gettext, sentence

ACCESS_NAMES: dict[str, str] = {
    "public": N_("Everyone"),
    "signed-in": N_("People with an account"),
    "unit": N_("Only its unit"),
    "link": N_("Only with a link"),
}
ACCESS_TELLS: dict[str, str] = {
    "public": N_("Listed and found by everyone who may use this library."),
    "signed-in": N_("Listed for people who are signed in."),
    "unit": N_("For people of its unit, of units below it, and of those above it."),
    "link": N_("Listed nowhere. Whoever opens a link made here can watch it."),
}
_DAYS = {"1": 1.0, "30": 30.0, "365": 365.0, "": None}


def not_for_all(lesson: Lesson) -> str:
    """For whom it is, in words; "" when it is for everyone."""
    return "" if lesson.access == "public" else gettext(ACCESS_NAMES[lesson.access])


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(
            f"/lessons/<lesson:lesson_id>/{path}", endpoint, access.lesson_editors(view), methods=methods
        )

    add("access", "lesson_access", lambda lesson_id: _access(services, lesson_id), "GET", "POST")
    add("links", "new_lesson_link", lambda lesson_id: _new_link(services, lesson_id), "POST")
    add(
        "links/<key_id>/remove", "remove_lesson_link",
        lambda lesson_id, key_id: _remove_link(services, lesson_id, key_id), "POST",
    )  # fmt: skip


def _access(services: Services, lesson_id: str) -> ResponseReturnValue:
    problem = ""
    if request.method == "POST":
        try:
            wish = typed("access", most=16)
            with services.database.begin() as session:
                lesson_access.set_access(session, lesson_id, wish, by=me(services))
            return redirect(url_for("desk.lesson_access", lesson_id=lesson_id, saved=1))
        except BadRequest as error:
            problem = sentence(error)
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        made = people_lookups.lesson_keys(session, lesson_id)
    return page(
        services, "lesson_access.html", 400 if problem else 200, section="lessons", lesson=lesson, keys=made,
        names=ACCESS_NAMES, tells=ACCESS_TELLS, accesses=ACCESSES, problem=problem, saved="saved" in request.args,
    )  # fmt: skip


def _new_link(services: Services, lesson_id: str) -> ResponseReturnValue:
    label, days = typed("label", most=100), _DAYS.get(typed("days"))
    with services.database.begin() as session:
        title = lookups.lesson(session, lesson_id).title
        _, token = lesson_access.add_key(session, lesson_id, label=label, days=days, by=me(services))
    return page(
        services, "link.html", section="lessons", kind="lesson", lesson_id=lesson_id, name=title,
        link=link_to(services, keys.page_of(token, lesson_id)),
        player=link_to(services, keys.path_of(token, lesson_id)),
    )  # fmt: skip


def _remove_link(services: Services, lesson_id: str, key_id: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        lesson_access.remove_key(session, lesson_id, key_id, by=me(services))
    return redirect(url_for("desk.lesson_access", lesson_id=lesson_id))
