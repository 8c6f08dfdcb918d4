"""Review on one screen: the queue of what waits, the player, and one key each for publish, return and next."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue import caption_lookups, changing, lookups, worklist
from medialib.catalogue.cues import from_stored
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.rights import viewer_of
from medialib.errors import N_, MedialibError, NotFound
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import collecting, lesson_form, meanwhile
from medialib.web.desk.deciding import decide
from medialib.web.desk.lesson import seen, suggested
from medialib.web.desk.shell import me, page, typed
from medialib.web.desk.stage_words import DONE, told_done
from medialib.web.i18n import sentence
from medialib.web.phone.cards import cards_of

REASONS = (
    N_("The sound is too low"),
    N_("The picture is too dark"),
    N_("Something is missing"),
    N_("A telephone number shows"),
)
TICKS = (
    N_("The sound is clear"), N_("The picture is clear"), N_("What is taught is right"),
    N_("No telephone number, paper or house number shows"),
)  # fmt: skip
_LONG_SECONDS = 24 * 3600
_MOST_LINES = 400


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(f"/review{path}", endpoint, access.at_least("curator")(view), methods=methods)

    add("", "review_next", lambda: _next(services), "GET")
    add("/<lesson:lesson_id>", "review", lambda lesson_id: _page(services, lesson_id), "GET")
    add("/<lesson:lesson_id>", "decide", lambda lesson_id: _decide(services, lesson_id), "POST")


def _next(services: Services) -> ResponseReturnValue:
    """The lesson that waits longest, else an empty screen that says so."""
    with services.database.read() as session:
        waiting = worklist.waiting_for_review(session, viewer_of(me(services)), limit=1)
    if waiting:
        return redirect(_to(waiting[0][0].id, request.args.to_dict()))
    return _page(services, None)


def _page(
    services: Services, lesson_id: str | None, status: int = 200, problem: str = "", reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    person = me(services)
    with services.database.read() as session:
        waiting = worklist.waiting_for_review(session, viewer_of(person))
        told: dict[str, Any] = {
            "waiting": waiting,
            "cards": {card.lesson.id: card for card in cards_of(services, session, [one for one, _ in waiting])},
            "today": decided_today(session, person),
            "put": collecting.told(session),
        }
        if lesson_id:
            lesson = lookups.lesson(session, lesson_id)
            values = lesson_form.shown(lesson, details)
            told |= {
                **seen(services, session, lesson),
                "lesson": lesson,
                "values": values,
                "themes": lookups.themes(session),
                "suggested": suggested(services, session, lesson, values["themes"]),
                "thread": changing.thread(session, lesson_id),
                "collections": collecting.offered(session),
                "lines": _lines(session, lesson_id),
            }
    return page(
        services, "review.html", status, section="todo", problem=problem, reason=reason, reasons=REASONS, ticks=TICKS,
        long_ago=time.time() - _LONG_SECONDS, done=_done(services), **{"lesson": None, **told},
    )  # fmt: skip


def _lines(session: Session, lesson_id: str) -> list[tuple[float, str]]:
    """What is said, line by line, by the captions in the lesson's own language."""
    rows = caption_lookups.cues_of(session, [lesson_id])
    return [(cue.begin, cue.text) for cue in from_stored(rows[0].cues)[:_MOST_LINES]] if rows else []


def decided_today(session: Session, person: Person) -> list[tuple[Lesson, LessonChange, bool]]:
    """What this person published or returned since midnight, with whether it can be taken back."""
    now = time.localtime()
    midnight = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))
    query = select(Lesson, LessonChange).join(LessonChange, LessonChange.lesson_id == Lesson.id).where(
        LessonChange.at >= midnight, LessonChange.person_id == person.id, LessonChange.kind == "stage",
        LessonChange.undone.is_(False), LessonChange.undoes.is_(None),
    )  # fmt: skip
    rows = session.execute(query.order_by(LessonChange.id.desc()).limit(12)).all()
    decided = [(lesson, change) for lesson, change in rows if change.stage in ("published", "returned")]
    return [(lesson, change, changing.may_undo(lesson, change)) for lesson, change in decided][:5]


def _done(services: Services) -> tuple[str, str, int] | None:
    """What the last form did, with what takes it back: a sentence, the lesson's id, the change."""
    lesson_id, number = request.args.get("was", "")[:16], request.args.get("change", 0, type=int)
    if not lesson_id:
        return None
    with services.database.read() as session:
        try:
            change, lesson = changing.change_of(session, lesson_id, number), lookups.lesson(session, lesson_id)
        except NotFound:
            return None
        if change.stage not in DONE:
            return None
        return told_done(change.stage, lesson), lesson_id, number


def _decide(services: Services, lesson_id: str) -> ResponseReturnValue:
    """Keep the details, then publish or return; the next lesson follows."""
    wish, reason, told = typed("what", most=16), request.form.get("reason", "")[:2000], lesson_form.told()
    with services.database.read() as session:
        waiting = [one.id for one, _ in worklist.waiting_for_review(session, viewer_of(me(services)))]
    try:
        with services.database.begin() as session:
            told, problem = meanwhile.merge(session, lookups.lesson_to_change(session, lesson_id), told)
            if problem:
                raise problem
            change = decide(session, lesson_id, wish, reason, told, by=me(services))
            slug = typed("collection", most=64) if wish == "published" else ""
            put = collecting.put(session, slug, [lesson_id], by=me(services)) if slug else None
    except NotFound:
        raise
    except MedialibError as error:
        return _page(services, lesson_id, 400, sentence(error), reason, told)
    services.queues.send(HOT, "index")
    at = waiting.index(lesson_id) if lesson_id in waiting else -1
    others = [one for one in [*waiting[at + 1 :], *waiting[: max(at, 0)]] if one != lesson_id]
    done = {"was": lesson_id, "change": change.id, **(collecting.address_of(put) if put and put.count else {})}
    return redirect(_to(next(iter(others), None), done))


def _to(lesson_id: str | None, told: Mapping[str, Any]) -> str:
    """The address of the screen with this lesson, or of the empty one."""
    values = {name: told[name] for name in ("was", "change", "into", "added", "put") if name in told}
    return url_for("desk.review", lesson_id=lesson_id, **values) if lesson_id else url_for("desk.review_next", **values)
