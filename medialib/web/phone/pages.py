"""The members' pages: home, search, themes and one lesson."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from medialib import finding
from medialib.catalogue import lookups, tagging
from medialib.catalogue.plans import Plan
from medialib.catalogue.themes import Theme
from medialib.errors import N_, NotFound
from medialib.search.highlight import highlight
from medialib.services import Services
from medialib.web import access
from medialib.web.counting import count_search
from medialib.web.forms import Listing, read_listing
from medialib.web.i18n import keep, sentence
from medialib.web.phone import formats
from medialib.web.phone.cards import Card, card_of
from medialib.web.phone.facets import also, narrowing
from medialib.web.phone.shelves import home_shelves, way_through

ON_SHELF = 8


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One of the highest themes and those below it, each with how many lessons it has."""

    theme: Theme
    count: int
    below: Sequence[tuple[Theme, int]]


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("phone", __name__)
    blueprint.add_url_rule("/", "home", access.members(lambda: _home(services)))
    blueprint.add_url_rule("/search", "search", access.members(lambda: _search(services)))
    blueprint.add_url_rule("/themes", "themes", access.members(lambda: _themes(services)))
    blueprint.add_url_rule("/themes/<slug>", "theme", access.members(lambda slug: _theme(services, slug)))
    blueprint.add_url_rule(
        "/lessons/<lesson_id>", "lesson", access.members(lambda lesson_id: _lesson(services, lesson_id))
    )
    blueprint.add_url_rule("/size/<size>", "size", access.public(_size))
    return blueprint


def _home(services: Services) -> ResponseReturnValue:
    listing = read_listing(request.args)
    if listing.q:
        return redirect(listing.address(url_for("phone.search")))
    if listing != Listing():
        return _list_page(services, listing, url_for("phone.home"), template="browse.html")
    with services.database.read() as session:
        newest = finding.find(services, session, **listing.finding())
        heard = finding.find(services, session, kind="audio", per_page=ON_SHELF)
        return render_template(
            "home.html",
            listing=listing,
            path=url_for("phone.home"),
            found=newest,
            cards=_cards(services, session, newest),
            heard=_cards(services, session, heard) if heard.total < newest.total else [],
            choices=finding.choices(session),
            **home_shelves(services, session),
        )


def _search(services: Services) -> ResponseReturnValue:
    return _list_page(services, read_listing(request.args), url_for("phone.search"), template="search.html")


def _themes(services: Services) -> ResponseReturnValue:
    with services.database.read() as session:
        return render_template("themes.html", branches=_branches(session))


def _branches(session: Session) -> list[Branch]:
    """The highest themes that lessons have, with all those below them that have some."""
    used = [(theme, count) for theme, count in tagging.tree(session) if count]
    return [
        Branch(theme=root, count=count, below=[(one, had) for one, had in used if one.slugs[:-1][:1] == (root.slug,)])
        for root, count in used
        if root.parent_slug is None
    ]


def _theme(services: Services, slug: str) -> ResponseReturnValue:
    with services.database.read() as session:
        theme = lookups.find_theme(session, slug)
    if theme is None:
        raise NotFound(N_("There is no such theme."), detail=slug)
    if theme.slug != slug:
        return redirect(url_for("phone.theme", slug=theme.slug))
    listing = read_listing(request.args).model_copy(update={"theme": theme.slug})
    return _list_page(services, listing, url_for("phone.theme", slug=slug), template="browse.html", theme=theme)


def _list_page(
    services: Services, listing: Listing, path: str, *, template: str, theme: Theme | None = None
) -> ResponseReturnValue:
    with services.database.read() as session:
        listing = listing.model_copy(update=finding.named(session, **listing.names()))
        found = finding.find(services, session, **{**listing.finding(), "counted": True})
        count_search(services, listing, found)
        return render_template(
            template,
            listing=listing,
            path=path,
            theme=theme,
            found=found,
            cards=_cards(services, session, found, found.meant or listing.q),
            choices=finding.choices(session),
            narrowing=narrowing(session, listing, found, path, theme=theme),
            also=also(listing, found),
        )


def _cards(services: Services, session: Session, found: finding.Findings, words: str = "") -> list[Card]:
    plans = lookups.current_plans(session, found.lessons)
    cards = [
        card_of(services, lesson, plans[lesson.id], found.highlights.get(lesson.id, {})) for lesson in found.lessons
    ]
    return [replace(card, said=found.said.get(card.lesson.id, ()), named=_named(card, words)) for card in cards]


def _named(card: Card, words: str) -> Markup | None:
    """The name by which a lesson was found when neither its title nor its description says why."""
    if not words or any(card.highlights.values()) or card.said:
        return None
    lesson = card.lesson
    names = (lesson.series_title, lesson.speaker, lesson.unit_name, *map(formats.theme_name, lesson.themes))
    return next((formats.marked(name, spans) for name in names if (spans := highlight(name, words))), None)


def _lesson(services: Services, lesson_id: str) -> ResponseReturnValue:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.current_plan(session, lesson)
        document: dict[str, Any] = finding.detail(services, session, lesson_id)
        trouble = finding.parked_by(session, lesson)
        return render_template(
            "lesson.html",
            lesson=lesson,
            plan=plan,
            card=card_of(services, lesson, plan),
            way=way_through(session, lesson.id, request.args.get("in", "")),
            document=document,
            reason=sentence(trouble) if trouble else None,
            notices=[sentence(one) for one in finding.notices_of(lesson)],
            sound_is_made=all(row["complete"] for row in document["renditions"] if row["kind"] == "audio"),
            start_rung=_start_side(plan, document["renditions"]),
            begin=_begin(request.args.get("t", ""), lesson.seconds),
        )


def _begin(asked: str, seconds: float) -> float | None:
    """Where in the lesson to begin, in seconds; what is no place in it means its beginning."""
    try:
        begin = float(asked)
    except ValueError:
        return None
    return round(begin, 3) if 0 < begin < seconds else None


def _start_side(plan: Plan, renditions: Sequence[Mapping[str, Any]]) -> int | None:
    """The shorter side of the picture that begins soonest: the smallest complete one, else the starting rung."""
    complete = {row["name"] for row in renditions if row["complete"]}
    ready = [rung for rung in plan.video if rung.name in complete]
    first = next(iter(ready), None) or next((rung for rung in plan.video if rung.name == plan.start_rung), None)
    return min(first.width, first.height) if first else None


def _size(size: str) -> ResponseReturnValue:
    """Switch to large or usual type and go back to the page that asked."""
    back = request.args.get("back", "/")
    safe = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    response = redirect(back if safe else "/")
    keep(response, "size", "large" if size == "large" else "usual")
    return response
