"""The opened parts of one library: settings, database, store, queues, leases, index."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from medialib.counting.tally import Tally
from medialib.database import Database
from medialib.ingest.tools import find_tools
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Leases
from medialib.jobs.queue import Queues
from medialib.search.index import SearchIndex
from medialib.search.known import Known
from medialib.settings import Settings
from medialib.store import Store


@dataclass(frozen=True)
class Services:
    """What the surfaces and the workers are given; nothing is global."""

    settings: Settings
    store: Store
    database: Database

    @cached_property
    def queues(self) -> Queues:
        return Queues(self.settings.jobs.url, self.store.root)

    @cached_property
    def leases(self) -> Leases:
        jobs = self.settings.jobs
        return Leases(self.database, lease_seconds=jobs.lease_seconds, renew_seconds=jobs.renew_seconds)

    @cached_property
    def workshop(self) -> Workshop:
        """What ingest works with; raises MissingTool when there is no usable ffmpeg."""
        tools = find_tools(self.settings.tools)
        return Workshop(self.settings, self.store, self.database, self.leases, tools)

    @cached_property
    def index(self) -> SearchIndex:
        """Of what is for everyone."""
        return SearchIndex(self.store.index)

    @cached_property
    def tally(self) -> Tally:
        """What this process counts of playing and searching."""
        return Tally(self.database, key=self.store.secret())

    @cached_property
    def withheld(self) -> SearchIndex:
        """Of all other lessons."""
        return SearchIndex(self.store.withheld)

    @cached_property
    def known(self) -> Known:
        """The titles and names that can be suggested."""
        return Known(self.database, self.index)


def open_with(settings: Settings) -> Services:
    store = Store(Path(settings.store.url))
    store.prepare()
    url = settings.database.url or f"sqlite:///{store.root / 'medialib.db'}"
    return Services(settings, store, Database(url))
