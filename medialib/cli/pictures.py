"""poster: the pictures that a lesson may be shown by, and which one it is."""

import json

import click
from rich.table import Table

from medialib import showing
from medialib.catalogue import edits, lookups
from medialib.cli import Library
from medialib.cli.console import plain_console
from medialib.cli.processes import open_ready
from medialib.delivery import posters
from medialib.delivery.words import clock
from medialib.errors import N_, BadRequest, NotFound


@click.command()
@click.argument("lesson")
@click.option("--choose", type=click.IntRange(0), metavar="NUMBER", help="Show the lesson by this picture.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def poster_command(library: Library, lesson: str, choose: int | None, as_json: bool) -> None:
    """The pictures that were found in a lesson, best first; --choose says which one is shown."""
    services = open_ready(library)
    with services.database.begin() as session:
        found = lookups.lesson(session, lesson)
        pictures = showing.posters(services, found)
        if pictures is None:
            raise NotFound(N_("There is no picture of this lesson yet."), detail=lesson)
        if choose is not None:
            if choose >= len(pictures.candidates):
                last = len(pictures.candidates) - 1
                raise BadRequest(
                    N_("The pictures of this lesson are numbered from 0 to %(last)s."), values={"last": last}
                )
            edits.choose_poster(session, lesson, choose)
        described = posters.described(found, pictures)
    if as_json:
        click.echo(json.dumps({"lesson": lesson, "posters": described}, ensure_ascii=False))
        return
    table = Table("number", "shown", "from", "at", "size", "address")
    for one in described:
        at, largest = one["at_seconds"], one["sizes"][-1]
        size = f"{largest['width']}x{largest['height']}"
        shown = "*" if one["chosen"] else ""
        table.add_row(str(one["number"]), shown, one["origin"], "" if at is None else clock(at), size, largest["jpeg"])
    plain_console().print(table)
