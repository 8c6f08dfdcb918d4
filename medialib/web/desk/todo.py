"""The desk's first page: what waits for this person, and nothing else."""

import time
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from medialib import showing
from medialib.catalogue import changing, lookups, reports, telling, worklist
from medialib.catalogue.rights import viewer_of
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page
from medialib.web.i18n import sentence
from medialib.web.phone.cards import cards_of

_MOST = 8
_LONG_SECONDS = 24 * 3600


def add_to(blueprint: Blueprint, services: Services) -> None:
    blueprint.add_url_rule("/todo", "todo", access.at_least("editor")(lambda: _todo(services)))


def _todo(services: Services) -> ResponseReturnValue:
    viewer = viewer_of(me(services))
    with services.database.read() as session:
        waiting = worklist.waiting_for_review(session, viewer)
        returned = worklist.standing(session, viewer, "returned", limit=_MOST)
        stopped = worklist.stopped(session, viewer, limit=_MOST)
        wrong = {one.id for one in stopped}
        drafts = [one for one in worklist.standing(session, viewer, "draft", limit=_MOST) if one.id not in wrong]
        troubles = {one.id: trouble for one in stopped if (trouble := showing.parked_by(session, one))}
        reported = reports.open_reports(session, viewer)
        shown = [*[lesson for lesson, _ in waiting[:_MOST]], *returned, *drafts, *stopped]
        told: dict[str, Any] = {
            "cards": {card.lesson.id: card for card in cards_of(services, session, shown)},
            "stages": worklist.stage_counts(session, viewer, worklist.Asked()),
            "last": changing.last_moves(session, [one.id for one in returned]),
            "reported": len(reported),
            "lessons": lookups.lesson_count(session),
            "untold": telling.that_gave_up(session) if viewer.at_least("admin") else [],
        }
    said = {
        one.id: sentence(troubles[one.id]) if one.id in troubles else sentence(showing.notices_of(one)[0])
        for one in stopped
        if one.id in troubles or one.notices
    }
    return page(
        services, "todo.html", section="todo", waiting=waiting[:_MOST], returned=returned, drafts=drafts,
        stopped=[one for one in stopped if one.id in said], said=said, long_ago=time.time() - _LONG_SECONDS, **told,
    )  # fmt: skip
