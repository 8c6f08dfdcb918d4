"""Lessons over the API as the desk has them: at every stage, with details to change, moves, history and captions."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from medialib import sifting
from medialib.catalogue import changing, editing, lesson_access, lookups, moves, worklist
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.narrowing import Wanted
from medialib.catalogue.rights import Access, viewer_of
from medialib.catalogue.stages import MOVES, Stage
from medialib.errors import N_, NotAllowed
from medialib.services import Services
from medialib.web import access, bearers
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Line, Slug, Text
from medialib.web.desk.lessons import check_unit
from medialib.web.desk.shell import me


class DeskLesson(Answer):
    """A lesson as those who may change it see it. Times are unix seconds."""

    id: str
    title: str
    kind: Literal["video", "audio"]
    seconds: float
    stage: Stage
    access: Access
    published_at: float
    changed_at: float
    state: Literal["published", "complete", "parked"]
    description: str
    speaker: str
    unit: str | None
    series: str | None
    number: int | None
    place: str | None
    recorded: str | None
    language: str
    themes: list[str]
    tags: list[str]
    licence: str
    consent: str


class DeskLessons(Answer):
    total: int
    page: int
    per_page: int
    lessons: list[DeskLesson]


class DeskQuery(Body):
    """The lessons that the person may change; nothing named means all of them."""

    q: Annotated[Line, Field(max_length=200)] = ""
    stage: Stage | None = None
    unit: Slug | None = None
    theme: Slug | None = None
    speaker: Annotated[Line, Field(max_length=200)] = ""
    kind: Literal["video", "audio"] | None = None
    place: Slug | None = None
    year: Annotated[int, Field(ge=1900, le=2999)] | None = None
    parked: bool = False
    sort: Literal["changed", "newest", "oldest", "title", "longest", "shortest", "plays", "largest"] = "changed"
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = 50


class Details(Body):
    """What is not named stays as it is; null empties what may be empty."""

    title: Annotated[Line, Field(min_length=1, max_length=editing.LONGEST["title"])] | None = None
    description: Annotated[Text, Field(max_length=editing.LONGEST["description"])] | None = None
    speaker: Annotated[Line, Field(max_length=editing.LONGEST["speaker"])] | None = None
    unit: Slug | None = None
    series: Slug | None = None
    number: Annotated[int, Field(ge=1, le=9999)] | None = None
    place: Slug | None = None
    recorded: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}){0,2}$")] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] | None = None
    themes: Annotated[list[Slug], Field(max_length=50)] | None = None
    tags: Annotated[list[Annotated[Line, Field(min_length=1, max_length=editing.LONGEST_TAG)]],
                    Field(max_length=editing.MOST_TAGS)] | None = None  # fmt: skip
    licence: Annotated[Line, Field(max_length=editing.LONGEST["licence"])] | None = None
    consent: Annotated[Text, Field(max_length=editing.LONGEST["consent"])] | None = None
    access: Access | None = None


_STORED = {"unit": "unit_slug", "series": "series_slug"}
_EMPTY = {"description": "", "speaker": "", "licence": "", "consent": "", "themes": [], "tags": []}
_NEVER_EMPTY = ("title", "language", "access")


class Move(Body):
    """`reason` is needed to return a lesson; `at` (unix seconds) publishes at that time."""

    stage: Stage
    reason: Annotated[Text, Field(max_length=changing.LONGEST_WORDS)] = ""
    at: Annotated[float, Field(gt=0, lt=1e11, allow_inf_nan=False)] | None = None


class Remark(Body):
    words: Annotated[Text, Field(min_length=1, max_length=changing.LONGEST_WORDS)]


class Change(Answer):
    """Something that was done; `may_undo` as long as it is still so."""

    id: int
    at: float
    kind: str
    person: str
    person_name: str
    before: dict[str, Any]
    after: dict[str, Any]
    words: str
    undone: bool
    may_undo: bool


class History(Answer):
    changes: list[Change]


def add_to(api: Api) -> None:
    usual: dict[str, Any] = {"writes": "edit", "group": "lessons", "answer": DeskLesson}
    editors = api.family(access.at_least("editor"), below="/desk/lessons", **usual)
    one = api.family(access.lesson_editors, below="/desk/lessons/<lesson_id>", **usual)
    editors(
        _list,
        "GET",
        "",
        N_("The lessons that the person may change"),
        query=DeskQuery,
        answer=DeskLessons,
        refusals=(404,),
    )
    one(_read, "GET", "", N_("A lesson as the desk has it"))
    one(_change, "PATCH", "", N_("Changes details of a lesson"), body=Details)
    one(_move, "POST", "/stage", N_("Moves a lesson on its way to the shelf"), body=Move)
    one(_history, "GET", "/history", N_("What was done to a lesson"), answer=History)
    one(_remark, "POST", "/history", N_("Says something about a lesson"), body=Remark, answer=History, status=201)
    one(_undo, "POST", "/history/<int:change_id>/undo", N_("Takes a change of a lesson back"))


def told(one: Lesson) -> DeskLesson:
    """As the desk has it."""
    same = (
        "id", "title", "kind", "seconds", "stage", "access", "published_at", "changed_at", "state", "description",
        "speaker", "number", "place", "recorded", "language", "tags", "licence", "consent",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(one, name) for name in same}
    themes = [theme.slug for theme in one.themes]
    return DeskLesson(**values, unit=one.unit_slug, series=one.series_slug, themes=themes)


def _list(services: Services, query: DeskQuery) -> DeskLessons:
    wanted = Wanted(**query.model_dump(include={"unit", "theme", "kind", "place", "year"}))
    with services.database.read() as session:
        found = sifting.sift(services, session, query.q) if query.q else None
        asked = worklist.Asked(
            wanted=wanted, found=found, stage=query.stage, speaker=query.speaker or None, parked=query.parked
        )
        listed = worklist.page(
            session, viewer_of(me(services)), asked,
            sort=query.sort, page=query.page, per_page=query.per_page,
        )  # fmt: skip
        lessons = [told(one) for one in listed.lessons]
    return DeskLessons(total=listed.total, page=query.page, per_page=query.per_page, lessons=lessons)


def _read(services: Services, lesson_id: str) -> DeskLesson:
    with services.database.read() as session:
        return told(lookups.lesson(session, lesson_id))


def _change(services: Services, lesson_id: str, body: Details) -> DeskLesson:
    given = {name: getattr(body, name) for name in body.model_fields_set}
    given = {name: value for name, value in given.items() if value is not None or name not in _NEVER_EMPTY}
    who_may_watch = given.pop("access", None)
    values = {_STORED.get(name, name): _EMPTY.get(name) if value is None else value for name, value in given.items()}
    with services.database.begin() as session:
        made = editing.change(session, lesson_id, values, by=me(services))
        if made and "unit_slug" in made.after:
            check_unit(session, me(services), made.after["unit_slug"])
        if who_may_watch:
            lesson_access.set_access(session, lesson_id, who_may_watch, by=me(services))
        session.flush()
        return told(lookups.lesson(session, lesson_id))


def _move(services: Services, lesson_id: str, body: Move) -> DeskLesson:
    with services.database.begin() as session:
        require_scope(services, lookups.lesson(session, lesson_id), body.stage)
        moves.move(session, lesson_id, body.stage, by=me(services), reason=body.reason, at=body.at)
        session.flush()
        return told(lookups.lesson_to_change(session, lesson_id))


def require_scope(services: Services, lesson: Lesson, stage: str) -> None:
    """What only the county's office may do, its programs may only do with the scope for it; raises NotAllowed.

    A way back that is no move of its own, such as from published to submitted, is the office's too.
    """
    acting = bearers.bearer(services)
    if acting and MOVES.get((lesson.stage, stage), "curator") == "curator" and "publish" not in acting[1].scopes:
        raise NotAllowed(bearers.NOT_FOR_THAT)


def _history(services: Services, lesson_id: str) -> History:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        return History(changes=_changes(lesson, changing.history(session, lesson_id)))


def _changes(lesson: Lesson, changes: Sequence[LessonChange]) -> list[Change]:
    return [
        Change(
            id=one.id, at=one.at, kind=one.kind, person=one.person_id, person_name=one.person_name, before=one.before,
            after=one.after, words=one.words, undone=one.undone, may_undo=changing.may_undo(lesson, one),
        )
        for one in changes
    ]  # fmt: skip


def _remark(services: Services, lesson_id: str, body: Remark) -> History:
    with services.database.begin() as session:
        changing.remark(session, lesson_id, body.words, by=me(services))
    return _history(services, lesson_id)


def _undo(services: Services, lesson_id: str, change_id: int) -> DeskLesson:
    with services.database.begin() as session:
        lesson, change = lookups.lesson(session, lesson_id), changing.change_of(session, lesson_id, change_id)
        if change.kind == "stage":
            require_scope(services, lesson, change.origin)
        changing.undo(session, lesson_id, change_id, by=me(services))
        return told(lookups.lesson(session, lesson_id))
