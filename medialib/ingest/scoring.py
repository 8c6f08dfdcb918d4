"""Which pictures of a film show what it is about: not black, empty, blurred or in the middle of a change; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

# Pictures this close together in time are neighbours: between them a good one hardly changes.
NEIGHBOURS_SECONDS = 0.45
# Looked at in this width: a picture that is sharp here is sharp on a card.
LOOK_WIDTH = 320
_PRINT_SIZE = (32, 18)
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)

# Of 255. Below these nothing can be made out.
_DARKEST, _FLATTEST = 22, 9
# Two pictures that differ by less look the same.
_SAME = 6.0


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one picture looks like, all of 255: `brightness`, `contrast` (standard deviation), `sharpness` (variance
    of the Laplacian), `entropy` (bits), and a tiny print of it for comparing.
    """

    at_seconds: float
    brightness: float
    contrast: float
    sharpness: float
    entropy: float
    print: Image.Image

    @property
    def usable(self) -> bool:
        return self.brightness > _DARKEST and self.contrast > _FLATTEST


def look_at(picture: Image.Image, at_seconds: float) -> Look:
    grey = picture.convert("L")
    if grey.width > LOOK_WIDTH:
        grey = grey.resize((LOOK_WIDTH, max(1, round(grey.height * LOOK_WIDTH / grey.width))), Image.Resampling.BOX)
    told = ImageStat.Stat(grey)
    return Look(
        at_seconds=at_seconds,
        brightness=told.mean[0],
        contrast=told.stddev[0],
        sharpness=_sharpness(grey),
        entropy=grey.entropy(),
        print=grey.resize(_PRINT_SIZE, Image.Resampling.BOX),
    )


def _sharpness(grey: Image.Image) -> float:
    if min(grey.size) < 3:
        return 0.0
    edges = grey.filter(_LAPLACE).crop((1, 1, grey.width - 1, grey.height - 1))
    return float(ImageStat.Stat(edges).var[0])


def rank(looks: Sequence[Look], *, seconds: float, keep: int) -> list[int]:
    """The places in `looks` of the best pictures, best first, no two alike; empty when none can be made out."""
    scores = [_score(looks, place, seconds) if one.usable else 0.0 for place, one in enumerate(looks)]
    chosen: list[int] = []
    for place in sorted(range(len(looks)), key=lambda one: -scores[one]):
        if len(chosen) == keep or scores[place] <= 0:
            break
        if all(difference(looks[place], looks[other]) > _SAME for other in chosen):
            chosen.append(place)
    return chosen


def difference(one: Look, other: Look) -> float:
    """How much two pictures differ, 0 to 255."""
    return float(ImageStat.Stat(ImageChops.difference(one.print, other.print)).mean[0])


def _score(looks: Sequence[Look], place: int, seconds: float) -> float:
    one = looks[place]
    parts = (
        _within(one.brightness, 20, 70, 185, 252),
        min(1.0, one.contrast / 48),
        min(1.0, math.log10(one.sharpness + 1) / 2.8),
        0.35 + 0.65 * min(1.0, one.entropy / 7),
        _steadiness(looks, place),
        _place_in_film(one.at_seconds, seconds),
    )
    # A mean of logarithms: what fails in one respect is not saved by the others.
    return math.prod(max(part, 0.02) for part in parts)


def _within(value: float, low: float, good_from: float, good_to: float, high: float) -> float:
    """1 in the good range, falling to 0.1 at `low` and `high`."""
    if value < good_from:
        return max(0.1, (value - low) / (good_from - low))
    return 1.0 if value <= good_to else max(0.1, (high - value) / (high - good_to))


def _steadiness(looks: Sequence[Look], place: int) -> float:
    """1 where the neighbours look alike; in a fade, a cut or a shake much less."""
    one = looks[place]
    near = [
        other
        for other in looks[max(0, place - 1) : place + 2]
        if other is not one and abs(other.at_seconds - one.at_seconds) <= NEIGHBOURS_SECONDS
    ]
    if not near:
        return 0.8  # nothing is known
    change = max(difference(one, other) for other in near)
    # In a fade everything becomes brighter or darker, which the eye sees sooner than movement.
    fade = max(abs(one.brightness - other.brightness) for other in near)
    return 1 / (1 + (change / 14) ** 2 + (fade / 8) ** 2)


def _place_in_film(at_seconds: float, seconds: float) -> float:
    """Titles and farewells are a little less good."""
    share = at_seconds / seconds if seconds > 0 else 0.5
    return 0.85 if share < 0.03 or share > 0.96 else 1.0
