"""list, show, search and retry: questions about lessons, and one more try."""

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from medialib import finding, showing
from medialib.catalogue import lookups, work_edits, work_lookups
from medialib.catalogue.lengths import LENGTHS
from medialib.cli import Library
from medialib.cli.console import plain_console
from medialib.cli.processes import open_ready
from medialib.delivery.words import clock
from medialib.ingest.failures import advice
from medialib.ingest.steps import name_of
from medialib.jobs.queue import BULK

_NARROWING = (
    click.option("--theme", help="Slug or name of a theme."),
    click.option("--kind", type=click.Choice(["video", "audio"])),
    click.option("--unit", help="Slug or name of a unit; those below it count too."),
    click.option("--place", help="Slug or name of a kind of place."),
    click.option("--year", type=click.IntRange(1900, 2999)),
    click.option("--length", type=click.Choice([*LENGTHS]), help="Under 5 minutes, under 20, or longer."),
    click.option("--sort", type=click.Choice(finding.SORTS), default="relevance"),
    click.option("--page", type=click.IntRange(1), default=1),
    click.option("--per-page", type=click.IntRange(1, 100), default=20),
    click.option("--counts", "counted", is_flag=True, help="In JSON, also how many each filter would leave."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object."),
)


_TOLD_LINES = 4
_TOLD = (
    "id", "title", "kind", "length", "state", "reason", "speaker", "unit", "place", "series", "number", "themes",
    "recorded", "language", "description", "page", "master", "audio",
)  # fmt: skip


def _narrowing(command: Any) -> Any:
    for option in reversed(_NARROWING):
        command = option(command)
    return command


@click.command()
@_narrowing
@click.pass_obj
def list_command(library: Library, /, as_json: bool, **narrowing: Any) -> None:
    """Lessons, newest first."""
    _print_found(library, "", as_json, narrowing)


@click.command()
@click.argument("query")
@_narrowing
@click.pass_obj
def search_command(library: Library, /, query: str, as_json: bool, **narrowing: Any) -> None:
    """Lessons in which QUERY is found."""
    _print_found(library, query, as_json, narrowing)


def _print_found(library: Library, words: str, as_json: bool, narrowing: dict[str, Any]) -> None:
    services = open_ready(library)
    with services.database.read() as session:
        narrowing |= finding.named(session, **{key: narrowing[key] for key in ("theme", "unit", "place")})
        found = finding.find(services, session, words=words, **narrowing)
        if as_json:
            click.echo(json.dumps(showing.summaries(services, session, found), ensure_ascii=False))
            return
    table = Table("id", "kind", "length", "state", "title", "unit")
    for one in found.lessons:
        table.add_row(one.id, one.kind, clock(one.seconds), one.state, one.title, one.unit_name)
    console = plain_console()
    console.print(table)
    if found.meant:
        console.print(f"Nothing is known of these words; this was found by: {found.meant}")
    if found.degraded:
        console.print("The search index cannot be read now; the database answered.")
    console.print(f"{len(found.lessons)} of {found.total}")


@click.command()
@click.argument("lesson")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show_command(library: Library, lesson: str, as_json: bool) -> None:
    """One lesson: its details, its state, and how far each rendition has come."""
    services = open_ready(library)
    with services.database.read() as session:
        detail = showing.detail(services, session, lesson)
        troubles = work_lookups.troubles(session, lesson)
    if as_json:
        click.echo(json.dumps(detail, ensure_ascii=False))
        return
    console = plain_console()
    told = {**detail, "length": clock(detail["seconds"]), "themes": ", ".join(one["zh"] for one in detail["themes"])}
    for key in _TOLD:
        if told[key] is not None and told[key] != "":
            console.print(Text.assemble((f"{key:12}", "bold"), " ", str(told[key])))
    if not detail["themes"]:
        console.print(f"{'themes':12} none; what would fit: medialib themes {lesson}", style="dim")
    for notice in detail["notices"]:
        console.print(Text.assemble((f"{'notice':12}", "bold"), " ", notice))
    console.print(_progress(detail["renditions"]))
    if detail["left_out"]:
        console.print(f"Left out, for hardly sparing or adding any bits: {', '.join(detail['left_out'])}")
    if detail["coming"]:
        console.print("It is being made anew; this takes the place of the above once it plays everywhere:")
        console.print(_progress(detail["coming"]))
    for trouble in troubles:
        why = f"{trouble.message % trouble.message_values} (attempt {trouble.attempts})"
        console.print(Text.assemble((f"{trouble.step}: {name_of(trouble.step)}: ", "bold"), why), soft_wrap=True)
        if trouble.parked and (remedy := advice(trouble.message)):
            console.print(Text(f"    {remedy}"), soft_wrap=True)
        for line in _last_lines(trouble.detail):
            console.print(Text(f"    {line}", style="dim"), soft_wrap=True)
    if detail["state"] == "parked":
        console.print(f"Try again with: medialib retry {lesson}")


def _last_lines(detail: str) -> list[str]:
    """What the tools said last, which is what stopped them."""
    return [line.strip() for line in detail.splitlines() if line.strip()][-_TOLD_LINES:]


def _progress(renditions: Sequence[dict[str, Any]]) -> Table:
    table = Table("rendition", "done", "of", "speed", "time left")
    for row in renditions:
        speed = f"{row['speed']:.1f}x" if row["speed"] else ""
        left = "" if row["seconds_left"] is None else clock(row["seconds_left"])
        table.add_row(row["name"], clock(row["seconds_done"]), clock(row["seconds_total"]), speed, left)
    return table


@click.command()
@click.argument("lesson")
@click.pass_obj
def retry_command(library: Library, lesson: str) -> None:
    """Try again what was parked."""
    services = open_ready(library)
    with services.database.begin() as session:
        failed = work_lookups.troubles(session, lookups.lesson(session, lesson).id)
        work_edits.retry(session, lesson)
    services.queues.send(BULK, "advance")
    click.echo(f"{lesson}: tried again from now on" if failed else f"{lesson}: nothing has failed")
