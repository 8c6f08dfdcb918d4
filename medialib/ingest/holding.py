"""Runs through parts that change, or are damaged: then the last good picture is held, and the lesson says so."""

import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from medialib.catalogue import edits
from medialib.catalogue.plans import SAMPLE_RATE, AudioRendition, SoundUse, SourceUse
from medialib.errors import N_, MedialibError, NothingDecoded, Stopped, ToolFailed, ToolKilled, TooMuchDecoded
from medialib.ingest import commands, ffmpeg, runs
from medialib.ingest.commands import Run
from medialib.ingest.damage import DAMAGED, tells_of_damage
from medialib.ingest.recording import Recording
from medialib.ingest.steadying import STEADY_FILE, steadied, steady_command
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease

log = structlog.get_logger()

# How far before a run a picture is looked for that can be held.
_BACKS_SECONDS = (20.0, 120.0)
# Where in a recording it is tried whether anything can be decoded at all.
_TRIAL_PLACES = (0.0, 0.5, 0.25, 0.75)


def carry_out(
    workshop: Workshop,
    recording: Recording,
    run: Run,
    lease: Lease,
    *,
    keep_going: Callable[[], bool] = lambda: True,
    whatever: bool = False,
) -> None:
    """Make the segments of `run`, if need be of what comes before them, or of nothing.

    `whatever`: also when ffmpeg does not end well, segment by segment. Raises what runs.carry_out raises: always
    when it was killed, or when nothing of the recording can be decoded, since then it is not a part that is damaged.
    """
    attempt = _Attempt(workshop, recording, lease, keep_going)
    try:
        attempt.make_as_usual(run)
        return
    except ToolKilled:
        raise
    except ToolFailed as failure:
        ours = whatever or isinstance(failure, NothingDecoded)
        if not ours or not _decodes_somewhere(workshop, recording, run, lease):
            raise
        count = _count(run, failure)
        log.warning("a damaged part", lesson=recording.lesson_id, first=run.first, detail=failure.detail)
    if is_sound(recording, run):
        attempt.make_silence(run, count)
    else:
        attempt.make_pictures(run)
    _tell(workshop, recording)


class _Attempt:
    """The ways to make a run, one after the other."""

    def __init__(self, workshop: Workshop, recording: Recording, lease: Lease, keep_going: Callable[[], bool]):
        self._workshop = workshop
        self._recording = recording
        self._lease = lease
        self._keep_going = keep_going

    def make(self, run: Run, argv: list[str] | None = None, recording: Recording | None = None) -> None:
        runs.carry_out(
            self._workshop,
            recording or self._recording,
            run,
            self._lease,
            keep_going=self._keep_going,
            argv=argv,
            complained=self._listen,
        )

    def make_as_usual(self, run: Run) -> None:
        try:
            self.make(run)
        except TooMuchDecoded as failure:
            rest = self._rest(run)
            if not is_sound(self._recording, run) or rest is None:
                raise
            log.info("a sound that changes", lesson=self._recording.lesson_id, first=run.first, detail=failure.detail)
            self._make_steadied(rest)

    def _make_steadied(self, run: Run) -> None:
        workshop, recording = self._workshop, self._recording
        folder = workshop.store.workspace(self._lease.token)
        try:
            ffmpeg.run(
                steady_command(workshop.tools.ffmpeg, recording.source, recording.plan, run),
                reach=ffmpeg.Reach(reads=recording.source, writes=folder),
                limits=workshop.limits(hot=run.hot),
                tick=self._stop_if_told,
            )
            if workshop.store.is_full:
                raise ffmpeg.no_room("a sound that changes")
        except MedialibError:
            workshop.store.discard(self._lease.token)
            raise
        steady = replace(recording, source=folder / STEADY_FILE, plan=steadied(recording.plan))
        self.make(run, runs.usual_command(workshop, steady, run), steady)

    def _stop_if_told(self) -> None:
        if self._lease.lost.is_set() or not self._keep_going():
            raise Stopped(N_("This work goes on later."))

    def make_silence(self, run: Run, count: int) -> None:
        rest, plan = self._rest(run), self._recording.plan
        if rest is None:
            return
        rest = replace(rest, count=min(rest.count, count))
        silence = self._workshop.store.workspace(self._lease.token) / "silence.wav"
        with wave.open(str(silence), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes(bytes(SAMPLE_RATE))
        sounds = tuple(SoundUse(index=0, end_seconds=1.0) for _ in plan.source.heard)
        use = SourceUse(video_index=None, audio_index=0, start_seconds=0.0, video_end_seconds=0.0, sounds=sounds)
        silent = replace(self._recording, source=silence, plan=replace(plan, source=use))
        self.make(rest, runs.usual_command(self._workshop, silent, rest), silent)

    def make_pictures(self, run: Run) -> None:
        program, recording = self._workshop.tools.ffmpeg, self._recording
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
        missing = {one for name in run.names for one in self._recording.missing(self._workshop, name)}
        first = next((number for number in run.numbers if number in missing), None)
        return None if first is None else replace(run, first=first, count=run.first + run.count - first)

    def _listen(self, complaints: str) -> None:
        if tells_of_damage(complaints):
            _tell(self._workshop, self._recording)


def is_sound(recording: Recording, run: Run) -> bool:
    return isinstance(recording.plan.rendition(run.names[0]), AudioRendition)


def _count(run: Run, failure: ToolFailed) -> int:
    """What makes ffmpeg fail may be in one segment only; where nothing is decoded there is nothing in any."""
    return run.count if isinstance(failure, NothingDecoded) else 1


def _decodes_somewhere(workshop: Workshop, recording: Recording, run: Run, lease: Lease) -> bool:
    use, folder = recording.plan.source, workshop.store.workspace(lease.token)
    index = use.audio_index if is_sound(recording, run) else use.video_index
    places = (place * recording.plan.seconds for place in _TRIAL_PLACES)
    try:
        return index is not None and any(_decodes(workshop, recording, folder, index, place) for place in places)
    finally:
        workshop.store.discard(lease.token)


def _decodes(workshop: Workshop, recording: Recording, folder: Path, index: int, at_seconds: float) -> bool:
    command = commands.trial_command(workshop.tools.ffmpeg, recording.source, recording.plan, index, at_seconds)
    try:
        reach = ffmpeg.Reach(reads=recording.source, writes=folder)
        printed = ffmpeg.run(command, reach=reach, limits=workshop.limits(hot=False))
    except ToolFailed as error:
        log.info("a trial failed", lesson=recording.lesson_id, at=at_seconds, detail=error.detail)
        return False
    return any(line.startswith(commands.TRIAL_LINE) for line in printed.splitlines())


def _tell(workshop: Workshop, recording: Recording) -> None:
    with workshop.database.begin() as session:
        edits.add_notices(session, recording.lesson_id, [{"message": DAMAGED, "values": {}}])
