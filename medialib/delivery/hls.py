"""HLS playlists (RFC 8216bis): values and their text; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from medialib.catalogue.plans import Plan, Rendition

MEDIA_TYPE = "application/vnd.apple.mpegurl"


@dataclass(frozen=True, kw_only=True)
class Sound:
    """An EXT-X-MEDIA of type AUDIO (section 4.4.6.1)."""

    group: str
    name: str
    language: str
    channels: int
    uri: str


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


def render_multivariant(sounds: Sequence[Sound], variants: Sequence[Variant]) -> str:
    """The multivariant playlist; its first variant is what a player begins with."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_media_line(sound) for sound in sounds]
    for variant in variants:
        lines += [_stream_line(variant), variant.uri]
    return "\n".join(lines) + "\n"


def _media_line(sound: Sound) -> str:
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{sound.group}",NAME="{sound.name}",LANGUAGE="{sound.language}",'
        f'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="{sound.channels}",URI="{sound.uri}"'
    )


def _stream_line(variant: Variant) -> str:
    parts = [
        f"BANDWIDTH={variant.peak_bits_per_second}",
        f"AVERAGE-BANDWIDTH={variant.average_bits_per_second}",
        f'CODECS="{variant.codecs}"',
    ]
    if variant.resolution:
        parts.append(f"RESOLUTION={variant.resolution[0]}x{variant.resolution[1]}")
    if variant.frames_per_second:
        parts.append(f"FRAME-RATE={variant.frames_per_second:.3f}")
    if variant.audio_group:
        parts.append(f'AUDIO="{variant.audio_group}"')
    return "#EXT-X-STREAM-INF:" + ",".join(parts)


def render_media(plan: Plan, rendition: Rendition) -> str:
    """The media playlist of a rendition: complete from the start, whatever is encoded already."""
    durations = [plan.duration(rendition, number) for number in range(plan.segment_count)]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{_target(durations)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="init.mp4"',
    ]
    for number, duration in enumerate(durations):
        lines += [f"#EXTINF:{float(duration):.6f},", f"{number}.m4s"]
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _target(durations: Sequence[Fraction]) -> int:
    """Every EXTINF, rounded to the nearest integer, is at most this (section 4.4.3.1)."""
    return max(1, *(int(duration + Fraction(1, 2)) for duration in durations))
