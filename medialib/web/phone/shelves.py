"""The pages of what is curated: collections, units' columns, kinds of places and the latest lessons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib import finding
from medialib.catalogue import branches, collected, collecting, readings, tagging, unit_tree
from medialib.catalogue.arrangement import Arrangement
from medialib.catalogue.collections import Collection
from medialib.catalogue.units import Unit
from medialib.delivery.listing import MOST_LESSONS, Kind
from medialib.listings import open_found
from medialib.services import Services
from medialib.web import access
from medialib.web.forms import read_listing
from medialib.web.i18n import gettext
from medialib.web.naming import KIND_NAMES, title_of
from medialib.web.phone import places
from medialib.web.phone.cards import Card, cards_of
from medialib.web.phone.collection_covers import covered, head_of

_ON_SHELF = 8
_IN_PACKAGE = 4
_MOST_SERIES = 24
_ADDRESS = "collections/"


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A collection as a list shows it: by its first lesson."""

    collection: Collection
    count: int
    card: Card


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("shelves", __name__)
    blueprint.add_url_rule("/collections", "collections", access.members(lambda: _collections(services)))
    blueprint.add_url_rule(
        "/collections/<slug:slug>", "collection", access.members(lambda slug: _collection(services, slug))
    )
    blueprint.add_url_rule("/units", "units", access.members(lambda: _units(services)))
    blueprint.add_url_rule("/units/<slug:slug>", "unit", access.members(lambda slug: _unit(services, slug)))
    blueprint.add_url_rule("/places", "places", access.members(lambda: _places(services)))
    blueprint.add_url_rule(
        "/places/<slug:slug>", "place", access.members(lambda slug: _list_page(services, "places", slug))
    )
    blueprint.add_url_rule("/latest", "latest", access.members(lambda: _list_page(services, "latest")))
    return blueprint


def _collections(services: Services) -> ResponseReturnValue:
    with services.database.read() as session:
        groups = {kind: _covers(services, session, collected.shelves(session, kind)) for kind in KIND_NAMES}
    named = [(gettext(KIND_NAMES[kind]), covers) for kind, covers in groups.items() if covers]
    return render_template("collections.html", groups=named)


def _collection(services: Services, slug: str) -> ResponseReturnValue:
    with services.database.read() as session:
        return render_collection(services, session, collected.public_collection(session, slug))


def render_collection(
    services: Services, session: Session, one: Collection, prepared: Arrangement | None = None
) -> str:
    """The page of a collection, or what it will be when it is published as it is `prepared`."""
    placed = collected.placed(session, one, prepared)
    lessons = [each.lesson for each in placed if each.lesson][:MOST_LESSONS]
    cards = cards_of(services, session, lessons)
    return render_template(
        "package.html" if one.kind == "package" else "collection.html",
        collection=prepared or one,
        kind=one.kind,
        head=head_of((prepared or one).cover, cards),
        entries=placed,
        kind_name=gettext(KIND_NAMES[collecting.kind_of(one)]),
        address=f"/collections/{one.slug}",
        within=_ADDRESS + one.slug,
        cards=cards,
        card_of={card.lesson.id: card for card in cards},
        readings_of=readings.of_lessons(session, [one.id for one in lessons]),
        count=len([each for each in placed if each.lesson]),
        seconds=sum(lesson.seconds for lesson in lessons),
        only_heard=all(lesson.kind == "audio" for lesson in lessons),
    )


def _places(services: Services) -> ResponseReturnValue:
    with services.database.read() as session:
        counts = finding.counts_of_all(services, session)
        tree = places.unit_tree(session, counts["unit"])
        return render_template("places.html", places=places.grounds(counts["place"]), units=tree)


def _units(services: Services) -> ResponseReturnValue:
    with services.database.read() as session:
        counts = finding.counts_of_all(services, session)["unit"]
        return render_template("units.html", units=places.unit_tree(session, counts))


def _unit(services: Services, slug: str) -> ResponseReturnValue:
    with services.database.read() as session:
        one = unit_tree.unit(session, slug)
        above = unit_tree.units_above(session, one)
        below = _counted(branches.units_below(session, slug), finding.counts_of_all(services, session)["unit"])
    return _list_page(services, "units", slug, unit=one, above=above, below=below)


def _counted(units: Sequence[Unit], counts: Mapping[str, int]) -> list[tuple[Unit, int]]:
    """Those that have lessons, each with how many."""
    return [(one, counts[one.slug]) for one in units if counts.get(one.slug)]


def _list_page(
    services: Services,
    kind: Kind,
    slug: str = "",
    *,
    unit: Unit | None = None,
    above: Sequence[Unit] = (),
    below: Sequence[tuple[Unit, int]] = (),
) -> ResponseReturnValue:
    asked = read_listing(request.args)
    with services.database.read() as session:
        asked = asked.model_copy(update=finding.named(session, **asked.names()))
        query = asked.model_dump(exclude_defaults=True, exclude={"page", "per_page"})
        question = {**asked.finding(), "marked": False}
        listing, found = open_found(services, session, kind, slug, question=question, query=query)
        return render_template(
            "column.html",
            title=title_of(listing),
            address=listing.path,
            within=listing.address().removeprefix("/"),
            asked=asked,
            found=found,
            cards=cards_of(services, session, listing.lessons),
            unit=unit,
            above=above,
            below=below,
        )


def home_shelves(services: Services, session: Session, counts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """What the first page shows beside new lessons: featured ones, the latest package, series, themes, places.

    `counts` are lessons by filter and value.
    """
    themes = tagging.tree(session, counts.get("theme", {}))
    featured = next(iter(collected.shelves(session, "featured", limit=1)), None)
    package = next(iter(collected.shelves(session, "package", limit=1)), None)
    return {
        "featured": _shelf(services, session, featured, _ON_SHELF),
        "package": _shelf(services, session, package, _IN_PACKAGE),
        "branches": [(theme, count) for theme, count in themes if count and theme.parent_slug is None],
        "places": places.grounds(counts.get("place", {})),
        "series": _covers(services, session, collected.shelves(session, "series", limit=_ON_SHELF)),
    }


def heard_series(services: Services, session: Session) -> list[Cover]:
    """The series that are listened to: those that begin with a reading."""
    covers = _covers(services, session, collected.shelves(session, "series", limit=_MOST_SERIES))
    return [one for one in covers if one.card.lesson.kind == "audio"]


def _shelf(
    services: Services, session: Session, shelf: collected.Shelf | None, limit: int
) -> tuple[collected.Shelf, list[Card]] | None:
    if shelf is None:
        return None
    lessons = collected.lessons_of(session, shelf.collection, limit=limit)
    return shelf, cards_of(services, session, lessons)


def _covers(services: Services, session: Session, shelves: Sequence[collected.Shelf]) -> list[Cover]:
    firsts = [collected.cover_lesson(session, one.collection) for one in shelves]
    cards = cards_of(services, session, [lesson for lesson in firsts if lesson])
    known = {card.lesson.id: card for card in cards}
    return [
        Cover(collection=one.collection, count=one.count, card=covered(known[lesson.id], one.collection.cover))
        for one, lesson in zip(shelves, firsts, strict=True)
        if lesson
    ]
