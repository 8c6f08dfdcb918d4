"""The commands; each lives in a module of this folder and is loaded when it is called."""

import atexit
import gc
import importlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from medialib import __version__
from medialib.cli.stopping import INTERRUPTED, hear_interrupts
from medialib.errors import BadSettings, MedialibError
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
    "replan": "replan",
    "themes": "themes",
    "captions": "captions",
    "poster": "pictures",
    "collection": "collections",
    "user": "users",
    "demo": "demo",
    "backup": "backup",
    "reindex": "care",
    "doctor": "care",
    "bench": "care",
}


_WITHOUT_LIBRARY = ("doctor", "bench")
"""Commands that leave the store alone, unless they are to repair it."""
_COUNTING = ("run", "serve", "work", "import", "demo")
"""Commands whose figures are kept; those of all others would only fill the disk, until the server begins anew."""


class Library:
    """Which library a command works on."""

    def __init__(self, config: Path | None, settings: Settings):
        self.config = config
        self.settings = settings


class _Commands(click.Group):
    """Loads a command's module only when it is called, and turns foreseen failures into one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        with loading():
            module = importlib.import_module(f"medialib.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and its library before that: modules of commands import the metrics, which live there."""
        if not ctx.resilient_parsing:
            ctx.obj = _find_library(ctx.params["config"])
            asks_for_help = set(args) & set(ctx.help_option_names)
            needs_library = args[0] not in _WITHOUT_LIBRARY or "--repair" in args
            if args[0] in _COMMANDS and needs_library and not asks_for_help:
                store = Store(Path(ctx.obj.settings.store.url))
                _prepare(store)
                if args[0] in _COUNTING:
                    # The metrics library looks for this when it is first imported: they all share it.
                    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(store.metrics))
        found = super().resolve_command(ctx, args)
        hear_interrupts()
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MedialibError as error:
            _tell_and_end(str(error), error.detail)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except Exception as error:
            if not _is_of_the_database(error):
                raise
            told = (
                "The catalogue (database.url) or the queue (jobs.url) cannot be used now: it does not answer, is "
                "damaged, or its disk is full. When it is back, try again; when it is lost, restore the last backup."
            )
            _tell_and_end(told, str(getattr(error, "orig", error)))


def _tell_and_end(sentence: str, detail: str) -> NoReturn:
    click.echo(f"medialib: {sentence}", err=True)
    if detail:
        click.echo(f"  ({detail})", err=True)
    sys.exit(1)


def _is_of_the_database(error: Exception) -> bool:
    """Whether it is no mistake of ours: a file or a server that is gone, locked, full or damaged."""
    sqlalchemy = sys.modules.get("sqlalchemy.exc")  # loaded only by commands that need it
    if sqlalchemy and type(error) in (sqlalchemy.OperationalError, sqlalchemy.DatabaseError):
        return True
    return type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)


@contextmanager
def loading() -> Iterator[None]:
    """For the import of modules: what they make lives as long as the process, so it is not looked through for garbage.

    That takes a fifth of the time of starting, and again a quarter of a second at the end.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _find_library(config: Path | None) -> Library:
    """The library of this config file, or of ./config.yaml if it is there; raises BadSettings."""
    if config is None and Path("config.yaml").exists():
        config = Path("config.yaml")
    return Library(config.resolve() if config else None, load_settings(config, os.environ))


def _prepare(store: Store) -> None:
    """See that the store can be used; raises BadSettings."""
    try:
        if store.is_foreign:
            raise BadSettings(
                "There are other things in the directory that store.url names. Set it to an empty one, or to one that "
                "is not there yet.",
                detail=str(store.root),
            )
        store.prepare()
        if store.is_held_back:
            raise PermissionError("medialib.db belongs to another user, or its disk can only be read")
        with tempfile.TemporaryFile(dir=store.temporary):
            pass
    except OSError as error:
        raise BadSettings(
            "The store cannot be written to. Let its directory belong to whoever runs medialib, or set store.url to "
            "another one.",
            detail=str(error),
        ) from error


@click.group(cls=_Commands)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Default: ./config.yaml, if it is there.",
)
@click.version_option(__version__)
def main(config: Path | None) -> None:  # noqa: ARG001  (_Commands reads it)
    """A media library and streaming server for micro-lessons and audio readings."""
    set_up_logging()
    atexit.register(gc.freeze)
