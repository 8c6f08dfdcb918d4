"""The lines of a lesson's captions in which the searched words are said (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from medialib.catalogue.cues import Cue
from medialib.search import folding, text
from medialib.search.asking import take_apart
from medialib.search.highlight import highlight

_BETWEEN = "\u2028"
_LOOKED_AT = 4
"""Lines looked at for each that is wanted: a Latin word may stand inside another."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A line of captions: its second, and where in it the words stand, [start, end) in characters."""

    seconds: float
    text: str
    marks: tuple[tuple[int, int], ...]
    language: str


def lines(cues: Sequence[Cue], words: str, *, language: str, most: int) -> list[Said]:
    """The lines that hold the most of the words, the first of these, in their order."""
    wanted = _wanted(words)
    held: list[tuple[int, int]] = []
    # At once: folding line by line takes many times as long.
    for at, line in enumerate(folding.normalise(_BETWEEN.join(cue.words for cue in cues)).split(_BETWEEN)):
        number = sum(part in line for part in wanted)
        if number:
            held.append((-number, at))
    said: list[Said] = []
    for _, at in sorted(held)[: most * _LOOKED_AT]:
        marks = highlight(cues[at].words, words, begun=False)
        if marks and len(said) < most:
            said.append(Said(seconds=cues[at].begin, text=cues[at].words, marks=marks, language=language))
    return sorted(said, key=lambda one: one.seconds)


def _wanted(words: str) -> set[str]:
    """The words, and the shorter ones that long words are made of."""
    question = take_apart(words)
    return {unit.text for unit in question.units} | {*question.subwords}


def holds(transcript: str, phrase: str) -> bool:
    """Whether a phrase is said, whatever stands between its words, in one line or over the end of one."""
    return _joined(phrase) in _joined(transcript)


def _joined(value: str) -> str:
    return "".join(run.text if run.han else f" {run.text} " for run in text.stretches(folding.normalise(value)))
