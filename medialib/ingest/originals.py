"""Whether a recording's own picture can be offered as it is, as the top rung, by copying its packets; pure.

Most of that is known from ffprobe's answers. Whether every segment can begin with one of the recording's keyframes
is seen in samples here, and in the whole when the copy is made (copying.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from medialib.catalogue.plans import Plan, VideoRendition

# Every browser, television and phone decodes these; profile_idc 88 and from 110 on few do.
_PROFILES = {"Constrained Baseline", "Baseline", "Main", "High", "Constrained High"}
# Standard dynamic range. Unnamed is taken for what it usually is.
_TRANSFERS = {"", "unknown", "bt709", "smpte170m", "bt470bg", "iec61966-2-1"}
_PRIMARIES = {"", "unknown", "bt709", "smpte170m", "bt470bg"}
_MATRICES = {"", "unknown", "bt709", "smpte170m", "bt470bg"}

# It may take this much more than the encoder would be allowed for the rung.
_DEARER = 1.15
# Segments of all rungs begin together, as far as players and checkers can tell (half of 0.1 s).
LATEST_SECONDS = 0.045
# The picture may end this much before the lesson: less than hls.js takes for a hole.
_EARLY_END_SECONDS = 0.25
_SANE_RATES = (10, 62)
# How many segments each sample window looks at.
_WINDOW_SEGMENTS = 4


@dataclass(frozen=True, kw_only=True)
class Original:
    """A picture track that every player can play as it is."""

    index: int
    width: int
    height: int
    frames_per_second: Fraction
    bits_per_second: int


def read_original(probe: Mapping[str, Any], index: int | None) -> Original | None:
    """The track `index` of ffprobe's JSON, when it is 8-bit progressive H.264 of standard range in square pixels."""
    stream = next((one for one in probe.get("streams", []) if one.get("index") == index), None)
    if stream is None or stream.get("codec_name") != "h264" or not _plain(stream):
        return None
    try:
        rate = Fraction(str(stream.get("avg_frame_rate") or 0))
    except (ValueError, ZeroDivisionError):
        return None
    return Original(
        index=int(stream["index"]),
        width=int(stream.get("width") or 0),
        height=int(stream.get("height") or 0),
        frames_per_second=rate,
        bits_per_second=_bits_per_second(probe, stream),
    )


def _plain(stream: Mapping[str, Any]) -> bool:
    return (
        stream.get("profile") in _PROFILES
        and stream.get("pix_fmt") == "yuv420p"
        and stream.get("field_order", "progressive") in ("progressive", "unknown")
        and stream.get("sample_aspect_ratio", "1:1") in ("1:1", "0:1", "N/A")
        and stream.get("color_range", "tv") in ("tv", "unknown")
        and str(stream.get("color_transfer", "")) in _TRANSFERS
        and str(stream.get("color_primaries", "")) in _PRIMARIES
        and str(stream.get("color_space", "")) in _MATRICES
        # A display matrix, of whatever angle, is for players to follow; in HLS few do.
        and not any("rotation" in data or "displaymatrix" in data for data in stream.get("side_data_list", []))
    )


def _bits_per_second(probe: Mapping[str, Any], stream: Mapping[str, Any]) -> int:
    """The track's own rate, or the whole file's; 0 when nothing is told."""
    told = (str(place.get("bit_rate", "")) for place in (stream, probe.get("format", {})))
    return next((int(one) for one in told if one.isdigit()), 0)


def rung_to_copy(plan: Plan, original: Original | None) -> VideoRendition | None:
    """The rung whose place the recording's own picture can take: the top one, unless that must play at once."""
    if original is None or not plan.video:
        return None
    top = plan.video[-1]
    fits = (
        top.name != plan.start_rung
        and (top.width, top.height) == (original.width, original.height)
        and 0 < original.bits_per_second <= top.max_bits_per_second * _DEARER
        and _SANE_RATES[0] <= original.frames_per_second <= _SANE_RATES[1]
        and plan.source.video_end_seconds >= plan.seconds - _EARLY_END_SECONDS
    )
    return top if fits else None


def sample_windows(plan: Plan) -> list[tuple[float, float]]:
    """(from, to) in seconds of the lesson's clock: the beginning, and after a third and two thirds."""
    length = _WINDOW_SEGMENTS * plan.segment_seconds
    places = sorted({plan.segment_count * part // 3 for part in range(3)})
    return [(float(place * plan.segment_seconds), float(place * plan.segment_seconds + length)) for place in places]


def has_keyframes_on_the_grid(
    plan: Plan, packets: Iterable[Mapping[str, Any]], windows: Sequence[tuple[float, float]]
) -> bool:
    """Whether each segment that begins in a window can begin with a keyframe, as ffprobe's packets flag them."""
    start = plan.source.start_seconds
    keys = [float(one["pts_time"]) - start for one in packets if "K" in one.get("flags", "") and "pts_time" in one]
    grid = range(0, plan.segment_count * plan.segment_seconds, plan.segment_seconds)
    looked_at = [begin for begin in grid if any(low <= begin < high for low, high in windows)]
    return all(any(-0.001 <= key - begin <= LATEST_SECONDS for key in keys) for begin in looked_at)


def with_copy(plan: Plan, rung: VideoRendition) -> Plan:
    """The plan in which `rung` is copied."""
    return replace(plan, video=tuple(replace(one, copied=one is rung) for one in plan.video))
