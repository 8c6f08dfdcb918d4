"""import: files and folders become lessons, beside a running server or without one."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import structlog
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from sqlalchemy.exc import SQLAlchemyError

from medialib import tasks
from medialib.catalogue.edits import Arrival
from medialib.catalogue.stages import Stage
from medialib.cli import Library
from medialib.cli.import_report import Report, told_of
from medialib.cli.import_waiting import wait_until_complete
from medialib.cli.processes import open_ready
from medialib.errors import BadRequest, MedialibError, UnusableMedia
from medialib.ingest.beside import look_beside
from medialib.ingest.charsets import readable_name
from medialib.ingest.endings import ENDINGS, is_passed_over
from medialib.ingest.intake import Receipt, fingerprint, known_already, require_size, take_in
from medialib.ingest.planning import foresee
from medialib.ingest.sidecar import is_there, sidecar_of
from medialib.ingest.tags import describe
from medialib.services import Services

log = structlog.get_logger()


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
    report = Report(services, console, as_json, unit=unit, arrival=Arrival(stage=stage))
    files = list(_files(paths))
    if dry_run:
        _foretell(services, files, report)
        ctx.exit(int(report.bad))
    taken = _take_in_all(services, files, report, console, wait=wait)
    if taken and wait == "complete":
        wait_until_complete(services, taken, report)
    elif taken and not tasks.worker_lives(services):
        tasks.index_stale(services)
    if not as_json:
        console.print(", ".join(f"{count} {status}" for status, count in report.counts.items()) or "nothing to import")
    ctx.exit(int(report.bad))


def _foretell(services: Services, files: Sequence[Path], report: Report) -> None:
    """Say what would become of each file; nothing is copied, and nobody listens to it yet."""
    seen: dict[str, Path] = {}
    for path in files:
        try:
            require_size(services.workshop, path)
            describe(services.workshop, path, readable_name(path.name))
            sha256 = fingerprint(path)
            known = known_already(services.workshop, sha256)
            twin = seen.get(sha256)
            notices = () if known or twin else foresee(services.workshop, path)
        except (UnusableMedia, BadRequest) as error:
            report.say(path, "refused", reason=str(error))
            continue
        except (MedialibError, OSError, SQLAlchemyError) as error:
            report.say(path, "failed", reason=told_of(error, ours=services.store.root))
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
    services: Services, files: list[Path], report: Report, console: Console, *, wait: str
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


def _take_in(services: Services, path: Path, report: Report, copied: Any) -> Receipt | None:
    try:
        name = readable_name(path.name)
        details = describe(services.workshop, path, name)
        details = replace(details, unit=details.unit or report.unit)
        receipt = take_in(
            services.workshop, path, details, name=name, beside=look_beside(path), arrival=report.arrival, copied=copied
        )
    except (UnusableMedia, BadRequest) as error:
        report.say(path, "refused", reason=str(error))
    except (MedialibError, OSError, SQLAlchemyError) as error:
        report.say(path, "failed", reason=told_of(error, ours=services.store.root))
    else:
        if receipt.duplicate:
            unread = "its description beside it is not read again" if is_there(sidecar_of(path)) else None
            report.say(path, "duplicate", lesson=receipt.lesson, reason=unread)
        else:
            _announce(services, receipt.lesson.id)
        return receipt
    return None


def _size_bytes(path: Path) -> int:
    """For the bar; of a file that has gone it is told when its turn comes."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _announce(services: Services, lesson_id: str) -> None:
    """The lesson is there: when the queue cannot be reached, its reconciler finds the work."""
    try:
        tasks.announce(services, lesson_id)
    except (MedialibError, SQLAlchemyError, sqlite3.Error) as error:
        log.warning("the worker could not be told of a lesson; it will find it", lesson=lesson_id, error=str(error))
