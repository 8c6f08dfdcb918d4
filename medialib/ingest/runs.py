"""A run carried out: ffmpeg makes segments in a workspace, and each is published as soon as it is whole."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from medialib import metrics
from medialib.catalogue.plans import AudioRendition
from medialib.errors import NothingDecoded
from medialib.ingest import commands, ffmpeg, sound_commands
from medialib.ingest.command_parts import Run
from medialib.ingest.errand import Errand
from medialib.ingest.failures import failed, put_off
from medialib.ingest.publishing import publish_init, refuse_incomplete
from medialib.ingest.recording import Recording, count, record_progress, stop_if_gone
from medialib.ingest.workshop import Workshop

_HOT_TICK_SECONDS = 0.03
_BULK_TICK_SECONDS = 0.3
_REPORT_SECONDS = 1.0


def carry_out(
    errand: Errand,
    run: Run,
    *,
    argv: list[str] | None = None,
    complained: Callable[[str], None] = lambda _: None,
) -> None:
    """Make the segments of `run`; raises ToolFailed, or Stopped when others are to go first or the lease is lost.

    Whatever was finished by then stays, unless the lesson is gone (NotFound). `argv` makes them in another way than
    the plan's usual one; `complained` hears what ffmpeg said of a run that went well.
    """
    workshop, recording, token = errand.workshop, errand.recording, errand.lease.token
    progress = _Progress(errand, run, errand.workspace)
    for name in run.names:
        (progress.workspace / name).mkdir(exist_ok=True)
    limits = workshop.limits(hot=run.hot)
    if run.hot:
        limits = replace(limits, gives_way=partial(workshop.waiting.later_ones, token))
        workshop.waiting.begin(token, recording.lesson_id, run)
    try:
        with errand.minding_the_disk():
            ffmpeg.run(
                argv or usual_command(workshop, recording, run),
                reach=ffmpeg.Reach(reads=recording.source, writes=progress.workspace),
                limits=limits,
                tick=progress.tick,
                tick_seconds=_HOT_TICK_SECONDS if run.hot else _BULK_TICK_SECONDS,
                complained=complained,
            )
            progress.check()
    finally:
        workshop.waiting.end(token)
        try:
            progress.report()
        finally:
            errand.discard()


def usual_command(workshop: Workshop, recording: Recording, run: Run) -> list[str]:
    command = sound_commands.audio_command if is_sound(recording, run) else commands.video_command
    return command(workshop.tools.ffmpeg, recording.source, recording.plan, run)


def is_sound(recording: Recording, run: Run) -> bool:
    return isinstance(recording.plan.rendition(run.names[0]), AudioRendition)


@dataclass
class _Progress:
    """Publishes finished segments and reports how far the run has come."""

    errand: Errand
    run: Run
    workspace: Path
    published: set[tuple[str, int]] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)
    reported: float = field(default_factory=time.monotonic)
    changed: bool = False

    def tick(self) -> None:
        """Publish what is finished; raises Stopped when others are to go first."""
        self.collect()
        if self.published:
            self._first_is_there()
        self.errand.give_way()

    def _first_is_there(self) -> None:
        """Nobody waits for the rest of the run so urgently: it can wait for others."""
        waiting = self.errand.workshop.waiting
        waiting.end(self.errand.lease.token)
        if self.run.hot and waiting.others(self.errand.recording.lesson_id, self.run):
            raise put_off()

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
        workshop, recording = self.errand.workshop, self.errand.recording
        finished = self.workspace / name / f"{number}.m4s"
        refuse_incomplete(recording.plan, name, number, finished)
        init = self.workspace / name / "init.mp4"
        if init.exists():
            publish_init(workshop, recording, name, init)
        place = workshop.store.segment(recording.lesson_id, recording.plan.version, name, number)
        workshop.store.publish(finished, place)
        stop_if_gone(workshop, recording)
        self.published.add((name, number))
        self.changed = True

    def report(self) -> None:
        """Store how much exists, and how fast this run is."""
        self.reported, self.changed = time.monotonic(), False
        recording = self.errand.recording
        for name in self.run.names:
            count(self.errand.workshop, recording, name)
        done = len(self.published) * recording.plan.segment_seconds
        if done and (elapsed := time.monotonic() - self.began) > 0:
            speed = done / elapsed
            metrics.ENCODE_SPEED.labels("audio" if is_sound(recording, self.run) else "video").set(speed)
            record_progress(
                self.errand.workshop, recording, self.run.names, media_per_second=speed / len(self.run.names)
            )

    def check(self) -> None:
        """Raise ToolFailed unless every segment of the run was made."""
        self.collect()
        wanted = {(name, number) for name in self.run.names for number in self.run.numbers}
        if lacking := sorted(wanted - self.published):
            raise failed(f"ffmpeg made no {lacking[:5]}", kind=NothingDecoded)
