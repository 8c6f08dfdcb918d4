"""Files on their way from a phone: its network, which is cut, and the server, which is killed."""

import hashlib
import random
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Page

from medialib.cli.bench.family import at_work

from .running import Library


def padded(path: Path, size_bytes: int) -> Path:
    """A film or sound with room at its end, filled with what cannot be compressed."""
    noise = random.Random(path.name).randbytes(size_bytes)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", size_bytes + 8, b"free") + noise)
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kill_servers(library: Library) -> int:
    """Every process that answers, at once and without a word; the supervisor starts another."""
    serving = at_work("serve", library.processes())
    for one in serving:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(serving, timeout=60)
    return len(serving)


class Line:
    """The phone's network, cut when told so: as slow as leaves time to come in between on a busy machine too."""

    def __init__(self, context: BrowserContext, page: Page, *, bytes_per_second: int):
        self._context = context
        self._rate = bytes_per_second
        self._session = context.new_cdp_session(page)
        self.go_on()

    def go_on(self, *, bytes_per_second: int | None = None) -> None:
        self._rate = bytes_per_second or self._rate
        self._context.set_offline(False)
        self._emulate(offline=False)

    def cut(self) -> None:
        self._context.set_offline(True)
        self._emulate(offline=True)  # both: the slow line of this session would go on otherwise

    def _emulate(self, *, offline: bool) -> None:
        rates = {"offline": offline, "latency": 20, "downloadThroughput": -1, "uploadThroughput": self._rate}
        self._session.send("Network.emulateNetworkConditions", rates)


def until_sent(page: Page, size_bytes: int, files: Sequence[Path], *, seconds: float = 60) -> None:
    """Until the server has so much of these files, as it tells itself; it tells of earlier ones too."""
    ask = "fetch('/desk/uploads').then((a) => a.json()).then((a) => a.uploads, () => [])"
    names = {one.name for one in files}
    end = time.monotonic() + seconds
    while sum(one["received_bytes"] for one in page.evaluate(ask) if one["name"] in names) < size_bytes:
        assert time.monotonic() < end, page.inner_text("#files")
        page.wait_for_timeout(150)
