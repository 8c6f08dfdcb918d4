"""Plan: what is made of a recording and where every segment begins; a value, pure.

Video segment k of a rendition covers frames [k*n, (k+1)*n) with n = segment_seconds * frame rate. Audio
segment k begins at AAC frame ceil(k * segment_seconds * 48000 / 1024), the first that starts in it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from medialib.catalogue.source_uses import SourceUse

SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = 1_024

TS_CLOCK_SECONDS = 10
"""What the clock of MPEG-TS segments says at the lesson's 0: TS knows no time before 0, and pictures are decoded before
they are shown."""


@dataclass(frozen=True, kw_only=True)
class VideoRendition:
    """One rung; `codecs` is the RFC 6381 string of its bitstream.

    `preset` is its own when it differs from the plan's; `tuning` are more x264-params. A `copied` one is made of the
    recording's own packets (see Cuts), and encoded after all when those turn out unusable.
    """

    name: str
    width: int
    height: int
    frames_per_second: int
    frames: int
    crf: int
    max_bits_per_second: int
    level: str
    codecs: str
    preset: str = ""
    tuning: str = ""
    copied: bool = False

    @property
    def frame_seconds(self) -> Fraction:
        return Fraction(1, self.frames_per_second)

    @property
    def seconds(self) -> Fraction:
        return self.frames * self.frame_seconds


@dataclass(frozen=True, kw_only=True)
class AudioRendition:
    """One AAC-LC encoding at 48 kHz of a sound track (`track` counts SourceUse.heard); `frames` of 1024 samples."""

    name: str
    channels: int
    bits_per_second: int
    frames: int
    codecs: str = "mp4a.40.2"
    track: int = 0

    @property
    def frame_seconds(self) -> Fraction:
        return Fraction(SAMPLES_PER_FRAME, SAMPLE_RATE)

    @property
    def seconds(self) -> Fraction:
        return self.frames * self.frame_seconds


Rendition = VideoRendition | AudioRendition


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that the playlists and the encoder need to know; immutable once stored.

    `audio` are other sound tracks first, then the usual one, the best encoding of it last.
    """

    version: int
    segment_seconds: int
    segment_count: int
    preset: str
    source: SourceUse
    video: tuple[VideoRendition, ...]
    audio: tuple[AudioRendition, ...]
    start_rung: str | None

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        return (*self.video, *self.audio)

    @property
    def played_first(self) -> tuple[Rendition, ...]:
        """What a player that begins asks for: the start rung and the sounds."""
        return (*(one for one in self.video if one.name == self.start_rung), *self.audio)

    @property
    def usual_audio(self) -> tuple[AudioRendition, ...]:
        """The encodings of the usual sound track, the best one last."""
        return tuple(one for one in self.audio if one.track == 0)

    @property
    def seconds(self) -> float:
        """The length of the lesson: of its picture, or of its sound when there is none."""
        return float(self.renditions[0].seconds)

    @property
    def whole_seconds(self) -> float:
        """The length of the whole recording, of which the lesson may be a part."""
        return self.source.whole_seconds or self.seconds

    @property
    def is_cleaned(self) -> bool:
        """Whether steady noise is taken out of any of its sounds."""
        return any(use.noise_db is not None for use in self.source.heard)

    @property
    def cleans(self) -> bool:
        """Whether steady noise would be taken out, had there been any."""
        return self.source.noise_sought or self.is_cleaned

    def rendition(self, name: str) -> Rendition | None:
        return next((one for one in self.renditions if one.name == name), None)

    def start(self, rendition: Rendition, number: int) -> Fraction:
        """When segment `number` begins, in seconds; for number = segment_count the rendition's end."""
        if number >= self.segment_count:
            return rendition.seconds
        begin = number * self.segment_seconds
        if isinstance(rendition, VideoRendition):
            return Fraction(begin)
        return Fraction(first_audio_frame(begin) * SAMPLES_PER_FRAME, SAMPLE_RATE)

    def frames(self, rendition: Rendition) -> list[int]:
        """How many frames each segment has: what `duration` says of all segments, at a price that playlists can pay."""
        begins = range(0, self.segment_count * self.segment_seconds, self.segment_seconds)
        if isinstance(rendition, VideoRendition):
            first = [begin * rendition.frames_per_second for begin in begins]
        else:
            first = [first_audio_frame(begin) for begin in begins]
        return [end - begin for begin, end in pairwise([*first, rendition.frames])]

    def duration(self, rendition: Rendition, number: int) -> Fraction:
        return self.start(rendition, number + 1) - self.start(rendition, number)

    def samples(self, rendition: Rendition, number: int) -> int:
        """How many pictures or AAC frames segment `number` holds."""
        if isinstance(rendition, VideoRendition):
            return int(self.duration(rendition, number) * rendition.frames_per_second)
        return int(self.duration(rendition, number) * SAMPLE_RATE / SAMPLES_PER_FRAME)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Plan":
        parts = dict(document)
        parts["source"] = SourceUse.from_json(parts["source"])
        parts["video"] = tuple(VideoRendition(**one) for one in parts["video"])
        parts["audio"] = tuple(AudioRendition(**one) for one in parts["audio"])
        return cls(**parts)


def first_audio_frame(seconds: int) -> int:
    """The first AAC frame that begins at or after `seconds`."""
    return -(-seconds * SAMPLE_RATE // SAMPLES_PER_FRAME)


def aligned_segment(number: int, segment_seconds: int) -> int:
    """The last segment up to `number` that begins exactly where an AAC frame does: every second one of 4 s."""
    while number * segment_seconds * SAMPLE_RATE % SAMPLES_PER_FRAME:
        number -= 1
    return number
