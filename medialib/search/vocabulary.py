"""Which Chinese words there are: those of the dictionary, and names of this library, learned while it runs (pure)."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import ModuleType

from medialib.search.folding import HAN, normalise

_all_han = re.compile(f"[{HAN}]+")
_LONGEST_NAME = 12


@cache
def dictionary() -> ModuleType:
    """Loaded with its dictionary when the first word is cut: most commands cut none."""
    import rjieba

    return rjieba


class Names:
    """Words that no dictionary has: what units, speakers and series of this library are called."""

    def __init__(self, names: Iterable[str]) -> None:
        kept = {normalise(name) for name in names}
        self.words = frozenset(
            one
            for one in kept
            if _all_han.fullmatch(one) and 2 <= len(one) <= _LONGEST_NAME and not dictionary().has_word(one)
        )
        self._by_beginning: dict[str, list[str]] = {}
        for one in sorted(self.words, key=lambda one: (-len(one), one)):
            self._by_beginning.setdefault(one[:2], []).append(one)

    def split(self, han: str) -> Iterator[tuple[str, bool]]:
        """A run of Chinese in parts, each with whether it is a name; of names that begin alike the longest."""
        at = start = 0
        while at < len(han) - 1:
            name = next((one for one in self._by_beginning.get(han[at : at + 2], ()) if han.startswith(one, at)), None)
            if name is None:
                at += 1
                continue
            if start < at:
                yield han[start:at], False
            yield name, True
            at = start = at + len(name)
        if start < len(han):
            yield han[start:], False


_names = Names(())
_here: ContextVar[Names | None] = ContextVar("here", default=None)


def learn(names: Iterable[str]) -> None:
    """Let these names be words from now on, in what is indexed and in what is asked.

    What was indexed before a name was known is found all the same: by its characters, their pairs and its parts.
    """
    global _names
    _names = Names(names)


def learned() -> frozenset[str]:
    """The names that are words now: for another process to learn."""
    return _names.words


@contextmanager
def with_names(*names: str) -> Iterator[None]:
    """Here, in no other thread, these names are known and no others: for what comes out the same in every library."""
    token = _here.set(Names(names))
    try:
        yield
    finally:
        _here.reset(token)


def known() -> Names:
    """The names that are words here and now."""
    return _here.get() or _names
