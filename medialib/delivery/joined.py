"""A joined stream's media playlist: the segments of several lessons one after the other, as text; pure.

At every join stands EXT-X-DISCONTINUITY (RFC 8216bis, 4.4.4.3): clock, size and rate may change there. In MPEG-TS the
clock and the tracks go on, and the tag may be left away: VLC stops its clock at each, and loses what it has buffered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from medialib.delivery import hls


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One lesson's segments: their seconds and addresses, and the init segment (empty: MPEG-TS needs none)."""

    durations: Sequence[Fraction]
    segments: Iterable[str]
    init: str = ""


def render_joined(stretches: Sequence[Stretch], *, seamless: bool = False) -> str:
    """The media playlist, complete from the start; `seamless` without a word of its joins."""
    version = hls.FMP4 if any(one.init for one in stretches) else hls.MPEG_TS
    longest = max(max(one.durations) for one in stretches)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{version}",
        f"#EXT-X-TARGETDURATION:{max(1, int(longest + Fraction(1, 2)))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    told: dict[Fraction, str] = {}
    for place, stretch in enumerate(stretches):
        if place and not seamless:
            lines.append("#EXT-X-DISCONTINUITY")
        if stretch.init:
            lines.append(f'#EXT-X-MAP:URI="{stretch.init}"')
        for seconds, segment in zip(stretch.durations, stretch.segments, strict=True):
            if seconds not in told:
                told[seconds] = f"#EXTINF:{float(seconds):.6f},"
            lines += [told[seconds], segment]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
