"""Collections over the API: for the county's office, as on the desk."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from medialib.catalogue import collected, collecting
from medialib.catalogue.collections import Collection, CollectionKind
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body, Operation
from medialib.web.api.texts import LessonId, Line, Text

_OFFICE = access.at_least("curator")
MOST_LESSONS = 1000


class CollectionAnswer(Answer):
    slug: str
    kind: CollectionKind
    title: str
    description: str
    dated: str | None
    published: bool
    lessons: list[str]


class CollectionsAnswer(Answer):
    collections: list[CollectionAnswer]


class NewCollection(Body):
    kind: CollectionKind
    title: Annotated[Line, Field(min_length=1, max_length=collecting.LONGEST_TITLE)]
    description: Annotated[Text, Field(max_length=20_000)] = ""
    dated: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}){0,2}$")] | None = None


class Lessons(Body):
    """All lessons of a collection, in their order."""

    lessons: Annotated[list[LessonId], Field(max_length=MOST_LESSONS)]


def add_to(api: Api, services: Services) -> None:
    def office(view: Any, method: Any, path: str, summary: str, **more: Any) -> None:
        scope = {} if method == "GET" else {"scope": "publish"}
        more = {"answer": CollectionAnswer, "role": "curator", "group": "collections", **scope, **more}
        api.add(Operation(method=method, path=path, summary=summary, **more), _OFFICE, view)

    office(lambda: _all(services), "GET", "/collections", N_("All collections, drafts too"), answer=CollectionsAnswer)
    office(
        lambda body: _create(services, body), "POST", "/collections", N_("Begins a collection as a draft"),
        body=NewCollection, status=201,
    )  # fmt: skip
    office(_changing(services, lambda *_: None), "GET", "/collections/<slug>", N_("One collection"))
    office(
        _changing(services, _set_lessons), "PUT", "/collections/<slug>/lessons",
        N_("Puts exactly these lessons into a collection, in this order"), body=Lessons,
    )  # fmt: skip
    publish = _changing(services, lambda session, one, _: collecting.publish(session, one))
    withdraw = _changing(services, lambda session, one, _: collecting.withdraw(session, one))
    office(publish, "POST", "/collections/<slug>/publish", N_("Lets everyone see a collection"))
    office(withdraw, "POST", "/collections/<slug>/withdraw", N_("Makes a collection a draft again"))


def _told(session: Session, one: Collection) -> CollectionAnswer:
    return CollectionAnswer(
        slug=one.slug,
        kind=one.kind,  # type: ignore[arg-type]  # it was checked when it was made
        title=one.title,
        description=one.description,
        dated=one.dated,
        published=one.public,
        lessons=[lesson.id for lesson in collected.lessons_of(session, one)],
    )


def _all(services: Services) -> CollectionsAnswer:
    with services.database.read() as session:
        shelves = collected.shelves(session, drafts=True, empty=True)
        return CollectionsAnswer(collections=[_told(session, shelf.collection) for shelf in shelves])


def _create(services: Services, body: NewCollection) -> CollectionAnswer:
    with services.database.begin() as session:
        made = collecting.create(
            session, kind=body.kind, title=body.title, description=body.description, dated=body.dated
        )
        session.flush()
        return _told(session, made)


def _changing(services: Services, change: Callable[[Session, Collection, Any], None]) -> Callable[..., Any]:
    def view(slug: str, body: Any = None) -> CollectionAnswer:
        with services.database.begin() as session:
            one = collected.collection(session, slug)
            change(session, one, body)
            session.flush()
            return _told(session, one)

    return view


def _set_lessons(session: Session, one: Collection, body: Lessons) -> None:
    wanted = list(dict.fromkeys(body.lessons))
    there = [lesson.id for lesson in collected.lessons_of(session, one)]
    collecting.remove(session, one, [lesson_id for lesson_id in there if lesson_id not in wanted])
    collecting.add(session, one, [lesson_id for lesson_id in wanted if lesson_id not in there])
    session.flush()
    collecting.order(session, one, wanted)
