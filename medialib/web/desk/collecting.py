"""Putting lessons into a collection from where they are looked at: the table of lessons, and the review screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from medialib.catalogue import arrangement, arranging, collected
from medialib.catalogue.arrangement import Arrangement, Entry
from medialib.catalogue.collections import Collection, CollectionKind
from medialib.catalogue.people import Person
from medialib.errors import N_, BadRequest, NotFound
from medialib.web.naming import KIND_NAMES

_MOST_OFFERED = 40
"""Of each kind the latest ones."""


@dataclass(frozen=True, kw_only=True)
class Put:
    """What was put where: `count` lessons more, `change` takes them out again, `waits` for the next publication."""

    collection: Collection
    count: int
    change: int
    waits: bool


def offered(session: Session) -> list[tuple[str, list[Collection]]]:
    """The collections to choose from, by the name of their kind."""
    kinds: dict[CollectionKind, list[Collection]] = {kind: [] for kind in KIND_NAMES}
    for shelf in collected.shelves(session, drafts=True, empty=True):
        kinds[next(kind for kind in kinds if kind == shelf.collection.kind)].append(shelf.collection)
    return [(KIND_NAMES[kind], found[:_MOST_OFFERED]) for kind, found in kinds.items() if found]


def put(session: Session, slug: str, lesson_ids: Sequence[str], *, by: Person) -> Put:
    """The lessons at the end of a collection, those that are there already stay; raises BadRequest."""
    if not slug:
        raise BadRequest(N_("Please choose the collection."))
    try:
        one = collected.collection(session, slug)
    except NotFound as error:
        raise BadRequest(error.message, detail=slug) from error
    before = arranging.current(session, one)

    def add(now: Arrangement) -> Arrangement:
        for lesson_id in lesson_ids:
            now = arrangement.put(now, Entry(id=lesson_id))
        return now

    after = arranging.change(session, one, "collection.added", add, by=by)
    last = arranging.last_change(session, slug)
    return Put(
        collection=one, count=len(after.entries) - len(before.entries), change=last.id if last else 0,
        waits=arranging.waits(one),
    )  # fmt: skip


def address_of(made: Put) -> dict[str, str]:
    """What the address of the next page says of it."""
    return {"into": made.collection.slug, "added": str(made.count), "put": str(made.change)}


def told(session: Session) -> Put | None:
    """What was just put into a collection, by the address that the last form led to."""
    one = session.get(Collection, request.args.get("into", "")[:64])
    if one is None:
        return None
    numbers = {name: request.args.get(name, 0, type=int) for name in ("added", "put")}
    last = arranging.last_change(session, one.slug)
    change = numbers["put"] if last and last.id == numbers["put"] else 0
    return Put(collection=one, count=numbers["added"], change=change, waits=arranging.waits(one))
