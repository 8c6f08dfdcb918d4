"""Where lessons come from: kinds of places with a drawing each, and the tree of units with what each has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from medialib.catalogue import lookups
from medialib.catalogue.places import PLACES, Place
from medialib.catalogue.units import Unit

_DRAWINGS = {
    "field": "field", "grove": "bamboo", "workshop": "workshop", "pavilion": "pavilion", "home": "village",
    "classroom": "meeting", "hall": "market", "studio": "tea",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A kind of place that lessons were recorded at, and the name of its drawing."""

    place: Place
    count: int
    drawing: str


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A unit with how many lessons it and all below it have, and the units right below that have some."""

    unit: Unit
    count: int
    below: Sequence["Branch"]


def grounds(counts: Mapping[str, int]) -> list[Ground]:
    """Those in use, in their usual order; `counts` are lessons by slug."""
    return [
        Ground(place=one, count=counts[one.slug], drawing=_DRAWINGS[one.slug]) for one in PLACES if counts.get(one.slug)
    ]


def unit_tree(session: Session, counts: Mapping[str, int]) -> list[Branch]:
    """The highest units with all below them; `counts` are lessons by slug."""
    children: dict[str | None, list[Unit]] = {}
    for one in lookups.units(session):
        if counts.get(one.slug):
            children.setdefault(one.parent_slug, []).append(one)

    def branches(parent: str | None) -> list[Branch]:
        return [Branch(unit=one, count=counts[one.slug], below=branches(one.slug)) for one in children.get(parent, ())]

    return branches(None)
