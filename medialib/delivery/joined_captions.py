"""Captions of lessons joined into one stream: for each language a rendition through all of them; pure.

Where a lesson has no captions in a language its segments are empty: a rendition with holes would lose its clock.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain

from medialib.catalogue import standins
from medialib.catalogue.lessons import Captions
from medialib.catalogue.plans import Plan
from medialib.delivery.hls import Subtitles
from medialib.delivery.joined import Stretch
from medialib.delivery.offer import SUBTITLES

NOTHING = "/media/no-captions.vtt"
"""The address of a segment in which nothing is said."""

_STREAM = "captions-"

Track = tuple[str, int]
"""Language and revision of a lesson's captions; ("", 0) for none."""


def tracks(
    lessons: Sequence[tuple[str, Sequence[Captions]]],
) -> tuple[dict[str, list[Track]], tuple[Subtitles, ...]]:
    """For each language a track of every lesson, by the name of its stream; `lessons` are their language and captions.

    Captions of nearly the same language (zh-Hans for zh) are better than none.
    """
    every = [*chain.from_iterable(captions for _, captions in lessons)]
    found: dict[str, list[Track]] = {}
    told: list[Subtitles] = []
    for language, _ in Counter(one.language for one in every).most_common():
        chosen = [_nearest(captions, language) for _, captions in lessons]
        its = [(one.language, one.revision) if one else ("", 0) for one in chosen]
        if its in found.values():
            continue
        name = f"{_STREAM}{language}"
        found[name] = its
        label = next(one.label or one.language for one in every if one.language == language)
        spoken = all(_same(spoken, language) for (spoken, _), one in zip(lessons, chosen, strict=True) if one)
        told.append(Subtitles(group=SUBTITLES, name=label, language=language, uri=f"{name}.m3u8", spoken=spoken))
    return found, tuple(told)


def _nearest(captions: Sequence[Captions], language: str) -> Captions | None:
    exact = (one for one in captions if one.language == language)
    return next(exact, None) or next((one for one in captions if _same(one.language, language)), None)


def _same(one: str, other: str) -> bool:
    return one.partition("-")[0] == other.partition("-")[0]


def is_captions(stream: str) -> bool:
    """Whether a joined stream of this name is one of captions."""
    return stream.startswith(_STREAM)


def stretch(lesson_id: str, plan: Plan, track: Track, *, ticks: int | None) -> Stretch:
    """One lesson's segments, as long as its pictures and sound; `ticks` is where the one clock of MPEG-TS has come to
    at its beginning.
    """
    language, revision = track
    folder = f"/media/{lesson_id}/v{plan.version}/captions/{language}/{revision}"
    if ticks is not None:
        folder += f"/joined/{ticks}"
    before = [Fraction(plan.segment_seconds)] * (plan.segment_count - 1)
    return Stretch(
        durations=[*before, standins.longest(plan) - sum(before)],
        segments=[f"{folder}/{number}.vtt" if language else NOTHING for number in range(plan.segment_count)],
    )
