"""Leases: who is working on what, in the database, so that a killed worker's work is taken over.

A lease lapses `lease_seconds` after its last renewal. Times are wall-clock, because several machines
compare them; one that ends absurdly far ahead (the clock was set back) counts as lapsed.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Index, String, delete, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from medialib.database import Base, Database

log = structlog.get_logger()


class LeaseRow(Base):
    """`token` names the holder and its temporary directory."""

    __tablename__ = "leases"
    __table_args__ = (Index("leases_by_token", "token"),)

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    token: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[float]


class Lease:
    """A lease that is held; `lost` is set when someone took it over or it could not be renewed in time."""

    def __init__(self, name: str, token: str):
        self.name = name
        self.token = token
        self.renewed = time.monotonic()
        self.lost = threading.Event()


class Leases:
    """Takes, renews and gives back leases; one background thread renews all that this process holds.

    `clock` tells unix seconds.
    """

    def __init__(
        self,
        database: Database,
        *,
        lease_seconds: float,
        renew_seconds: float,
        clock: Callable[[], float] = time.time,
    ):
        self._database = database
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._renew_seconds = renew_seconds
        self._held: dict[str, Lease] = {}
        self._lock = threading.Lock()
        self._renewer: threading.Thread | None = None

    @contextmanager
    def hold(self, name: str) -> Iterator[Lease | None]:
        """The lease for as long as the block lasts, or None when someone else holds it."""
        lease = self.take(name)
        try:
            yield lease
        finally:
            if lease:
                self.give_back(lease)

    def take(self, name: str) -> Lease | None:
        now = self._clock()
        lease = Lease(name, secrets.token_hex(8))
        try:
            with self._database.begin() as session:
                row = session.get(LeaseRow, name, with_for_update=True)
                if row and self._living(row.expires_at, now):
                    return None
                session.merge(LeaseRow(name=name, token=lease.token, expires_at=now + self._lease_seconds))
        except IntegrityError:
            return None  # taken at the same moment by another (databases other than SQLite)
        with self._lock:
            self._held[lease.token] = lease
            if self._renewer is None:
                self._renewer = threading.Thread(target=self._keep_renewing, name="leases", daemon=True)
                self._renewer.start()
        return lease

    def give_back(self, lease: Lease) -> None:
        with self._lock:
            self._held.pop(lease.token, None)
        with self._database.begin() as session:
            session.execute(delete(LeaseRow).where(LeaseRow.token == lease.token))

    def living(self, prefix: str = "") -> dict[str, str]:
        """Tokens by name of the leases now held by anyone."""
        now = self._clock()
        with self._database.read() as session:
            rows = session.scalars(select(LeaseRow).where(LeaseRow.name.startswith(prefix, autoescape=True)))
            return {row.name: row.token for row in rows if self._living(row.expires_at, now)}

    def sweep(self) -> None:
        """Forget lapsed leases."""
        now = self._clock()
        with self._database.begin() as session:
            for row in session.scalars(select(LeaseRow)):
                if not self._living(row.expires_at, now):
                    session.delete(row)

    def renew(self) -> None:
        """Renew every lease that this process holds; those taken over or overdue are marked lost."""
        with self._lock:
            held = list(self._held.values())
        if not held:
            return
        try:
            with self._database.begin() as session:
                renewed = [lease for lease in held if self._renew(session, lease)]
        except SQLAlchemyError as error:
            log.warning("leases could not be renewed, trying again", error=str(error))
            renewed = [lease for lease in held if time.monotonic() - lease.renewed < self._lease_seconds]
        else:
            for lease in renewed:
                lease.renewed = time.monotonic()
        for lease in set(held) - set(renewed):
            lease.lost.set()

    def _renew(self, session: Session, lease: Lease) -> bool:
        row = session.get(LeaseRow, lease.name)
        if row is None or row.token != lease.token:
            return False
        row.expires_at = self._clock() + self._lease_seconds
        return True

    def _keep_renewing(self) -> None:
        while True:
            time.sleep(self._renew_seconds)
            self.renew()

    def _living(self, expires_at: float, now: float) -> bool:
        return now < expires_at < now + 3 * self._lease_seconds
