"""Filters: what lessons are narrowed to by an address, for the catalogue and for search (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Filters:
    """None leaves that open. `theme`, `unit` (with all below it) and `place` are slugs, `length` is a name of
    `lengths.LENGTHS`.
    """

    theme: str | None = None
    kind: str | None = None
    unit: str | None = None
    place: str | None = None
    year: int | None = None
    length: str | None = None
