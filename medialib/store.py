"""Every path under media_store/, and the one way to put a file there: write beside, fsync, rename."""

import errno
import os
import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from medialib.errors import N_, NoSpace


class Store:
    """The directory that holds everything medialib keeps.

    A temporary directory belongs to a lease and bears its token; `sweep` removes those whose lease is gone.
    Finished files are moved into place by `publish`: a file that exists under lessons/ is whole.
    """

    def __init__(self, root: Path):
        self.root = root

    def prepare(self) -> None:
        for folder in (self.root, self.lessons, self.temporary, self.metrics):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def lessons(self) -> Path:
        return self.root / "lessons"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics"

    def lesson(self, lesson_id: str) -> Path:
        return self.lessons / lesson_id[:2] / lesson_id

    def source(self, lesson_id: str, extension: str) -> Path:
        return self.lesson(lesson_id) / f"source{extension}"

    def mended(self, lesson_id: str) -> Path:
        """The copy of a source whose clock jumped: what is read in its place."""
        return self.lesson(lesson_id) / "mended.mkv"

    def version(self, lesson_id: str, version: int) -> Path:
        return self.lesson(lesson_id) / f"v{version}"

    def rendition(self, lesson_id: str, version: int, name: str) -> Path:
        return self.version(lesson_id, version) / name

    def init(self, lesson_id: str, version: int, name: str) -> Path:
        return self.rendition(lesson_id, version, name) / "init.mp4"

    def segment(self, lesson_id: str, version: int, name: str, number: int) -> Path:
        return self.rendition(lesson_id, version, name) / f"{number}.m4s"

    def cover(self, lesson_id: str) -> Path:
        """The picture that lay beside the recording, as it came."""
        return self.lesson(lesson_id) / "cover"

    def posters(self, lesson_id: str, version: int) -> Path:
        """The folder of the pictures that a lesson may be shown by; it is there when all of them are."""
        return self.version(lesson_id, version) / "posters"

    def poster(self, lesson_id: str, version: int, choice: int, width: int, ending: str) -> Path:
        return self.posters(lesson_id, version) / str(choice) / f"{width}.{ending}"

    def poster_list(self, lesson_id: str, version: int) -> Path:
        return self.posters(lesson_id, version) / "posters.json"

    def sheet(self, lesson_id: str, version: int, number: int) -> Path:
        return self.version(lesson_id, version) / "sheets" / f"{number}.jpg"

    def thumbnails(self, lesson_id: str, version: int) -> Path:
        """Where on the sheets which moment is; it is there when all of them are."""
        return self.version(lesson_id, version) / "sheets" / "thumbnails.vtt"

    def peaks(self, lesson_id: str, version: int) -> Path:
        return self.version(lesson_id, version) / "peaks.json"

    def segments(self, lesson_id: str, version: int, name: str) -> dict[int, int]:
        """Sizes in bytes of the finished segments by number."""
        found = {}
        for entry in _entries(self.rendition(lesson_id, version, name)):
            stem, _, ending = entry.name.partition(".")
            if ending == "m4s" and stem.isdigit():
                found[int(stem)] = entry.stat().st_size
        return found

    def workspace(self, token: str) -> Path:
        """The temporary directory of the lease with this token, made if needed."""
        folder = self.temporary / token
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def publish(self, finished: Path, place: Path) -> bool:
        """Move a finished file into place, durably; False when one is there already, which then stays.

        Immutable addresses forbid replacing: two runs of the same segment differ in their bits.
        """
        with open_regular(finished) as file:
            os.fsync(file.fileno())
            inode = os.fstat(file.fileno()).st_ino
        self._make_directory(place.parent)
        try:
            os.link(finished, place)  # unlike a rename, this fails when another run was first
        except FileExistsError:
            return False
        finally:
            finished.unlink()
        if place.lstat().st_ino != inode:
            place.unlink()
            raise OSError(errno.EMLINK, "a finished file was exchanged", str(place))
        sync_directory(place.parent)
        return True

    def publish_folder(self, finished: Path, place: Path) -> bool:
        """Move a finished folder into place as one, durably; False when one is there already, which then stays."""
        for path in finished.rglob("*"):
            if path.is_dir():
                sync_directory(path)
            else:
                with open_regular(path) as file:
                    os.fsync(file.fileno())
        sync_directory(finished)
        self._make_directory(place.parent)
        try:
            finished.rename(place)  # onto a folder that holds something, this fails
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            shutil.rmtree(finished)
            return False
        sync_directory(place.parent)
        return True

    def _make_directory(self, folder: Path) -> None:
        """Make a directory and the ones above it, each entered durably in its parent."""
        if not folder.exists():
            self._make_directory(folder.parent)
            folder.mkdir(exist_ok=True)
            sync_directory(folder.parent)

    def discard(self, token: str) -> None:
        shutil.rmtree(self.temporary / token, ignore_errors=True)

    def sweep(self, living: Callable[[], Collection[str]]) -> list[str]:
        """Remove temporary directories that no living lease owns; returns their names.

        The leases are asked for after the directories, since a lease is taken before its directory is made.
        """
        there = [entry.name for entry in _entries(self.temporary)]
        owned = living() if there else ()
        gone = [name for name in there if name not in owned]
        for name in gone:
            self.discard(name)
        return gone

    def lesson_folders(self, *, older_than_seconds: float) -> list[str]:
        """Ids of the lessons that have a directory, and have had it for a while."""
        latest = time.time() - older_than_seconds
        folders = (entry for shelf in _entries(self.lessons) for entry in _entries(Path(shelf.path)))
        return [entry.name for entry in folders if entry.stat().st_mtime < latest]

    def remove_lesson(self, lesson_id: str) -> None:
        shutil.rmtree(self.lesson(lesson_id), ignore_errors=True)

    def require_space(self, wanted_bytes: int, reserve_bytes: int) -> None:
        """Raise NoSpace unless `wanted_bytes` fit and `reserve_bytes` stay free."""
        if shutil.disk_usage(self.root).free < wanted_bytes + reserve_bytes:
            raise NoSpace(
                N_("The server has no room for this file. Please tell the county office."),
                detail=f"{wanted_bytes} bytes wanted, {reserve_bytes} to stay free",
            )


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


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except FileNotFoundError:
        return
