"""Cues that anyone wrote to cues that every player shows: sorted, within the lesson, none empty or endless; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from medialib.catalogue.cues import Cue
from medialib.ingest import cue_text

MOST_CUES = 20_000
_LONGEST_TEXT = 1_000
_LONGEST_SECONDS = 60.0
# A cue without a length is on show for as long as it takes to read it.
_SHORTEST_SECONDS = 1.0
_SECONDS_PER_CHARACTER = 0.15
_LONGEST_READING_SECONDS = 6.0
# An overlap up to this is carelessness; a longer one means that two speak at once, which players can show.
_CARELESS_SECONDS = 1.0
_LEAST_LEFT_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Mended:
    """`too_late` cues begin after the lesson's end, `too_many` are above the limit: both are left out."""

    cues: tuple[Cue, ...]
    too_late: int
    too_many: int


def mend_cues(cues: Sequence[Cue], *, seconds: float) -> Mended:
    """The cues of a lesson that is `seconds` long."""
    timed = sorted((_with_a_length(cue) for cue in cues), key=lambda cue: (cue.begin, cue.end))
    timed = [replace(cue, begin=max(0.0, cue.begin)) for cue in timed if cue.end > 0]
    within = [replace(cue, end=min(cue.end, seconds)) for cue in timed if cue.begin < seconds]
    kept = within[:MOST_CUES]
    mended = tuple(_rounded(_apart(_together(kept))))
    return Mended(cues=mended, too_late=len(timed) - len(within), too_many=len(within) - len(kept))


def _with_a_length(cue: Cue) -> Cue:
    if len(cue.words) > _LONGEST_TEXT:
        cue = replace(cue, text=cue_text.from_plain(cue.words[: _LONGEST_TEXT - 1] + "…"))
    if cue.end <= cue.begin:
        reading = max(_SHORTEST_SECONDS, len(cue.words) * _SECONDS_PER_CHARACTER)
        return replace(cue, end=cue.begin + min(reading, _LONGEST_READING_SECONDS))
    return replace(cue, end=min(cue.end, cue.begin + _LONGEST_SECONDS))


def _together(cues: Iterable[Cue]) -> list[Cue]:
    """Cues of exactly the same time as one: the lines of two languages."""
    found: list[Cue] = []
    for cue in cues:
        last = found[-1] if found else None
        if last is None or (last.begin, last.end) != (cue.begin, cue.end):
            found.append(cue)
        elif cue.text != last.text and len(last.text) + len(cue.text) <= _LONGEST_TEXT:
            found[-1] = replace(last, text=f"{last.text}\n{cue.text}")
    return found


def _apart(cues: list[Cue]) -> list[Cue]:
    """Small overlaps end where the next cue begins."""
    mended = []
    for cue, after in pairwise([*cues, None]):
        assert cue is not None
        careless = after is not None and 0 < cue.end - after.begin <= _CARELESS_SECONDS
        if after is not None and careless and after.begin - cue.begin >= _LEAST_LEFT_SECONDS:
            cue = replace(cue, end=after.begin)
        mended.append(cue)
    return mended


def _rounded(cues: Iterable[Cue]) -> Iterable[Cue]:
    """To milliseconds, which is what WebVTT can say."""
    for cue in cues:
        begin, end = round(cue.begin, 3), round(cue.end, 3)
        if end > begin:
            yield replace(cue, begin=begin, end=end)
