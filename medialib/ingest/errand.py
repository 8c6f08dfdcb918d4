"""One step of one lesson while it is carried out, and how it runs ffmpeg: gives way, and keeps its files apart."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medialib.errors import N_, Stopped
from medialib.ingest import ffmpeg
from medialib.ingest.recording import Recording
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease


@dataclass(frozen=True, kw_only=True)
class Errand:
    """`keep_going` says no when more urgent work waits."""

    workshop: Workshop
    recording: Recording
    lease: Lease
    keep_going: Callable[[], bool]

    @property
    def workspace(self) -> Path:
        return self.workshop.store.workspace(self.lease.token)

    def run(self, command: list[str], *, reads: Path, folder: str) -> Path:
        """Run ffmpeg in a folder of its own in the workspace, which is returned: it sees and writes nothing else.

        Raises ToolFailed, Stopped.
        """
        place = self.workspace / folder
        place.mkdir(exist_ok=True)
        reach, limits = ffmpeg.Reach(reads=reads, writes=place), self.workshop.limits(hot=False)
        ffmpeg.run(command, reach=reach, limits=limits, tick=self.give_way)
        return place

    def give_way(self) -> None:
        """Raise Stopped when this is to be done later, or by somebody else."""
        if self.lease.lost.is_set() or not self.keep_going():
            raise Stopped(N_("This work goes on later."))

    def discard(self) -> None:
        self.workshop.store.discard(self.lease.token)
