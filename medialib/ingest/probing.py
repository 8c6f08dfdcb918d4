"""Looks at a file before anything is made of it: what is in it, where it really ends, what is wrong with its clock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from medialib.catalogue.plans import Plan
from medialib.errors import N_, DiskFull, ToolFailed, ToolKilled, ToolStalled, UnusableMedia
from medialib.ingest import ffmpeg, originals
from medialib.ingest.damage import DAMAGED, DAMAGED_SOUND
from medialib.ingest.facts import Ends, Facts, is_sought_in_vain, read_ends, read_facts
from medialib.ingest.probe_answers import read_answer
from medialib.ingest.probe_commands import keyframes_command, mend_command, packets_command, probe_command
from medialib.ingest.refusals import HEAD_BYTES, NOTHING_TO_PLAY, explain, refuse_still
from medialib.ingest.timeline import Timeline
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()

# How much of the end is read to find the last packets; when there are none, further back.
_TAILS_SECONDS = (8.0, 60.0, 600.0)
# Streams and live recordings, whose clocks may jump: all their packets are looked at.
_STREAMS = {"mpegts", "mpeg", "flv", "asf", "ogg"}
# In these, whoever seeks lands at any packet of that time, not at the keyframe before it.
_SOUGHT_ANYWHERE = {"mpegts", "mpeg"}
_ASIDE_SECONDS = 0.1
# Where pictures are refreshed bit by bit instead, decoders show none before the next keyframe, or after so long.
_REFRESHED_SECONDS = 3.0
# In these, whose tracks may lie one behind the other, all reading ends at the first packet of any that is not there.
_ENDS_TOGETHER = "mov"
_LEAST_LACK_SECONDS = 0.2
# Of this one, decoders pass over what is broken without a word: only the times of what is left tell.
_GAPLESS = "flac"
# A file that lacks this much of what it claims, in seconds and in parts of the whole, was cut off.
_LACK_SECONDS = 2.0
_LACK_PART = 0.02
_NEXT_TO_NOTHING_SECONDS = 0.2
_LEAST_FREE_BYTES = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was found; `read` is the file to make the lesson of: the source, or its copy on a clock that is mended.

    `told` is what ffprobe said of the source.
    """

    told: Mapping[str, Any]
    facts: Facts
    ends: Ends
    read: Path
    notices: tuple[dict[str, Any], ...]

    def is_mended(self, source: Path) -> bool:
        return self.read != source


def look(workshop: Workshop, source: Path) -> Look:
    """Raises UnusableMedia; ToolFailed when the machine, not the file, is at fault."""
    told = _ask(workshop, source)
    facts, ends, clock = _find(workshop, source, told)
    facts = _with_what_is_there(facts, ends)
    lacking = [_notice(DAMAGED if facts.video else DAMAGED_SOUND)] if clock.lacks else []
    notices = [*_cut_off(facts, ends), *lacking, *_colourless(facts)]
    mended = _mend(workshop, source, facts) if clock.jumps or is_sought_in_vain(told) else None
    if mended is None:
        if clock.jumps:
            notices.append(_notice(N_("The clock of this recording jumps and cannot be mended: parts may be missing.")))
        return Look(told=told, facts=facts, ends=ends, read=source, notices=tuple(notices))
    again, ends, _ = _find(workshop, mended, _ask(workshop, mended))
    facts = _with_what_is_there(replace(again, container=facts.container, cover_index=None), ends)
    jumps = _notice(N_("The clock of this recording jumps; its parts are played one after the other."))
    notices = [jumps] if clock.jumps else []
    return Look(told=told, facts=facts, ends=ends, read=mended, notices=(*notices, *_colourless(facts)))


def copying_what_fits(workshop: Workshop, source: Path, told: Mapping[str, Any], plan: Plan) -> Plan:
    """The plan; its top rung is copied when the recording's own picture, of which so much is `told`, seems fit to be
    it."""
    if plan.source.video_index is None:
        return plan
    rung = originals.rung_to_copy(plan, originals.read_original(told, plan.source.video_index))
    if rung is None:
        return plan
    windows = originals.sample_windows(plan)
    command = keyframes_command(
        workshop.tools.ffprobe, source, plan.source.video_index, plan.source.start_seconds, windows
    )
    try:
        packets = _answer(workshop, source, command, b"").get("packets", [])
    except UnusableMedia as error:
        log.info("a recording cannot be sought in, and is not copied", detail=error.detail)
        return plan
    return originals.with_copy(plan, rung) if originals.has_keyframes_on_the_grid(plan, packets, windows) else plan


def _find(workshop: Workshop, source: Path, told: dict[str, Any]) -> tuple[Facts, Ends, Timeline]:
    """Facts, ends, and what is known of the clock."""
    facts = read_facts(told)
    used = {one.index for one in (facts.video, *facts.audio[:1]) if one}
    if facts.container.partition(",")[0] in {*_STREAMS, _GAPLESS} or not facts.declared_seconds:
        timeline = _packets(workshop, source, used, None, gapless=facts.container == _GAPLESS)
        ends = read_ends(timeline.packets, facts)
        return facts, replace(ends, keyless_seconds=_keyless_seconds(facts, ends, timeline)), timeline
    for tail in _TAILS_SECONDS:
        from_seconds = facts.start_seconds + facts.declared_seconds - tail
        ends = read_ends(_packets(workshop, source, used, from_seconds).packets, facts)
        if _found_all(facts, ends) or from_seconds <= 0:
            break
    else:
        ends = read_ends(_packets(workshop, source, used, None).packets, facts)
    if facts.container.startswith(_ENDS_TOGETHER) and _lack(facts, ends) > _LEAST_LACK_SECONDS:
        ends = _ends_of_each(workshop, source, facts)
    return facts, ends, Timeline(used)


def _ends_of_each(workshop: Workshop, source: Path, facts: Facts) -> Ends:
    packets: list[dict[str, Any]] = []
    for track in (facts.video, *facts.audio):
        if track:
            packets += _packets(workshop, source, {track.index}, None, only=track.index).packets
    return read_ends(packets, facts)


def _keyless_seconds(facts: Facts, ends: Ends, timeline: Timeline) -> float:
    if facts.container not in _SOUGHT_ANYWHERE or facts.video is None or ends.video_seconds is None:
        return 0.0
    apart = timeline.keyframes_apart(facts.video.index, ends.video_seconds)
    return apart + min(apart, _REFRESHED_SECONDS) + _ASIDE_SECONDS


def _found_all(facts: Facts, ends: Ends) -> bool:
    picture = facts.video is None or ends.video_seconds is not None
    return picture and (not facts.audio or ends.audio_seconds is not None)


def _with_what_is_there(facts: Facts, ends: Ends) -> Facts:
    """Without tracks that are only announced: where a file was cut off, or a camera had no microphone."""
    video = facts.video if ends.video_seconds is not None else None
    audio = facts.audio if ends.audio_seconds is not None else facts.audio[1:]
    return replace(facts, video=video, audio=audio) if video or audio else facts


def _mend(workshop: Workshop, source: Path, facts: Facts) -> Path | None:
    """A copy of what is used on a clock that goes on evenly; None when the file does not allow it.

    Raises ToolKilled and ToolStalled.
    """
    size_bytes = source.stat().st_size
    workshop.store.require_space(size_bytes, workshop.settings.limits.reserve_bytes)
    indexes = [one.index for one in (facts.video, *facts.audio) if one]
    folder = source.parent / "mended"
    folder.mkdir(exist_ok=True)
    command = mend_command(workshop.tools.ffmpeg, source, indexes, "mended.mkv")
    limits = replace(workshop.limits(hot=True), file_bytes=size_bytes * 2 + _LEAST_FREE_BYTES)
    try:
        with told_as_looking():
            ffmpeg.run(command, reach=ffmpeg.Reach(reads=source, writes=folder), limits=limits)
    except (ToolKilled, ToolStalled):
        raise
    except ToolFailed as error:
        log.warning("a clock that jumps cannot be mended", detail=error.detail)
        return None
    return folder / "mended.mkv"


def _cut_off(facts: Facts, ends: Ends) -> list[dict[str, Any]]:
    found, lack = _end(ends) - facts.start_seconds, _lack(facts, ends)
    if facts.guessed or found <= 0 or lack < max(_LACK_SECONDS, facts.declared_seconds * _LACK_PART):
        return []
    if found < _NEXT_TO_NOTHING_SECONDS:  # a packet or two, of which not all bytes are there
        raise UnusableMedia(NOTHING_TO_PLAY)
    values = {"there": _clock(found), "declared": _clock(facts.declared_seconds)}
    sentence = N_("The end of this recording is missing: of %(declared)s only the first %(there)s are there.")
    return [_notice(sentence, **values)]


def _colourless(facts: Facts) -> list[dict[str, Any]]:
    if facts.video and facts.video.grey:
        return [_notice(N_("The colours of this recording (Dolby Vision 5) cannot be read: it is black and white."))]
    return []


def _notice(message: str, **values: str) -> dict[str, Any]:
    return {"message": message, "values": values}


def _end(ends: Ends) -> float:
    return max(ends.video_seconds or 0.0, ends.audio_seconds or 0.0)


def _lack(facts: Facts, ends: Ends) -> float:
    """How much less than declared was found, in seconds; of a clock that begins late some files count from 0."""
    return facts.declared_seconds - max(_end(ends) - facts.start_seconds, _end(ends))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _ask(workshop: Workshop, source: Path) -> dict[str, Any]:
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    refuse_still(head)
    return _answer(
        workshop, source, probe_command(workshop.tools.ffprobe, source, workshop.settings.limits.megapixels), head
    )


def _answer(workshop: Workshop, source: Path, command: list[str], head: bytes) -> dict[str, Any]:
    """ffprobe's JSON; raises UnusableMedia, explained by the file's `head`, and what _run raises."""
    try:
        answer = read_answer(_run(workshop, source, command))
    except ValueError as error:
        raise explain(head, str(error)) from error
    except (ToolStalled, ToolKilled):
        raise
    except ToolFailed as error:
        raise explain(head, error.detail) from error
    return answer


def _packets(
    workshop: Workshop,
    source: Path,
    used: set[int],
    from_seconds: float | None,
    *,
    gapless: bool = False,
    only: int | None = None,
) -> Timeline:
    timeline = Timeline(used, gapless=gapless)
    command = packets_command(workshop.tools.ffprobe, source, from_seconds, only)
    try:
        _run(workshop, source, command, timeline)
    except (ToolStalled, ToolKilled):
        raise
    except ToolFailed as error:
        if from_seconds is not None and "Could not seek" in error.detail:
            return _packets(workshop, source, used, None)
        raise explain(b"", error.detail) from error
    return timeline


def _run(workshop: Workshop, source: Path, command: list[str], timeline: Timeline | None = None) -> bytes:
    scratch = source.parent / "probe"  # the file itself must stay beyond the reach of what reads it
    scratch.mkdir(exist_ok=True)
    reach = ffmpeg.Reach(reads=source, writes=scratch)
    with told_as_looking():
        return ffmpeg.run(
            command, reach=reach, limits=workshop.limits(hot=True), each_line=timeline.take if timeline else None
        )


@contextmanager
def told_as_looking() -> Iterator[None]:
    """The machine's faults in words for those who just sent the file, which may be sent again."""
    try:
        yield
    except DiskFull:
        raise
    except ToolKilled as error:
        raise ToolKilled(
            N_("The machine is short of memory. Please send this file again in a while."), detail=error.detail
        ) from error
    except ToolStalled as error:
        sentence = N_("Looking at this file takes too long. Please try again later, or export it again as MP4.")
        raise ToolStalled(sentence, detail=error.detail) from error
