"""import: files and folders become lessons, beside a running server or without one."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import structlog
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from medialib import showing, tasks
from medialib.catalogue import lookups, work_lookups
from medialib.catalogue.edits import ON_THE_SHELF, Arrival
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.stages import Stage
from medialib.cli import Library
from medialib.cli.processes import open_ready
from medialib.errors import N_, BadRequest, MedialibError, UnusableMedia
from medialib.ingest.beside import look_beside
from medialib.ingest.charsets import readable_name
from medialib.ingest.endings import ENDINGS, is_passed_over
from medialib.ingest.failures import unreadable
from medialib.ingest.intake import Receipt, fingerprint, known_already, require_size, take_in
from medialib.ingest.planning import foresee
from medialib.ingest.sidecar import is_there, sidecar_of
from medialib.ingest.tags import describe
from medialib.services import Services
from medialib.worker import Worker

log = structlog.get_logger()

# How often is asked whether a lesson is complete: of one that takes long, more and more seldom.
_POLL_SECONDS, _LONGEST_POLL_SECONDS, _POLL_SHARE = 0.25, 2.0, 0.02
_CATALOGUE = N_("The catalogue cannot be written to now. Please try again.")


@dataclass
class _Report:
    """Prints what became of each file, and remembers whether all went well; and how files are to come in."""

    services: Services
    console: Console
    as_json: bool
    unit: str = ""
    arrival: Arrival = ON_THE_SHELF
    counts: dict[str, int] = field(default_factory=dict)

    def say(self, path: Path, status: str, *, lesson: Lesson | None = None, reason: str | None = None) -> None:
        self.counts[status] = self.counts.get(status, 0) + 1
        if self.as_json:
            line = {"file": readable_name(str(path)), "status": status, "reason": reason, **self._addresses(lesson)}
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            told = [
                status,
                readable_name(str(path)),
                *([f"{lesson.id} {lesson.title}"] if lesson else []),
                *([reason] if reason else []),
            ]
            self.console.print("  ".join(told), highlight=False, soft_wrap=True)

    def _addresses(self, lesson: Lesson | None) -> dict[str, Any]:
        keys = ("lesson", "title", "kind", "seconds", "page", "master", "ts_master", "audio")
        if lesson is None:
            return dict.fromkeys(keys)
        with self.services.database.read() as session:
            detail = showing.detail(self.services, session, lesson.id)
        return {key: detail["id" if key == "lesson" else key] for key in keys}

    @property
    def bad(self) -> bool:
        return bool(self.counts.get("refused") or self.counts.get("failed"))


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file, as it gets there.")
@click.option("--wait", type=click.Choice(["published", "complete"]), default="published", show_default=True)
@click.option("--unit", default="", help="The unit of those whose sidecar names none: a name, or 县/镇.")
@click.option("--stage", type=click.Choice(["draft", "submitted", "published"]), default="published", show_default=True)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.pass_context
def import_command(
    ctx: click.Context, paths: tuple[Path, ...], as_json: bool, wait: str, unit: str, stage: Stage, dry_run: bool
) -> None:
    """Take in files, and folders with everything in them; what is there already is skipped."""
    library: Library = ctx.obj
    services = open_ready(library)
    console = Console(stderr=as_json, markup=False, emoji=False)
    report = _Report(services, console, as_json, unit=unit, arrival=Arrival(stage=stage))
    files = list(_files(paths))
    if dry_run:
        _foretell(services, files, report)
        ctx.exit(int(report.bad))
    taken = _take_in_all(services, files, report, console, wait=wait)
    if taken and wait == "complete":
        _wait_until_complete(services, taken, report)
    elif taken and not tasks.worker_lives(services):
        tasks.index_stale(services)
    if not as_json:
        console.print(", ".join(f"{count} {status}" for status, count in report.counts.items()) or "nothing to import")
    ctx.exit(int(report.bad))


def _foretell(services: Services, files: Sequence[Path], report: _Report) -> None:
    """Say what would become of each file; nothing is copied, and nobody listens to it yet."""
    seen: dict[str, Path] = {}
    for path in files:
        try:
            require_size(services.workshop, path)
            describe(path, readable_name(path.name))
            sha256 = fingerprint(path)
            known = known_already(services.workshop, sha256)
            twin = seen.get(sha256)
            notices = () if known or twin else foresee(services.workshop, path)
        except (UnusableMedia, BadRequest) as error:
            report.say(path, "refused", reason=str(error))
            continue
        except (MedialibError, OSError, SQLAlchemyError) as error:
            report.say(path, "failed", reason=_told_of(error, ours=services.store.root))
            continue
        seen.setdefault(sha256, path)
        told = [one["message"] % one["values"] for one in notices]
        reason = f"the same as {readable_name(str(twin))}" if twin else " ".join(told) or None
        report.say(path, "duplicate" if known or twin else "new", lesson=known, reason=reason)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The recordings under `paths`, each once, folders in the order of their names."""
    seen = set()
    for path in paths:
        for one in _below(path) if path.is_dir() else [path]:
            if one.resolve() not in seen:
                seen.add(one.resolve())
                yield one


def _below(folder: Path) -> Iterator[Path]:
    for one in sorted(folder.rglob("*")):
        wanted = one.suffix.lower() in ENDINGS and not is_passed_over(one.relative_to(folder).parts)
        if wanted and one.is_file():
            yield one


def _take_in_all(
    services: Services, files: list[Path], report: _Report, console: Console, *, wait: str
) -> dict[str, Path | None]:
    """Take in every file; returns the lessons that are still to be completed, with the file to be told of then.

    An import that was cut off and is begun again finds its lessons there: it waits for them too, though each was told.
    """
    taken: dict[str, Path | None] = {}
    sizes = {path: _size_bytes(path) for path in files}
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
        console=console, disable=report.as_json,
    )  # fmt: skip
    with bar if not report.as_json else nullcontext():
        task = bar.add_task("", total=sum(sizes.values()))
        done = 0
        for path in files:
            bar.update(task, description=readable_name(path.name))
            receipt = _take_in(services, path, report, lambda size: bar.advance(task, size))
            done += sizes[path]
            bar.update(task, completed=done)  # of a duplicate, or one that was refused, nothing was copied
            if receipt and receipt.duplicate:
                if wait == "complete":
                    taken.setdefault(receipt.lesson.id, None)
            elif receipt:
                taken[receipt.lesson.id] = path
                if wait != "complete":
                    report.say(path, "published", lesson=receipt.lesson)
    return taken


def _take_in(services: Services, path: Path, report: _Report, copied: Any) -> Receipt | None:
    try:
        name = readable_name(path.name)
        details = describe(path, name)
        details = replace(details, unit=details.unit or report.unit)
        receipt = take_in(
            services.workshop, path, details, name=name, beside=look_beside(path), arrival=report.arrival, copied=copied
        )
    except (UnusableMedia, BadRequest) as error:
        report.say(path, "refused", reason=str(error))
    except (MedialibError, OSError, SQLAlchemyError) as error:
        report.say(path, "failed", reason=_told_of(error, ours=services.store.root))
    else:
        if receipt.duplicate:
            unread = "its description beside it is not read again" if is_there(sidecar_of(path)) else None
            report.say(path, "duplicate", lesson=receipt.lesson, reason=unread)
        else:
            _announce(services, receipt.lesson.id)
        return receipt
    return None


def _told_of(error: Exception, *, ours: Path) -> str:
    """A sentence; what the system or the database said of it goes to the log."""
    if isinstance(error, OSError):
        error = unreadable(error, ours=ours)
    elif isinstance(error, SQLAlchemyError):
        cause = error.orig if isinstance(error, DBAPIError) else error
        error = MedialibError(_CATALOGUE, detail=str(cause))
    if detail := getattr(error, "detail", ""):
        log.warning("a file was not taken in", detail=detail)
    return str(error)


def _size_bytes(path: Path) -> int:
    """For the bar; of a file that has gone it is told when its turn comes."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _announce(services: Services, lesson_id: str) -> None:
    """The lesson is there: when the queue cannot be reached, its reconciler finds the work."""
    troubles: tuple[type[Exception], ...] = (MedialibError, SQLAlchemyError, *services.queues.failures)
    try:
        tasks.announce(services, lesson_id)
    except troubles as error:
        log.warning("the worker could not be told of a lesson; it will find it", lesson=lesson_id, error=str(error))


def _wait_until_complete(services: Services, taken: dict[str, Path | None], report: _Report) -> None:
    """Report each lesson when it is complete or parked; when no worker lives, this process works itself."""
    own: Worker | None = None
    waiting, began = dict(taken), time.monotonic()
    try:
        while True:
            for lesson_id in _ended(services, waiting, report):
                del waiting[lesson_id]
            if not waiting:
                break
            if own is None and not tasks.worker_lives(services):
                own = Worker(services)
                own.start()
            waited = time.monotonic() - began
            time.sleep(min(_LONGEST_POLL_SECONDS, _POLL_SECONDS + _POLL_SHARE * waited))
        if own:
            tasks.index_stale(services)
    finally:
        if own:
            own.stop()


def _ended(services: Services, waiting: dict[str, Path | None], report: _Report) -> list[str]:
    with services.database.read() as session:
        # Asked often, and for long: the lessons themselves only once there is something to say of them.
        ids = work_lookups.ended(session, list(waiting))
        ended = [(one, showing.parked_by(session, one)) for one in lookups.lessons_by_id(session, ids)]
    for lesson_id in set(ids) - {lesson.id for lesson, _ in ended}:
        if path := waiting[lesson_id]:
            report.say(path, "failed", reason="The lesson was removed while it was being made.")
    for lesson, trouble in ended:
        path = waiting[lesson.id]
        if path is None:
            continue
        if trouble:
            report.say(path, "failed", lesson=lesson, reason=str(trouble))
        else:
            report.say(path, "complete", lesson=lesson)
    return ids
