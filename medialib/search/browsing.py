"""Lessons that pass filters, in an order, without any words: by the arrays of the index.

The catalogue can answer the same, and does while the index is not up to date; it takes fifty times as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medialib.search.besides import Besides, seen
from medialib.search.counting import Counts, counts, mask_of
from medialib.search.index import SearchIndex, reading
from medialib.search.leaves import Numbers, View

ORDERS = {"newest": ("published", -1.0), "oldest": ("published", 1.0), "longest": ("seconds", -1.0)} | {
    "shortest": ("seconds", 1.0)
}


@dataclass(frozen=True, kw_only=True)
class Browsed:
    """How many lessons there are in all, the ids on this page in order, and the numbers beside the filters."""

    total: int
    ids: tuple[str, ...]
    counts: Counts | None = None


def browse(
    index: SearchIndex,
    filters: Mapping[str, str | int | None],
    *,
    sort: str = "newest",
    page: int = 1,
    per_page: int = 20,
    counted: bool = False,
    besides: Besides | None = None,
) -> Browsed:
    """One page of the lessons that pass; an unknown `sort` means newest first. Filters are those of `counting`.

    `besides` are more lessons than those of the index. Raises IndexUnavailable.
    """
    field, sign = ORDERS.get(sort, ORDERS["newest"])
    first = (max(page, 1) - 1) * max(per_page, 1)
    with reading():
        view = seen(index, besides)
        documents = np.flatnonzero(mask_of(view, filters))
        keys = sign * view.column(field)[documents]
        end = min(first + max(per_page, 1), len(documents))
        if 0 < end < len(documents):
            # Those that cannot be on the page need no order; those that tie with its last one may be on it.
            near = keys <= np.partition(keys, end - 1)[end - 1]
            left, keys = documents[near], keys[near]
        else:
            left = documents
        return Browsed(
            total=len(documents),
            ids=_page(view, left, keys, first, end),
            counts=counts(view, filters=filters) if counted else None,
        )


def _page(view: View, documents: NDArray[np.intp], keys: Numbers, first: int, end: int) -> tuple[str, ...]:
    """The ids from `first` to below `end`; equals stand in the order of their ids, however segments are merged."""
    if first >= end:
        return ()
    order = np.argsort(keys, kind="stable")
    documents, keys = documents[order], keys[order]
    start, stop = np.searchsorted(keys, keys[first], side="left"), np.searchsorted(keys, keys[end - 1], side="right")
    named = [
        (float(key), view.id_of(int(document)))
        for document, key in zip(documents[start:stop], keys[start:stop], strict=True)
    ]
    return tuple(id for _, id in sorted(named)[first - int(start) : end - int(start)])
