"""Collections on the desk: the list, a new one, its page, publishing, copying, removing, undoing."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib import finding
from medialib.catalogue import arrangement, arranging, collected, lookups, narrowing, readings
from medialib.catalogue.arrangement import Arrangement
from medialib.catalogue.collections import KINDS, Collection, CollectionKind
from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.lessons import Lesson
from medialib.delivery.covers import shown_cover
from medialib.errors import N_, BadRequest, NotFound
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import gettext, sentence
from medialib.web.naming import KIND_NAMES
from medialib.web.phone.cards import Card, cards_of
from medialib.web.phone.collection_covers import covered, head_of
from medialib.web.phone.covers import WIDE

KIND_TELLS: dict[CollectionKind, str] = {
    "featured": N_("picked out, on the first page; with days from and until"),
    "package": N_("a lesson, a film, a task and readings; one for each month"),
    "series": N_("parts with numbers, heard or watched one after the other"),
    "issue": N_("films released together under a number"),
    "course": N_("steps with their days"),
    "screening": N_("what is shown, where and when"),
}
STATES: dict[str, str] = {"published": N_("Published"), "later": N_("Comes later"), "draft": N_("Draft")}
_FOUND = 8
_LACKS: dict[str, str] = {
    "month": N_("the month"), "editorial": N_("the page of the package"), "lesson": N_("a lesson"),
    "film": N_("a film"), "task": N_("a task"), "reading": N_("something to read"),
}  # fmt: skip


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


def state_of(one: Collection) -> str:
    return "draft" if one.published_at is None else "published" if one.public else "later"


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
        next_month=_next_month(last_package.dated or "" if last_package else ""), last_package=last_package, **told,
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


def edit_page(services: Services, slug: str, status: int = 200, **told: Any) -> ResponseReturnValue:
    """The page on which a collection is put together; also after something was refused."""
    words = request.args.get("q", "").strip()[:200]
    with services.database.read() as session:
        one = collected.collection(session, slug)
        now = arranging.current(session, one)
        lessons = lookups.lessons_by_id(session, [entry.id for entry in now.entries])
        before = Arrangement.from_json(one.last_published) if one.last_published else now
        taken = lookups.lessons_by_id(session, [entry.id for entry in before.entries if not now.entry(entry.id)])
        found = _found(services, session, words, now) if words else None
        cards = {card.lesson.id: card for card in cards_of(services, session, [*lessons, *taken, *(found or ())])}
        last = arranging.last_change(session, slug)
        given = any(readings.of_lessons(session, [lesson.id for lesson in lessons]).values())
    lacks = [name for name in arrangement.lacking(now) if name != "reading" or not given]
    return page(
        services, "collection.html", status, section="collections", collection=one, now=now, cards=cards,
        found=found, words=words, last=last, said=_said(last), parts_of=arrangement.parts_of(now),
        kind_name=gettext(KIND_NAMES[_kind(one)]), state=state_of(one), states=STATES,
        changes=arrangement.differences(before, now), waiting=one.draft is not None,
        lacks=[gettext(_LACKS[name]) for name in lacks] if one.kind == "package" else [],
        seconds=sum(lesson.seconds for lesson in lessons), drawings=WIDE, next_month=_next_month(now.dated or ""),
        moment_now=time.strftime("%Y-%m-%dT%H:%M"), cover=_cover(now, cards),
        own_cover=now.cover.startswith("picture:"), **told,
    )  # fmt: skip


def _kind(one: Collection) -> CollectionKind:
    return next(kind for kind in KINDS if kind == one.kind)


def _cover(now: Arrangement, cards: dict[str, Card]) -> Card | str | None:
    """What it is shown by: a card, or without any lesson yet the address of its own picture or drawing."""
    head = head_of(now.cover, [cards[entry.id] for entry in now.entries if entry.id in cards])
    kind, _, name = now.cover.partition(":")
    own = shown_cover(name) if kind == "picture" else None
    drawing = url_for("static", filename=f"covers/{name}.svg") if kind == "drawn" else None
    return head or (own.address if own else drawing)


def _found(services: Services, session: Session, words: str, now: Arrangement) -> list[Lesson]:
    """Lessons to add: those that search finds, then others whose texts hold the words, as drafts do."""
    there = {entry.id for entry in now.entries}
    found = list(finding.find(services, session, words=words, per_page=_FOUND * 2).lessons)
    found += narrowing.browse(session, narrowing.Wanted(words=words), per_page=_FOUND * 2).lessons
    return list({lesson.id: lesson for lesson in found if lesson.id not in there}.values())[:_FOUND]


def _said(last: CuratorChange | None) -> CuratorChange | None:
    """The change that was just made, to be told with a button that takes it back."""
    number = request.args.get("said", 0, type=int)
    return last if last is not None and last.id == number else None


def change(
    services: Services, slug: str, act: str, make: arranging.Change, typed_entry: str = ""
) -> ResponseReturnValue:
    """Do something to a collection and show it again, with what was done; what was typed stays when it is refused."""
    try:
        with services.database.begin() as session:
            arranging.change(session, collected.collection(session, slug), act, make, by=me(services))
            last = arranging.last_change(session, slug)
    except BadRequest as error:
        return edit_page(services, slug, 400, problem=sentence(error), typed=request.form, typed_entry=typed_entry)
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.collection", slug=slug, said=last.id if last else None))


def _texts(services: Services, slug: str) -> ResponseReturnValue:
    """Only what the form holds: the page has several."""
    try:
        told: dict[str, Any] = {}
        for name, most in (("title", 400), ("description", 4_000), ("editorial", 16_000), ("cover", 80), ("dated", 10)):
            if name in request.form:
                told[name] = multiline(name, most) if name in ("description", "editorial") else typed(name, most=most)
        if "dated" in told:
            told["dated"] = told["dated"] or None
        if "title" in told:
            told["title"] = " ".join(told["title"].split())
        if "number" in request.form:
            told["number"] = _number(typed("number", most=10))
        if "cover" in told:
            _check_cover(told["cover"])
    except BadRequest as error:
        return edit_page(services, slug, 400, problem=sentence(error), typed=request.form)
    return change(services, slug, "collection.texts", lambda now: replace(now, **told))


def multiline(name: str, most: int) -> str:
    """As it was typed, with one kind of line end; raises BadRequest."""
    value = request.form.get(name, "").replace("\r\n", "\n")
    if len(value) > most:
        raise BadRequest(N_("That is too long: at most %(number)s characters."), values={"number": most})
    return "".join(one for one in value if one in "\n\t" or one.isprintable() or one == "\u3000").strip()


def _number(told: str) -> int | None:
    if not told:
        return None
    if not told.isdecimal():
        raise BadRequest(N_("A number is from 1 to 99999."))
    return int(told)


def _check_cover(told: str) -> None:
    kind, _, name = told.partition(":")
    if told and kind != "lesson" and not (kind == "drawn" and name in WIDE) and not shown_cover(name):
        raise BadRequest(N_("There is no such picture."))


def _publish(services: Services, slug: str) -> ResponseReturnValue:
    def act(session: Session, one: Collection) -> None:
        arranging.publish(session, one, at=_moment(typed("at", most=20)), by=me(services))

    return _do(services, slug, act)


def _moment(told: str) -> float | None:
    """The moment that is typed as 2024-05-01T08:30, on this machine's clock; raises BadRequest."""
    if not told:
        return None
    try:
        return datetime.fromisoformat(told).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadRequest(N_("“%(date)s” is not a day."), values={"date": told}) from error


def _simple(services: Services, act: Callable[..., None]) -> Callable[[str], ResponseReturnValue]:
    def view(slug: str) -> ResponseReturnValue:
        return _do(services, slug, lambda session, one: act(session, one, by=me(services)))

    return view


def _do(services: Services, slug: str, act: Callable[[Session, Collection], None]) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            act(session, collected.collection(session, slug))
            last = arranging.last_change(session, slug)
    except BadRequest as error:
        return edit_page(services, slug, 400, problem=sentence(error))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.collection", slug=slug, said=last.id if last else None))


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


def _next_month(dated: str) -> str:
    """The month after this one (2024-05), else the present one."""
    if len(dated) < len("2024-05"):
        return time.strftime("%Y-%m")
    year, month = int(dated[:4]), int(dated[5:7])
    return f"{year + month // 12}-{month % 12 + 1:02}"
