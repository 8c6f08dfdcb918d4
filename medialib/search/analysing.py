"""Lessons turned into terms while others are written: many by a second process, which is half of building anew."""

from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection

import structlog

from medialib.search import vocabulary
from medialib.search.schema import Document, index_fields

log = structlog.get_logger()

Terms = dict[str, object]

ALONE = 500
"""So many lessons are ready before a second process is."""
_CHUNK = 50
# Of them the second process is given so many: this one, which also writes, would wait for it otherwise.
_THEIRS = 34


def analysed(documents: Iterable[Document]) -> Iterator[Terms]:
    """The terms of each lesson, in order. When the second process dies the rest is done in this one."""
    left = iter(documents)
    yield from map(index_fields, islice(left, ALONE))
    chunk = list(islice(left, _CHUNK))
    if not chunk:
        return
    helper = _Helper()
    try:
        helper.give(chunk[:_THEIRS])
        while chunk:
            following = list(islice(left, _CHUNK))
            done = helper.take()
            # It is given more only when it has answered, so that never both wait for the other to read.
            helper.give(following[:_THEIRS])
            yield from map(index_fields, chunk[:_THEIRS]) if done is None else done
            yield from map(index_fields, chunk[_THEIRS:])
            chunk = following
    finally:
        helper.close()


class _Helper:
    """A process that analyses what it is given; gives None for it once it has died."""

    def __init__(self) -> None:
        # A fork would take along the locks of whatever threads there are.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, vocabulary.learned()), daemon=True)
        self._process.start()
        theirs.close()
        self._lives = True

    def give(self, chunk: list[Document]) -> None:
        try:
            if self._lives:
                self._pipe.send(chunk)
        except OSError as error:
            self._lost(error)

    def take(self) -> list[Terms] | None:
        try:
            return self._pipe.recv() if self._lives else None
        except (EOFError, OSError) as error:
            self._lost(error)
            return None

    def close(self) -> None:
        self._pipe.close()
        self._process.join()

    def _lost(self, error: Exception) -> None:
        self._lives = False
        log.warning("the second process of the analysis ended; going on in this one", error=repr(error))


def _serve(asked: Connection, names: frozenset[str]) -> None:
    """Analyse until there is no more, or the other process has ended."""
    vocabulary.learn(names)
    try:
        while chunk := asked.recv():
            asked.send([index_fields(document) for document in chunk])
    except (EOFError, OSError):
        return
