"""What a list can be narrowed to: each choice with how many lessons it leaves and the address of that list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy.orm import Session

from medialib.catalogue import branches
from medialib.catalogue.places import PLACES
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.errors import N_
from medialib.finding import Findings
from medialib.search.asking import take_apart
from medialib.web.forms import Listing
from medialib.web.i18n import gettext
from medialib.web.phone.formats import month, theme_name

FILTERS = ("kind", "theme", "unit", "place", "length", "year")
MOST_CHOICES = 16
QUICK = 3
FEW, MOST_ALSO = 3, 6
KINDS = {"": N_("All"), "video": N_("Watch"), "audio": N_("Listen")}
LENGTHS = {"short": N_("Under 5 minutes"), "medium": N_("5 to 20 minutes"), "long": N_("Over 20 minutes")}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value of a filter; `address` is the list with it, or without it when it is `on` already."""

    label: str
    count: int
    address: str
    on: bool = False


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A filter and its values."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A filter in use: what it is called, and the address of the list without it (None where the words name it)."""

    label: str
    address: str | None


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """All that a page shows of filters. `quick` are choices worth a chip beside those of `kinds`."""

    kinds: tuple[Choice, ...]
    quick: tuple[Choice, ...]
    facets: tuple[Facet, ...]
    picked: tuple[Picked, ...]


def narrowing(session: Session, listing: Listing, found: Findings, path: str, *, theme: Theme | None) -> Narrowing:
    """The filters of a list at `path`; on the page of a `theme` those below it are pages of their own."""
    return _Maker(session, listing, found, path, theme).made()


def also(listing: Listing, found: Findings) -> tuple[Choice, ...]:
    """Where few lessons were found for several words: each of them alone."""
    if found.total > FEW or found.page > 1:
        return ()
    units = take_apart(found.meant or listing.q).units
    words = [one.text for one in units] if len(units) > 1 else []
    path = url_for("phone.search")
    return tuple(Choice(label=word, count=0, address=f"{path}?{urlencode({'q': word})}") for word in words[:MOST_ALSO])


class _Maker:
    """Of one list: what is in use (said by parameters or by the words), and the addresses of the lists beside it."""

    def __init__(self, session: Session, listing: Listing, found: Findings, path: str, theme: Theme | None) -> None:
        self._session = session
        self._listing = listing
        self._counts = found.counts or {}
        self._named = found.named
        self._path = path
        self._page_theme = theme
        given = {name: getattr(listing, name) for name in FILTERS}
        self._used: dict[str, str | int] = {**found.named, **{key: value for key, value in given.items() if value}}

    def made(self) -> Narrowing:
        themes, units = tuple(self._themes()), tuple(self._units())
        facets = [
            Facet(name="theme", label=gettext("Theme"), choices=themes),
            Facet(name="unit", label=gettext("Unit"), choices=units),
            Facet(name="place", label=gettext("Place"), choices=self._flat("place", _places())),
            Facet(name="length", label=gettext("Length"), choices=self._flat("length", _lengths())),
            Facet(name="year", label=gettext("Year"), choices=self._flat("year", self._years())),
        ]
        return Narrowing(
            kinds=tuple(self._kinds()),
            quick=_worth_a_chip((*units, *themes)),
            facets=tuple(facet for facet in facets if facet.choices),
            picked=tuple(self._picked()),
        )

    def _address(self, name: str, value: str | int) -> str:
        # The theme of a theme's page is in its path.
        fixed = {"theme": ""} if self._page_theme else {}
        if self._page_theme and name == "theme" and value:
            return self._listing.address(url_for("phone.theme", slug=value), **fixed)
        return self._listing.address(self._path, **{**fixed, name: value})

    def _choice(self, name: str, value: str, label: str) -> Choice | None:
        count = self._counts.get(name, {}).get(value, 0)
        on = str(self._used.get(name, "")) == value
        if not count:
            return None
        return Choice(label=label, count=count, address=self._address(name, "" if on else value), on=on)

    def _flat(self, name: str, labels: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
        return tuple(filter(None, (self._choice(name, value, label) for value, label in labels)))

    def _kinds(self) -> Iterator[Choice]:
        counted = self._counts.get("kind", {})
        used = self._used.get("kind", "")
        for kind, label in KINDS.items():
            count = counted.get(kind, 0) if kind else sum(counted.values())
            if not kind or count or used == kind:
                yield Choice(label=gettext(label), count=count, address=self._address("kind", kind), on=used == kind)

    def _years(self) -> list[tuple[str, str]]:
        return [(year, month(year)) for year in sorted(self._counts.get("year", {}), reverse=True)]

    def _themes(self) -> tuple[Choice, ...]:
        """What lies below the theme in use; at first the highest themes."""
        slug = self._used.get("theme")
        below = branches.themes_below(self._session, str(slug) if slug else None)
        return self._flat("theme", [(theme.slug, theme_name(theme)) for theme in below])

    def _units(self) -> tuple[Choice, ...]:
        """What lies below the unit in use, those with the most lessons first; a county that is alone is passed over."""
        slug: str | None = str(self._used["unit"]) if "unit" in self._used else None
        choices: tuple[Choice, ...] = ()
        below = branches.units_below(self._session, slug)
        while below:
            choices = self._flat("unit", [(unit.slug, unit.name) for unit in below])
            if len(choices) != 1:
                break
            (slug,) = (unit.slug for unit in below if self._counts.get("unit", {}).get(unit.slug))
            below = branches.units_below(self._session, slug)
        return tuple(sorted(choices, key=lambda one: -one.count)[:MOST_CHOICES])

    def _picked(self) -> Iterator[Picked]:
        for name, value in self._used.items():
            if name == "kind" or (name == "theme" and self._page_theme):
                continue
            address = None if name in self._named and getattr(self._listing, name) is None else self._address(name, "")
            yield Picked(label=self._label(name, str(value)), address=address)

    def _label(self, name: str, value: str) -> str:
        if name == "theme":
            theme = self._session.get(Theme, value)
            return theme_name(theme) if theme else value
        if name == "unit":
            unit = self._session.get(Unit, value)
            return unit.name if unit else value
        return dict({"place": _places, "length": _lengths}.get(name, lambda: [(value, month(value))])())[value]


def _worth_a_chip(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Those that leave some lessons out, the largest first."""
    seen = list(choices)
    most = max((one.count for one in seen), default=0)
    return tuple(sorted((one for one in seen if one.count < most and not one.on), key=lambda one: -one.count)[:QUICK])


def _places() -> list[tuple[str, str]]:
    return [(place.slug, gettext(place.name)) for place in PLACES]


def _lengths() -> list[tuple[str, str]]:
    return [(name, gettext(label)) for name, label in LENGTHS.items()]
