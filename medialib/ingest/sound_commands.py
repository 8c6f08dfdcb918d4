"""Sounds of a plan to ffmpeg argv: those of a run, and what is measured before it is planned; pure.

How a track gets onto the grid of segments is said in mixing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ffmpeg

from medialib.catalogue.plans import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    AudioRendition,
    Plan,
    aligned_segment,
)
from medialib.catalogue.source_uses import SoundUse
from medialib.catalogue.trims import WHOLE
from medialib.ingest import encoding, mixing
from medialib.ingest.command_parts import Run, complete, open_at
from medialib.ingest.inputs import reading

# What listening leaves in the working directory.
LOUDNESS_FILE, PEAKS_FILE = "loudness.txt", "peaks.txt"
CHANNEL_FILES = ("left.txt", "right.txt", "middle.txt")
CODED_FILE = "coded.aac"

# Sound is decoded from this long before a run, so that the decoder has settled.
_LEAD_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Span:
    """Samples on the lesson's clock: encoded from `lead` on, kept from `first` to before `last`."""

    lead: int
    first: int
    last: int


def audio_command(program: str, source: Path, plan: Plan, run: Run) -> list[str]:
    """Decode once, encode every sound of `run`; the warm-up frames are dropped by a bitstream filter.

    The hls muxer counts from the first frame it gets, so that one must be where a segment's time and an AAC frame
    begin together. A run that starts elsewhere makes a few segments before it as well, which nobody takes.
    """
    tracks = [_audio(plan, name) for name in run.names]
    aligned = aligned_segment(run.first, plan.segment_seconds)
    run = replace(run, first=aligned, count=run.count + run.first - aligned)
    first, last = (sample(plan, tracks[0], number) for number in (run.first, run.first + run.count))
    lead = max(0, first - mixing.WARM_UP_FRAMES * SAMPLES_PER_FRAME)
    ends = [plan.source.heard[one.track].end_seconds for one in tracks]
    seek = max(plan.source.before_seconds, min(lead / SAMPLE_RATE - _LEAD_SECONDS, min(ends) - 2))
    opened = open_at(source, plan, seek)
    return complete(program, sounds(opened, plan, tracks, run, Span(lead=lead, first=first, last=last)))


def listen_command(
    program: str, source: Path, plan: Plan, use: SoundUse, spans: Sequence[tuple[float, float]], *, levelled: int = 0
) -> list[str]:
    """Measure `spans` (begin, length in seconds) of a sound track, as they are, or `levelled` in so many channels."""
    sound = _excerpts(source, plan, use, spans)
    if levelled:
        sound = mixing.levelled(sound, use, levelled)
    sound = mixing.measured(sound, LOUDNESS_FILE, PEAKS_FILE, CHANNEL_FILES)
    return complete(program, [sound.output("-", format="null")])


def coded_command(
    program: str, source: Path, plan: Plan, use: SoundUse, spans: Sequence[tuple[float, float]], track: AudioRendition
) -> list[str]:
    """Encode `spans` as `track` will be."""
    sound = mixing.levelled(_excerpts(source, plan, use, spans), use, track.channels)
    return complete(program, [sound.output(CODED_FILE, format="adts", **{"c:a": "aac", "b:a": track.bits_per_second})])


def peaks_command(program: str, coded: Path) -> list[str]:
    """The true peaks of what was encoded, decoded again."""
    sound = mixing.peaks_measured(ffmpeg.input(f"file:{coded}", **reading())["a"], PEAKS_FILE)
    return complete(program, [sound.output("-", format="null")])


def _excerpts(source: Path, plan: Plan, use: SoundUse, spans: Sequence[tuple[float, float]]) -> Any:
    """`spans` of a sound track one after the other, cleaned if so planned."""
    parts = []
    for begin, seconds in spans:
        # fastseek: near enough here, and an MP3 is not read from its beginning for every window.
        within = begin or seconds < plan.seconds or plan.source.trim != WHOLE
        window = {"t": f"{seconds:.3f}", "fflags": "+fastseek"} if within else {}
        opened = open_at(source, plan, begin, **window)
        parts.append(mixing.stereo(opened[str(use.index)], use).filter("aresample", SAMPLE_RATE))
    sound = ffmpeg.concat(*parts, v=0, a=1) if len(parts) > 1 else parts[0]
    return mixing.cleaned(mixing.in_channels(sound, 2), use)


def sounds(opened: Any, plan: Plan, tracks: Sequence[AudioRendition], run: Run, span: Span) -> list[Any]:
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


def sample(plan: Plan, rendition: AudioRendition, number: int) -> int:
    return int(plan.start(rendition, number) * SAMPLE_RATE)


def _audio(plan: Plan, name: str) -> AudioRendition:
    found = plan.rendition(name)
    assert isinstance(found, AudioRendition), name
    return found
