"""What every step of the work is given: settings, store, catalogue, leases and the media tools."""

from dataclasses import dataclass, field

from medialib.database import Database
from medialib.ingest.ffmpeg import Limits
from medialib.ingest.tools import MediaTools
from medialib.ingest.waiting import Waiting
from medialib.jobs.leases import Leases
from medialib.settings import Settings
from medialib.store import Store


@dataclass(frozen=True)
class Workshop:
    """The opened parts of one library that ingest works with."""

    settings: Settings
    store: Store
    database: Database
    leases: Leases
    tools: MediaTools
    waiting: Waiting = field(default_factory=Waiting)

    def limits(self, *, hot: bool) -> Limits:
        """What one ffmpeg may use; what a person waits for goes first."""
        tools = self.settings.tools
        return Limits(
            memory_bytes=tools.memory_megabytes * 1024 * 1024,
            wall_seconds=tools.run_seconds,
            stall_seconds=tools.stall_seconds,
            nice=tools.hot_nice if hot else tools.bulk_nice,
            sandbox=tools.sandbox,
            gives_way=(lambda: False) if hot else self.waiting.anybody,
        )
