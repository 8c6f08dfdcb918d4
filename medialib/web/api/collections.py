"""Collections over the API: for the county's office, with the changes, checks and undo of the desk."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from medialib.catalogue import arrangement, arranging, collected, collecting, collection_checks, tokens
from medialib.catalogue.arrangement import Arrangement, Entry, EntryKind
from medialib.catalogue.collections import Collection, CollectionKind
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import LessonId, Line, Text
from medialib.web.desk.shell import me

OFFICE = access.at_least("curator")
_MOST_ENTRIES = 1000

Title = Annotated[Line, Field(min_length=1, max_length=collection_checks.LONGEST_TITLE)]
_COVER = r"^(lesson:[a-z0-9]{4,16}|drawn:[a-z]{1,20}|picture:[0-9a-f]{16}-\d{1,4}x\d{1,4})?$"
_MOST_BODY_BYTES = 4_000_000
"""For a page in Chinese, escaped by a program, and for long lists."""
Dated = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}){0,2}$")]


class EntryAnswer(Answer):
    """`id` is the lesson's, or that of a task or reading."""

    id: str
    kind: EntryKind
    title: str
    text: str
    link: str
    note: str
    part: str
    begins: str
    ends: str
    number: int | None


class CollectionAnswer(Answer):
    """As its curator sees it: with the changes that wait for the next publication, when `waiting`."""

    slug: str
    kind: CollectionKind
    title: str
    description: str
    editorial: str
    dated: str | None
    number: int | None
    cover: str
    published: bool
    published_at: float | None
    waiting: bool
    lessons: list[str]
    entries: list[EntryAnswer]


class CollectionsAnswer(Answer):
    collections: list[CollectionAnswer]


class NewCollection(Body):
    kind: CollectionKind
    title: Title
    dated: Dated | None = None


class Texts(Body):
    """What is not named stays as it is."""

    title: Title | None = None
    description: Annotated[Text, Field(max_length=2_000)] | None = None
    editorial: Annotated[Text, Field(max_length=15_000)] | None = None
    dated: Dated | None = None
    number: Annotated[int, Field(ge=1, le=99_999)] | None = None
    cover: Annotated[str, Field(pattern=_COVER)] | None = None


class Copy(Body):
    title: Title
    dated: Dated | None = None


class EntryBody(Body):
    """A lesson by its `id`, or a task or reading with a `title`; one that has been there keeps its `id`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]{4,16}$")] | None = None
    kind: EntryKind = "lesson"
    title: Annotated[Line, Field(max_length=collection_checks.LONGEST_TITLE)] = ""
    text: Annotated[Text, Field(max_length=10_000)] = ""
    link: Annotated[str, Field(max_length=500)] = ""
    note: Annotated[Line, Field(max_length=500)] = ""
    part: Literal["", "lesson", "film"] = ""
    begins: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?)?$")] = ""
    ends: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?)?$")] = ""


class Entries(Body):
    """Everything that is in a collection, in its order."""

    entries: Annotated[list[EntryBody], Field(max_length=_MOST_ENTRIES)]


class Lessons(Body):
    """All lessons of a collection, in their order; tasks and readings follow as they are."""

    lessons: Annotated[list[LessonId], Field(max_length=_MOST_ENTRIES)]


class Publish(Body):
    """`at` (unix seconds) publishes at that time."""

    at: Annotated[float, Field(gt=0, lt=1e11, allow_inf_nan=False)] | None = None


def add_to(api: Api) -> None:
    office = api.family(OFFICE, below="/collections", writes="publish", group="collections", answer=CollectionAnswer)

    def change(method: Any, path: str, summary: str, make: Callable[..., None], **more: Any) -> None:
        office(_changing(make), method, f"/<slug>{path}", summary, **more)

    office(_all, "GET", "", N_("All collections, drafts too"), answer=CollectionsAnswer)
    begun = {"body": NewCollection, "status": 201}
    office(_begin, "POST", "", N_("Begins a collection as a draft"), **begun)
    change("GET", "", N_("One collection"), lambda *_: None)
    change("PATCH", "", N_("Changes the texts of a collection"), _set_texts, body=Texts, most_bytes=_MOST_BODY_BYTES)
    change(
        "PUT",
        "/entries",
        N_("Puts exactly this into a collection, in this order"),
        _set_entries,
        body=Entries,
        most_bytes=_MOST_BODY_BYTES,
    )
    change("POST", "/entries", N_("Puts one more into a collection, at its end"), _add_entry, body=EntryBody)
    change(
        "PUT", "/lessons", N_("Puts exactly these lessons into a collection, in this order"), _set_lessons, body=Lessons
    )
    change("POST", "/publish", N_("Lets everyone see a collection"), _publish, body=Publish)
    change("POST", "/withdraw", N_("Makes a collection a draft again"), _withdraw)
    change("POST", "/discard", N_("Forgets the changes that wait for the next publication"), _discard)
    office(_copy, "POST", "/<slug>/copy", N_("Begins a copy as a draft"), body=Copy, status=201)
    change("POST", "/undo", N_("Takes the last change of a collection back"), _undo)
    office(_remove, "DELETE", "/<slug>", N_("Removes a collection; its lessons stay"), answer=None, status=204)


def told(session: Session, one: Collection) -> CollectionAnswer:
    now = arranging.current(session, one)
    texts = {name: getattr(now, name) for name in ("title", "description", "editorial", "dated", "number", "cover")}
    return CollectionAnswer(
        slug=one.slug,
        kind=collecting.kind_of(one),
        published=one.public,
        published_at=one.published_at,
        waiting=one.draft is not None,
        lessons=[entry.id for entry in now.entries if entry.kind == "lesson"],
        entries=[EntryAnswer(**asdict(entry)) for entry in now.entries],
        **texts,
    )


def _all(services: Services) -> CollectionsAnswer:
    with services.database.read() as session:
        shelves = collected.shelves(session, drafts=True, empty=True)
        return CollectionsAnswer(collections=[told(session, shelf.collection) for shelf in shelves])


def _begin(services: Services, body: NewCollection) -> CollectionAnswer:
    with services.database.begin() as session:
        made = arranging.begin(session, kind=body.kind, title=body.title, dated=body.dated, by=me(services))
        session.flush()
        return told(session, made)


def _copy(services: Services, slug: str, body: Copy) -> CollectionAnswer:
    with services.database.begin() as session:
        one = collected.collection(session, slug)
        made = arranging.copy(session, one, title=body.title, dated=body.dated, by=me(services))
        session.flush()
        return told(session, made)


def _remove(services: Services, slug: str) -> None:
    with services.database.begin() as session:
        arranging.remove(session, collected.collection(session, slug), by=me(services))


def _changing(make: Callable[..., None]) -> Callable[..., CollectionAnswer]:
    def view(services: Services, slug: str, body: Any = None) -> CollectionAnswer:
        with services.database.begin() as session:
            make(session, collected.collection(session, slug), body, me(services))
            session.flush()
            return told(session, collected.collection(session, slug))

    return view


def _set_texts(session: Session, one: Collection, body: Texts, by: Any) -> None:
    given = {name: getattr(body, name) for name in body.model_fields_set}
    texts = {key: value for key, value in given.items() if value is not None or key in ("dated", "number")}
    arranging.change(session, one, "collection.texts", lambda now: replace(now, **texts), by=by)


def _set_entries(session: Session, one: Collection, body: Entries, by: Any) -> None:
    def put(now: Arrangement) -> Arrangement:
        entries = tuple(_entry(now, each) for each in body.entries)
        return replace(now, entries=tuple({entry.id: entry for entry in entries}.values()))

    arranging.change(session, one, "collection.moved", put, by=by)


def _add_entry(session: Session, one: Collection, body: EntryBody, by: Any) -> None:
    def put(now: Arrangement) -> Arrangement:
        return arrangement.put(now, _entry(now, body))

    arranging.change(session, one, "collection.added", put, by=by)


def _entry(now: Arrangement, body: EntryBody) -> Entry:
    known = now.entry(body.id) if body.id else None
    values = body.model_dump(exclude={"id"})
    return Entry(id=body.id or tokens.new_id(), number=known.number if known else None, **values)


def _set_lessons(session: Session, one: Collection, body: Lessons, by: Any) -> None:
    def put(now: Arrangement) -> Arrangement:
        lessons = tuple(now.entry(lesson_id) or Entry(id=lesson_id) for lesson_id in dict.fromkeys(body.lessons))
        return replace(now, entries=(*lessons, *(entry for entry in now.entries if entry.kind != "lesson")))

    arranging.change(session, one, "collection.moved", put, by=by)


def _publish(session: Session, one: Collection, body: Publish, by: Any) -> None:
    arranging.publish(session, one, at=body.at, by=by)


def _withdraw(session: Session, one: Collection, _: None, by: Any) -> None:
    arranging.withdraw(session, one, by=by)


def _discard(session: Session, one: Collection, _: None, by: Any) -> None:
    arranging.discard(session, one, by=by)


def _undo(session: Session, one: Collection, _: None, by: Any) -> None:
    arranging.undo(session, one.slug, by=by)
