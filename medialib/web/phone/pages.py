"""The members' pages: home, search and themes; what a device chose of the interface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from medialib import finding
from medialib.catalogue import lookups, tagging, unit_tree
from medialib.catalogue.themes import Theme
from medialib.errors import N_, NotFound
from medialib.search.highlight import highlight
from medialib.services import Services
from medialib.web import access
from medialib.web.counting import count_search
from medialib.web.forms import Listing, read_listing
from medialib.web.i18n import keep
from medialib.web.phone import formats
from medialib.web.phone.cards import Card, card_of
from medialib.web.phone.facets import also, narrowing
from medialib.web.phone.lesson import lesson_page
from medialib.web.phone.shelves import heard_series, home_shelves

ON_SHELF = 8
SIZES = ("usual", "large")
THEMES = ("auto", "light", "dark")


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
        "/lessons/<lesson_id>", "lesson", access.members(lambda lesson_id: lesson_page(services, lesson_id))
    )
    blueprint.add_url_rule("/size/<size>", "size", access.public(lambda size: _choose("size", size, SIZES)))
    blueprint.add_url_rule("/theme/<choice>", "dark", access.public(lambda choice: _choose("theme", choice, THEMES)))
    return blueprint


def _home(services: Services) -> ResponseReturnValue:
    listing = read_listing(request.args)
    if listing.q:
        return redirect(listing.address(url_for("phone.search")))
    if listing != Listing():
        return _list_page(services, listing, url_for("phone.home"), template="browse.html")
    with services.database.read() as session:
        newest = finding.find(services, session, **{**listing.finding(), "counted": True})
        heard = finding.find(services, session, kind="audio", per_page=ON_SHELF)
        return render_template(
            "home.html",
            listing=listing,
            path=url_for("phone.home"),
            found=newest,
            cards=_cards(services, session, newest),
            heard=_cards(services, session, heard) if heard.total < newest.total else [],
            **home_shelves(services, session, newest.counts or {}),
        )


def _search(services: Services) -> ResponseReturnValue:
    return _list_page(services, read_listing(request.args), url_for("phone.search"), template="search.html")


def _themes(services: Services) -> ResponseReturnValue:
    with services.database.read() as session:
        counts = finding.counts_of_all(services, session)
        return render_template("themes.html", branches=_branches(session, counts["theme"]))


def _branches(session: Session, counts: Mapping[str, int]) -> list[Branch]:
    """The highest themes that lessons have, with all those below them that have some."""
    used = [(theme, count) for theme, count in tagging.tree(session, counts) if count]
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
            within=_within(listing, theme),
            theme=theme,
            series=heard_series(services, session) if listing == Listing(kind="audio") else [],
            found=found,
            cards=_cards(services, session, found, found.meant or listing.q),
            unit_name=unit_tree.unit(session, listing.unit).name if listing.unit else "",
            narrowing=narrowing(session, listing, found, path, theme=theme),
            also=also(listing, found),
        )


def _within(listing: Listing, theme: Theme | None) -> str:
    """The list as a lesson's page takes it for the way that led there."""
    name, fixed = (f"themes/{theme.slug}", {"theme": ""}) if theme else ("search", {})
    return listing.address(name, **fixed, page=1, per_page="")


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


def _choose(name: str, value: str, known: Sequence[str]) -> ResponseReturnValue:
    """Keep a choice about the interface on this device, and go back to the page that asked."""
    back = request.args.get("back", "/")
    safe = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    response = redirect(back if safe else "/")
    keep(response, name, value if value in known else known[0])
    return response
