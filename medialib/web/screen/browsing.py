"""What a television may browse: shelves, the lessons of a listing, and search, as JSON for its page."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from medialib import finding, showing
from medialib.catalogue import caption_lookups, collected, tagging
from medialib.catalogue.lessons import Lesson
from medialib.delivery import posters, shapes
from medialib.delivery.listing import Kind
from medialib.errors import N_, NotFound
from medialib.listings import open_listing
from medialib.services import Services
from medialib.web import access
from medialib.web.i18n import gettext
from medialib.web.naming import title_of
from medialib.web.phone.covers import cover_file
from medialib.web.phone.formats import theme_name

_ON_SHELF, _IN_LIST, _FOUND = 12, 60, 24
_KINDS: tuple[Kind, ...] = ("themes", "collections", "units", "places", "latest")


def add_to(add: Callable[..., None], services: Services) -> None:
    add("/tv/shelves.json", "shelves", lambda: _shelves(services), mark=access.members)
    add("/tv/list.json", "list", lambda: _list(services), mark=access.members)
    add("/tv/search.json", "search", lambda: _search(services), mark=access.members)


def _shelves(services: Services) -> Response:
    """Rows of cards, each a lesson to play or a listing to open."""
    with services.database.read() as session:
        rows = [
            _featured(services, session),
            {"title": gettext("New lessons"), "cards": _found(services, session, per_page=_ON_SHELF)},
            {"title": gettext("To listen to"), "square": True,
             "cards": _found(services, session, kind="audio", per_page=_ON_SHELF)},
            {"title": gettext("Series"), "cards": _series(services, session)},
            {"title": gettext("Themes"), "cards": _themes(services, session)},
        ]  # fmt: skip
    return _answer({"rows": [one for one in rows if one["cards"]]})


def _featured(services: Services, session: Session) -> dict[str, Any]:
    shelf = next(iter(collected.shelves(session, "featured", limit=1)), None)
    lessons = collected.lessons_of(session, shelf.collection, limit=_ON_SHELF) if shelf else []
    return {"title": shelf.collection.title if shelf else "", "cards": _cards(services, session, lessons)}


def _found(services: Services, session: Session, **question: Any) -> list[dict[str, Any]]:
    return _cards(services, session, finding.find(services, session, **question, marked=False).lessons)


def _series(services: Services, session: Session) -> list[dict[str, Any]]:
    found = []
    for shelf in collected.shelves(session, "series", "issue", "course", limit=_ON_SHELF):
        first = next(iter(collected.lessons_of(session, shelf.collection, limit=1)), None)
        picture = _picture(services, first) if first else ""
        found.append({
            "list": {"kind": "collections", "slug": shelf.collection.slug}, "title": shelf.collection.title,
            "count": shelf.count, "picture": picture, "about": _lessons_told(shelf.count),
        })  # fmt: skip
    return found


def _themes(services: Services, session: Session) -> list[dict[str, Any]]:
    counts = finding.counts_of_all(services, session)
    used = [(theme, count) for theme, count in tagging.tree(session, counts["theme"]) if count]
    return [
        {"list": {"kind": "themes", "slug": theme.slug}, "title": theme_name(theme), "count": count, "picture": "",
         "about": _lessons_told(count)}
        for theme, count in used
    ]  # fmt: skip


def _lessons_told(count: int) -> str:
    return gettext("%(number)s lessons", number=count)


def _list(services: Services) -> Response:
    kind = next((one for one in _KINDS if one == request.args.get("kind", "latest")), None)
    if kind is None:
        raise NotFound(N_("There is no such list."))
    slug = request.args.get("slug", "")[:64]
    with services.database.read() as session:
        listing = open_listing(services, session, kind, slug, question={}, query={}, page=1, per_page=_IN_LIST)
        title = title_of(listing)
        cards = _cards(services, session, listing.lessons)
    return _answer({"title": title, "cards": cards})


def _search(services: Services) -> Response:
    """Lessons by what is typed so far, mostly pinyin."""
    words = request.args.get("q", "").replace("\0", "")[:60].strip()
    with services.database.read() as session:
        cards = _found(services, session, words=words, per_page=_FOUND) if words else []
    return _answer({"cards": cards})


def _cards(services: Services, session: Session, lessons: Sequence[Lesson]) -> list[dict[str, Any]]:
    captioned = caption_lookups.captioned(session, [one.id for one in lessons])
    return [
        {
            "lesson": one.id,
            "kind": one.kind,
            "title": one.title,
            "unit": one.unit_name,
            "recorded": one.recorded or "",
            "seconds": one.seconds,
            "captions": one.id in captioned,
            "picture": _picture(services, one),
            "master": shapes.master_path(one.id),
        }
        for one in lessons
    ]


def _picture(services: Services, lesson: Lesson) -> str:
    """The address of its picture, else of a drawn cover."""
    pictures = showing.posters(services, lesson)
    return posters.shown(lesson, pictures).address if pictures else f"/static/{cover_file(lesson.id, lesson.kind)}"


def _answer(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.headers["Cache-Control"] = "private, max-age=30"
    return response
