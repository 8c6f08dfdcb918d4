"""themes: the tree of themes, and which of them fit a lesson."""

import json

import click
from rich.table import Table

from medialib import theming
from medialib.catalogue import tagging
from medialib.catalogue.themes import Theme
from medialib.cli import Library
from medialib.cli.console import plain_console
from medialib.cli.processes import open_ready


@click.command()
@click.argument("lesson", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def themes_command(library: Library, lesson: str | None, as_json: bool) -> None:
    """The tree of themes; with LESSON, those that would fit it. Nothing is changed."""
    services = open_ready(library)
    with services.database.read() as session:
        if lesson is None:
            _show_tree(tagging.tree(session), as_json)
            return
        proposals = theming.described(theming.propose(services, session, lesson))
    if as_json:
        click.echo(json.dumps({"lesson": lesson, "proposals": proposals}, ensure_ascii=False))
        return
    if not proposals:
        click.echo("No theme fits: nothing that is said of the lesson is among the words of a theme.")
        return
    table = Table("theme", "name", "confidence", "words", "")
    for one in proposals:
        has = "has it" if one["has"] else ""
        table.add_row("/".join(one["path"]), one["zh"], f"{one['confidence']:.0%}", " ".join(one["words"]), has)
    plain_console().print(table)


def _show_tree(tree: list[tuple[Theme, int]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"themes": [theming.described_theme(*one) for one in tree]}, ensure_ascii=False))
        return
    for theme, lessons in tree:
        indent = "  " * (len(theme.slugs) - 1)
        click.echo(f"{indent}{theme.slug}  {theme.zh}  {theme.en}  ({lessons})")
