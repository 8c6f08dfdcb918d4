"""How many of the lessons found each theme, unit, kind, place, year and length has: the numbers beside the filters.

    found = counts(view, documents, filters={"theme": "skills", "year": 2022})
    found.total             # passing every filter
    found.themes["skills"]  # passing every filter but that of the theme

`view` is what `SearchIndex.view()` gives, `documents` the numbers of all documents that the words matched
(as an array, a mask or any iterable; without the filters applied), or None for every lesson. The same filters as a mask
for a search of one's own: `mask_of(view, filters)`. All of it raises what reading a damaged index raises: call it
inside `index.reading()`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from medialib.catalogue.lengths import LENGTHS
from medialib.search.leaves import Mask, View

TAGS = ("theme", "unit", "kind", "place", "year")
"""Fields of the index whose values are counted; those above in a tree are among a lesson's values."""
FILTERS = (*TAGS, "length")

Chosen = Mapping[str, str | int | None]
"""A value by name out of FILTERS; None is no filter."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many lessons there are in all, and by value; values that none has are left out."""

    total: int
    themes: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)


def counts(
    view: View,
    documents: Iterable[int] | NDArray[np.generic] | None = None,
    *,
    filters: Chosen | None = None,
) -> Counts:
    """Count by every filter's values; the values of a filter in use are counted without that filter."""
    found = as_mask(view, documents)
    masks = {name: _mask(view, name, value) for name, value in (filters or {}).items() if value is not None}
    passing = _both(found, masks.values())
    everything = np.flatnonzero(passing)
    counted: dict[str, dict[str, int]] = {}
    for name in FILTERS:
        others = [mask for other, mask in masks.items() if other != name]
        chosen = np.flatnonzero(_both(found, others)) if name in masks else everything
        counted[name] = _lengths(view, chosen) if name == "length" else _tags(view, name, chosen)
    return Counts(
        total=len(everything),
        themes=counted["theme"],
        units=counted["unit"],
        kinds=counted["kind"],
        places=counted["place"],
        years={int(year): number for year, number in counted["year"].items()},
        lengths=counted["length"],
    )


def mask_of(view: View, filters: Chosen) -> Mask:
    """Which documents pass all filters and are not deleted."""
    return _both(view.alive, [_mask(view, name, value) for name, value in filters.items() if value is not None])


def as_mask(view: View, documents: Iterable[int] | NDArray[np.generic] | None) -> Mask:
    """Documents given in any way as one truth for each of all; deleted ones are left out."""
    if documents is None:
        return view.alive
    given = documents if isinstance(documents, np.ndarray) else np.fromiter(documents, dtype=np.int64)
    if given.dtype == np.bool_:
        return np.logical_and(given, view.alive)
    mask = np.zeros(view.size, dtype=np.bool_)
    mask[given.astype(np.int64, copy=False)] = True
    return np.logical_and(mask, view.alive)


def _mask(view: View, name: str, value: str | int) -> Mask:
    if name in TAGS:
        return view.mask(name, str(value))
    if name != "length":
        raise KeyError(name)
    if value not in LENGTHS:
        return np.zeros(view.size, dtype=np.bool_)
    least, end = LENGTHS[str(value)]
    seconds = view.column("seconds")
    return (seconds >= least) & (seconds < end)


def _both(mask: Mask, others: Iterable[Mask]) -> Mask:
    return reduce(np.logical_and, others, mask)


def _tags(view: View, name: str, documents: NDArray[np.intp]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for leaf in view.leaves:
        first, last = np.searchsorted(documents, (leaf.first, leaf.end))
        tags = leaf.segment.tags(name)
        numbers = tags.count(documents[first:last] - leaf.first)
        for at in np.flatnonzero(numbers):
            value = tags.values[at]
            counted[value] = counted.get(value, 0) + int(numbers[at])
    return counted


def _lengths(view: View, documents: NDArray[np.intp]) -> dict[str, int]:
    seconds = view.column("seconds")[documents]
    edges = [least for least, _ in LENGTHS.values()]
    numbers = np.bincount(np.searchsorted(edges, seconds, side="right"), minlength=len(edges) + 1)[1:]
    return {name: int(number) for name, number in zip(LENGTHS, numbers, strict=True) if number}
