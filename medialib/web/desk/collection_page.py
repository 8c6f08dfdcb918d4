"""The page on which a collection is put together: its entries, what may be added, what it lacks, what was done."""

import time
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib import finding
from medialib.catalogue import arrangement, arranging, collected, collecting, lookups, narrowing
from medialib.catalogue.arrangement import Arrangement
from medialib.catalogue.collections import Collection
from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.lessons import Lesson
from medialib.delivery.covers import shown_cover
from medialib.errors import N_
from medialib.services import Services
from medialib.web.desk.log import act_name
from medialib.web.desk.shell import page
from medialib.web.i18n import gettext
from medialib.web.naming import KIND_NAMES
from medialib.web.phone.cards import Card, cards_of
from medialib.web.phone.collection_covers import head_of
from medialib.web.phone.covers import WIDE

STATES: dict[str, str] = {"published": N_("Published"), "later": N_("Comes later"), "draft": N_("Draft")}
_FOUND = 8
_LACKS: dict[str, str] = {
    "month": N_("the month"), "editorial": N_("the page of the package"), "lesson": N_("a lesson"),
    "film": N_("a film"), "task": N_("a task"), "reading": N_("something to read"),
}  # fmt: skip
_DONE: dict[str, str] = {
    "collection.added": N_("%(named)s is in it now, at place %(place)s."),
    "collection.moved": N_("%(named)s is at place %(place)s now."),
    "collection.noted": N_("What you wrote about %(named)s is kept."),
    "collection.taken": N_("%(named)s was taken out."),
}
# A task is no work that has a title.
_TASK, _TITLED = N_("The task “%(title)s”"), N_("“%(title)s”")


def state_of(one: Collection) -> str:
    return "draft" if one.published_at is None else "published" if one.public else "later"


def edit_page(services: Services, slug: str, status: int = 200, **told: Any) -> ResponseReturnValue:
    """The page on which a collection is put together; also after something was refused."""
    words = request.args.get("q", "").strip()[:200]
    with services.database.read() as session:
        one = collected.collection(session, slug)
        now = arranging.current(session, one)
        lessons = lookups.lessons_by_id(session, [entry.id for entry in now.entries])
        before = arranging.last_seen(session, one)
        taken = lookups.lessons_by_id(session, [entry.id for entry in before.entries if not now.entry(entry.id)])
        found = _found(services, session, words, now) if words else None
        cards = {card.lesson.id: card for card in cards_of(services, session, [*lessons, *taken, *(found or ())])}
        last = arranging.last_change(session, slug)
        lacks = arranging.lacking(session, one, now)
        said = _said(last)
        done = _done(said, now, cards | _unseen(services, session, said)) if said else ""
    return page(
        services, "collection.html", status, section="collections", collection=one, now=now, cards=cards,
        found=found, words=words, last=last, said=said, done=done, parts_of=arrangement.parts_of(now),
        kind_name=gettext(KIND_NAMES[collecting.kind_of(one)]), state=state_of(one), states=STATES,
        changes=arrangement.differences(before, now), waiting=one.draft is not None,
        lacks=[gettext(_LACKS[name]) for name in lacks],
        seconds=sum(lesson.seconds for lesson in lessons), drawings=WIDE, next_month=next_month(now.dated or ""),
        moment_now=time.strftime("%Y-%m-%dT%H:%M"), cover=_cover(now, cards),
        own_cover=now.cover.startswith("picture:"), **told,
    )  # fmt: skip


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


def _unseen(services: Services, session: Session, said: CuratorChange | None) -> dict[str, Card]:
    """The lesson that was taken out just now, which the page shows no longer."""
    wish = request.args.get("about", "")[:16]
    if not wish or said is None or said.act != "collection.taken":
        return {}
    return {card.lesson.id: card for card in cards_of(services, session, lookups.lessons_by_id(session, [wish]))}


def _done(said: CuratorChange, now: Arrangement, cards: dict[str, Card]) -> str:
    """What was just done, with the entry that it was done to."""
    wish = request.args.get("about", "")[:16]
    entry = now.entry(wish)
    title = cards[wish].lesson.title if wish in cards else entry.title if entry else ""
    if not title or said.act not in _DONE:
        return act_name(said.act)
    marks = _TASK if entry and entry.kind == "task" else _TITLED
    named = gettext(marks, title=title)
    return gettext(_DONE[said.act], named=named, place=now.entries.index(entry) + 1 if entry else "")


def next_month(dated: str) -> str:
    """The month after this one (2024-05), else the present one."""
    if len(dated) < len("2024-05"):
        return time.strftime("%Y-%m")
    year, month = int(dated[:4]), int(dated[5:7])
    return f"{year + month // 12}-{month % 12 + 1:02}"
