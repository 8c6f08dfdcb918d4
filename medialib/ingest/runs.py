"""A run carried out: ffmpeg makes segments in a workspace, and each is published as soon as it is whole."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from medialib import metrics
from medialib.catalogue import work_edits
from medialib.catalogue.plans import AudioRendition
from medialib.errors import (
    N_,
    DiskFull,
    MedialibError,
    NothingDecoded,
    Stopped,
    ToolFailed,
    ToolKilled,
    TooMuchDecoded,
    UnusableMedia,
)
from medialib.files import open_regular
from medialib.ingest import commands, ffmpeg
from medialib.ingest.bitstream import count_samples, is_whole, read_codecs
from medialib.ingest.commands import Run
from medialib.ingest.recording import Recording, count, stop_if_gone
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease

log = structlog.get_logger()

_HOT_TICK_SECONDS = 0.03
_BULK_TICK_SECONDS = 0.3
# To be killed says little about the recording, but one that eats all memory must not be tried for ever.
_KILLS_PER_ATTEMPT = 10
_REPORT_SECONDS = 1.0


def carry_out(
    workshop: Workshop,
    recording: Recording,
    run: Run,
    lease: Lease,
    *,
    keep_going: Callable[[], bool] = lambda: True,
    argv: list[str] | None = None,
    complained: Callable[[str], None] = lambda _: None,
) -> None:
    """Make the segments of `run`; raises ToolFailed, or Stopped when `keep_going` says no or the lease is lost.

    Whatever was finished by then stays, unless the lesson is gone (NotFound). `argv` makes them in another way than
    the plan's usual one; `complained` hears what ffmpeg said of a run that went well.
    """
    workspace = workshop.store.workspace(lease.token)
    for name in run.names:
        (workspace / name).mkdir(exist_ok=True)
    progress = _Progress(workshop, recording, run, workspace)

    def tick() -> None:
        progress.collect()
        if progress.published:
            workshop.waited_for.pop(lease.token, None)  # the rest of it can wait
        if lease.lost.is_set() or not keep_going() or (run.hot and progress.published and others_wait()):
            raise Stopped(N_("This work goes on later."))

    def others_wait(since: int = 0) -> bool:
        """Whether anybody waits for another part or another lesson: of all, or of those who came `since` then."""
        waiting = list(workshop.waited_for.values())[since:]
        return any(lesson_id != recording.lesson_id or not _go_together(run, other) for lesson_id, other in waiting)

    def later_ones_wait() -> bool:
        """Who began to wait last goes first: players that jumped do not wait any longer for where they were."""
        tokens = list(workshop.waited_for)
        return lease.token in tokens and others_wait(tokens.index(lease.token) + 1)

    limits = workshop.limits(hot=run.hot)
    if run.hot:
        limits = replace(limits, gives_way=later_ones_wait)
        workshop.waited_for[lease.token] = (recording.lesson_id, run)
    try:
        ffmpeg.run(
            argv or usual_command(workshop, recording, run),
            reach=ffmpeg.Reach(reads=recording.source, writes=workspace),
            limits=limits,
            tick=tick,
            tick_seconds=_HOT_TICK_SECONDS if run.hot else _BULK_TICK_SECONDS,
            complained=complained,
        )
        progress.check()
    except ToolKilled:
        raise
    except ToolFailed as error:
        if workshop.store.is_full:
            raise ffmpeg.no_room(error.detail) from error
        raise
    finally:
        workshop.waited_for.pop(lease.token, None)
        try:
            progress.report()
        finally:
            workshop.store.discard(lease.token)


def read_whole(path: Path) -> bytes:
    """What a program has written; raises DiskFull when its end is missing."""
    with open_regular(path) as file:
        content = file.read()
    if content and not is_whole(content):
        raise ffmpeg.no_room(f"{path.name} was cut off after {len(content)} bytes")
    return content


def _go_together(one: Run, other: Run) -> bool:
    """Picture and sound of the same part are for the same player: neither gives way to the other."""
    apart = other.first >= one.first + one.count or one.first >= other.first + other.count
    return one.names != other.names and not apart


def usual_command(workshop: Workshop, recording: Recording, run: Run) -> list[str]:
    sound = isinstance(recording.plan.rendition(run.names[0]), AudioRendition)
    command = commands.audio_command if sound else commands.video_command
    return command(workshop.tools.ffmpeg, recording.source, recording.plan, run)


def record_failure(
    workshop: Workshop, lesson_id: str, step: str, error: MedialibError, *, came_on: bool = False
) -> None:
    """Count a failed attempt; one that `came_on` (it made segments before it failed) is the first of a new count.

    Where there was no room it does not count: nobody need say so when there is some again.
    """
    jobs = workshop.settings.jobs
    full, killed = isinstance(error, DiskFull), isinstance(error, ToolKilled)
    attempts = sys.maxsize if full else jobs.attempts * (_KILLS_PER_ATTEMPT if killed else 1)
    with workshop.database.begin() as session:
        row = work_edits.record_failure(
            session,
            lesson_id=lesson_id,
            step=step,
            error=error,
            attempts=1 if isinstance(error, UnusableMedia) else attempts,
            backoff_seconds=jobs.backoff_seconds,
            growing=not killed,
            came_on=came_on or full,
        )
        attempts, parked = row.attempts, row.parked
    log.warning("a step failed", lesson=lesson_id, step=step, attempt=attempts, parked=parked, detail=error.detail)


def record_codecs(workshop: Workshop, recording: Recording, name: str, codecs: str) -> None:
    with workshop.database.begin() as session:
        work_edits.record_progress(
            session,
            lesson_id=recording.lesson_id,
            version=recording.plan.version,
            name=name,
            codecs=codecs,
        )


@dataclass
class _Progress:
    """Publishes finished segments and reports how far the run has come."""

    workshop: Workshop
    recording: Recording
    run: Run
    workspace: Path
    published: set[tuple[str, int]] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)
    reported: float = field(default_factory=time.monotonic)
    changed: bool = False

    def collect(self) -> None:
        for name in self.run.names:
            for number in self.run.numbers:
                if (name, number) in self.published:
                    continue
                if not (self.workspace / name / f"{number}.m4s").exists():
                    break  # ffmpeg closes them in order
                self._publish(name, number)
        if self.changed and time.monotonic() - self.reported > _REPORT_SECONDS:
            self.report()

    def _publish(self, name: str, number: int) -> None:
        store, lesson_id, version = self.workshop.store, self.recording.lesson_id, self.recording.plan.version
        finished = self.workspace / name / f"{number}.m4s"
        self._refuse_incomplete(finished, name, number)
        init = self.workspace / name / "init.mp4"
        if init.exists():
            codecs = read_codecs(read_whole(init))
            if store.publish(init, store.init(lesson_id, version, name)):
                record_codecs(self.workshop, self.recording, name, codecs)
        place = store.segment(lesson_id, version, name, number)
        store.publish(finished, place)
        stop_if_gone(self.workshop, self.recording)
        self.published.add((name, number))
        self.changed = True

    def _refuse_incomplete(self, finished: Path, name: str, number: int) -> None:
        """Raise ToolFailed for a segment that lacks pictures or sound, or has too much: it would be kept for ever.

        ffmpeg closes one properly even when it gives up in the middle, or could decode nothing at all.
        """
        plan = self.recording.plan
        rendition = plan.rendition(name)
        assert rendition is not None, name
        found, wanted = count_samples(read_whole(finished)), plan.samples(rendition, number)
        if found != wanted:
            failure = TooMuchDecoded if found > wanted else ToolFailed if found else NothingDecoded
            raise failure(
                N_("This part of the recording could not be converted."),
                detail=f"{name} segment {number} holds {found} of {wanted} samples",
            )

    def report(self) -> None:
        """Store how much exists, and how fast this run is."""
        self.reported, self.changed = time.monotonic(), False
        for name in self.run.names:
            count(self.workshop, self.recording, name)
        done = len(self.published) * self.recording.plan.segment_seconds
        if done and (elapsed := time.monotonic() - self.began) > 0:
            speed = done / elapsed
            kind = "audio" if isinstance(self.recording.plan.rendition(self.run.names[0]), AudioRendition) else "video"
            metrics.ENCODE_SPEED.labels(kind).set(speed)
            self._store_speed(speed / len(self.run.names))

    def _store_speed(self, speed: float) -> None:
        with self.workshop.database.begin() as session:
            for name in self.run.names:
                work_edits.record_progress(
                    session,
                    lesson_id=self.recording.lesson_id,
                    version=self.recording.plan.version,
                    name=name,
                    media_per_second=speed,
                )

    def check(self) -> None:
        """Raise ToolFailed unless every segment of the run was made."""
        self.collect()
        wanted = {(name, number) for name in self.run.names for number in self.run.numbers}
        if lacking := sorted(wanted - self.published):
            raise NothingDecoded(
                N_("This part of the recording could not be converted."), detail=f"ffmpeg made no {lacking[:5]}"
            )
