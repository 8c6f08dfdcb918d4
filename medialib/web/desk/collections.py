"""Collections on the desk: the list, a new one, its page, publishing, copying, removing, undoing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import arranging, collected
from medialib.catalogue.collections import KINDS, Collection, CollectionKind
from medialib.catalogue.curated import CuratorChange
from medialib.errors import N_, BadRequest, NotFound
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import collection_form, lesson_form
from medialib.web.desk.collection_page import STATES, edit_page, next_month, state_of
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import sentence
from medialib.web.naming import KIND_NAMES
from medialib.web.phone.cards import cards_of
from medialib.web.phone.collection_covers import covered

KIND_TELLS: dict[CollectionKind, str] = {
    "featured": N_("picked out, on the first page; with days from and until"),
    "package": N_("a lesson, a film, a task and readings; one for each month"),
    "series": N_("parts with numbers, heard or watched one after the other"),
    "issue": N_("films released together under a number"),
    "course": N_("steps with their days"),
    "screening": N_("what is shown, where and when"),
}


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: Callable[..., Any], *methods: str) -> None:
        blueprint.add_url_rule(f"/collections{path}", endpoint, access.at_least("curator")(view), methods=methods)

    add("", "collections", lambda: _list(services), "GET")
    add("", "new_collection", lambda: _new(services), "POST")
    add("/<slug:slug>", "collection", lambda slug: edit_page(services, slug), "GET")
    add("/<slug:slug>/texts", "collection_texts", lambda slug: _texts(services, slug), "POST")
    add("/<slug:slug>/publish", "publish_collection", lambda slug: _publish(services, slug), "POST")
    for name, act in (("withdraw", arranging.withdraw), ("discard", arranging.discard)):
        add(f"/<slug:slug>/{name}", f"{name}_collection", _simple(services, act), "POST")
    add("/<slug:slug>/copy", "copy_collection", lambda slug: _copy(services, slug), "POST")
    add("/<slug:slug>/remove", "remove_collection", lambda slug: _remove(services, slug), "POST")
    add("/<slug:slug>/undo", "undo_collection", lambda slug: _undo(services, slug), "POST")


def _list(services: Services, status: int = 200, **told: Any) -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("kind", "state", "q")}
    kinds = [kind for kind in KINDS if kind == asked["kind"]]
    with services.database.read() as session:
        shelves = [
            shelf
            for shelf in collected.shelves(session, *kinds, drafts=True, empty=True)
            if asked["state"] in ("", state_of(shelf.collection)) and asked["q"] in shelf.collection.title
        ]
        firsts = {shelf.collection.slug: collected.cover_lesson(session, shelf.collection) for shelf in shelves}
        cards = cards_of(services, session, [lesson for lesson in firsts.values() if lesson])
        removed, last_package = _removed(session), _last_package(session)
    by_lesson = {card.lesson.id: card for card in cards}
    covers = {
        shelf.collection.slug: covered(by_lesson[lesson.id], shelf.collection.cover)
        for shelf in shelves
        if (lesson := firsts[shelf.collection.slug])
    }
    return page(
        services, "collections.html", status, section="collections", shelves=shelves, covers=covers, asked=asked,
        kinds=KIND_NAMES, tells=KIND_TELLS, states=STATES, state_of=state_of, removed=removed,
        next_month=next_month(last_package.dated or "" if last_package else ""), last_package=last_package, **told,
    )  # fmt: skip


def _last_package(session: Session) -> Collection | None:
    """The package of the latest month, to be taken as a pattern for the next one."""
    shelf = next(iter(collected.shelves(session, "package", drafts=True, limit=1)), None)
    return shelf.collection if shelf else None


def _removed(session: Session) -> CuratorChange | None:
    """The collection that was just taken away, while its page is gone."""
    slug = request.args.get("removed", "")
    change = arranging.last_change(session, slug) if slug else None
    return change if change and change.act == "collection.removed" else None


def _new(services: Services) -> ResponseReturnValue:
    try:
        kind = next((kind for kind in KINDS if kind == request.form.get("kind")), None)
        if kind is None:
            raise BadRequest(N_("Please choose what kind of collection it is to be."))
        title, dated = typed("title", most=400), typed("dated", most=10) or None
        with services.database.begin() as session:
            made = arranging.begin(session, kind=kind, title=title, dated=dated, by=me(services))
    except BadRequest as error:
        return _list(services, 400, problem=sentence(error), typed=request.form)
    return redirect(url_for("desk.collection", slug=made.slug))


def change(
    services: Services, slug: str, act: str, make: arranging.Change, *, about: str = "", typed_entry: str = ""
) -> ResponseReturnValue:
    """Do something to a collection and show it again, with what was done; what was typed stays when it is refused.

    `about` is the entry that it is done to.
    """
    return _do(
        services, slug, lambda session, one: arranging.change(session, one, act, make, by=me(services)),
        about=about, typed=request.form, typed_entry=typed_entry,
    )  # fmt: skip


def _texts(services: Services, slug: str) -> ResponseReturnValue:
    try:
        told = collection_form.texts()
    except BadRequest as error:
        return edit_page(services, slug, 400, problem=sentence(error), typed=request.form)
    return change(services, slug, "collection.texts", lambda now: replace(now, **told))


def _publish(services: Services, slug: str) -> ResponseReturnValue:
    def act(session: Session, one: Collection) -> None:
        arranging.publish(session, one, at=lesson_form.chosen_moment(), by=me(services))

    return _do(services, slug, act, typed=request.form)


def _simple(services: Services, act: Callable[..., None]) -> Callable[[str], ResponseReturnValue]:
    def view(slug: str) -> ResponseReturnValue:
        return _do(services, slug, lambda session, one: act(session, one, by=me(services)))

    return view


def _do(
    services: Services, slug: str, act: Callable[[Session, Collection], object], *, about: str = "", **typed_before: Any
) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            before = arranging.last_change(session, slug)
            act(session, collected.collection(session, slug))
            last = arranging.last_change(session, slug)
    except BadRequest as error:
        return edit_page(services, slug, 400, problem=sentence(error), **typed_before)
    services.queues.send(HOT, "index")
    made = last if last is not before else None
    said, words = made.id if made else None, request.form.get("q")
    return redirect(url_for("desk.collection", slug=slug, said=said, about=about or None, q=words or None))


def _copy(services: Services, slug: str) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            one = collected.collection(session, slug)
            title, dated = typed("title", most=400), typed("dated", most=10) or None
            made = arranging.copy(session, one, title=title, dated=dated, by=me(services))
    except BadRequest as error:
        return edit_page(services, slug, 400, problem=sentence(error), typed=request.form)
    return redirect(url_for("desk.collection", slug=made.slug))


def _remove(services: Services, slug: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        arranging.remove(session, collected.collection(session, slug), by=me(services))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.collections", removed=slug))


def _undo(services: Services, slug: str) -> ResponseReturnValue:
    only = request.form.get("change", type=int)
    try:
        with services.database.begin() as session:
            arranging.undo(session, slug, only=only, by=me(services))
            there = session.get(Collection, slug) is not None
    except (BadRequest, NotFound) as error:
        return edit_page(services, slug, 400, problem=sentence(error))
    services.queues.send(HOT, "index")
    back = typed("back", most=2_000)
    if back.startswith("/desk/"):
        return redirect(back)
    return redirect(url_for("desk.collection", slug=slug) if there else url_for("desk.collections"))
