"""What the filters are called: a theme, a unit, a place by slug or name; and the filters that a question names."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from medialib.catalogue import lookups
from medialib.catalogue.places import find_place
from medialib.search import wording
from medialib.search.wording import Wording


def understood(session: Session, words: str) -> tuple[Wording, dict[str, str | int]]:
    """The words, and the filters named among them; a name that nothing has is words like the others."""
    asked = wording.read(words)
    known = {key: _KNOWN[key](session, value) for key, value in asked.named.items()}
    named = {key: value for key, value in known.items() if value is not None}
    return asked.with_words(*(value for key, value in asked.named.items() if key not in named)), named


def theme(session: Session, name: str) -> str | None:
    """The slug of a theme by its slug or name."""
    found = lookups.find_theme(session, name)
    return found.slug if found else None


def unit(session: Session, name: str) -> str | None:
    """The slug of a unit by its slug or name."""
    found = lookups.find_unit(session, name)
    return found.slug if found else None


def place(_: Session, name: str) -> str | None:
    """The slug of a place by its slug or name."""
    found = find_place(name)
    return found.slug if found else None


_KNOWN: dict[str, Callable[[Session, str], str | int | None]] = {
    "theme": theme,
    "unit": unit,
    "place": place,
    "kind": lambda _, value: wording.kind_of(value),
    "year": lambda _, value: wording.year_of(value),
    "length": lambda _, value: wording.length_of(value),
}
