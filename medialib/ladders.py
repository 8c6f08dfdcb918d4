"""What is made of a recording: the ladder's settings and the profiles that fill what they leave empty."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

Preset = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"]


class Section(BaseModel):
    """What all settings keep to: no other keys, and numbers that are numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_switch(cls, value: Any, told: ValidationInfo) -> Any:
        """YAML's yes and no would else be taken for 1 and 0."""
        if isinstance(value, bool) and cls.model_fields[str(told.field_name)].annotation is not bool:
            raise ValueError("yes or no means nothing here")
        return value


class RungSettings(Section):
    """One step of the ladder, named by its shorter side in pixels."""

    short_side: Annotated[int, Field(ge=96, le=2160, multiple_of=2)]
    max_bits_per_second: Annotated[int, Field(ge=50_000)]
    crf: Annotated[int, Field(ge=10, le=40)] = 24


def _rungs(*steps: tuple[int, int, int]) -> tuple[RungSettings, ...]:
    return tuple(RungSettings(short_side=side, max_bits_per_second=bits, crf=crf) for side, bits, crf in steps)


# `county`: phones in weak networks, disks of a small machine. `quality`: the same steps for good networks and large
# screens. `tiny`: a very small machine, or lines that are paid for by the megabyte. Measured by bench/savings.py.
PROFILES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "county": {
            "start_rung": 480,
            "preset": "veryfast",
            "bulk_preset": "fast",
            "small_preset": "medium",
            "rungs": _rungs((240, 250_000, 28), (480, 850_000, 27), (720, 1_800_000, 27), (1080, 3_600_000, 27)),
            "stereo_bits_per_second": 64_000,
            "mono_bits_per_second": 32_000,
        },
        "quality": {
            "start_rung": 480,
            "preset": "veryfast",
            "bulk_preset": "fast",
            "small_preset": "medium",
            "rungs": _rungs((240, 300_000, 25), (480, 1_100_000, 23), (720, 2_800_000, 22), (1080, 6_000_000, 22)),
            "stereo_bits_per_second": 128_000,
            "mono_bits_per_second": 48_000,
        },
        "tiny": {
            "start_rung": 360,
            "preset": "veryfast",
            "bulk_preset": "faster",
            "small_preset": "fast",
            "rungs": _rungs((240, 200_000, 30), (360, 400_000, 29), (720, 1_200_000, 29)),
            "stereo_bits_per_second": 48_000,
            "mono_bits_per_second": 24_000,
        },
    }
)


class Ladder(Section):
    """What is made of a recording. What is empty or 0 is as the profile says."""

    profile: Literal["county", "quality", "tiny"] = "county"
    segment_seconds: Annotated[int, Field(ge=2, le=10)] = 4
    start_rung: int = 0
    preset: Preset = "veryfast"
    bulk_preset: Preset = "veryfast"
    small_preset: Preset = "veryfast"
    rungs: tuple[RungSettings, ...] = ()
    stereo_bits_per_second: Annotated[int, Field(ge=16_000, le=320_000)] = 64_000
    mono_bits_per_second: Annotated[int, Field(ge=16_000, le=128_000)] = 32_000
    sound_tracks: Annotated[int, Field(ge=1, le=32)] = 4

    @model_validator(mode="before")
    @classmethod
    def _as_the_profile_says(cls, given: Any) -> Any:
        """Fill what is left empty; an explicit preset holds for all rungs unless they have one of their own."""
        if not isinstance(given, Mapping):
            return given
        said = {key: value for key, value in given.items() if value is False or value not in ("", "0", 0, None, [], ())}
        if "preset" in said:
            said = {"bulk_preset": said["preset"], "small_preset": said["preset"], **said}
        profile = said.get("profile", "county")
        return {**(PROFILES.get(profile, {}) if isinstance(profile, str) else {}), **said}

    @model_validator(mode="after")
    def _rungs_climb(self) -> "Ladder":
        sides = [rung.short_side for rung in self.rungs]
        if sides != sorted(set(sides)):
            raise ValueError("rungs must be in climbing order of short_side")
        if self.start_rung not in sides:
            raise ValueError(f"start_rung must be one of the rungs: {', '.join(map(str, sides))}")
        return self
