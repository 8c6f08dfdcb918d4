"""Every path under media_store/, and the one way to put a file there: write beside, fsync, rename."""

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from medialib.errors import N_, NoSpace

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_FULL_BYTES = 16 << 20
# What leases (jobs/leases.py) are told apart by.
_TOKEN = re.compile("[0-9a-f]{16}")
# One of them is in every directory that is a store, or is to be one again.
_OURS = {"lessons", "lost", "medialib.db"}


class Store:
    """The directory that holds everything medialib keeps.

    A temporary directory belongs to a lease and bears its token; `sweep` removes those whose lease is gone.
    Finished files are moved into place by `publish`: a file that exists under lessons/ is whole.
    """

    def __init__(self, root: Path):
        self.root = root

    @property
    def is_foreign(self) -> bool:
        """Whether it holds things, and was never a store: caches and temporary files are deleted from a store."""
        names = {entry.name for entry in _entries(self.root) if not entry.name.startswith(".")} - {"lost+found"}
        return bool(names) and not names & _OURS

    @property
    def is_held_back(self) -> bool:
        """Whether its catalogue cannot be written to, as when a command was once run by another user."""
        database = self.root / "medialib.db"
        return database.exists() and not os.access(database, os.W_OK)

    def prepare(self) -> None:
        for folder in (self.root, self.lessons, self.temporary, self.metrics, self.uploads):
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
    def withheld(self) -> Path:
        """The index of the lessons that are not for everyone."""
        return self.root / "index-withheld"

    @property
    def cache(self) -> Path:
        """What can be made again from the segments, and goes when room is wanted."""
        return self.root / "cache"

    @property
    def covers(self) -> Path:
        """Pictures that collections are shown by, a folder for each, named after its content."""
        return self.root / "covers"

    def collection_cover(self, name: str, width: int, ending: str) -> Path:
        return self.covers / name / f"{width}.{ending}"

    def attached(self, digest: str, extension: str) -> Path:
        """A file that goes with a collection, named after its content."""
        return self.root / "attached" / digest[:2] / f"{digest}{extension}"

    @property
    def snapshots(self) -> Path:
        """The last picture of each screen."""
        return self.cache / "screens"

    @property
    def slate(self) -> Path:
        """What channels show when they show nothing."""
        return self.cache / "slate"

    @property
    def uploads(self) -> Path:
        """What people are sending: a file for each upload, which outlives processes and goes when its time is over."""
        return self.root / "uploads"

    @property
    def lost(self) -> Path:
        """Folders of lessons that the catalogue did not know; only a person deletes them."""
        return self.root / "lost"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics"

    def secret(self) -> str:
        """What forms are signed with: the same for all processes and machines of this library, made at first need."""
        place = self.root / "secret"
        if not place.exists():
            beside = self.temporary / f"secret.{os.getpid()}.{time.monotonic_ns()}"
            beside.touch(mode=0o600, exist_ok=False)
            with beside.open("w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(beside, place)
            beside.unlink()
        return place.read_text()

    def lesson(self, lesson_id: str) -> Path:
        return self.lessons / lesson_id[:2] / lesson_id

    def upload(self, upload_id: str) -> Path:
        return self.uploads / upload_id

    def upload_files(self, *, older_than_seconds: float) -> list[str]:
        """The uploads that have a file to which nothing was added for a while."""
        latest = time.time() - older_than_seconds
        return [entry.name for entry in _entries(self.uploads) if entry.stat().st_mtime < latest]

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    @property
    def is_full(self) -> bool:
        """Whether what fails now may well fail for want of room: ffmpeg does not always say so."""
        return self.free_bytes() < _FULL_BYTES

    def source(self, lesson_id: str, extension: str, version: int = 1) -> Path:
        """The file as it was sent; `version` is the first plan that was made of it."""
        return self.lesson(lesson_id) / f"source{_numbered(version)}{extension}"

    def mended(self, lesson_id: str, version: int = 1) -> Path:
        """The copy of a source whose clock jumped: what is read in its place."""
        return self.lesson(lesson_id) / f"mended{_numbered(version)}.mkv"

    def version(self, lesson_id: str, version: int) -> Path:
        return self.lesson(lesson_id) / f"v{version}"

    def rendition(self, lesson_id: str, version: int, name: str) -> Path:
        return self.version(lesson_id, version) / name

    def init(self, lesson_id: str, version: int, name: str) -> Path:
        return self.rendition(lesson_id, version, name) / "init.mp4"

    def segment(self, lesson_id: str, version: int, name: str, number: int) -> Path:
        return self.rendition(lesson_id, version, name) / f"{number}.m4s"

    def cuts(self, lesson_id: str, version: int, name: str) -> Path:
        """Where a copied rendition's segments begin: there once it is decided whether it can be copied."""
        return self.rendition(lesson_id, version, name) / "cuts.json"

    def cover(self, lesson_id: str) -> Path:
        """The picture that lay beside the recording, as it came."""
        return self.lesson(lesson_id) / "cover"

    def lesson_rows(self, lesson_id: str) -> Path:
        """What the catalogue knew of a lesson that is deleted."""
        return self.lesson(lesson_id) / "lesson.json"

    def lost_rows(self, lesson_id: str) -> Path:
        """The same among the lost ones."""
        return self.lost / lesson_id / "lesson.json"

    def readings(self, lesson_id: str) -> Path:
        """The folder of the files that belong to a lesson and are downloaded."""
        return self.lesson(lesson_id) / "readings"

    def posters(self, lesson_id: str, version: int) -> Path:
        """The folder of the pictures that a lesson may be shown by; it is there when all of them are."""
        return self.version(lesson_id, version) / "posters"

    def poster(self, lesson_id: str, version: int, choice: int, width: int, ending: str) -> Path:
        return self.posters(lesson_id, version) / str(choice) / f"{width}.{ending}"

    def poster_list(self, lesson_id: str, version: int) -> Path:
        return self.posters(lesson_id, version) / "posters.json"

    def own_pictures(self, lesson_id: str) -> Path:
        """The folder of the pictures that people have taken from a lesson or sent for it, each a folder."""
        return self.lesson(lesson_id) / "pictures"

    def own_picture(self, lesson_id: str, number: int, width: int, ending: str) -> Path:
        return self.own_pictures(lesson_id) / str(number) / f"{width}.{ending}"

    def own_picture_facts(self, lesson_id: str, number: int) -> Path:
        return self.own_pictures(lesson_id) / str(number) / "picture.json"

    def sheet(self, lesson_id: str, version: int, number: int) -> Path:
        return self.version(lesson_id, version) / "sheets" / f"{number}.jpg"

    def thumbnails(self, lesson_id: str, version: int) -> Path:
        """Where on the sheets which moment is; it is there when all of them are."""
        return self.version(lesson_id, version) / "sheets" / "thumbnails.vtt"

    def peaks(self, lesson_id: str, version: int) -> Path:
        return self.version(lesson_id, version) / "peaks.json"

    def keyframes(self, lesson_id: str, version: int, name: str) -> Path:
        """Where the first picture of each segment is: a JSON list of [offset, length] in bytes."""
        return self.rendition(lesson_id, version, name) / "keyframes.json"

    def cached(self, lesson_id: str, version: int) -> Path:
        return self.cache / lesson_id[:2] / lesson_id / f"v{version}"

    def ts_segment(self, lesson_id: str, version: int, name: str, number: int) -> Path:
        return self.cached(lesson_id, version) / name / f"{number}.ts"

    def film(self, lesson_id: str, version: int) -> Path:
        """The whole lesson as one MP4 file."""
        return self.cached(lesson_id, version) / "lesson.mp4"

    def recording(self, lesson_id: str, version: int, stamp: str) -> Path:
        """The whole sound as one M4A file, labelled as `stamp` stands for."""
        return self.cached(lesson_id, version) / "sound" / f"{stamp}.m4a"

    def standin(self, lesson_id: str, version: int, stamp: str) -> Path:
        """The template of what stands in for a lesson's missing picture or sound."""
        return self.cached(lesson_id, version) / "standin" / f"{stamp}.mp4"

    def filled_ts_segment(self, lesson_id: str, version: int, name: str, number: int) -> Path:
        """A TS segment with what stands in for the missing picture or sound."""
        return self.cached(lesson_id, version) / "standin" / name / f"{number}.ts"

    def joined(self, digest: str) -> Path:
        """What a joined stream is made of, named after its content."""
        return self.cache / "joined" / digest[:2] / f"{digest}.json"

    def recording_sizes(self, lesson_id: str, version: int) -> Path:
        """How long the M4A of each stamp is in bytes, as JSON: known even when the cache has let the file go."""
        return self.version(lesson_id, version) / "recording.json"

    def segments(self, lesson_id: str, version: int, name: str) -> dict[int, int]:
        """Sizes in bytes of the finished segments by number."""
        found = {}
        for entry in _entries(self.rendition(lesson_id, version, name)):
            stem, _, ending = entry.name.partition(".")
            if ending == "m4s" and stem.isdigit():
                with contextlib.suppress(FileNotFoundError):  # a rung that is being left out, or a version that goes
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
        if not _move_folder(finished, place):
            shutil.rmtree(finished)
            return False
        return True

    def replace_text(self, place: Path, text: str) -> None:
        """Put a small text in place of what is there, whole whenever it is read."""
        self.replace_bytes(place, text.encode())

    def replace_bytes(self, place: Path, content: bytes) -> None:
        """The same for a small file."""
        self._make_directory(place.parent)
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
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

    def discard(self, token: str) -> None:
        shutil.rmtree(self.temporary / token, ignore_errors=True)

    def sweep(self, living: Callable[[], Collection[str]]) -> list[str]:
        """Remove temporary directories that no living lease owns; returns their names.

        The leases are asked for after the directories, since a lease is taken before its directory is made.
        """
        # Only what bears a token: store.url may name a directory in which somebody keeps a tmp/ of their own.
        there = [entry.name for entry in _entries(self.temporary) if _TOKEN.fullmatch(entry.name)]
        owned = living() if there else ()
        gone = [name for name in there if name not in owned]
        for name in gone:
            self.discard(name)
        return gone

    def cover_names(self, *, older_than_seconds: float) -> list[str]:
        """The pictures of collections that have been there for a while."""
        latest = time.time() - older_than_seconds
        return [entry.name for entry in _entries(self.covers) if entry.stat().st_mtime < latest]

    def lesson_folders(self, *, older_than_seconds: float) -> list[str]:
        """Ids of the lessons that have a directory, and have had it for a while."""
        latest = time.time() - older_than_seconds
        folders = (entry for shelf in _entries(self.lessons) for entry in _entries(Path(shelf.path)))
        return [entry.name for entry in folders if entry.stat().st_mtime < latest]

    def has_source(self, lesson_id: str) -> bool:
        """Whether its folder holds an original, which no job may delete."""
        return any(entry.name.startswith("source") for entry in _entries(self.lesson(lesson_id)))

    def set_aside(self, lesson_id: str) -> bool:
        """Move a lesson's folder, whole, among the lost ones; False when one of that name is there, which stays."""
        self._make_directory(self.lost)
        return _move_folder(self.lesson(lesson_id), self.lost / lesson_id)

    def bring_back(self, lesson_id: str) -> bool:
        """Undo set_aside; False when the lesson has a recording where it belongs."""
        if self.has_source(lesson_id):
            return False
        shutil.rmtree(self.lesson(lesson_id), ignore_errors=True)  # what was made since then, without a recording
        self._make_directory(self.lesson(lesson_id).parent)
        return _move_folder(self.lost / lesson_id, self.lesson(lesson_id))

    def lost_lessons(self) -> dict[str, int]:
        """Ids of the lessons that were put aside, with the bytes of each."""
        return {entry.name: _bytes_below(Path(entry.path)) for entry in _entries(self.lost)}

    def lesson_bytes(self, lesson_id: str) -> int:
        return _bytes_below(self.lesson(lesson_id))

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
        for name in (f"source{_numbered(version)}.", f"mended{_numbered(version)}."):
            for entry in _entries(self.lesson(lesson_id)):
                if entry.name.startswith(name):
                    Path(entry.path).unlink(missing_ok=True)

    def remove_lesson(self, lesson_id: str) -> None:
        shutil.rmtree(self.lesson(lesson_id), ignore_errors=True)
        shutil.rmtree(self.cache / lesson_id[:2] / lesson_id, ignore_errors=True)

    def trim_cache(self, *, keep_bytes: int, free_bytes: int = 0) -> int:
        """Remove what was least recently read or made until at most `keep_bytes` are cached and `free_bytes` freed.

        Returns how many bytes were freed. Who is reading a file that goes reads it to its end.
        """
        found = sorted(_files_below(self.cache), key=lambda one: max(one[1].st_atime, one[1].st_mtime))
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


def _numbered(version: int) -> str:
    return "" if version == 1 else f"-{version}"


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


def _move_folder(folder: Path, place: Path) -> bool:
    """Durably; False when a folder that holds something is there."""
    try:
        folder.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    sync_directory(place.parent)
    return True


def _bytes_below(folder: Path) -> int:
    return sum(known.st_size for _, known in _files_below(folder))


def _files_below(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file below `folder` that is still there when it is looked at."""
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(Path(entry.path))
        else:
            with contextlib.suppress(FileNotFoundError):
                yield Path(entry.path), entry.stat(follow_symlinks=False)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return
