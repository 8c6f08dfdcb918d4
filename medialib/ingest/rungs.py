"""The rungs of a film: their sizes, picture rates and bits, and which of them are worth those; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from medialib.catalogue.plans import Plan, VideoRendition
from medialib.ingest.facts import VideoTrack
from medialib.ladders import Ladder, RungSettings

# A rung this close to the source's own size is not worth its bits.
_CLOSE = 1.15
# Nor is one whose neighbour takes hardly more bits than it does.
_CLOSE_IN_BITS = 1.15
# How many segments, spread over the lesson, tell what its rungs take; and how many stretches they are.
_TRIALS, _STRETCHES = 6, 2
# Bits go where the picture is like the source, not where it looks busy; a deep look ahead finds what is used again.
_TUNING = "psy=0:rc-lookahead=40"
# The shorter side of what every machine makes soon by a slower preset too.
_SMALL = 576
# No longer side than this: what decoders in phones and televisions take.
_LONGEST_SIDE = 4096
# A picture rate above this is offered whole from 720 up and halved below.
_FAST = 40

# ITU-T H.264 (08/2021) table A-1: level, macroblocks per second, per frame, bits per second of High profile.
_LEVELS = (
    ("2.1", 19_800, 792, 5_000_000),
    ("3.0", 40_500, 1_620, 12_500_000),
    ("3.1", 108_000, 3_600, 17_500_000),
    ("3.2", 216_000, 5_120, 25_000_000),
    ("4.0", 245_760, 8_192, 25_000_000),
    ("4.2", 522_240, 8_704, 62_500_000),
    ("5.1", 983_040, 36_864, 300_000_000),
)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Output pictures per second: `high` from 720 up, `low` below; high is low or twice low."""

    low: int
    high: int


def make_rungs(video: VideoTrack, ladder: Ladder, seconds: Fraction) -> tuple[VideoRendition, ...]:
    """All that may be made of a picture of so many seconds, the smallest first."""
    video = _within_reach(video)
    rates = choose_rates(video.frames_per_second)
    low_frames = max(1, round(seconds * rates.low))
    rungs = tuple(_video_rendition(rung, video, rates, low_frames) for rung in choose_rungs(video, ladder))
    return _with_presets(rungs, ladder)


def _within_reach(video: VideoTrack) -> VideoTrack:
    """As large as decoders of phones take it: a strip of 100,000 pixels is no rung, whatever its shorter side."""
    scale = Fraction(_LONGEST_SIDE, max(video.width, video.height, _LONGEST_SIDE))
    width, height = (max(2, round(side * scale)) for side in (video.width, video.height))
    return replace(video, width=width, height=height)


def choose_rates(source: Fraction) -> Rates:
    """The nearest of 24, 25 and 30; of 50 and 60 (halved for small rungs) for fast sources.

    Of a slow source each picture is shown as often as the others: 12.5 becomes 25, 15 becomes 30.
    """
    if source > _FAST:
        high = min((50, 60), key=lambda rate: abs(rate - source))
        return Rates(low=high // 2, high=high)
    rate = min((24, 25, 30), key=lambda rate: abs(rate - source * max(1, round(rate / source))))
    return Rates(low=rate, high=rate)


def choose_rungs(video: VideoTrack, ladder: Ladder) -> tuple[RungSettings, ...]:
    """The ladder's rungs well below the source's shorter side, and the source's own size on top.

    Never enlarged; never above the ladder's highest rung.
    """
    own = min(video.width, video.height, ladder.rungs[-1].short_side) // 2 * 2
    below = tuple(rung for rung in ladder.rungs if rung.short_side * _CLOSE <= own)
    nearest = min(ladder.rungs, key=lambda rung: abs(rung.short_side - own))
    bits = round(nearest.max_bits_per_second * max(0.5, (own / nearest.short_side) ** 1.5))
    return (*below, RungSettings(short_side=max(96, own), max_bits_per_second=max(bits, 50_000), crf=nearest.crf))


def _video_rendition(rung: RungSettings, video: VideoTrack, rates: Rates, low_frames: int) -> VideoRendition:
    short = min(rung.short_side, min(video.width, video.height) // 2 * 2)
    scale = Fraction(short, min(video.width, video.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (video.width, video.height))
    rate = rates.high if rung.short_side >= 720 else rates.low
    bits = rung.max_bits_per_second if rate == rates.low else rung.max_bits_per_second * 4 // 3
    level = h264_level(width, height, rate, bits)
    return VideoRendition(
        name=f"v{rung.short_side}",
        width=width,
        height=height,
        frames_per_second=rate,
        frames=low_frames * (rate // rates.low),
        crf=rung.crf,
        max_bits_per_second=bits,
        level=level,
        codecs=f"avc1.6400{round(float(level) * 10):02X}",
    )


def _with_presets(video: tuple[VideoRendition, ...], ladder: Ladder) -> tuple[VideoRendition, ...]:
    """The start rung's preset has a quick sister for hot runs (encoding.py); the others may take their time.

    So may a start rung that is the best there is, if it is small: it is watched to the end, and made soon.
    """
    start = start_rung(video, ladder.start_rung)
    is_small = bool(video) and video[-1].name == start and min(video[-1].width, video[-1].height) <= _SMALL
    first = ladder.small_preset if is_small else ladder.preset
    presets = {one.name: first if one.name == start else ladder.bulk_preset for one in video}
    return tuple(replace(one, preset=presets[one.name], tuning=_TUNING) for one in video)


def start_rung(video: tuple[VideoRendition, ...], wanted: int) -> str | None:
    """The rung that is made first: `wanted`, or the best below it that the source has."""
    fitting = [one.name for one in video if min(one.width, one.height) <= wanted * _CLOSE]
    return fitting[-1] if fitting else (video[0].name if video else None)


def h264_level(width: int, height: int, frames_per_second: int, bits_per_second: int) -> str:
    """The lowest level that admits the stream."""
    blocks = -(-width // 16) * -(-height // 16)
    for level, per_second, per_frame, bits in _LEVELS:
        if blocks <= per_frame and blocks * frames_per_second <= per_second and bits_per_second <= bits:
            return level
    return _LEVELS[-1][0]


def trial_segments(segment_count: int) -> tuple[int, ...]:
    """Numbers of the segments that are made of every rung before it is decided which are kept.

    Of a short lesson all: one run costs less than several of half as much. Of others a few stretches, each one run.
    """
    if segment_count <= 2 * _TRIALS:
        return tuple(range(segment_count))
    long = _TRIALS // _STRETCHES
    begins = ((2 * part + 1) * segment_count // (2 * _STRETCHES) - long // 2 for part in range(_STRETCHES))
    return tuple(begin + number for begin in begins for number in range(long))


def made_at_once(plan: Plan) -> bool:
    """Whether the other rungs are made together with the start rung: of a short lesson, when they are the smaller work.

    Decoding a second time, and another program's start, would then cost more than the start rung gains.
    """
    start = sum(_pixels(one) for one in plan.video if one.name == plan.start_rung)
    others = sum(_pixels(one) for one in plan.video if one.name != plan.start_rung and not one.copied)
    return plan.segment_count <= 2 * _TRIALS and others <= start


def _pixels(rung: VideoRendition) -> int:
    return rung.width * rung.height * rung.frames


def leave_out(bits: Mapping[str, int], *, start: str | None, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Of `bits` (what each rung takes for the same seconds, small pictures first), those that are not made.

    Of two neighbours within 15 %, the smaller picture goes: at equal quality of encoding the larger one looks better
    for hardly more bits. That holds for the smallest too, which would then spare a weak network nothing. The `start`
    rung is there already, and the largest picture is what people sent; between these two both stay.
    """
    there = list(bits)
    while goes := _superfluous(there, bits, fixed={start, *kept, *there[-1:]}):
        there.remove(goes)
    return tuple(name for name in bits if name not in there)


def _superfluous(there: Sequence[str], bits: Mapping[str, int], fixed: Collection[str | None]) -> str | None:
    """The first rung that can go, looked for from the largest picture down."""
    for higher, lower in pairwise(reversed(there)):
        if bits[higher] < bits[lower] * _CLOSE_IN_BITS:
            goes = next((one for one in (lower, higher) if one not in fixed), None)
            if goes:
                return goes
    return None
