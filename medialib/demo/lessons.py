"""What the demonstration lessons are called, say and sound like, read from lessons.yaml; and when they say it."""

from functools import cache, cached_property
from importlib import resources
from itertools import accumulate
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from medialib.catalogue.edits import Details
from medialib.demo.scenes import SCENES
from medialib.demo.tune import Tune
from medialib.ingest.sidecar import Sidecar

# Longer than anyone reads: at first and at last the scene is alone for a while.
_OPENING_SECONDS, _CLOSING_SECONDS = 5.0, 3.4
# espeak-ng takes at most 0.22 s for a character and 0.9 s more for a sentence (at 285 words a minute): as people speak.
_SHORTEST_SECONDS, _BREATH_SECONDS, _SECONDS_PER_CHARACTER = 4.2, 0.9, 0.21
_READING_BREATH_SECONDS = 1.9

_FILM = "画面是画出来的，声音是合成的，用来试试播放、字幕、搜索和接着看。"
_READING = "声音是合成的，用来试试边干活边听、锁屏播放和接着听。"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bar(_Frozen):
    """One bar of a slide's chart."""

    label: str
    value: Annotated[int, Field(gt=0)]


class Slide(_Frozen):
    """What a panel shows beside the scene."""

    kicker: str
    title: str
    lines: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    number: str = ""


class Beat(_Frozen):
    """What is said at one time, and shown meanwhile."""

    says: str
    chapter: str = ""
    slide: Slide | None = None


class Demonstration(_Frozen):
    """One lesson: a film when its picture is a scene, else an audio reading with a cover."""

    slug: str
    picture: str
    details: Sidecar
    tune: Tune
    beats: tuple[Beat, ...]
    remember: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _begins_and_ends_without_a_slide(self) -> "Demonstration":
        if self.beats[0].slide or self.beats[-1].slide:
            raise ValueError("the first and the last beat show the scene alone")
        return self

    @property
    def is_film(self) -> bool:
        return self.picture in SCENES

    @property
    def source_name(self) -> str:
        """What its file is known as in the catalogue: the mark of a demonstration lesson."""
        return f"medialib-demo-{self.slug}.{'mp4' if self.is_film else 'm4a'}"

    def described(self) -> Details:
        """What is stored of the lesson; it says of itself that it is an example."""
        given = self.details.model_dump(exclude_none=True)
        kind, what = ("示例课程", _FILM) if self.is_film else ("示例音频", _READING)
        return Details(**given | {"description": f"{given['description']}\n\n（{kind}：{what}）"})

    @cached_property
    def starts(self) -> tuple[float, ...]:
        """When each beat begins, and at last when the lesson ends."""
        return tuple(accumulate((self._lasts(number) for number in range(len(self.beats))), initial=0.0))

    @property
    def seconds(self) -> float:
        return self.starts[-1]

    def at(self, place: float) -> float:
        """The moment of a place counted in beats: 2.5 is the middle of the third."""
        number = min(int(place), len(self.beats) - 1)
        return self.starts[number] + (place - number) * (self.starts[number + 1] - self.starts[number])

    def _lasts(self, number: int) -> float:
        spoken = len(self.beats[number].says) * _SECONDS_PER_CHARACTER
        if not self.is_film:
            return round(max(_SHORTEST_SECONDS, spoken + _READING_BREATH_SECONDS), 1)
        least = {0: _OPENING_SECONDS, len(self.beats) - 1: _CLOSING_SECONDS}.get(number, _SHORTEST_SECONDS)
        return round(max(least, spoken + _BREATH_SECONDS), 1)


@cache
def demonstrations() -> tuple[Demonstration, ...]:
    """All of them, in the order in which they are made."""
    text = resources.files("medialib.demo").joinpath("lessons.yaml").read_text(encoding="utf-8")
    # Dates stay texts, as in a sidecar.
    given = yaml.load(text, Loader=yaml.BaseLoader)
    return tuple(Demonstration.model_validate(one) for one in given)
