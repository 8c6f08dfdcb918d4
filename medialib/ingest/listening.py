"""Listens to a recording before its plan is stored: how loud each sound track is, and what is wrong with its channels.

What is decided from that is said in loudness.py.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from medialib.catalogue.plans import Plan
from medialib.catalogue.source_uses import SoundUse
from medialib.errors import N_, ToolFailed, ToolKilled, ToolStalled
from medialib.files import open_regular
from medialib.ingest import ffmpeg, loudness, mixing, sound_commands
from medialib.ingest.command_parts import Run
from medialib.ingest.facts import Facts
from medialib.ingest.loudness import Channels, Heard
from medialib.ingest.overshoot import with_overshoots
from medialib.ingest.probing import told_as_looking
from medialib.ingest.sound_commands import CHANNEL_FILES, LOUDNESS_FILE, PEAKS_FILE
from medialib.ingest.steadying import STEADY_FILE, steadied, steady_command
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()

UNHEARD = N_("The sound of this recording could not be measured: it may be louder or fainter than others.")
# A limiter takes the more the louder it gets: the first correction only comes near.
_CORRECTIONS = 3
# After a correction as small as this, the next one would be a third of it.
_NEAR_ENOUGH_DB = 0.5
# How many blocks there are, and how much of them is enough: the last may be missing.
_BLOCKS_PER_SECOND, _HEARD_PART = 10, 0.8
# So much higher are the peaks of two sides with the same sound when they are added.
_ADDED_SIDES_DB = 3.0


def with_levels(
    workshop: Workshop, source: Path, plan: Plan, facts: Facts, *, clean: bool
) -> tuple[Plan, list[dict[str, Any]]]:
    """The plan with the gain of each sound track, and notices: a track that cannot be heard keeps its level.

    Raises ToolKilled and ToolStalled: then the machine is at fault, and the next attempt may go well.
    """
    channels = {track.index: track.channels for track in facts.audio}
    sounds: list[SoundUse] = []
    notices: list[dict[str, Any]] = []
    for use in plan.source.heard:
        limited = replace(use, ceiling_dbtp=workshop.settings.sound.peak_dbtp)
        try:
            with told_as_looking():
                sounds.append(_levelled(workshop, source, plan, limited, clean=clean, pair=channels[use.index] == 2))
        except (ToolKilled, ToolStalled):
            raise
        except ToolFailed as error:
            log.warning("a sound track cannot be measured", track=use.index, detail=error.detail)
            sounds.append(limited)
            notices = [{"message": UNHEARD, "values": {}}]
    return replace(plan, source=replace(plan.source, sounds=tuple(sounds), noise_sought=clean)), notices


def _levelled(workshop: Workshop, source: Path, plan: Plan, use: SoundUse, *, clean: bool, pair: bool) -> SoundUse:
    """`pair`: the track has two channels, of which one may be dead or the opposite of the other."""
    heard = _hear(workshop, source, plan, use)
    if _begins_anew(plan, use, heard):
        return _steadily_levelled(workshop, source, plan, use, clean=clean)
    return _levelled_as_heard(workshop, source, plan, use, heard, clean=clean, pair=pair)


def _begins_anew(plan: Plan, use: SoundUse, heard: Heard) -> bool:
    """Whether much of what should be heard was not: meters forget it when the channels change on the way."""
    whole = len(loudness.windows(plan.seconds)) == 1
    return whole and len(heard.blocks) < _HEARD_PART * _BLOCKS_PER_SECOND * min(plan.seconds, use.end_seconds) - 10


def _steadily_levelled(workshop: Workshop, source: Path, plan: Plan, use: SoundUse, *, clean: bool) -> SoundUse:
    """The levels of a sound that changes on the way, by a copy of it that does not."""
    alone = replace(plan, source=replace(plan.source, sounds=(use,)))
    everything = Run(names=(), first=0, count=plan.segment_count)
    # The file itself must stay beyond the reach of what reads it.
    with tempfile.TemporaryDirectory(dir=source.parent, prefix="steady-") as scratch:
        command = steady_command(workshop.tools.ffmpeg, source, alone, everything)
        reach = ffmpeg.Reach(reads=source, writes=Path(scratch))
        ffmpeg.run(command, reach=reach, limits=workshop.limits(hot=True))
        copy, steady = Path(scratch) / STEADY_FILE, steadied(alone)
        (same,) = steady.source.heard
        heard = _hear(workshop, copy, steady, same)
        found = _levelled_as_heard(workshop, copy, steady, same, heard, clean=clean, pair=False)
    return replace(found, index=use.index, end_seconds=use.end_seconds, channels=use.channels)


def _levelled_as_heard(
    workshop: Workshop, source: Path, plan: Plan, use: SoundUse, heard: Heard, *, clean: bool, pair: bool
) -> SoundUse:
    wanted = workshop.settings.sound
    offset_db = 0.0
    if heard.channels and pair:
        use = replace(use, channels=loudness.choose_channels(heard.channels))
        offset_db = loudness.doubling_db(heard.channels, use.channels)
    if heard.channels and not use.channels:
        use = replace(use, mono_gain_db=loudness.mono_gain_db(heard.channels))
    noise_db = loudness.noise_db(heard.blocks) if clean else None
    if noise_db is not None:
        use = replace(use, noise_db=noise_db)
        heard, offset_db = _hear(workshop, source, plan, use), 0.0
    if loudness.has_bursts(heard.blocks):
        use = replace(use, ceiling_dbtp=wanted.peak_dbtp - mixing.BURST_ROOM_DB)
    use = replace(use, gain_db=loudness.choose_gain(heard.blocks, wanted, offset_db=offset_db))
    held_down = loudness.is_held_down(heard, use.gain_db, mixing.limit_db(use, channels=2))
    mono_db = use.gain_db + use.mono_gain_db + _ADDED_SIDES_DB
    if held_down:  # in stereo too: what the mono of usual speech needs is known
        use = with_overshoots(workshop, source, plan, use, loudness.loudest(heard, plan.seconds))
    if held_down or loudness.is_held_down(heard, mono_db, mixing.limit_db(use, channels=1)):
        use = _corrected(workshop, source, plan, use)
    return _spared(use) if loudness.is_clipped(heard) else use


def _corrected(workshop: Workshop, source: Path, plan: Plan, use: SoundUse) -> SoundUse:
    """With the gains that the limiter leaves at the wanted loudness."""
    wanted = workshop.settings.sound
    adds_db = mixing.CODER_ADDS_TO_HELD_DB if use.ceiling_dbtp == wanted.peak_dbtp else mixing.CODER_ADDS_TO_BURSTS_DB
    for _ in range(_CORRECTIONS):
        limited, before_db = _coded(_hear(workshop, source, plan, use, levelled=2), adds_db[2]), use.gain_db
        use = replace(use, gain_db=loudness.correct_gain(use.gain_db, limited, wanted))
        if abs(use.gain_db - before_db) < _NEAR_ENOUGH_DB:
            break
    for _ in range(_CORRECTIONS):
        limited, before_db = _coded(_hear(workshop, source, plan, use, levelled=1), adds_db[1]), use.mono_gain_db
        use = replace(use, mono_gain_db=loudness.correct_mono_gain(use.mono_gain_db, limited, wanted))
        if abs(use.mono_gain_db - before_db) < _NEAR_ENOUGH_DB:
            break
    return use


def _spared(use: SoundUse) -> SoundUse:
    """So much fainter as the encoder makes it louder."""
    mono, stereo = mixing.CODER_ADDS_TO_CLIPPED_DB[1], mixing.CODER_ADDS_TO_CLIPPED_DB[2]
    return replace(use, gain_db=use.gain_db - stereo, mono_gain_db=use.mono_gain_db - (mono - stereo))


def _coded(heard: Heard, adds_db: float) -> list[float]:
    """The blocks as loud as they are after the encoder."""
    return [block + adds_db for block in heard.blocks]


def _hear(workshop: Workshop, source: Path, plan: Plan, use: SoundUse, *, levelled: int = 0) -> Heard:
    """As it is, or `levelled` in so many channels. Raises ToolFailed."""
    spans = loudness.windows(plan.seconds)
    # The file itself must stay beyond the reach of what reads it.
    with tempfile.TemporaryDirectory(dir=source.parent, prefix="listen-") as scratch:
        ffmpeg.run(
            sound_commands.listen_command(workshop.tools.ffmpeg, source, plan, use, spans, levelled=levelled),
            reach=ffmpeg.Reach(reads=source, writes=Path(scratch)),
            limits=workshop.limits(hot=True),
        )
        blocks, peaks, *channels = (_read(Path(scratch) / name) for name in (LOUDNESS_FILE, PEAKS_FILE, *CHANNEL_FILES))
    last = [loudness.read_figures(text)[-1:] for text in channels]
    found = Channels(left_db=last[0][0], right_db=last[1][0], middle_db=last[2][0]) if all(last) else None
    return Heard(blocks=loudness.read_blocks(blocks), peaks_db=loudness.read_figures(peaks), channels=found)


def _read(path: Path) -> str:
    """What ffmpeg has written; nothing when no sound came."""
    if not path.exists():
        return ""
    with open_regular(path) as file:
        return file.read().decode("ascii", errors="replace")
