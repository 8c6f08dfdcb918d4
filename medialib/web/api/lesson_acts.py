"""What else is done to lessons over the API: many at once, tried again, deleted, brought back; and the
figures of one.
"""

import secrets
import time
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select

from medialib import leaving
from medialib.catalogue import changing, editing, lookups, moves, rights, statistics, work_edits
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people_edits import note
from medialib.catalogue.plays import LEAST_SHOWN
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.stages import MOVES
from medialib.catalogue.statistics import Span
from medialib.errors import N_, NotFound
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.api.desk_lessons import DeskLesson, require_scope, told
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import LessonId, Line, Slug
from medialib.web.desk.lessons import MOST_AT_ONCE, check_unit, themed
from medialib.web.desk.shell import me

_ONE = "/desk/lessons/<lesson_id>"
_DAYS = 30


class Many(Body):
    """The same for many lessons: a stage, a unit, a speaker, a place, a theme more or one less. Those that the person
    may not change, and those for which it is so already, stay as they are.
    """

    lessons: Annotated[list[LessonId], Field(min_length=1, max_length=MOST_AT_ONCE)]
    stage: Literal["submitted", "published", "archived"] | None = None
    unit: Slug | None = None
    speaker: Annotated[Line, Field(max_length=editing.LONGEST["speaker"])] | None = None
    place: Slug | None = None
    add_theme: Slug | None = None
    take_theme: Slug | None = None


class Done(Answer):
    """How many lessons were changed; `batch` takes that back, all at once."""

    changed: int
    batch: str | None = None


class DeletedLesson(Answer):
    id: str
    title: str
    by_name: str
    at: float


class DeletedLessons(Answer):
    """Those that the person can bring back, the last one first."""

    lessons: list[DeletedLesson]


class Figures(Answer):
    """Plays of the last thirty days, and what share of its plays has played each twentieth; null stands for too few."""

    plays: int | None
    listened: int | None
    minutes: int | None
    curve: list[float] | None


def add_to(api: Api) -> None:
    usual: dict[str, Any] = {"writes": "edit", "group": "lessons", "answer": DeskLesson}
    editors = api.family(access.at_least("editor"), below="/desk/lessons", **usual)
    one = api.family(access.lesson_editors, below=_ONE, **usual)
    editors(_many, "POST", "/bulk", N_("Changes many lessons at once"), body=Many, answer=Done, refusals=(404,))
    editors(_undo, "POST", "/bulk/<batch>/undo", N_("Takes back what was done to many lessons at once"), answer=Done)
    editors(_deleted, "GET", "/deleted", N_("The lessons that can be brought back"), answer=DeletedLessons)
    one(_retry, "POST", "/retry", N_("Tries again what has stopped"))
    one(
        _delete,
        "DELETE",
        "",
        N_("Deletes a lesson that is a draft or was taken down; it can be brought back"),
        answer=None,
        status=204,
    )
    one(_restore, "POST", "/restore", N_("Brings a deleted lesson back"))
    one(_figures, "GET", "/statistics", N_("The figures of a lesson"), answer=Figures)


def _many(services: Services, body: Many) -> Done:
    person, batch = me(services), secrets.token_hex(8)
    values = {"unit_slug": body.unit, "speaker": body.speaker, "place": body.place}
    with services.database.begin() as session:
        mine = (Lesson.id.in_(body.lessons), rights.edited(viewer_of(person)))
        lessons = session.scalars(select(Lesson).where(*mine)).all()
        ids = [one.id for one in lessons]
        for one in lessons:
            if body.stage and (one.stage, body.stage) in MOVES:
                require_scope(services, one, body.stage)
        given = editing.checked(session, None, {name: value for name, value in values.items() if value is not None})
        if body.unit:
            check_unit(session, person, body.unit)
        if given:
            editing.change_many(session, ids, lambda _: given, by=person, batch=batch)
        for slug, keeps in ((body.add_theme, True), (body.take_theme, False)):
            if slug:
                editing.checked(session, None, {"themes": [slug]})
                give = partial(themed, session, slug=slug, keeps=keeps)
                editing.change_many(session, ids, give, by=person, batch=batch)
        if body.stage:
            moves.move_many(session, ids, body.stage, by=person, batch=batch)
        changed = len({one.lesson_id for one in changing.batch_of(session, batch)})
    services.queues.send(HOT, "index")
    return Done(changed=changed, batch=batch if changed else None)


def _undo(services: Services, batch: str) -> Done:
    def require(lesson: Lesson, change: LessonChange) -> None:
        if change.kind == "stage":
            require_scope(services, lesson, change.origin)

    with services.database.begin() as session:
        if not (batch.isalnum() and changing.batch_of(session, batch)):
            raise NotFound(N_("There is nothing to undo."), detail=batch[:40])
        changed = changing.undo_batch(session, batch, by=me(services), require=require)
    services.queues.send(HOT, "index")
    return Done(changed=changed)


def _deleted(services: Services) -> DeletedLessons:
    gone = leaving.gone(services, me(services))
    return DeletedLessons(
        lessons=[DeletedLesson(id=one.lesson_id, title=one.title, by_name=one.by_name, at=one.at) for one in gone]
    )


def _retry(services: Services, lesson_id: str) -> DeskLesson:
    with services.database.begin() as session:
        work_edits.retry(session, lesson_id)
        lesson = lookups.lesson(session, lesson_id)
        note(session, me(services), "lesson.retried", on_id=lesson_id, on_name=lesson.title)
        answer = told(lesson)
    services.queues.send(BULK, "advance")
    return answer


def _delete(services: Services, lesson_id: str) -> None:
    leaving.leave(services, lesson_id, by=me(services), at=time.time())
    services.queues.send(HOT, "index")


def _restore(services: Services, lesson_id: str) -> DeskLesson:
    if not (lesson_id.isascii() and lesson_id.isalnum()):
        raise NotFound(N_("There is no such lesson."))
    leaving.come_back(services, lesson_id, by=me(services))
    services.queues.send(HOT, "index")
    with services.database.read() as session:
        return told(lookups.lesson(session, lesson_id))


def _figures(services: Services, lesson_id: str) -> Figures:
    today = date.today()
    span = Span(first=(today - timedelta(days=_DAYS - 1)).isoformat(), last=today.isoformat())
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        month, curve = statistics.of_lesson(session, lesson_id, span), statistics.curve(session, lesson)
    shown = month.is_shown
    return Figures(
        plays=month.plays if shown else None,
        listened=month.listened if shown and month.listened >= LEAST_SHOWN else None,
        minutes=month.minutes if shown else None,
        curve=curve,
    )
