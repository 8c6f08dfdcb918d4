"""A channel's live media playlist (RFC 8216bis, 6.2.2): a window of segments that slides along, as text; pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from medialib.delivery import hls
from medialib.delivery.epochs import AHEAD_TICKS, Slice
from medialib.delivery.joined import Stretch
from medialib.delivery.occasions import TICKS

_START_SECONDS = AHEAD_TICKS // TICKS


def render_live(
    window: Sequence[Slice], stretch_of: Callable[[Slice], Stretch], *, target_seconds: int, seamless: bool = False
) -> str:
    """`stretch_of` gives the segments of a slice in one rendition; `seamless` without a word of its joins.

    A join's EXT-X-DISCONTINUITY stays with the first segment behind it, and is counted once that is gone (6.2.2).
    """
    stretches = [stretch_of(one) for one in window]
    first = window[0]
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{hls.FMP4 if any(one.init for one in stretches) else hls.MPEG_TS}",
        f"#EXT-X-TARGETDURATION:{target_seconds}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.aired.sequence + first.first}",
        *([] if seamless else [f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.aired.discontinuity - (first.first == 0)}"]),
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f"#EXT-X-START:TIME-OFFSET=-{_START_SECONDS}",
    ]
    for one, stretch in zip(window, stretches, strict=True):
        if one.first == 0 and not seamless:
            lines.append("#EXT-X-DISCONTINUITY")
        if stretch.init:
            lines.append(f'#EXT-X-MAP:URI="{stretch.init}"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_moment(one)}")
        for seconds, segment in zip(stretch.durations, stretch.segments, strict=True):
            lines += [f"#EXTINF:{float(seconds):.6f},", segment]
    return "\n".join([*lines, ""])


def _moment(one: Slice) -> str:
    begin = one.aired.begin + one.first * one.aired.entry.item.segment_seconds * TICKS
    at = datetime.fromtimestamp(begin // TICKS, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{begin % TICKS * 1000 // TICKS:03}Z"
