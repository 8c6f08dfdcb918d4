"""Generations of the index: numbered directories, and a link ``current`` to the one in use.

In each is written what it was built by, so that an index of an older medialib is noticed.
"""

import os
import shutil
from pathlib import Path

_CURRENT = "current"
_NEXT = "current.next"
_BUILT_BY = "built-by"


def current(directory: Path) -> Path | None:
    """The generation in use, or None when none can be told."""
    try:
        return directory / (directory / _CURRENT).readlink()
    except OSError:
        return None


def untouched(directory: Path) -> bool:
    """Whether nothing was ever built here, so that starting empty loses nothing."""
    return not directory.is_dir() or not _all(directory)


def begin(directory: Path, *, built_by: str) -> Path:
    """Make an empty directory for the next generation; nobody reads it until ``switch``."""
    if not directory.is_dir():
        directory.unlink(missing_ok=True)
        directory.mkdir(parents=True)
    fresh = directory / f"{max(map(_number, _all(directory)), default=0) + 1:06d}"
    fresh.mkdir()
    (fresh / _BUILT_BY).write_text(built_by, encoding="utf-8")
    return fresh


def built_by(generation: Path) -> str | None:
    """What was given to `begin`; None when that cannot be told."""
    try:
        return (generation / _BUILT_BY).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def is_trusted(generation: Path) -> bool:
    """Whether nobody, in any process, has disowned it."""
    return (generation / _BUILT_BY).exists()


def disown(generation: Path) -> None:
    """Forget what a generation was built by, so that it is no longer used."""
    (generation / _BUILT_BY).unlink(missing_ok=True)


def switch(directory: Path, generation: Path) -> None:
    """Make a finished generation the current one, in one step for every reader."""
    link = directory / _NEXT
    link.unlink(missing_ok=True)
    link.symlink_to(generation.name)
    target = directory / _CURRENT
    if target.is_dir() and not target.is_symlink():
        # A copy of the library that followed links.
        shutil.rmtree(target)
    link.replace(target)
    _settle(directory)


def sweep(directory: Path, *, keep: set[Path]) -> None:
    """Remove every other generation, half-built ones included.

    Keep the one just replaced: a reader in another process may be about to open its files. What a reader
    has already mapped stays readable after removal.
    """
    for generation in _all(directory):
        if generation not in keep:
            shutil.rmtree(generation, ignore_errors=True)


def _all(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if path.name.isdecimal() and path.is_dir()]


def _number(generation: Path) -> int:
    return int(generation.name)


def _settle(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
