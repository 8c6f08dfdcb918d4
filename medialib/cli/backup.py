"""backup: a copy of the library in another folder, which is a store itself, made while everything goes on."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from medialib.cli import Library
from medialib.cli.processes import open_ready
from medialib.errors import BadSettings, MedialibError
from medialib.files import files_below, sync_directory
from medialib.services import Services
from medialib.store import Store

_PAGES_AT_ONCE, _PAUSE_SECONDS = 1000, 0.01
_BEING_WRITTEN = ".being-copied"


@dataclass
class _Copied:
    files: int = 0
    size_bytes: int = 0
    there: int = 0


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def backup_command(library: Library, folder: Path) -> None:
    """Copy the catalogue and all files that cannot be made again; what FOLDER has already is not copied again."""
    services = open_ready(library)
    _require_place(services.store, folder)
    copied, console = _Copied(), Console(stderr=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with console.status(""):
            # The catalogue as it is now comes first: whatever it knows is there when the files are copied.
            catalogue = _copy_catalogue(services, folder)
            for source in _files(services.store):
                _copy(source, folder / source.relative_to(services.store.root), copied)
            if catalogue:
                _put(catalogue, folder / "medialib.db")
    except OSError as error:
        raise MedialibError("The backup could not be written. An earlier one is whole.", detail=str(error)) from error
    finally:
        services.database.close()
    click.echo(f"{copied.files} files copied ({copied.size_bytes / 1e6:.0f} MB), {copied.there} were there already.")
    if catalogue is None:
        click.echo("The catalogue is in PostgreSQL: save it with pg_dump, before these files.")


def _require_place(store: Store, folder: Path) -> None:
    """Raises BadSettings for a folder inside the store, and for one with other things in it."""
    place, root = folder.resolve(), store.root.resolve()
    if place == root or root in place.parents or place in root.parents:
        raise BadSettings("The backup must lie beside the store, neither in it nor around it: best on another disk.")
    if Store(place).is_foreign and not _was_begun(place):
        raise BadSettings("There are other things in this folder. Name an empty one, or an earlier backup.")


def _was_begun(place: Path) -> bool:
    """Whether there is only what a first backup has left that was killed."""
    begun = {"secret", *(name + _BEING_WRITTEN for name in ("medialib.db", "secret"))}
    return {entry.name for entry in place.iterdir()} <= begun


def _copy_catalogue(services: Services, folder: Path) -> Path | None:
    """A whole copy by SQLite itself, a few pages at a time: nobody waits for it. None for a catalogue elsewhere."""
    source = services.database.file
    if source is None:
        return None
    copy = folder / f"medialib.db{_BEING_WRITTEN}"
    copy.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(copy)) as written:
            read.backup(written, pages=_PAGES_AT_ONCE, sleep=_PAUSE_SECONDS)
            written.execute("PRAGMA journal_mode=DELETE")  # one file
    except sqlite3.OperationalError as error:  # a full disk; what is damaged itself is another error
        raise OSError(str(error)) from error
    return copy


def _files(store: Store) -> Iterator[Path]:
    """All that cannot be made again or would take long; not what is on its way, and no caches."""
    if (secret := store.root / "secret").exists():
        yield secret
    for folder in (store.lessons, store.lost, store.covers, store.root / "attached", store.uploads):
        for path, _ in files_below(folder):
            yield path


def _copy(source: Path, place: Path, copied: _Copied) -> None:
    try:
        known = source.stat()
        if place.exists():
            same = place.stat()
            if (same.st_size, int(same.st_mtime)) == (known.st_size, int(known.st_mtime)):
                copied.there += 1
                return
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(place.name + _BEING_WRITTEN)
        shutil.copy2(source, beside)
    except FileNotFoundError:
        if source.exists():
            raise
        return  # it was taken away meanwhile, as a version that was replaced
    _put(beside, place)
    copied.files += 1
    copied.size_bytes += known.st_size


def _put(beside: Path, place: Path) -> None:
    """In place of what is there, durably."""
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(place)
    sync_directory(place.parent)
