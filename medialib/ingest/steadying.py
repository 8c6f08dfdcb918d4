"""A sound whose channels or rate change on the way: decoded once into a file in which they do not; pure.

Filters begin anew at such a change, and with them the grid: what fills the beginning with silence does so once more.
"""

from dataclasses import replace
from pathlib import Path

import ffmpeg

from medialib.catalogue.plans import SAMPLE_RATE, Plan, aligned_segment
from medialib.catalogue.source_uses import SourceUse
from medialib.ingest import mixing
from medialib.ingest.command_parts import Run, complete, open_source

STEADY_FILE = "steady.mka"

# More than what a run of sound decodes before and behind its own samples.
_MARGIN_SECONDS = 2


def steady_command(program: str, source: Path, plan: Plan, run: Run) -> list[str]:
    """What `run` needs of every sound track, in stereo on the lesson's clock, into STEADY_FILE.

    It begins at a whole millisecond, as Matroska counts: so each sample keeps its place.
    """
    rendition = plan.audio[0]
    begin = max(0, int(plan.start(rendition, aligned_segment(run.first, plan.segment_seconds))) - _MARGIN_SECONDS)
    end = plan.start(rendition, run.first + run.count) + _MARGIN_SECONDS
    use = plan.source
    opened = open_source(source, use.start_seconds + begin if begin else 0.0)
    sounds = []
    for track in use.heard:
        sound = mixing.stereo(opened[str(track.index)], track)
        if use.start_seconds:
            sound = sound.filter("asetpts", f"PTS-({use.start_seconds:.6f})/TB")
        sound = sound.filter("aresample", SAMPLE_RATE).filter("atrim", start=begin, end=f"{float(end):.6f}")
        sounds.append(mixing.in_channels(sound, 2))
    return complete(program, [ffmpeg.output(*sounds, STEADY_FILE, format="matroska", **{"c:a": "pcm_f32le"})])


def steadied(plan: Plan) -> Plan:
    """The plan for what steady_command makes."""
    sounds = tuple(replace(one, index=place, channels=()) for place, one in enumerate(plan.source.heard))
    use = SourceUse(video_index=None, audio_index=0, start_seconds=0.0, video_end_seconds=0.0, sounds=sounds)
    return replace(plan, source=use)
