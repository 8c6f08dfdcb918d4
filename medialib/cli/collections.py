"""collection: put lessons together, in an order, and let everyone see them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_args

import click
from rich.table import Table
from sqlalchemy.orm import Session

from medialib.catalogue import collected, collecting
from medialib.catalogue.collections import Collection, CollectionKind
from medialib.cli import Library
from medialib.cli.console import plain_console
from medialib.cli.processes import open_ready
from medialib.delivery.words import clock
from medialib.jobs.queue import HOT
from medialib.tasks import index_stale, worker_lives

_KINDS = get_args(CollectionKind)
_LESSONS = click.argument("lessons", nargs=-1, required=True, metavar="LESSON…")


@click.group("collection")
def collection_command() -> None:
    """Collections of lessons: series, issues, packages, featured shelves, courses, screening lists."""


@collection_command.command()
@click.argument("kind", type=click.Choice(_KINDS), metavar="KIND")
@click.argument("title")
@click.option("--description", default="", help="What it is about.")
@click.option("--dated", help="The year, month or day that it is for: 2024-05.")
@click.pass_obj
def create(library: Library, kind: CollectionKind, title: str, description: str, dated: str | None) -> None:
    """Begin a collection, a draft; KIND is series, issue, package, featured, course or screening."""
    services = open_ready(library)
    with services.database.begin() as session:
        one = collecting.create(session, kind=kind, title=title, description=description, dated=dated)
        slug = one.slug
    click.echo(slug)


@collection_command.command()
@click.argument("collection")
@_LESSONS
@click.pass_obj
def add(library: Library, collection: str, lessons: tuple[str, ...]) -> None:
    """Put lessons at the end of a collection."""
    with _changing(library, collection) as (session, one):
        collecting.add(session, one, lessons)


@collection_command.command()
@click.argument("collection")
@_LESSONS
@click.pass_obj
def remove(library: Library, collection: str, lessons: tuple[str, ...]) -> None:
    """Take lessons out of a collection; they stay in the library."""
    with _changing(library, collection) as (session, one):
        collecting.remove(session, one, lessons)


@collection_command.command()
@click.argument("collection")
@_LESSONS
@click.pass_obj
def order(library: Library, collection: str, lessons: tuple[str, ...]) -> None:
    """Put these lessons first, in this order; the others follow as they are."""
    with _changing(library, collection) as (session, one):
        collecting.order(session, one, lessons)


@collection_command.command()
@click.argument("collection")
@click.pass_obj
def publish(library: Library, collection: str) -> None:
    """Let everyone see a collection."""
    with _changing(library, collection) as (session, one):
        collecting.publish(session, one)


@collection_command.command()
@click.argument("collection")
@click.pass_obj
def withdraw(library: Library, collection: str) -> None:
    """Make a collection a draft again."""
    with _changing(library, collection) as (session, one):
        collecting.withdraw(session, one)


@collection_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@click.pass_obj
def list_(library: Library, as_json: bool) -> None:
    """Every collection, also drafts."""
    services = open_ready(library)
    with services.database.read() as session:
        rows = [_told(shelf.collection, shelf.count) for shelf in collected.shelves(session, drafts=True, empty=True)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("collection", "kind", "title", "lessons", "state")
    for row in rows:
        table.add_row(row["slug"], row["kind"], row["title"], str(row["lessons"]), _state(row))
    plain_console().print(table)


@collection_command.command()
@click.argument("collection")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(library: Library, collection: str, as_json: bool) -> None:
    """One collection and its lessons in order."""
    services = open_ready(library)
    with services.database.read() as session:
        one = collected.collection(session, collection)
        lessons = collected.lessons_of(session, one, whole=True)
        told = _told(one, len(lessons))
    if as_json:
        parts = [{"id": lesson.id, "title": lesson.title, "number": lesson.number} for lesson in lessons]
        click.echo(json.dumps(told | {"lessons": parts}, ensure_ascii=False))
        return
    console = plain_console()
    console.print(f"{told['title']} ({told['slug']}): {told['kind']}, {_state(told)}")
    table = Table("", "lesson", "length", "title")
    for place, lesson in enumerate(lessons, start=1):
        table.add_row(str(place), lesson.id, clock(lesson.seconds), lesson.title)
    console.print(table)


@contextmanager
def _changing(library: Library, name: str) -> Iterator[tuple[Session, Collection]]:
    """The collection in a transaction; then it is told how it stands, and search hears of it."""
    services = open_ready(library)
    with services.database.begin() as session:
        one = collected.collection(session, name)
        yield session, one
        told = _told(one, collected.count_of(session, one, whole=True))
    if worker_lives(services):
        services.queues.send(HOT, "index")
    else:
        index_stale(services)
    click.echo(f"{told['slug']}: {told['lessons']} lessons, {_state(told)}")


def _told(one: Collection, count: int) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "kind": one.kind,
        "title": one.title,
        "dated": one.dated,
        "published": one.public,
        "page": f"/collections/{one.slug}",
        "lessons": count,
    }


def _state(told: dict[str, Any]) -> str:
    return "published" if told["published"] else "draft"
