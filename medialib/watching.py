"""A folder that is looked into: recordings that lie there whole become lessons, and move to done/ or refused/."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from medialib.catalogue import people_lookups
from medialib.catalogue.edits import Arrival
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.errors import N_, BadRequest, MedialibError, UnusableMedia
from medialib.ingest.beside import files_beside, look_beside
from medialib.ingest.charsets import readable_name
from medialib.ingest.endings import ENDINGS, is_passed_over
from medialib.ingest.failures import unreadable
from medialib.ingest.intake import Receipt, take_in
from medialib.ingest.sidecar import is_there, sidecar_of
from medialib.ingest.tags import describe
from medialib.services import Services
from medialib.web.i18n import sentence_in

log = structlog.get_logger()

DONE, REFUSED = "done", "refused"
_LEASE = "watch"
_TRIES = 3
_DUPLICATE = N_("This file is the lesson “%(title)s” already. It was not stored a second time.")

_UNFORESEEN = N_("Something unforeseen stopped this work. Please try again.")

Shape = tuple[tuple[str, int, float], ...]


@dataclass
class Watch:
    """What a worker remembers from one look to the next: how each file looked, and how often it failed."""

    services: Services
    seen: dict[Path, Shape] = field(default_factory=dict)
    failures: dict[Path, int] = field(default_factory=dict)

    def look(self) -> list[str]:
        """Take in what is whole; returns the new lessons."""
        watched = self.services.settings.watch.folder
        if not watched:
            return []
        with self.services.leases.hold(_LEASE) as lease:
            if lease is None:
                return []
            root = Path(watched)
            found = list(_recordings(root))
            made = [self._consider_safely(root, path) for path in found]
            self.seen = {path: shape for path, shape in self.seen.items() if path in found}
            return [lesson_id for lesson_id in made if lesson_id]

    def _consider_safely(self, root: Path, path: Path) -> str | None:
        try:
            return self._consider(root, path)
        except Exception:  # whatever is odd about this one, the others come in
            log.exception("a watched file could not be looked at", file=path.name)
            return None

    def _consider(self, root: Path, path: Path) -> str | None:
        try:
            family = _family(path)
            shape = _shape(family)
        except OSError:
            return None  # it went while we looked
        before, self.seen[path] = self.seen.get(path), shape
        youngest = max(changed for _, _, changed in shape)
        if before != shape or time.time() - youngest < self.services.settings.watch.settled_seconds:
            return None
        return self._take(root, path, family)

    def _take(self, root: Path, path: Path, family: list[Path]) -> str | None:
        try:
            receipt = self._take_in(path)
        except (UnusableMedia, BadRequest) as error:
            self._put(root, REFUSED, family, path, error)
        except Exception as error:  # noqa: BLE001  it is counted, and put aside when it fails again and again
            self._count_failure(root, path, family, error)
        else:
            self.failures.pop(path, None)
            told = MedialibError(_DUPLICATE, values={"title": receipt.lesson.title}) if receipt.duplicate else None
            self._put(root, DONE, family, path, told)
            return None if receipt.duplicate else receipt.lesson.id
        return None

    def _take_in(self, path: Path) -> Receipt:
        watch, name = self.services.settings.watch, readable_name(path.name)
        details = describe(self.services.workshop, path, name)
        details = replace(details, unit=details.unit or watch.unit)
        owner = self._owner()
        arrival = Arrival(stage=watch.stage, by=owner)
        receipt = take_in(
            self.services.workshop, path, details, name=name, beside=look_beside(path), arrival=arrival
        )  # fmt: skip
        if not receipt.duplicate:
            with self.services.database.begin() as session:
                note(session, owner, "lesson.uploaded", on_id=receipt.lesson.id, on_name=receipt.lesson.title)
        return receipt

    def _owner(self) -> Person | None:
        login = self.services.settings.watch.owner
        with self.services.database.read() as session:
            found = people_lookups.find_person(session, login) if login else None
        if login and found is None:
            log.warning("watch.owner names nobody: recordings come in in nobody's name", owner=login)
        return found

    def _count_failure(self, root: Path, path: Path, family: list[Path], error: Exception) -> None:
        """The machine may do better next time; after some times the file is put aside with its sentence."""
        self.failures[path] = self.failures.get(path, 0) + 1
        log.warning("a watched file could not be taken in", file=path.name, error=str(error), exc_info=error)
        if self.failures[path] >= _TRIES:
            del self.failures[path]
            told = unreadable(error, ours=self.services.store.root) if isinstance(error, OSError) else error
            told = told if isinstance(told, MedialibError) else MedialibError(_UNFORESEEN)
            self._put(root, REFUSED, family, path, told)

    def _put(self, root: Path, kind: str, family: list[Path], path: Path, told: MedialibError | None) -> None:
        """Move a recording and what lies beside it, with a sentence in the site's language where there is one."""
        folder = root / kind / path.parent.relative_to(root)
        self.seen.pop(path, None)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stem = _free_stem(folder, path.stem)
            for one in family:
                one.rename(folder / (stem + one.name[len(path.stem) :]))
            if told:
                said = sentence_in(self.services.settings.site.language, told)
                (folder / f"{stem}{path.suffix}.txt").write_text(f"{said}\n", encoding="utf-8")
        except OSError as error:
            log.warning("a watched file cannot be moved away", file=path.name, error=str(error))


def _recordings(root: Path) -> Iterator[Path]:
    """Recordings below the folder, in the order of their names, without hidden files and what was moved away."""
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        if inside[0] in (DONE, REFUSED) or is_passed_over(inside):
            continue
        if path.suffix.lower() in ENDINGS and is_there(path):
            yield path


def _family(path: Path) -> list[Path]:
    """The recording and what belongs to it."""
    sidecar = sidecar_of(path)
    return [path, *files_beside(path), *([sidecar] if is_there(sidecar) else [])]


def _shape(family: list[Path]) -> Shape:
    return tuple((one.name, known.st_size, known.st_mtime) for one in family for known in [one.stat()])


def _free_stem(folder: Path, stem: str) -> str:
    """A name that nothing in the folder begins with."""
    taken = {one.name for one in folder.iterdir()} if folder.exists() else set()
    names = (stem if n == 1 else f"{stem} {n}" for n in range(1, 10_000))
    return next(name for name in names if not any(one.startswith(f"{name}.") for one in taken))
