"""The commands; each lives in a module of this folder and is loaded when it is called."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from medialib import __version__
from medialib.errors import MedialibError
from medialib.logs import set_up_logging
from medialib.settings import Settings, load_settings
from medialib.store import Store

_COMMANDS = {
    "serve": "processes",
    "work": "processes",
    "run": "processes",
    "import": "imports",
    "list": "lessons",
    "show": "lessons",
    "search": "lessons",
    "retry": "lessons",
    "reindex": "care",
    "doctor": "care",
    "bench": "care",
}


class _Commands(click.Group):
    """Loads a command's module only when it is called, and turns foreseen failures into one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"medialib.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MedialibError as error:
            click.echo(f"medialib: {error}", err=True)
            if error.detail:
                click.echo(f"  ({error.detail})", err=True)
            sys.exit(1)


class Library:
    """Which library a command works on."""

    def __init__(self, config: Path | None, settings: Settings):
        self.config = config
        self.settings = settings


@click.group(cls=_Commands)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Default: ./config.yaml, if it is there.",
)
@click.version_option(__version__)
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """A media library and streaming server for micro-lessons and audio readings."""
    set_up_logging()
    if config is None and Path("config.yaml").exists():
        config = Path("config.yaml")
    settings = load_settings(config, os.environ)
    store = Store(Path(settings.store.url))
    store.prepare()
    # The metrics library looks for this when it is first imported: all processes of one library share it.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(store.metrics))
    ctx.obj = Library(config.resolve() if config else None, settings)
