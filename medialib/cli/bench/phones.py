"""Many slow phones at once: do others still get their pages, and does every segment arrive?"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure

PHONES = 400
BYTES_PER_SECOND = 100_000
_CHUNK_BYTES = 20_000
_PAGE_TIMEOUT_SECONDS = 30
_PAGES = ("/", "/search?q=ten", "/api/lessons", "/healthz")


@dataclass
class _Tally:
    segments: int = 0
    failed: int = 0
    bytes_read: int = 0
    failed_pages: int = 0
    page_seconds: list[float] = field(default_factory=list)


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """400 phones read segments at 100 kB/s while someone turns pages."""
    source = make_recording(folder, name="phones.mp4", height=720, seconds=60, megabits=3)
    library = make_library(folder, "phones")
    seconds = 10 if extent.quick else 40
    with running(library):
        line = library.take_in(source, wait="complete")
        paths = _segment_paths(library, line["master"])
        idle = asyncio.run(_load(library, paths, phones=0, seconds=5))
        tally = asyncio.run(_load(library, paths, phones=PHONES, seconds=seconds))
    mean = tally.bytes_read / 1e6 / seconds
    group = f"phones, {PHONES} at {BYTES_PER_SECOND // 1000} kB/s"
    beside = f"{_percentile(idle.page_seconds, 95) * 1000:.0f} ms without phones"
    p95 = f"{_percentile(tally.page_seconds, 95) * 1000:.0f} ms"
    pages = f"{tally.failed_pages} of {len(tally.page_seconds)}"
    return [
        Figure(group=group, what="other pages, p95", value=p95, bar="100 ms", yardstick=beside),
        Figure(group=group, what="failed pages", value=pages, bar="0"),
        Figure(group=group, what="failed of segments", value=f"{tally.failed} of {tally.segments}", bar="0"),
        Figure(group=group, what="carried", value=f"{mean:.0f} MB/s", bar=""),
    ]


def _segment_paths(library: BenchLibrary, master: str) -> list[str]:
    folder = master.rpartition("/")[0]
    uri = next(row for row in library.get(master).decode().splitlines() if row and not row.startswith("#"))
    media = f"{folder}/{uri}"
    names = [row for row in library.get(media).decode().splitlines() if row and not row.startswith("#")]
    return [f"{media.rpartition('/')[0]}/{name}" for name in names]


async def _load(library: BenchLibrary, paths: Sequence[str], *, phones: int, seconds: float) -> _Tally:
    tally = _Tally()
    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(phones):
            group.create_task(_phone(library, paths, number, end, tally))
        group.create_task(_turn_pages(library, end, tally))
    return tally


async def _phone(library: BenchLibrary, paths: Sequence[str], number: int, end: float, tally: _Tally) -> None:
    """Read one segment after the other, never faster than a weak network."""
    await asyncio.sleep(number / PHONES * 2)
    turn = number
    while time.monotonic() < end:
        tally.segments += 1
        try:
            whole = await _get(library.port, paths[turn % len(paths)], tally)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            whole = False
        tally.failed += not whole
        turn += 1


async def _get(port: int, path: str, tally: _Tally) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_CHUNK_BYTES)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        left = int(head.partition("content-length:")[2].partition("\r\n")[0])
        while left > 0 and (chunk := await reader.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            tally.bytes_read += len(chunk)
            await asyncio.sleep(len(chunk) / BYTES_PER_SECOND)
        return head.startswith("http/1.1 200") and left == 0
    finally:
        writer.close()


async def _turn_pages(library: BenchLibrary, end: float, tally: _Tally) -> None:
    turn = 0
    await asyncio.sleep(min(3, max(0, end - time.monotonic() - 2)))
    while time.monotonic() < end:
        began = time.monotonic()
        tally.failed_pages += not await _read_all(library.port, _PAGES[turn % len(_PAGES)])
        tally.page_seconds.append(time.monotonic() - began)
        turn += 1
        await asyncio.sleep(0.05)


async def _read_all(port: int, path: str) -> bool:
    """Whether the whole page came, and with 200."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            answer = await asyncio.wait_for(reader.read(-1), _PAGE_TIMEOUT_SECONDS)
        finally:
            writer.close()
    except (OSError, TimeoutError):
        return False
    return answer.startswith(b"HTTP/1.1 200 ")


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0
