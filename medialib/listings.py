"""Opening a listing: what it is about, and the lessons in it. What is not public is not there."""

from typing import Any

from sqlalchemy.orm import Session

from medialib import finding
from medialib.catalogue import collected, lookups, unit_tree
from medialib.catalogue.collections import Collection
from medialib.catalogue.places import find_place
from medialib.delivery.listing import Kind, Listing, Subject
from medialib.errors import N_, NotFound
from medialib.finding import Findings
from medialib.services import Services

_FIXES: dict[str, str] = {"themes": "theme", "units": "unit", "places": "place"}
"""Which filter of a search the listing of this kind is."""


def open_listing(
    services: Services,
    session: Session,
    kind: Kind,
    slug: str = "",
    *,
    question: dict[str, Any],
    query: dict[str, Any],
    page: int,
    per_page: int,
) -> Listing:
    """One page of a listing; raises NotFound.

    `question` are arguments of `finding.find` that narrow it further, `query` the same as its address tells them.
    """
    window = {"page": page, "per_page": per_page}
    return open_found(services, session, kind, slug, question={**question, **window, "marked": False}, query=query)[0]


def open_found(
    services: Services, session: Session, kind: Kind, slug: str, *, question: dict[str, Any], query: dict[str, Any]
) -> tuple[Listing, Findings]:
    """The page of a listing that `question` asks for, and all that is told of what was found; raises NotFound."""
    subject = subject_of(session, kind, slug)
    if isinstance(subject, Collection):
        page, per_page = question["page"], question["per_page"]
        lessons = collected.lessons_of(session, subject)[(page - 1) * per_page :][:per_page]
        total = collected.count_of(session, subject)
        found, query = Findings(total=total, page=page, per_page=per_page, lessons=lessons), {}
    else:
        found = finding.find(services, session, **{**question, **_fixed_by(kind, slug)})
    return Listing(kind=kind, slug=slug, subject=subject, query=query, total=found.total, lessons=found.lessons), found


def _fixed_by(kind: Kind, slug: str) -> dict[str, Any]:
    """The arguments of `finding.find` that a listing of this kind stands for, whatever else is asked."""
    if kind == "latest":
        return {"words": "", "sort": "newest"}
    return {_FIXES[kind]: slug} if kind in _FIXES else {}


def subject_of(session: Session, kind: Kind, slug: str) -> Subject:
    """What a listing is about; raises NotFound."""
    if kind == "collections":
        return collected.public_collection(session, slug)
    if kind == "units":
        return unit_tree.unit(session, slug)
    if kind == "themes":
        theme = lookups.find_theme(session, slug)
        if theme is None or theme.slug != slug:
            raise NotFound(N_("There is no such theme."), detail=slug)
        return theme
    if kind == "places":
        place = find_place(slug)
        if place is None or place.slug != slug:
            raise NotFound(N_("There is no such place."), detail=slug)
        return place
    return None
