"""Files and directories as the store handles them: regular ones only, entered durably, listed while others go."""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# What the system says when a disk, or somebody's share of it, is full.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def open_regular(path: Path) -> BinaryIO:
    """Open a file that a program in the sandbox has left: never a link to elsewhere, never a pipe that hangs."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(handle, "rb")


def sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def hold(folder: Path) -> int:
    """Hold a folder until what is returned is closed, or this process ends, in whatever way.

    Unlike a lease this needs no renewing: a process that is stopped, or is given no time, holds on.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with contextlib.suppress(OSError):  # some file systems of other machines know no locks on folders
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return handle


def is_held(folder: Path) -> bool:
    """Whether a process holds it, as far as the file system knows locks."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    finally:
        os.close(handle)
    return False


def move_folder(folder: Path, place: Path) -> bool:
    """Durably; False when a folder that holds something is there."""
    try:
        folder.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    sync_directory(place.parent)
    return True


def bytes_below(folder: Path) -> int:
    return sum(known.st_size for _, known in files_below(folder))


def files_below(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file below `folder` that is still there when it is looked at."""
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(Path(entry.path))
        else:
            with contextlib.suppress(FileNotFoundError):
                yield Path(entry.path), entry.stat(follow_symlinks=False)


def entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return
