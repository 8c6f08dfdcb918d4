"""A lesson as it can be joined with others: what can be had of it now. Of stored rows it only reads fields."""

from collections.abc import Sequence
from dataclasses import dataclass

from medialib.catalogue.lessons import Captions, Lesson, RenditionProgress
from medialib.catalogue.plans import Plan
from medialib.delivery import offer
from medialib.delivery.hls import Variant

SIDES = (240, 360, 480, 720, 1080)
"""Variants are told apart by the shorter side of their pictures, rounded up to one of these."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A rendition of a lesson, and what the lesson's own playlist would say of it."""

    name: str
    variant: Variant
    side: int = 0


@dataclass(frozen=True, kw_only=True)
class Joinable:
    """A lesson as it can be joined: its rungs, the one that is made first in front, and its sounds, the best first."""

    lesson_id: str
    version: int
    seconds: float
    segments: int
    language: str
    rungs: tuple[Choice, ...]
    sounds: tuple[Choice, ...]
    captions: tuple[Captions, ...] = ()


def joinable(
    lesson: Lesson, plan: Plan, rows: Sequence[RenditionProgress], captions: Sequence[Captions] = (), *, ts: bool
) -> Joinable:
    """What can be had of the lesson now: the start rung, complete rungs, its usual sound, and its captions."""
    pictures = offer.ts_variants(plan, rows) if ts else offer.variants(plan, rows, choice=False)
    sounds = offer.ts_audio_variants(plan, rows) if ts else offer.audio_variants(plan, rows)
    rungs = offer.ready_rungs(plan, rows)
    return Joinable(
        lesson_id=lesson.id,
        version=plan.version,
        seconds=plan.seconds,
        segments=plan.segment_count,
        language=lesson.language,
        rungs=tuple(
            Choice(name=rung.name, variant=variant, side=side_of(min(rung.width, rung.height)))
            for rung, variant in zip(rungs, pictures, strict=False)  # sound alone comes behind the rungs
        ),
        sounds=tuple(
            Choice(name=one.name, variant=variant)
            for one, variant in zip(reversed(plan.usual_audio), sounds, strict=True)
        ),
        captions=tuple(captions),
    )


def side_of(pixels: int) -> int:
    return next((side for side in SIDES if pixels <= side), SIDES[-1])
