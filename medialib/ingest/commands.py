"""Plan to ffmpeg argv: pictures of a run, and what holds both picture and sound; pure.

How pictures get onto the grid of segments is said in encoding.py, sounds in sound_commands.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ffmpeg

from medialib.catalogue.plans import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    Plan,
    VideoRendition,
)
from medialib.ingest import encoding, mixing, sound_commands
from medialib.ingest.command_parts import INPUT, Run, complete, open_at, open_source

# What each line about something decoded begins with (libavformat/framecrcenc.c).
TRIAL_LINE = b"0,"


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
    at = max(use.before_seconds, min(seek, last) - back_seconds - use.keyless_seconds)
    opened = open_at(source, plan, at, **encoding.steady(use), **quick)
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
    return complete(program, outputs)


def copy_command(program: str, source: Path, plan: Plan, rung: VideoRendition) -> list[str]:
    """The recording's own packets as segments, each beginning with its first keyframe at or after the grid's point.

    All of it is decoded beside that: what a decoder complains of is no copy to offer (xerror).
    """
    use = plan.source
    opened = ffmpeg.input(f"file:{source}", itsoffset=f"{-use.start_seconds:.6f}", **INPUT)[str(use.video_index)]
    copy = encoding.segments(opened, plan, rung.name, 0, **encoding.video_copying(plan))
    check = opened.output("-", format="null", fps_mode="passthrough")
    return [*complete(program, [copy, check])[:-1], "-xerror", "-"]


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
    return complete(program, outputs)


def trial_command(program: str, source: Path, plan: Plan, index: int, at_seconds: float) -> list[str]:
    """Decode one picture or sound of a track after `at_seconds` and print a line about it: TRIAL_LINE begins it."""
    opened = open_at(source, plan, at_seconds)
    return complete(program, [opened[str(index)].output("-", format="framecrc", frames=1)])


def _developed(picture: Any, plan: Plan, rungs: Sequence[VideoRendition]) -> tuple[Any, bool]:
    """HDR pictures are made ordinary once, for the largest rung; True when they were."""
    if not plan.source.transfer or len(rungs) == 1:
        return picture, False
    largest = max(rungs, key=lambda rung: rung.width)
    return encoding.developed_for(picture, plan, largest.width, largest.height), True


def whole_command(program: str, source: Path, plan: Plan, *, without: Collection[str] = ()) -> list[str]:
    """Everything of a lesson in one uninterrupted call that decodes once: what the benchmarks compare with.

    Renditions that the lesson has `without` encoding them are left away here too.
    """
    plan = replace(plan, video=tuple(one for one in plan.video if one.name not in without))
    everything = Run(names=(), first=0, count=plan.segment_count)
    use, end = plan.source, plan.seconds
    opened = open_source(source, 0.0, **encoding.steady(use))
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
        span = sound_commands.Span(lead=0, first=0, last=sound_commands.sample(plan, plan.audio[0], plan.segment_count))
        outputs += sound_commands.sounds(opened, plan, plan.audio, everything, span)
    return complete(program, outputs)


def init_command(program: str, plan: Plan) -> list[str]:
    """The init segments of what is played first, from a black, silent moment: they depend on the settings alone."""
    run = Run(names=(), first=0, count=1)
    outputs = []
    for number, one in enumerate(plan.played_first):
        if isinstance(one, VideoRendition):
            black = f"color=c=black:s={one.width}x{one.height}:r={one.frames_per_second}"
            shaped = encoding.shaped(
                ffmpeg.input(black, f="lavfi", t=0.2)["v"], plan, one, one.frames_per_second, developed=True
            )
            outputs.append(encoding.segments(shaped, plan, one.name, run.first, **encoding.video_encoding(plan, one)))
        else:
            # Each with a length of its own: sources that are equal would be taken for one, which has to be split.
            silence = f"anullsrc=r={SAMPLE_RATE}:cl={mixing.layout(one)}:n={SAMPLES_PER_FRAME + number}"
            shaped = ffmpeg.input(silence, f="lavfi", t=0.2)["a"].filter("aformat", sample_fmts="fltp")
            outputs.append(
                encoding.segments(shaped, plan, one.name, run.first, **encoding.audio_encoding(one, 0, SAMPLE_RATE))
            )
    return complete(program, outputs)


def _video(plan: Plan, name: str) -> VideoRendition:
    found = plan.rendition(name)
    assert isinstance(found, VideoRendition), name
    return found
