"""Facts to Plan: which renditions are made, how long they are; pure."""

from dataclasses import replace
from fractions import Fraction

from medialib.catalogue.plans import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    AudioRendition,
    Plan,
    VideoRendition,
    first_audio_frame,
)
from medialib.catalogue.source_uses import SoundUse, SourceUse
from medialib.catalogue.trims import WHOLE, Trim
from medialib.errors import N_, UnusableMedia
from medialib.ingest.facts import AudioTrack, Ends, Facts
from medialib.ingest.languages import language_tag
from medialib.ingest.refusals import NOTHING_TO_PLAY
from medialib.ingest.rungs import make_rungs, start_rung
from medialib.ladders import Ladder
from medialib.settings import Limits

# libswresample knows where the channels of up to this many are, whether the file says it or not.
_MOST_PLACED_CHANNELS = 8
_TITLE_CHARACTERS = 60
# hls.js looks fragments up with a tolerance of this many seconds.
_CRUMB_SECONDS = Fraction(1, 4)
# A moment is shown for so long: of less sound, MPEG-TS holds too little for players to know what it is.
_SHORTEST_SECONDS = Fraction(1, 2)


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
        ends = replace(ends, video_seconds=video, audio_seconds=audio, sounds=cut)
    return replace(facts, start_seconds=start + trim.start_seconds), ends


def _planned(facts: Facts, ends: Ends, ladder: Ladder, version: int) -> Plan:
    seconds = max(_SHORTEST_SECONDS, without_crumb(_length(facts, ends), ladder.segment_seconds))
    if facts.video is None:
        return _assemble(facts, ends, ladder, version, video=(), audio_frames=_audio_frames(seconds))
    video = make_rungs(facts.video, ladder, seconds)
    return _assemble(facts, ends, ladder, version, video=video, audio_frames=_audio_frames(video[0].seconds))


def without_crumb(seconds: Fraction, segment_seconds: int) -> Fraction:
    """The length without a last segment of some pictures: hls.js takes one so short for played, and never ends."""
    crumb = seconds % segment_seconds
    return seconds - crumb if crumb < _CRUMB_SECONDS and seconds > crumb else seconds


def _length(facts: Facts, ends: Ends) -> Fraction:
    found = [end for end in (ends.video_seconds, ends.audio_seconds) if end is not None]
    if not found:
        raise UnusableMedia(NOTHING_TO_PLAY)
    return Fraction(max(found) - facts.start_seconds).limit_denominator(90_000)


def _check(facts: Facts, seconds: Fraction, limits: Limits) -> None:
    if seconds <= 0:
        raise UnusableMedia(NOTHING_TO_PLAY)
    if seconds > limits.hours * 3600:
        raise UnusableMedia(
            N_("This recording is longer than %(hours)s hours. Please cut it into parts."),
            values={"hours": f"{limits.hours:g}"},
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
    use = _source_use(facts, ends, ladder)
    audio = _audio_renditions(ladder, audio_frames, len(use.sounds))
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


def _source_use(facts: Facts, ends: Ends, ladder: Ladder) -> SourceUse:
    """How the file is read."""
    video_end, audio_end = (
        (end or facts.start_seconds) - facts.start_seconds for end in (ends.video_seconds, ends.audio_seconds)
    )
    return SourceUse(
        video_index=facts.video.index if facts.video else None,
        audio_index=facts.audio[0].index if facts.audio else None,
        start_seconds=facts.start_seconds,
        video_end_seconds=video_end,
        audio_end_seconds=audio_end,
        matrix=facts.video.matrix if facts.video else "bt709",
        full_range=bool(facts.video and facts.video.full_range),
        deinterlace=bool(facts.video and facts.video.interlaced),
        cover_index=facts.cover_index,
        sounds=tuple(_sound_use(track, facts, ends) for track in facts.audio[: ladder.sound_tracks]),
        transfer=facts.video.transfer if facts.video else "",
        grey=bool(facts.video and facts.video.grey),
        alpha=bool(facts.video and facts.video.alpha),
        width=facts.video.pixels[0] if facts.video else 0,
        height=facts.video.pixels[1] if facts.video else 0,
        keyless_seconds=ends.keyless_seconds,
    )


def _segment_count(rendition: VideoRendition | AudioRendition, segment_seconds: int) -> int:
    if isinstance(rendition, VideoRendition):
        return -(-rendition.frames // (segment_seconds * rendition.frames_per_second))
    count = 1
    while first_audio_frame(count * segment_seconds) < rendition.frames:
        count += 1
    return count


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
