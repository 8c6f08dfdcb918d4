"""The lessons that somebody may find beside those that everyone may: both indexes as one."""

from collections.abc import Collection
from dataclasses import dataclass

from medialib.search.index import SearchIndex
from medialib.search.leaves import View, together


@dataclass(frozen=True, kw_only=True)
class Besides:
    """An index of more lessons, and the ids of those in it that whoever asks may find."""

    index: SearchIndex
    ids: Collection[str]


def seen(index: SearchIndex, besides: Besides | None) -> View:
    """What whoever asks may find. Raises IndexUnavailable."""
    view = index.view()
    return together(view, besides.index.view(), besides.ids) if besides else view
