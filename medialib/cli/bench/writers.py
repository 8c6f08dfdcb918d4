"""The worker is killed while it writes the index and two servers answer: is any answer an error, any lesson lost?"""

import hashlib
import json
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote

import click

from medialib.catalogue import edits
from medialib.catalogue.edits import Details
from medialib.catalogue.plans import AudioRendition, Plan
from medialib.catalogue.source_uses import SourceUse
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library
from medialib.cli.bench.report import Figure
from medialib.jobs.queue import HOT
from medialib.search.index import IndexUnavailable, SearchIndex
from medialib.services import Services, open_with
from medialib.settings import Settings

KILLS = 30
# One process for each server; leases that end soon after a kill.
SETTINGS = {
    "SERVER__WORKERS": "1",
    "JOBS__LEASE_SECONDS": "1",
    "JOBS__RENEW_SECONDS": "0.3",
    "JOBS__RECONCILE_SECONDS": "1",
}
_SERVERS = 2
_WORD = "竹席"
_BETWEEN_LESSONS_SECONDS = 0.05
# While a worker begins: nothing is written then, and it begins the sooner.
_BETWEEN_ASKS_SECONDS = 0.2
_LATEST_SECONDS = 0.4
_WRITES_SECONDS = 60.0
_SEED = 1998


@dataclass(kw_only=True)
class Outcome:
    """`errors` are answers that were none, `shrunk` those with fewer lessons than the one before them; `degraded` are
    answers by the database. `found` is what the index holds in the end, of `lessons` published."""

    killed: int = 0
    opened: int = 0
    lessons: int = 0
    found: int = 0
    answers: int = 0
    degraded: int = 0
    errors: list[str] = field(default_factory=list)
    shrunk: list[str] = field(default_factory=list)


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """The figures of thirty kills, ten when quick."""
    kills = 10 if extent.quick else KILLS
    outcome = write_and_kill(make_library(folder, "writers", SETTINGS), kills=kills, chance=random.Random(_SEED))
    group = f"index, its writer killed, {_SERVERS} servers answer"
    return [
        Figure(group=group, what="kill -9 of the writer", value=f"{outcome.killed}", bar=f"{kills}"),
        Figure(
            group=group, what="answers that were errors", value=f"{len(outcome.errors)} of {outcome.answers}", bar="0",
            yardstick=f"{outcome.degraded} by the database",
        ),
        Figure(group=group, what="answers that lacked a lesson", value=f"{len(outcome.shrunk)}", bar="0"),
        Figure(group=group, what="index opened after a kill", value=f"{outcome.opened} of {outcome.killed}", bar="all"),
        Figure(group=group, what="lessons found", value=f"{outcome.found} of {outcome.lessons}", bar="all"),
    ]  # fmt: skip


def write_and_kill(library: BenchLibrary, *, kills: int, chance: random.Random) -> Outcome:
    """Publish all the while, kill the writer so often as it writes, and look whether all was found all the while."""
    outcome = Outcome()
    services = open_with(Settings.model_validate({"store": {"url": str(library.folder)}}))
    servers = [library, replace(library, port=make_library(library.folder, "other").port)]
    with ExitStack() as stack:
        stack.callback(services.database.close)
        for server in servers:
            stack.enter_context(_process(server, "serve"))
        for server in servers:
            _await(server)
        _publish(services, outcome)
        over, writes = threading.Event(), threading.Event()
        threads = [threading.Thread(target=_keep_publishing, args=(services, outcome, over))]
        threads += [threading.Thread(target=_keep_asking, args=(server, outcome, over, writes)) for server in servers]
        for thread in threads:
            thread.start()
        try:
            for _ in range(kills):
                _kill_one(library, outcome, chance, writes)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        with _process(library, "work"):
            outcome.found = _settle(library, outcome.lessons)
    return outcome


def _kill_one(library: BenchLibrary, outcome: Outcome, chance: random.Random, writes: threading.Event) -> None:
    """Start a worker, wait until it writes to the index, and kill it a moment later."""
    writes.clear()
    before = _files(library)
    with _process(library, "work") as worker:
        end = time.monotonic() + _WRITES_SECONDS
        while _files(library) == before and time.monotonic() < end:
            time.sleep(0.005)
        writes.set()
        time.sleep(chance.uniform(0, _LATEST_SECONDS))
        worker.kill()
        worker.wait()
        outcome.killed += 1
    try:
        SearchIndex(library.folder / "index").count()
        outcome.opened += 1
    except IndexUnavailable as error:
        click.echo(f"   after kill {outcome.killed}: {error}")


def _files(library: BenchLibrary) -> set[str]:
    return {str(path) for path in (library.folder / "index").rglob("*")}


def _keep_publishing(services: Services, outcome: Outcome, over: threading.Event) -> None:
    while not over.wait(_BETWEEN_LESSONS_SECONDS):
        _publish(services, outcome)


def _publish(services: Services, outcome: Outcome) -> None:
    """A lesson that nothing has to be made of, and the hint to index it."""
    lesson_id = edits.new_lesson_id()
    rendition = AudioRendition(name="a64", channels=2, bits_per_second=64_000, frames=60 * 48_000 // 1024)
    use = SourceUse(video_index=None, audio_index=0, start_seconds=0, video_end_seconds=60)
    plan = Plan(
        version=1, segment_seconds=4, segment_count=15, preset="veryfast", source=use, video=(), audio=(rendition,),
        start_rung=None,
    )  # fmt: skip
    digest = hashlib.sha256(lesson_id.encode()).hexdigest()
    parts = {"sha256": digest, "name": "a.mp3", "extension": ".mp3", "size_bytes": 1, "facts": {}}
    details = Details(title=f"{_WORD}第{outcome.lessons}课")
    with services.database.begin() as session:
        lesson = edits.publish(session, lesson_id=lesson_id, details=details, plan=plan, source_parts=parts)
        lesson.state = "complete"
    outcome.lessons += 1
    services.queues.send(HOT, "index")


def _keep_asking(server: BenchLibrary, outcome: Outcome, over: threading.Event, writes: threading.Event) -> None:
    """Ask for the word that all lessons have, as JSON and as a page; lessons only ever come to be."""
    most = 0
    while not over.is_set():
        if not writes.is_set():
            over.wait(_BETWEEN_ASKS_SECONDS)
        try:
            total, degraded = _ask(server)
            server.get(f"/search?q={quote(_WORD)}")
        except (HTTPError, OSError, ValueError) as error:
            outcome.errors.append(repr(error))
            continue
        outcome.answers += 2
        outcome.degraded += degraded
        # The database knows a lesson before the index does: only what the index says must not shrink.
        if not degraded:
            if total < most:
                outcome.shrunk.append(f"{total} after {most}")
            most = total


def _ask(server: BenchLibrary) -> tuple[int, bool]:
    told = json.loads(server.get(f"/api/lessons?q={quote(_WORD)}"))
    return int(told["total"]), bool(told.get("degraded"))


def _settle(library: BenchLibrary, lessons: int) -> int:
    """What the index holds when the writer is left in peace, a minute later at most."""
    end = time.monotonic() + _WRITES_SECONDS
    index = SearchIndex(library.folder / "index")
    while index.count() < lessons and time.monotonic() < end:
        time.sleep(0.2)
    return index.count()


@contextmanager
def _process(library: BenchLibrary, command: str) -> Iterator[subprocess.Popen[bytes]]:
    with library.log.open("ab") as log:
        process = subprocess.Popen(
            library.command(command), env=library.environment, cwd=library.folder, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _await(server: BenchLibrary) -> None:
    end = time.monotonic() + _WRITES_SECONDS
    while True:
        try:
            server.get("/readyz")
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
