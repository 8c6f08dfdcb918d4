"""Measures how much higher peaks are behind the encoder: of bursts and noise few bits tell little."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medialib.catalogue.plans import AudioRendition, Plan
from medialib.catalogue.source_uses import SoundUse
from medialib.files import open_regular
from medialib.ingest import ffmpeg, loudness, mixing, sound_commands
from medialib.ingest.workshop import Workshop


def with_overshoots(
    workshop: Workshop, source: Path, plan: Plan, use: SoundUse, spans: Sequence[tuple[float, float]]
) -> SoundUse:
    """With room between limiter and ceiling for what the encoder adds in these `spans`. Raises ToolFailed."""
    if not spans:
        return use
    as_coded = {one.channels: one for one in plan.audio}
    found = tuple(_overshoot(workshop, source, plan, use, spans, as_coded[channels]) for channels in sorted(as_coded))
    return replace(use, overshoots_db=found)


def _overshoot(
    workshop: Workshop,
    source: Path,
    plan: Plan,
    use: SoundUse,
    spans: Sequence[tuple[float, float]],
    track: AudioRendition,
) -> float:
    program, limits = workshop.tools.ffmpeg, workshop.limits(hot=True)
    # The file itself must stay beyond the reach of what reads it.
    with (
        tempfile.TemporaryDirectory(dir=source.parent, prefix="code-") as coding,
        tempfile.TemporaryDirectory(dir=source.parent, prefix="peaks-") as scratch,
    ):
        command = sound_commands.coded_command(program, source, plan, use, spans, track)
        ffmpeg.run(command, reach=ffmpeg.Reach(reads=source, writes=Path(coding)), limits=limits)
        coded = Path(coding) / sound_commands.CODED_FILE
        command = sound_commands.peaks_command(program, coded)
        ffmpeg.run(command, reach=ffmpeg.Reach(reads=coded, writes=Path(scratch)), limits=limits)
        with open_regular(Path(scratch) / sound_commands.PEAKS_FILE) as file:
            peaks = loudness.read_figures(file.read().decode("ascii", errors="replace"))
    return loudness.overshoot_db(peaks, mixing.limit_db(use, channels=track.channels))
