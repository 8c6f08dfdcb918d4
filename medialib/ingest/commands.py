"""Plan to ffmpeg and ffprobe argv, built with ffmpeg-python and never run by it; pure.

How pictures and sound get onto the grid of segments is said in encoding.py and mixing.py.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ffmpeg

from medialib.catalogue.plans import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    AudioRendition,
    Plan,
    Rendition,
    SoundUse,
    VideoRendition,
    aligned_segment,
)
from medialib.catalogue.trims import WHOLE
from medialib.ingest import encoding, mixing
from medialib.ingest.inputs import reading

_INPUT = reading()

# What listening leaves in the working directory.
LOUDNESS_FILE, PEAKS_FILE = "loudness.txt", "peaks.txt"
CHANNEL_FILES = ("left.txt", "right.txt", "middle.txt")

# What each line about something decoded begins with (libavformat/framecrcenc.c).
TRIAL_LINE = b"0,"
# Sound is decoded from this long before a run, so that the decoder has settled.
_LEAD_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Run:
    """Segments first .. first+count-1 of some renditions of one kind, made by one ffmpeg.

    Somebody waits for a `hot` run: it trades a few bits for speed.
    """

    names: tuple[str, ...]
    first: int
    count: int
    hot: bool = False

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)


@dataclass(frozen=True, kw_only=True)
class Span:
    """Samples on the lesson's clock: encoded from `lead` on, kept from `first` to before `last`."""

    lead: int
    first: int
    last: int


def video_command(program: str, source: Path, plan: Plan, run: Run, back_seconds: float = 0.0) -> list[str]:
    """Decode once, encode every rung of `run`, into NAME/K.m4s below the working directory.

    `back_seconds`: decode from so much earlier on, where something may be left to show.
    """
    rungs = [_video(plan, name) for name in run.names]
    begin, end = float(plan.start(rungs[0], run.first)), float(plan.start(rungs[0], run.first + run.count))
    use = plan.source
    # Beyond the last picture there is nothing to decode: begin where the last one surely is.
    last = max(use.before_seconds, use.video_end_seconds - 2)
    rate = max(rung.frames_per_second for rung in rungs)
    # A keyframe that rounds to the run's first picture is early enough: the GOP before it need not be decoded.
    seek = begin + 0.4 / rate if begin else 0.0
    # Pictures that no other refers to may keep their blocks' edges when somebody waits: a seventh of the work.
    quick = {"skip_loop_filter": "noref"} if run.hot else {}
    at = max(use.before_seconds, min(seek, last) - back_seconds)
    opened = _open_at(source, plan, at, **encoding.steady(use), **quick)
    picture = opened[str(use.video_index)]
    # The grid begins where there still are pictures: without one, fps would make none at all.
    grid = max(use.before_seconds, min(begin, int(last)) - back_seconds)
    picture = encoding.on_the_grid(picture, use, grid, rate)
    picture = picture.filter("trim", start=f"{begin:.6f}", end=f"{end:.6f}")
    picture, developed = _developed(picture, plan, rungs)
    branches = encoding.split(picture, "split", len(rungs))
    outputs = [
        encoding.segments(
            encoding.shaped(branch, plan, rung, rate, developed=developed),
            plan,
            rung.name,
            run.first,
            **encoding.video_encoding(plan, rung, hot=run.hot),
        )
        for branch, rung in zip(branches, rungs, strict=True)
    ]
    return _complete(program, outputs)


def copy_command(program: str, source: Path, plan: Plan, rung: VideoRendition) -> list[str]:
    """The recording's own packets as segments, each beginning with its first keyframe at or after the grid's point.

    All of it is decoded beside that: what a decoder complains of is no copy to offer (xerror).
    """
    use = plan.source
    opened = ffmpeg.input(f"file:{source}", itsoffset=f"{-use.start_seconds:.6f}", **_INPUT)[str(use.video_index)]
    copy = encoding.segments(opened, plan, rung.name, 0, **encoding.video_copying(plan))
    check = opened.output("-", format="null", fps_mode="passthrough")
    return [*_complete(program, [copy, check])[:-1], "-xerror", "-"]


def black_command(program: str, plan: Plan, run: Run) -> list[str]:
    """The segments of `run` without a recording: what is shown where there is nothing to show."""
    outputs = []
    for rung in (_video(plan, name) for name in run.names):
        begin, end = plan.start(rung, run.first), plan.start(rung, run.first + run.count)
        black = f"color=c=black:s={rung.width}x{rung.height}:r={rung.frames_per_second}"
        picture = ffmpeg.input(black, f="lavfi")["v"].filter(
            "trim", end_frame=int((end - begin) * rung.frames_per_second)
        )
        picture = picture.filter("setpts", f"PTS+{float(begin):.6f}/TB")
        picture = encoding.shaped(picture, plan, rung, rung.frames_per_second, developed=True)
        outputs.append(encoding.segments(picture, plan, rung.name, run.first, **encoding.video_encoding(plan, rung)))
    return _complete(program, outputs)


def trial_command(program: str, source: Path, plan: Plan, index: int, at_seconds: float) -> list[str]:
    """Decode one picture or sound of a track after `at_seconds` and print a line about it: TRIAL_LINE begins it."""
    opened = _open_at(source, plan, at_seconds)
    return _complete(program, [opened[str(index)].output("-", format="framecrc", frames=1)])


def _developed(picture: Any, plan: Plan, rungs: Sequence[VideoRendition]) -> tuple[Any, bool]:
    """HDR pictures are made ordinary once, for the largest rung; True when they were."""
    if not plan.source.transfer or len(rungs) == 1:
        return picture, False
    largest = max(rungs, key=lambda rung: rung.width)
    return encoding.developed_for(picture, plan, largest.width, largest.height), True


def audio_command(program: str, source: Path, plan: Plan, run: Run) -> list[str]:
    """Decode once, encode every sound of `run`; the warm-up frames are dropped by a bitstream filter.

    The hls muxer counts from the first frame it gets, so that one must be where a segment's time and an AAC frame
    begin together. A run that starts elsewhere makes a few segments before it as well, which nobody takes.
    """
    tracks = [_audio(plan, name) for name in run.names]
    aligned = aligned_segment(run.first, plan.segment_seconds)
    run = replace(run, first=aligned, count=run.count + run.first - aligned)
    first, last = (_sample(plan, tracks[0], number) for number in (run.first, run.first + run.count))
    lead = max(0, first - mixing.WARM_UP_FRAMES * SAMPLES_PER_FRAME)
    ends = [plan.source.heard[one.track].end_seconds for one in tracks]
    seek = max(plan.source.before_seconds, min(lead / SAMPLE_RATE - _LEAD_SECONDS, min(ends) - 2))
    opened = _open_at(source, plan, seek)
    return _complete(program, _sounds(opened, plan, tracks, run, Span(lead=lead, first=first, last=last)))


def listen_command(
    program: str, source: Path, plan: Plan, use: SoundUse, spans: Sequence[tuple[float, float]], *, levelled: int = 0
) -> list[str]:
    """Measure `spans` (begin, length in seconds) of a sound track, as they are, or `levelled` in so many channels."""
    parts = []
    for begin, seconds in spans:
        # fastseek: near enough here, and an MP3 is not read from its beginning for every window.
        within = begin or plan.source.trim != WHOLE
        window = {"t": f"{seconds:.3f}", "fflags": "+fastseek"} if within else {}
        opened = _open_at(source, plan, begin, **window)
        parts.append(mixing.stereo(opened[str(use.index)], use).filter("aresample", SAMPLE_RATE))
    sound = ffmpeg.concat(*parts, v=0, a=1) if len(parts) > 1 else parts[0]
    sound = mixing.cleaned(mixing.in_channels(sound, 2), use)
    if levelled:
        sound = mixing.levelled(sound, use, levelled)
    sound = mixing.measured(sound, LOUDNESS_FILE, PEAKS_FILE, CHANNEL_FILES)
    return _complete(program, [sound.output("-", format="null")])


def whole_command(program: str, source: Path, plan: Plan, *, without: Collection[str] = ()) -> list[str]:
    """Everything of a lesson in one uninterrupted call that decodes once: what the benchmarks compare with.

    Renditions that the lesson has `without` encoding them are left away here too.
    """
    plan = replace(plan, video=tuple(one for one in plan.video if one.name not in without))
    everything = Run(names=(), first=0, count=plan.segment_count)
    use, end = plan.source, plan.seconds
    opened = _open(source, 0.0, **encoding.steady(use))
    outputs = []
    if plan.video:
        rate = max(rung.frames_per_second for rung in plan.video)
        picture = encoding.on_the_grid(opened[str(use.video_index)], use, 0, rate)
        picture, developed = _developed(picture.filter("trim", end=f"{end:.6f}"), plan, plan.video)
        for branch, rung in zip(encoding.split(picture, "split", len(plan.video)), plan.video, strict=True):
            shaped = encoding.shaped(branch, plan, rung, rate, developed=developed)
            outputs.append(
                encoding.segments(shaped, plan, rung.name, everything.first, **encoding.video_encoding(plan, rung))
            )
    if plan.audio:
        span = Span(lead=0, first=0, last=_sample(plan, plan.audio[0], plan.segment_count))
        outputs += _sounds(opened, plan, plan.audio, everything, span)
    return _complete(program, outputs)


def init_command(program: str, plan: Plan) -> list[str]:
    """The init segments of what is played first, from a black, silent moment: they depend on the settings alone."""
    run = Run(names=(), first=0, count=1)
    outputs = []
    for one in plan.played_first:
        if isinstance(one, VideoRendition):
            black = f"color=c=black:s={one.width}x{one.height}:r={one.frames_per_second}"
            shaped = encoding.shaped(
                ffmpeg.input(black, f="lavfi", t=0.2)["v"], plan, one, one.frames_per_second, developed=True
            )
            outputs.append(encoding.segments(shaped, plan, one.name, run.first, **encoding.video_encoding(plan, one)))
        else:
            silence = f"anullsrc=r={SAMPLE_RATE}:cl={mixing.layout(one)}"
            shaped = ffmpeg.input(silence, f="lavfi", t=0.2)["a"].filter("aformat", sample_fmts="fltp")
            outputs.append(
                encoding.segments(shaped, plan, one.name, run.first, **encoding.audio_encoding(one, 0, SAMPLE_RATE))
            )
    return _complete(program, outputs)


def _open_at(source: Path, plan: Plan, seconds: float, **options: str | None) -> Any:
    """The source from so many seconds of the lesson on.

    Whoever wants the beginning does not seek: some files cannot, and are then at their end.
    """
    use = plan.source
    return _open(source, use.start_seconds + seconds if seconds > use.before_seconds else 0.0, **options)


def _open(source: Path, seek_seconds: float, **options: str | None) -> Any:
    """The source from the keyframe before `seek_seconds`, on its own clock.

    Pictures before that time are kept (noaccurate_seek): one of them may still be on show at the run's start. Where
    to end is said by trim: a length would be counted from that keyframe, which may be ten seconds earlier.
    """
    options |= {"noaccurate_seek": None, **_INPUT}
    if seek_seconds > 0:
        # Without seek_timestamp ffmpeg would add the source's start a second time.
        options |= {"seek_timestamp": "1", "ss": f"{seek_seconds:.6f}"}
    return ffmpeg.input(f"file:{source}", **options)


def _sounds(opened: Any, plan: Plan, tracks: Sequence[AudioRendition], run: Run, span: Span) -> list[Any]:
    """The encodings of `run`: every sound track is decoded and cleaned once."""
    outputs = []
    for number, use in enumerate(plan.source.heard):
        these = [one for one in tracks if one.track == number]
        if not these:
            continue
        sound = mixing.stereo(opened[str(use.index)], use)
        end = span.last + mixing.TAIL_FRAMES * SAMPLES_PER_FRAME
        sound = mixing.on_the_grid(sound, use, plan.source.start_seconds, span.lead, end)
        for branch, one in zip(encoding.split(sound, "asplit", len(these)), these, strict=True):
            level = mixing.levelled(branch, use, one.channels)
            settings = encoding.audio_encoding(one, span.first, span.last)
            outputs.append(encoding.segments(level, plan, one.name, run.first, **settings))
    return outputs


def _complete(program: str, outputs: Sequence[Any]) -> list[str]:
    joined = outputs[0] if len(outputs) == 1 else ffmpeg.merge_outputs(*outputs)
    arguments: Iterable[str] = ffmpeg.get_args(joined)
    return [
        program,
        *("-nostdin", "-hide_banner", "-y"),
        "-copyts",
        *("-v", "error"),
        *("-progress", "pipe:1"),
        *("-stats_period", "1"),
        # Damaged pictures are not a reason to give up: keep what decodes.
        *("-max_error_rate", "1"),
        *arguments,
    ]


def _video(plan: Plan, name: str) -> VideoRendition:
    found = plan.rendition(name)
    assert isinstance(found, VideoRendition), name
    return found


def _audio(plan: Plan, name: str) -> AudioRendition:
    found = plan.rendition(name)
    assert isinstance(found, AudioRendition), name
    return found


def _sample(plan: Plan, rendition: Rendition, number: int) -> int:
    return int(plan.start(rendition, number) * SAMPLE_RATE)


# For the commands of pictures, in a module of their own.
open_source, complete = _open, _complete
