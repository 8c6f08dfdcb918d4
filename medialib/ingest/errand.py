"""One piece of work on a lesson while it is carried out: how it runs ffmpeg, gives way, and keeps its files apart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from medialib.errors import ToolFailed, ToolKilled
from medialib.ingest import ffmpeg
from medialib.ingest.failures import no_room, put_off
from medialib.ingest.recording import Recording
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease


@dataclass(frozen=True, kw_only=True)
class Errand:
    """`keep_going` says no when more urgent work waits; `meanwhile` hands such work out to who is held still."""

    workshop: Workshop
    recording: Recording
    lease: Lease
    keep_going: Callable[[], bool] = lambda: True
    meanwhile: Callable[[], Callable[[], None] | None] = lambda: None

    @property
    def workspace(self) -> Path:
        return self.workshop.store.workspace(self.lease.token)

    def run(
        self,
        command: list[str],
        *,
        reads: Path,
        folder: str = "",
        hot: bool = False,
        complained: Callable[[str], None] = lambda _: None,
    ) -> Path:
        """Run ffmpeg in a folder of its own in the workspace, which is returned: it sees and writes nothing else.

        `complained` hears what it said when it went well. Raises ToolFailed, Stopped.
        """
        place = self.workspace / folder
        place.mkdir(exist_ok=True)
        reach, limits = ffmpeg.Reach(reads=reads, writes=place), self.workshop.limits(hot=hot)
        ffmpeg.run(command, reach=reach, limits=limits, tick=self.give_way, complained=complained)
        return place

    def give_way(self) -> None:
        """Raise Stopped when this is to be done later, or by somebody else."""
        if self.lease.lost.is_set() or not self.keep_going():
            raise put_off()

    @contextmanager
    def minding_the_disk(self) -> Iterator[None]:
        """Where there is no room, the recording is not at fault: raises DiskFull for what fails then."""
        try:
            yield
        except ToolKilled:
            raise
        except ToolFailed as error:
            if self.workshop.store.is_full:
                raise no_room(error.detail) from error
            raise

    def discard(self) -> None:
        self.workshop.store.discard(self.lease.token)
