"""680 televisions at once: each asks for its playlists every four seconds, for what is on, and tells that it lives."""

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from medialib.catalogue import channel_edits, tokens
from medialib.catalogue.screens import Screen
from medialib.catalogue.timetables import Show, Timetable
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.recordings import make_recording
from medialib.cli.bench.report import Figure
from medialib.services import open_with
from medialib.settings import Settings, Store

SCREENS = 680
_PLAYLIST_SECONDS, _ON_AIR_SECONDS, _BEAT_SECONDS = 4, 30, 60
_SETTLE_SECONDS = 8


@dataclass
class _Tally:
    answers: int = 0
    failed: int = 0
    seconds: list[float] = field(default_factory=list)
    counting: bool = False


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """Segments are a proxy's work, by their headers; all that is asked of the server itself is asked here."""
    library = make_library(folder, "screens")
    source = make_recording(folder, name="screens.mp4", height=480, seconds=40, megabits=1)
    seconds = 15 if extent.quick else 60
    with running(library) as supervisor:
        library.take_in(source, wait="complete")
        slug, secrets = _pair(library)
        library.get(f"/channels/{slug}.m3u8")
        tally = _Tally()
        family = [psutil.Process(supervisor.pid), *psutil.Process(supervisor.pid).children(recursive=True)]
        used = asyncio.run(_load(library, slug, secrets, seconds, tally, family))
    share = 100 * used / seconds / (os.cpu_count() or 1)
    ordered = sorted(tally.seconds)
    p95 = ordered[len(ordered) * 95 // 100] * 1000 if ordered else 0.0
    group = f"screens, {SCREENS} on one channel"
    rate = len(ordered) / seconds
    return [
        Figure(group=group, what="answers, p95", value=f"{p95:.0f} ms", bar="50 ms", yardstick=f"{rate:.0f}/s"),
        Figure(group=group, what="processor, of the whole machine", value=f"{share:.0f} %", bar="25 %"),
        Figure(group=group, what="failed of answers", value=f"{tally.failed} of {tally.answers}", bar="0"),
    ]


def _pair(library: BenchLibrary) -> tuple[str, list[str]]:
    """A channel of everything, and so many screens that show it; returns its address and their tokens."""
    services = open_with(Settings(store=Store(url=str(library.folder))))
    secrets = [tokens.new_token() for _ in range(SCREENS)]
    table = Timetable(filler=Show(kind="latest", order="shuffle"))
    with services.database.begin() as session:
        slug = channel_edits.add(session, title="bench", timetable=table, target_seconds=4, by=None).slug
        session.flush()
        session.add_all(
            Screen(
                id=f"bench{number:05}", name=str(number), created_at=time.time(), channel_slug=slug,
                token_digest=tokens.digest(token),
            )
            for number, token in enumerate(secrets)
        )  # fmt: skip
    services.database.close()
    return slug, secrets


async def _load(
    library: BenchLibrary, slug: str, secrets: list[str], seconds: float, tally: _Tally, family: list[psutil.Process]
) -> float:
    """Seconds of processor that the library's processes took while it was counted."""
    end = time.monotonic() + _SETTLE_SECONDS + seconds
    async with asyncio.TaskGroup() as group:
        for number, token in enumerate(secrets):
            group.create_task(_screen(library.port, slug, token, number, end, tally))
        await asyncio.sleep(_SETTLE_SECONDS)
        tally.counting, before = True, _taken(family)
        await asyncio.sleep(seconds - 0.5)
        return _taken(family) - before


def _taken(family: list[psutil.Process]) -> float:
    found = 0.0
    for one in family:
        if one.is_running():
            times = one.cpu_times()
            found += times.user + times.system
    return found


async def _screen(port: int, slug: str, token: str, number: int, end: float, tally: _Tally) -> None:
    """One set, out of step with the others; its connection stays open as a browser's does."""
    await asyncio.sleep(number / SCREENS * _PLAYLIST_SECONDS)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    beat, look = number / SCREENS * _BEAT_SECONDS, number / SCREENS * _ON_AIR_SECONDS
    began = time.monotonic()
    try:
        while time.monotonic() < end:
            turn = time.monotonic()
            for name in ("480", "sound"):
                await _ask(reader, writer, f"GET /channels/{slug}/{name}.m3u8", "", tally)
            if turn - began >= look:
                look += _ON_AIR_SECONDS
                await _ask(reader, writer, f"GET /channels/{slug}.json", "", tally)
            if turn - began >= beat:
                beat += _BEAT_SECONDS
                await _ask(reader, writer, "POST /tv/beat", token, tally)
            await asyncio.sleep(max(0.0, turn + _PLAYLIST_SECONDS - time.monotonic()))
    finally:
        writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: str, token: str, tally: _Tally
) -> None:
    method, _, path = request.partition(" ")
    body = "{}" if method == "POST" else ""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip, br", f"Content-Length: {len(body)}"]
    head += [f"Authorization: Screen {token}"] if token else []
    began = time.monotonic()
    writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())
    told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    await reader.readexactly(int(told.partition("content-length:")[2].partition("\r\n")[0]))
    if tally.counting:
        tally.answers += 1
        tally.failed += not told.startswith("http/1.1 200")
        tally.seconds.append(time.monotonic() - began)
