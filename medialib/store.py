"""The one way to put files into the store and to take them away: write beside, fsync, link."""

import contextlib
import errno
import os
import secrets
import shutil
import time
from pathlib import Path

from medialib.errors import N_, NoSpace
from medialib.files import bytes_below, entries, files_below, move_folder, open_regular, sync_directory
from medialib.places import numbered
from medialib.workspaces import Workspaces

_FULL_BYTES = 16 << 20
# One of them is in every directory that is a store, or is to be one again.
_OURS = {"lessons", "lost", "medialib.db"}


class Store(Workspaces):
    """The directory that holds everything medialib keeps.

    Finished files are moved into place by `publish`: a file that exists under lessons/ is whole.
    """

    @property
    def is_foreign(self) -> bool:
        """Whether it holds things, and was never a store: caches and temporary files are deleted from a store."""
        names = {entry.name for entry in entries(self.root) if not entry.name.startswith(".")} - {"lost+found"}
        return bool(names) and not names & _OURS

    @property
    def is_held_back(self) -> bool:
        """Whether its catalogue cannot be written to, as when a command was once run by another user."""
        database = self.root / "medialib.db"
        return database.exists() and not os.access(database, os.W_OK)

    def prepare(self) -> None:
        for folder in (self.root, self.lessons, self.temporary, self.metrics, self.uploads):
            folder.mkdir(parents=True, exist_ok=True)

    def secret(self) -> str:
        """What forms are signed with: the same for all processes and machines of this library, made at first need."""
        place = self.root / "secret"
        if not place.exists():
            beside = self.part()
            beside.touch(mode=0o600, exist_ok=False)
            with beside.open("w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(beside, place)
            beside.unlink()
        return place.read_text()

    def upload_files(self, *, older_than_seconds: float) -> list[str]:
        """The uploads that have a file to which nothing was added for a while."""
        latest = time.time() - older_than_seconds
        return [entry.name for entry in entries(self.uploads) if entry.stat().st_mtime < latest]

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    @property
    def is_full(self) -> bool:
        """Whether what fails now may well fail for want of room: ffmpeg does not always say so."""
        return self.free_bytes() < _FULL_BYTES

    def segments(self, lesson_id: str, version: int, name: str) -> dict[int, int]:
        """Sizes in bytes of the finished segments by number."""
        found = {}
        for entry in entries(self.rendition(lesson_id, version, name)):
            stem, _, ending = entry.name.partition(".")
            if ending == "m4s" and stem.isdigit():
                with contextlib.suppress(FileNotFoundError):  # a rung that is being left out, or a version that goes
                    found[int(stem)] = entry.stat().st_size
        return found

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
        if not move_folder(finished, place):
            shutil.rmtree(finished)
            return False
        return True

    def replace_text(self, place: Path, text: str) -> None:
        """Put a small text in place of what is there, whole whenever it is read."""
        self.replace_bytes(place, text.encode())

    def replace_bytes(self, place: Path, content: bytes) -> None:
        """The same for a small file."""
        self._make_directory(place.parent)
        beside = self.part()
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
        sync_directory(place.parent)

    def _make_directory(self, folder: Path) -> None:
        """Make a directory and the ones above it, each entered durably in its parent."""
        if not folder.exists():
            self._make_directory(folder.parent)
            folder.mkdir(exist_ok=True)
            sync_directory(folder.parent)

    def cover_names(self, *, older_than_seconds: float) -> list[str]:
        """The pictures of collections that have been there for a while."""
        latest = time.time() - older_than_seconds
        return [entry.name for entry in entries(self.covers) if entry.stat().st_mtime < latest]

    def lesson_folders(self, *, older_than_seconds: float) -> list[str]:
        """Ids of the lessons that have a directory, and have had it for a while."""
        latest = time.time() - older_than_seconds
        folders = (entry for shelf in entries(self.lessons) for entry in entries(Path(shelf.path)))
        return [entry.name for entry in folders if entry.stat().st_mtime < latest]

    def has_source(self, lesson_id: str) -> bool:
        """Whether its folder holds an original, which no job may delete."""
        return any(entry.name.startswith("source") for entry in entries(self.lesson(lesson_id)))

    def set_aside(self, lesson_id: str) -> bool:
        """Move a lesson's folder, whole, among the lost ones; False when one of that name is there, which stays."""
        self._make_directory(self.lost)
        return move_folder(self.lesson(lesson_id), self.lost / lesson_id)

    def bring_back(self, lesson_id: str) -> bool:
        """Undo set_aside; False when the lesson has a recording where it belongs."""
        if self.has_source(lesson_id):
            return False
        shutil.rmtree(self.lesson(lesson_id), ignore_errors=True)  # what was made since then, without a recording
        self._make_directory(self.lesson(lesson_id).parent)
        return move_folder(self.lost / lesson_id, self.lesson(lesson_id))

    def lost_lessons(self) -> dict[str, int]:
        """Ids of the lessons that were put aside, with the bytes of each."""
        return {entry.name: bytes_below(Path(entry.path)) for entry in entries(self.lost)}

    def lesson_bytes(self, lesson_id: str) -> int:
        return bytes_below(self.lesson(lesson_id))

    def remove_lost(self, lesson_id: str) -> None:
        shutil.rmtree(self.lost / lesson_id, ignore_errors=True)

    def remove_version(self, lesson_id: str, version: int) -> None:
        """Everything that was made by a plan, and the lesson's folder when nothing else is in it."""
        shutil.rmtree(self.version(lesson_id, version), ignore_errors=True)
        shutil.rmtree(self.cached(lesson_id, version), ignore_errors=True)
        with contextlib.suppress(OSError):  # there is more in it, or another was first
            self.lesson(lesson_id).rmdir()

    def remove_sources(self, lesson_id: str, version: int) -> None:
        """The file that was sent for this plan, and its mended copy: when their time is over, or they came in part."""
        for name in (f"source{numbered(version)}.", f"mended{numbered(version)}."):
            for entry in entries(self.lesson(lesson_id)):
                if entry.name.startswith(name):
                    Path(entry.path).unlink(missing_ok=True)

    def remove_lesson(self, lesson_id: str) -> None:
        shutil.rmtree(self.lesson(lesson_id), ignore_errors=True)
        shutil.rmtree(self.cache / lesson_id[:2] / lesson_id, ignore_errors=True)

    def trim_cache(self, *, keep_bytes: int, free_bytes: int = 0) -> int:
        """Remove what was least recently read or made until at most `keep_bytes` are cached and `free_bytes` freed.

        Returns how many bytes were freed. Who is reading a file that goes reads it to its end.
        """
        found = sorted(files_below(self.cache), key=lambda one: max(one[1].st_atime, one[1].st_mtime))
        excess = max(free_bytes, sum(known.st_size for _, known in found) - keep_bytes)
        freed = 0
        for path, known in found:
            if freed >= excess:
                break
            path.unlink(missing_ok=True)
            freed += known.st_size
        return freed

    def remove_rendition(self, lesson_id: str, version: int, name: str) -> None:
        shutil.rmtree(self.rendition(lesson_id, version, name), ignore_errors=True)

    def require_space(self, wanted_bytes: int, reserve_bytes: int) -> None:
        """Raise NoSpace unless `wanted_bytes` fit and `reserve_bytes` stay free."""
        if self.free_bytes() < wanted_bytes + reserve_bytes:
            raise NoSpace(
                N_("The server has no room for this file. Please tell the county office."),
                detail=f"{wanted_bytes} bytes wanted, {reserve_bytes} to stay free",
            )
