"""reindex, doctor and bench: keeping a library well."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from medialib.catalogue import lookups
from medialib.cli import Library
from medialib.cli.processes import open_ready
from medialib.errors import BadRequest, NotReady
from medialib.services import Services
from medialib.store import Store

_LOST = (
    "The catalogue did not know these lessons, so their folders were moved to lost/ in the store. When a backup of the "
    "catalogue is restored that knows them, they come back by themselves; “medialib doctor --repair” deletes them."
)


@click.command()
@click.pass_obj
def reindex_command(library: Library) -> None:
    """Build the search index anew beside the old one, and switch."""
    from medialib.tasks import rebuild_index

    count = rebuild_index(open_ready(library), wait_seconds=60)
    if count is None:
        raise NotReady("Another process is writing the index; try again in a minute.", retry_seconds=60)
    click.echo(f"{count} lessons indexed")


@click.command()
@click.option("--repair", is_flag=True, help="Delete the folders of lessons that the catalogue does not know.")
@click.option("--yes", is_flag=True, help="Repair without asking.")
@click.pass_obj
def doctor_command(library: Library, repair: bool, yes: bool) -> None:
    """What medialib uses of this machine, what is missing, and what mends it."""
    from medialib.ingest.tools import diagnose

    if repair:
        _repair(open_ready(library), yes=yes)
        return
    console = Console()
    findings = diagnose(library.settings)
    for finding in findings:
        mark = ("good", "green") if finding.ok else ("missing", "red") if finding.needed else ("absent", "yellow")
        console.print(
            Text.assemble(mark, " " * (8 - len(mark[0])), f"{finding.name:12} {finding.used}"), soft_wrap=True
        )
        if finding.sentence:
            console.print(Text(f"        {finding.sentence}"), soft_wrap=True)
    if lost := Store(Path(library.settings.store.url)).lost_lessons():
        console.print(Text.assemble(("lost", "yellow"), f"    recordings   {len(lost)}, {_size(sum(lost.values()))}"))
        console.print(f"        {_LOST}", soft_wrap=True)
    sys.exit(any(not finding.ok and finding.needed for finding in findings))


def _repair(services: Services, *, yes: bool) -> None:
    from medialib import orphans

    found = orphans.find(services)
    if not found:
        click.echo("Every folder belongs to a lesson: there is nothing to repair.")
        return
    with services.database.read() as session:
        if not lookups.lesson_count(session):
            raise BadRequest(
                "The catalogue knows no lesson at all, so nothing is deleted: perhaps database.url names a wrong one, "
                "or a backup has yet to be restored."
            )
    for one in found:
        what = "with an original recording" if one.recording else "only what was made"
        click.echo(f"{one.lesson_id}  {_size(one.size_bytes):>8}  {what}")
    if not yes:
        click.confirm("The catalogue does not know these lessons. Delete their folders for ever?", abort=True)
    for one in found:
        orphans.delete(services, one)
    click.echo(f"{len(found)} deleted, {_size(sum(one.size_bytes for one in found))} in all.")


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 10**9:.1f} GB" if size_bytes >= 10**9 else f"{size_bytes / 10**6:.1f} MB"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--quick", is_flag=True, help="Shorter recordings and fewer lessons, for a first look.")
@click.option("--long", is_flag=True, help="Ten minutes instead of three for the ladder.")
@click.option("--only", multiple=True, help="Only this measurement, as by its name alone; may be given several times.")
@click.option(
    "--repeat", type=click.IntRange(min=1), default=1, show_default=True, help="Runs of “playing”: the median."
)
@click.option(
    "--media",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Recordings for “players”.  [default: those beside the checkout, if any]",
)
@click.option("--minutes", type=click.FloatRange(min=1), help="So long for “channels” and “television”.")
@click.option("--size", type=click.IntRange(min=1000), help="Only among so many lessons, for “search”.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the index of “search” in this folder; the next run asks it without building it.",
)
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), default="docs/benchmarks.md", show_default=True
)
def bench_command(*, names: tuple[str, ...], only: tuple[str, ...], page: Path, **extent: Any) -> None:
    """Measure the bars on this machine in a temporary library, and write them beside their yardsticks.

    NAMES of measurements leave out the others: `medialib bench search`.
    """
    from medialib.cli.bench import run_bench
    from medialib.cli.bench.extent import Extent

    run_bench(extent=Extent(**extent), only=(*names, *only), page=page)
