"""The bytes of an upload come in: written where the last ones ended, brought to disk, and only then acknowledged.

One writer at a time: whoever holds the lock of the file, which a killed process gives back at once. An
acknowledgement is a row that says from where to where, so that of two writers one fails even where files have no locks.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from medialib.catalogue import upload_edits, upload_lookups
from medialib.database import Database
from medialib.errors import N_, NoSpace, Occupied, OutOfStep
from medialib.files import sync_directory
from medialib.store import Store

SYNC_BYTES = 8 << 20
"""So many bytes at most are lost when the machine dies while one request brings many."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where uploads are received: `sync` brings an open file to disk, `days` an upload is kept after each byte."""

    store: Store
    database: Database
    days: float
    sync: Callable[[int], None] = os.fdatasync


class Writer:
    """Appends to one upload; `received_bytes` are acknowledged."""

    def __init__(self, desk: Desk, upload_id: str, handle: int, received_bytes: int):
        self._desk = desk
        self._id = upload_id
        self._handle = handle
        self._written_bytes = received_bytes
        self.received_bytes = received_bytes
        self.whole = False

    def write(self, block: bytes) -> None:
        """Raises NoSpace; what fitted before can still be acknowledged."""
        rest = memoryview(block)
        while rest:
            try:
                count = os.pwrite(self._handle, rest, self._written_bytes)
            except OSError as error:
                if error.errno in _FULL:
                    raise _no_space(error) from error
                raise
            self._written_bytes += count
            rest = rest[count:]

    @property
    def waiting_bytes(self) -> int:
        """What is written and not acknowledged."""
        return self._written_bytes - self.received_bytes

    def acknowledge(self) -> None:
        """Bring to disk what was written, then say so; raises OutOfStep, and NoSpace when the disk did not take it."""
        if not self.waiting_bytes:
            return
        try:
            self._desk.sync(self._handle)
        except OSError as error:
            if error.errno in _FULL:
                raise _no_space(error) from error
            raise
        with self._desk.database.begin() as session:
            self.whole = upload_edits.acknowledge(
                session, self._id, before=self.received_bytes, after=self._written_bytes, days=self._desk.days
            )
        self.received_bytes = self._written_bytes


def _no_space(error: OSError) -> NoSpace:
    return NoSpace(
        N_("The server's disk is full. What has arrived is kept: please tell the county office, then go on."),
        detail=str(error),
    )


@contextmanager
def writing(desk: Desk, upload_id: str, offset: int) -> Iterator[Writer]:
    """A writer that goes on at `offset`.

    Raises Occupied while another writes, OutOfStep when other than `offset` bytes are acknowledged, and Gone.
    """
    with desk.database.read() as session:
        if upload_lookups.upload(session, upload_id, of=None).state != "sending":
            raise OutOfStep(N_("All of this file is here already."), detail=upload_id)
    handle = _open(desk.store, upload_id)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Occupied(N_("This upload is being received from another page or device just now.")) from error
        received = _acknowledged(desk, upload_id, handle)
        if received != offset:
            raise OutOfStep(
                N_("This upload stands elsewhere: go on from where the server says."), detail=f"{received} {offset}"
            )
        os.ftruncate(handle, received)
        yield Writer(desk, upload_id, handle, received)
    finally:
        os.close(handle)  # and with it the lock


def _open(store: Store, upload_id: str) -> int:
    place = store.upload(upload_id)
    try:
        return os.open(place, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o640)
        sync_directory(place.parent)
        return handle


def _acknowledged(desk: Desk, upload_id: str, handle: int) -> int:
    """As the catalogue says, unless the file is shorter: a backup may have brought the one back without the other."""
    there = os.fstat(handle).st_size
    with desk.database.read() as session:
        acknowledged = upload_lookups.upload(session, upload_id, of=None).received_bytes
    if there < acknowledged:
        with desk.database.begin() as session:
            upload_edits.step_back(session, upload_id, there)
    return min(there, acknowledged)


def receive(writer: Writer, blocks: Iterable[bytes], *, verify: Callable[[], None] | None = None) -> None:
    """Write all blocks and acknowledge them: now and then, or at the end only when `verify` must agree with the whole.

    A stream that breaks off simply ends. Raises NoSpace with what fitted acknowledged, and what `verify` raises, with
    nothing acknowledged: the next writer begins where this one did.
    """
    try:
        for block in blocks:
            writer.write(block)
            if verify is None and writer.waiting_bytes >= SYNC_BYTES:
                writer.acknowledge()
    except NoSpace:
        if verify is None:
            writer.acknowledge()
        raise
    if verify is not None:
        verify()
    writer.acknowledge()
