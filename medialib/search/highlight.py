"""Where in a text the searched words stand, as spans of the text as it was written (pure)."""

from collections.abc import Iterable, Iterator
from itertools import product

from medialib.search import folding, sounds, text
from medialib.search.asking import Unit, take_apart


def highlight(value: str, words: str, *, begun: bool = True) -> tuple[tuple[int, int], ...]:
    """Character spans (start, end) of ``value`` to mark, in order and not touching.

    A word that does not stand there is sought by its pairs of characters, by what sounds alike and, unless
    `begun` is false, by what begins with its letters.
    """
    folded, offsets = folding.fold_with_offsets(value)
    runs = text.stretches(folded)
    marked = [span for unit in take_apart(words).units for span in _marks(runs, unit, begun=begun)]
    ends = (*offsets, len(value))
    return _merge((offsets[start], _after(ends, end)) for start, end in marked)


def _marks(runs: list[text.Stretch], unit: Unit, *, begun: bool) -> list[tuple[int, int]]:
    if not unit.han:
        letters = unit.text.replace("ü", "v")
        return (
            list(_latin(runs, unit.text))
            or list(_sounds(runs, {letters}, initials=letters))
            or (list(_begun(runs, letters)) if begun else [])
        )
    said = sounds.readings(unit.text)
    alike = {"".join(said), *sounds.pairs(said)} if len(said) > 1 else set()
    return list(_places(runs, [unit.text])) or [
        *_places(runs, text.bigrams(unit.text)),
        *_sounds(runs, alike, initials=""),
    ]


def _latin(runs: list[text.Stretch], word: str) -> Iterator[tuple[int, int]]:
    for run in runs:
        if not run.han and word in text.latin_parts(run.text):
            yield run.start, run.start + len(run.text)


def _begun(runs: list[text.Stretch], letters: str) -> Iterator[tuple[int, int]]:
    """What begins with these letters, as one sees it who is still typing: zhus -> 竹笋, exc -> exc of excel."""
    for run in runs:
        if not run.han:
            if run.text.startswith(letters):
                yield run.start, run.start + len(letters)
            continue
        said = sounds.readings(run.text)
        for start in range(len(said)):
            end, heard = start, ""
            while said[start] and end < len(said) and len(heard) < len(letters):
                heard += said[end]
                end += 1
            if heard.startswith(letters) and len(letters) > 1:
                yield run.start + start, run.start + end


def _sounds(runs: list[text.Stretch], wanted: set[str], *, initials: str) -> Iterator[tuple[int, int]]:
    for run in runs:
        if run.han and wanted:
            yield from _heard(run, wanted, initials)


def _heard(run: text.Stretch, wanted: set[str], initials: str) -> Iterator[tuple[int, int]]:
    said = sounds.readings(run.text)
    for start in range(len(said)):
        for end in range(start + 1, min(len(said), start + sounds.LONGEST_INITIALS) + 1):
            heard = said[start:end]
            if "".join(heard) in wanted or (len(heard) > 1 and "".join(s[:1] for s in heard) == initials):
                yield run.start + start, run.start + end


def _places(runs: list[text.Stretch], wanted: list[str]) -> Iterator[tuple[int, int]]:
    for run, word in product((run for run in runs if run.han), wanted):
        at = run.text.find(word)
        while at >= 0:
            yield run.start + at, run.start + at + len(word)
            at = run.text.find(word, at + 1)


def _after(ends: tuple[int, ...], end: int) -> int:
    """Where the text goes on after folded position ``end``; one written character may fold to several."""
    last = ends[end - 1]
    return next(offset for offset in ends[end:] if offset > last)


def _merge(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
