"""How a plan uses its recording: which tracks are read, and how each is made to look and sound right; values, pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medialib.catalogue.trims import WHOLE, Trim


@dataclass(frozen=True, kw_only=True)
class SoundUse:
    """One sound track of the source, and how it is made to sound right.

    `end_seconds` is the end of its last sound on the lesson's clock. `gain_db` brings it to the wanted loudness,
    `mono_gain_db` is what its mix to one channel needs on top; peaks are held below `ceiling_dbtp` (None: not at
    all). `channels` are the source's channels that become left and right, none for the usual mix of all. What is
    as faint as `noise_db` is taken for noise and lowered (None: nothing is). `language` is a BCP 47 tag or empty.
    """

    index: int
    end_seconds: float
    gain_db: float = 0.0
    mono_gain_db: float = 0.0
    ceiling_dbtp: float | None = None
    overshoots_db: tuple[float, ...] = ()
    channels: tuple[int, ...] = ()
    noise_db: float | None = None
    language: str = ""
    title: str = ""
    commentary: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SoundUse":
        overshoots = tuple(document.get("overshoots_db", ()))
        return cls(**{**document, "channels": tuple(document["channels"]), "overshoots_db": overshoots})


@dataclass(frozen=True, kw_only=True)
class SourceUse:
    """Which tracks of the source are read, and how.

    `start_seconds` is the source's own clock at the lesson's 0, which a `trim` moves; then `whole_seconds` is how long
    the whole recording is. `video_end_seconds` and `audio_end_seconds` are
    the ends of the last picture and sound that really are there, on the lesson's clock; `matrix` is the YCbCr
    matrix in swscale's words; `cover_index` an attached picture. `sounds` are the tracks that are offered, the
    usual one first; plans from before there were several have none, but `audio_index`. `transfer` is the HDR
    transfer that is tone-mapped (empty for none, bt709 for BT.2020's wider colours alone); only the brightness of a
    `grey` source can be read; one with `alpha` is shown over black. A `mended` one is read from a copy whose clock
    does not jump. `width` and `height` are those of the source's first pictures, turned, in its own pixels: they
    may change on the way. Older plans have none.
    `noise_sought`: whether steady noise was to be taken out of the sounds. Who seeks may find no keyframe for up to
    `keyless_seconds`.
    """

    video_index: int | None
    audio_index: int | None
    start_seconds: float
    video_end_seconds: float
    audio_end_seconds: float = 0.0
    matrix: str = "bt709"
    full_range: bool = False
    deinterlace: bool = False
    cover_index: int | None = None
    transfer: str = ""
    grey: bool = False
    alpha: bool = False
    mended: bool = False
    width: int = 0
    height: int = 0
    sounds: tuple[SoundUse, ...] = ()
    trim: Trim = WHOLE
    whole_seconds: float = 0.0
    noise_sought: bool = False
    keyless_seconds: float = 0.0

    @property
    def before_seconds(self) -> float:
        """Where the recording begins on the lesson's clock: at 0, or before it when the beginning is trimmed."""
        return -self.trim.start_seconds if self.trim.start_seconds else 0.0

    @property
    def heard(self) -> tuple[SoundUse, ...]:
        """The sound tracks that are offered, whenever the plan was made."""
        if self.audio_index is None or self.sounds:
            return self.sounds
        return (SoundUse(index=self.audio_index, end_seconds=self.audio_end_seconds),)

    @property
    def gain_db(self) -> float:
        """The gain of the usual sound."""
        return self.heard[0].gain_db if self.heard else 0.0

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SourceUse":
        sounds = tuple(SoundUse.from_json(one) for one in document.get("sounds", ()))
        trim = Trim(**document.get("trim", {}))
        return cls(**{**document, "sounds": sounds, "trim": trim})
