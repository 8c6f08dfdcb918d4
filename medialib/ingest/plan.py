"""Facts to Plan: which renditions are made, how long they are; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from medialib.catalogue.plans import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    AudioRendition,
    Plan,
    SoundUse,
    SourceUse,
    VideoRendition,
    first_audio_frame,
)
from medialib.catalogue.trims import WHOLE, Trim
from medialib.errors import N_, UnusableMedia
from medialib.ingest.facts import AudioTrack, Ends, Facts, VideoTrack
from medialib.ingest.languages import language_tag
from medialib.ladders import Ladder, RungSettings
from medialib.settings import Limits

# A rung this close to the source's own size is not worth its bits.
_CLOSE = 1.15
# Nor is one whose neighbour takes hardly more bits than it does.
_CLOSE_IN_BITS = 1.15
# How many segments, spread over the lesson, tell what its rungs take.
_TRIALS = 6
# Bits go where the picture is like the source, not where it looks busy; a deep look ahead finds what is used again.
_TUNING = "psy=0:rc-lookahead=40"
# A picture rate above this is offered whole from 720 up and halved below.
_FAST = 40
# libswresample knows where the channels of up to this many are, whether the file says it or not.
_MOST_PLACED_CHANNELS = 8
_TITLE_CHARACTERS = 60
# hls.js looks fragments up with a tolerance of this many seconds.
_CRUMB_SECONDS = Fraction(1, 4)

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


def make_plan(
    facts: Facts, ends: Ends, *, ladder: Ladder, limits: Limits, version: int = 1, trim: Trim = WHOLE
) -> Plan:
    """The plan for a recording, or for what a trim leaves of it; raises UnusableMedia when it is over a limit or has
    no length.
    """
    whole_seconds = _length(facts, ends)
    _check(facts, whole_seconds, limits)
    if trim == WHOLE:
        return _planned(facts, ends, ladder, version)
    plan = _planned(*_trimmed(facts, ends, trim), ladder, version)
    return replace(plan, source=replace(plan.source, trim=trim, whole_seconds=float(whole_seconds)))


def _trimmed(facts: Facts, ends: Ends, trim: Trim) -> tuple[Facts, Ends]:
    """As if the recording began and ended where it is trimmed: only what is read of it becomes less."""
    start = facts.start_seconds
    if trim.end_seconds is not None:
        last = start + trim.end_seconds
        cut = {index: min(end, last) for index, end in ends.sounds.items()}
        video, audio = (end and min(end, last) for end in (ends.video_seconds, ends.audio_seconds))
        ends = Ends(video_seconds=video, audio_seconds=audio, sounds=cut)
    return replace(facts, start_seconds=start + trim.start_seconds), ends


def _planned(facts: Facts, ends: Ends, ladder: Ladder, version: int) -> Plan:
    seconds = without_crumb(_length(facts, ends), ladder.segment_seconds)
    if facts.video is None:
        frames = max(1, _audio_frames(seconds))
        return _assemble(facts, ends, ladder, version, video=(), audio_frames=frames)
    rates = choose_rates(facts.video.frames_per_second)
    low_frames = max(1, round(seconds * rates.low))
    video = tuple(_video_rendition(rung, facts.video, rates, low_frames) for rung in choose_rungs(facts.video, ladder))
    video = _with_presets(video, ladder)
    audio_frames = _audio_frames(Fraction(low_frames, rates.low))
    return _assemble(facts, ends, ladder, version, video=video, audio_frames=audio_frames)


def without_crumb(seconds: Fraction, segment_seconds: int) -> Fraction:
    """The length without a last segment of some pictures: hls.js takes one so short for played, and never ends."""
    crumb = seconds % segment_seconds
    return seconds - crumb if crumb < _CRUMB_SECONDS and seconds > crumb else seconds


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


def trial_segments(segment_count: int) -> tuple[int, ...]:
    """Numbers of the segments that are made of every rung before it is decided which are kept.

    Of a short lesson all: one run costs less than several of half as much. Of others pairs, each one run.
    """
    if segment_count <= 2 * _TRIALS:
        return tuple(range(segment_count))
    pairs = _TRIALS // 2
    begins = ((2 * part + 1) * segment_count // (2 * pairs) for part in range(pairs))
    return tuple(number for begin in begins for number in (begin, begin + 1))


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


def _with_presets(video: tuple[VideoRendition, ...], ladder: Ladder) -> tuple[VideoRendition, ...]:
    """The start rung's preset has a quick sister for hot runs (encoding.py); the others may take their time."""
    start = start_rung(video, ladder.start_rung)
    presets = {one.name: ladder.preset if one.name == start else ladder.bulk_preset for one in video}
    return tuple(replace(one, preset=presets[one.name], tuning=_TUNING) for one in video)


def _length(facts: Facts, ends: Ends) -> Fraction:
    found = [end for end in (ends.video_seconds, ends.audio_seconds) if end is not None]
    if not found:
        raise UnusableMedia(N_("Nothing in this file can be played: it seems to be cut off. Please send it again."))
    return Fraction(max(found) - facts.start_seconds).limit_denominator(90_000)


def _check(facts: Facts, seconds: Fraction, limits: Limits) -> None:
    if seconds <= 0:
        raise UnusableMedia(N_("Nothing in this file can be played: it seems to be cut off. Please send it again."))
    if seconds > limits.hours * 3600:
        raise UnusableMedia(
            N_("This recording is longer than %(hours)s hours. Please cut it into parts."),
            values={"hours": limits.hours},
        )
    if facts.track_count > limits.tracks:
        raise UnusableMedia(
            N_("This file has more than %(tracks)s tracks. Please export it again with one picture and one sound."),
            values={"tracks": limits.tracks},
        )
    if facts.video and facts.video.width * facts.video.height > limits.megapixels * 1e6:
        raise UnusableMedia(N_("The picture of this file is too large. Please export it again in 1080p or 4K."))


def _assemble(
    facts: Facts, ends: Ends, ladder: Ladder, version: int, *, video: tuple[VideoRendition, ...], audio_frames: int
) -> Plan:
    sounds = tuple(_sound_use(track, facts, ends) for track in facts.audio[: ladder.sound_tracks])
    audio = _audio_renditions(ladder, audio_frames, len(sounds))
    video_end, audio_end = (
        (end or facts.start_seconds) - facts.start_seconds for end in (ends.video_seconds, ends.audio_seconds)
    )
    use = SourceUse(
        video_index=facts.video.index if facts.video else None,
        audio_index=facts.audio[0].index if facts.audio else None,
        start_seconds=facts.start_seconds,
        video_end_seconds=video_end,
        audio_end_seconds=audio_end,
        matrix=facts.video.matrix if facts.video else "bt709",
        full_range=bool(facts.video and facts.video.full_range),
        deinterlace=bool(facts.video and facts.video.interlaced),
        cover_index=facts.cover_index,
        sounds=sounds,
        transfer=facts.video.transfer if facts.video else "",
        grey=bool(facts.video and facts.video.grey),
        alpha=bool(facts.video and facts.video.alpha),
        width=facts.video.pixels[0] if facts.video else 0,
        height=facts.video.pixels[1] if facts.video else 0,
    )
    return Plan(
        version=version,
        segment_seconds=ladder.segment_seconds,
        segment_count=_segment_count(video[0] if video else audio[0], ladder.segment_seconds),
        preset=ladder.preset,
        source=use,
        video=video,
        audio=audio,
        start_rung=start_rung(video, ladder.start_rung),
    )


def _segment_count(rendition: VideoRendition | AudioRendition, segment_seconds: int) -> int:
    if isinstance(rendition, VideoRendition):
        return -(-rendition.frames // (segment_seconds * rendition.frames_per_second))
    count = 1
    while first_audio_frame(count * segment_seconds) < rendition.frames:
        count += 1
    return count


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


def _audio_frames(seconds: Fraction) -> int:
    """AAC frames that cover `seconds`: at most one frame longer."""
    return -(-seconds.numerator * SAMPLE_RATE // (seconds.denominator * SAMPLES_PER_FRAME))


def _audio_renditions(ladder: Ladder, frames: int, tracks: int) -> tuple[AudioRendition, ...]:
    """The usual track in stereo and, for those who save data, in mono; the others in stereo."""
    if not tracks:
        return ()
    stereo, mono = ladder.stereo_bits_per_second, ladder.mono_bits_per_second
    name = f"a{stereo // 1000}"
    others = (
        AudioRendition(name=f"{name}t{track}", channels=2, bits_per_second=stereo, frames=frames, track=track)
        for track in range(1, tracks)
    )
    return (
        *others,
        AudioRendition(name=f"a{mono // 1000}m", channels=1, bits_per_second=mono, frames=frames),
        AudioRendition(name=name, channels=2, bits_per_second=stereo, frames=frames),
    )


def _sound_use(track: AudioTrack, facts: Facts, ends: Ends) -> SoundUse:
    """How a track is read, as long as nobody has listened to it."""
    end = ends.audio_seconds if track == facts.audio[0] else ends.sounds.get(track.index)
    return SoundUse(
        index=track.index,
        end_seconds=(end or facts.start_seconds) - facts.start_seconds,
        channels=_channels(track),
        language=language_tag(track.language) or "",
        title=" ".join(track.title.split())[:_TITLE_CHARACTERS],
        commentary=track.commentary,
    )


def _channels(track: AudioTrack) -> tuple[int, ...]:
    """Where libswresample cannot mix: the first of an ambisonic sound hears all around, the first two of many lead."""
    if track.layout.startswith("ambisonic"):
        return (0, 0)
    return (0, 1) if track.channels > _MOST_PLACED_CHANNELS else ()
