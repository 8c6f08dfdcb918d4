"""Runs through parts that change, or are damaged: then the last good picture is held, and the lesson says so."""

import wave
from dataclasses import replace
from pathlib import Path

import structlog

from medialib.catalogue import edits
from medialib.catalogue.plans import SAMPLE_RATE, Plan
from medialib.catalogue.source_uses import SoundUse, SourceUse
from medialib.errors import MedialibError, NothingDecoded, ToolFailed, ToolKilled, TooMuchDecoded
from medialib.ingest import commands, ffmpeg, runs
from medialib.ingest.command_parts import Run
from medialib.ingest.damage import DAMAGED, DAMAGED_SOUND, tells_of_damage
from medialib.ingest.errand import Errand
from medialib.ingest.failures import no_room
from medialib.ingest.steadying import STEADY_FILE, steadied, steady_command

log = structlog.get_logger()

# How far before a run a picture is looked for that can be held.
_BACKS_SECONDS = (20.0, 120.0)
# Where in a recording it is tried whether anything can be decoded at all.
_TRIAL_PLACES = (0.0, 0.5, 0.25, 0.75)


def carry_out(errand: Errand, run: Run, *, whatever: bool = False) -> None:
    """Make the segments of `run`, if need be of what comes before them, or of nothing.

    `whatever`: also when ffmpeg does not end well, segment by segment. Raises what runs.carry_out raises: always
    when it was killed, or when nothing of the recording can be decoded, since then it is not a part that is damaged.
    """
    attempt = _Attempt(errand)
    try:
        attempt.make_as_usual(run)
        return
    except ToolKilled:
        raise
    except ToolFailed as failure:
        ours = whatever or isinstance(failure, NothingDecoded)
        if not ours or not _decodes_somewhere(errand, run):
            raise
        count = _count(run, failure)
        log.warning("a damaged part", lesson=errand.recording.lesson_id, first=run.first, detail=failure.detail)
    if runs.is_sound(errand.recording, run):
        attempt.make_silence(run, count)
    else:
        attempt.make_pictures(run)
    _tell(errand)


class _Attempt:
    """The ways to make a run, one after the other."""

    def __init__(self, errand: Errand):
        self._errand = errand
        self._recording = errand.recording

    def make(self, run: Run, argv: list[str] | None = None) -> None:
        runs.carry_out(self._errand, run, argv=argv, complained=self._listen)

    def _make_of(self, source: Path, plan: Plan, run: Run) -> None:
        """From another file, as the usual command would read it by that plan."""
        errand = replace(self._errand, recording=replace(self._recording, source=source, plan=plan))
        runs.carry_out(errand, run, complained=self._listen)

    def make_as_usual(self, run: Run) -> None:
        try:
            self.make(run)
        except TooMuchDecoded as failure:
            rest = self._rest(run)
            if not runs.is_sound(self._recording, run) or rest is None:
                raise
            log.info("a sound that changes", lesson=self._recording.lesson_id, first=run.first, detail=failure.detail)
            self._make_steadied(rest)

    def _make_steadied(self, run: Run) -> None:
        workshop, recording = self._errand.workshop, self._recording
        command = steady_command(workshop.tools.ffmpeg, recording.source, recording.plan, run)
        try:
            folder = self._errand.run(command, reads=recording.source, hot=run.hot)
            if workshop.store.is_full:
                raise no_room("a sound that changes")
        except MedialibError:
            self._errand.discard()
            raise
        self._make_of(folder / STEADY_FILE, steadied(recording.plan), run)

    def make_silence(self, run: Run, count: int) -> None:
        rest, plan = self._rest(run), self._recording.plan
        if rest is None:
            return
        rest = replace(rest, count=min(rest.count, count))
        silence = self._errand.workspace / "silence.wav"
        with wave.open(str(silence), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes(bytes(SAMPLE_RATE))
        sounds = tuple(SoundUse(index=0, end_seconds=1.0) for _ in plan.source.heard)
        use = SourceUse(video_index=None, audio_index=0, start_seconds=0.0, video_end_seconds=0.0, sounds=sounds)
        self._make_of(silence, replace(plan, source=use), rest)

    def make_pictures(self, run: Run) -> None:
        program, recording = self._errand.workshop.tools.ffmpeg, self._recording
        count = run.count
        for back in _BACKS_SECONDS:
            rest = self._rest(run)
            if rest is None:
                return
            try:
                self.make(rest, commands.video_command(program, recording.source, recording.plan, rest, back))
                return
            except ToolKilled:
                raise
            except ToolFailed as failure:
                count = _count(run, failure)
        rest = self._rest(run)
        if rest is not None:
            rest = replace(rest, count=min(rest.count, count))
            self.make(rest, commands.black_command(program, recording.plan, rest))

    def _rest(self, run: Run) -> Run | None:
        """The run from its first missing segment on."""
        missing = {one for name in run.names for one in self._recording.missing(self._errand.workshop, name)}
        first = next((number for number in run.numbers if number in missing), None)
        return None if first is None else replace(run, first=first, count=run.first + run.count - first)

    def _listen(self, complaints: str) -> None:
        if tells_of_damage(complaints):
            _tell(self._errand)


def _count(run: Run, failure: ToolFailed) -> int:
    """What makes ffmpeg fail may be in one segment only; where nothing is decoded there is nothing in any."""
    return run.count if isinstance(failure, NothingDecoded) else 1


def _decodes_somewhere(errand: Errand, run: Run) -> bool:
    plan = errand.recording.plan
    index = plan.source.audio_index if runs.is_sound(errand.recording, run) else plan.source.video_index
    try:
        return index is not None and any(_decodes(errand, index, place * plan.seconds) for place in _TRIAL_PLACES)
    finally:
        errand.discard()


def _decodes(errand: Errand, index: int, at_seconds: float) -> bool:
    workshop, recording = errand.workshop, errand.recording
    command = commands.trial_command(workshop.tools.ffmpeg, recording.source, recording.plan, index, at_seconds)
    try:
        reach = ffmpeg.Reach(reads=recording.source, writes=errand.workspace)
        printed = ffmpeg.run(command, reach=reach, limits=workshop.limits(hot=False))
    except ToolFailed as error:
        log.info("a trial failed", lesson=recording.lesson_id, at=at_seconds, detail=error.detail)
        return False
    return any(line.startswith(commands.TRIAL_LINE) for line in printed.splitlines())


def _tell(errand: Errand) -> None:
    message = DAMAGED if errand.recording.plan.video else DAMAGED_SOUND
    with errand.workshop.database.begin() as session:
        edits.add_notices(session, errand.recording.lesson_id, [{"message": message, "values": {}}])
