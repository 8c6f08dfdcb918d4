"""HLS playlists (RFC 8216bis): values and their text; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from medialib.catalogue.plans import Plan, Rendition

MEDIA_TYPE = "application/vnd.apple.mpegurl"

_INIT = '#EXT-X-MAP:URI="init.mp4"'
# EXT-X-VERSION: what EXT-X-MAP in fMP4 playlists needs, and what every box knows (section 8).
FMP4 = 7
MPEG_TS = 3


Durations = Sequence[Fraction] | None
"""Seconds of each segment; None: as the plan says."""


@dataclass(frozen=True, kw_only=True)
class Sound:
    """An EXT-X-MEDIA of type AUDIO (section 4.4.6.1).

    One of a group is `default`; players may choose an `automatic` one by the viewer's language.
    """

    group: str
    name: str
    language: str
    channels: int
    uri: str
    default: bool = True
    automatic: bool = True


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """An EXT-X-MEDIA of type SUBTITLES (section 4.4.6.1); `spoken`: they write down what is said, in its language."""

    group: str
    name: str
    language: str
    uri: str
    spoken: bool


@dataclass(frozen=True, kw_only=True)
class Variant:
    """An EXT-X-STREAM-INF and its URI (section 4.4.6.2); bit rates per second, those of the sound included."""

    uri: str
    peak_bits_per_second: int
    average_bits_per_second: int
    codecs: str
    resolution: tuple[int, int] | None = None
    frames_per_second: int | None = None
    audio_group: str | None = None
    subtitles_group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Keyframes:
    """An EXT-X-I-FRAME-STREAM-INF (section 4.4.6.3): single pictures, for looking while one seeks."""

    uri: str
    peak_bits_per_second: int
    average_bits_per_second: int
    codecs: str
    resolution: tuple[int, int]


def render_multivariant(
    sounds: Sequence[Sound],
    variants: Sequence[Variant],
    subtitles: Sequence[Subtitles] = (),
    *,
    keyframes: Sequence[Keyframes] = (),
    version: int = FMP4,
) -> str:
    """The multivariant playlist; its first variant is what a player begins with."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{version}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_media_line(sound) for sound in sounds]
    lines += [_subtitles_line(one) for one in subtitles]
    for variant in variants:
        lines += [_stream_line(variant), variant.uri]
    lines += [_keyframes_line(one) for one in keyframes]
    return "\n".join(lines) + "\n"


def _media_line(sound: Sound) -> str:
    return (
        f"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID={_quoted(sound.group)},NAME={_quoted(sound.name)},"
        f"LANGUAGE={_quoted(sound.language)},DEFAULT={_yes(sound.default)},AUTOSELECT={_yes(sound.automatic)},"
        f"CHANNELS={_quoted(str(sound.channels))},"
        f"URI={_quoted(sound.uri)}"
    )


def _subtitles_line(one: Subtitles) -> str:
    # They are shown when the viewer, or the settings of the device, ask for it.
    spoken = ',CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog"' if one.spoken else ""
    return (
        f"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID={_quoted(one.group)},NAME={_quoted(one.name)},"
        f"LANGUAGE={_quoted(one.language)},DEFAULT=NO,AUTOSELECT=YES,FORCED=NO{spoken},URI={_quoted(one.uri)}"
    )


def _stream_line(variant: Variant) -> str:
    parts = [
        f"BANDWIDTH={variant.peak_bits_per_second}",
        f"AVERAGE-BANDWIDTH={variant.average_bits_per_second}",
        f"CODECS={_quoted(variant.codecs)}",
    ]
    if variant.resolution:
        parts.append(f"RESOLUTION={variant.resolution[0]}x{variant.resolution[1]}")
    if variant.frames_per_second:
        parts.append(f"FRAME-RATE={variant.frames_per_second:.3f}")
    if variant.audio_group:
        parts.append(f"AUDIO={_quoted(variant.audio_group)}")
    if variant.subtitles_group:
        parts.append(f"SUBTITLES={_quoted(variant.subtitles_group)}")
    return "#EXT-X-STREAM-INF:" + ",".join(parts)


def _yes(true: bool) -> str:
    return "YES" if true else "NO"


def _keyframes_line(one: Keyframes) -> str:
    return (
        f"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={one.peak_bits_per_second},"
        f"AVERAGE-BANDWIDTH={one.average_bits_per_second},CODECS={_quoted(one.codecs)},"
        f"RESOLUTION={one.resolution[0]}x{one.resolution[1]},URI={_quoted(one.uri)}"
    )


def _quoted(text: str) -> str:
    """A quoted string, which can hold neither a double quote nor the end of a line (section 4.2)."""
    return '"' + " ".join(text.replace('"', "'").splitlines()) + '"'


def render_media(plan: Plan, rendition: Rendition, durations: Durations = None) -> str:
    """The media playlist of a rendition: complete from the start, whatever is encoded already.

    `durations` are the segments' seconds where the plan does not tell them: those of a copy.
    """
    segments = [f"{number}.m4s" for number in range(plan.segment_count)]
    return _media(plan, rendition, durations, segments, FMP4, (_INIT,))


def render_ts(plan: Plan, rendition: Rendition, durations: Durations = None) -> str:
    """The same segments as MPEG-TS, which needs no init segment."""
    segments = [f"{number}.ts" for number in range(plan.segment_count)]
    return _media(plan, rendition, durations, segments, MPEG_TS, ())


def render_keyframes(
    plan: Plan, rendition: Rendition, places: Sequence[tuple[int, int]], durations: Durations = None
) -> str:
    """The first picture of every segment (section 4.4.3.6): `places` are its [offset, length] in bytes there."""
    pictures = [f"#EXT-X-BYTERANGE:{length}@{at}\n{number}.m4s" for number, (at, length) in enumerate(places)]
    return _media(plan, rendition, durations, pictures, FMP4, ("#EXT-X-I-FRAMES-ONLY", _INIT))


def _media(
    plan: Plan,
    rendition: Rendition,
    durations: Durations,
    segments: Iterable[str],
    version: int,
    more: Sequence[str],
) -> str:
    if durations is None:
        # Twelve hours have 10,800 segments and only a few different lengths: exact fractions are for those few.
        lengths: Sequence[int] = plan.frames(rendition)
        seconds = {count: count * rendition.frame_seconds for count in set(lengths)}
    else:
        lengths, seconds = range(len(durations)), dict(enumerate(durations))
    told = {length: f"#EXTINF:{float(duration):.6f}," for length, duration in seconds.items()}
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{version}",
        f"#EXT-X-TARGETDURATION:{_target(seconds.values())}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *more,
    ]
    for length, segment in zip(lengths, segments, strict=True):
        lines += [told[length], segment]
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _target(durations: Iterable[Fraction]) -> int:
    """Every EXTINF, rounded to the nearest integer, is at most this (section 4.4.3.1)."""
    return max(1, *(int(duration + Fraction(1, 2)) for duration in durations))
