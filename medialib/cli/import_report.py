"""What an import tells of each file, and of what went wrong with it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import structlog
from rich.console import Console
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from medialib import showing
from medialib.catalogue.edits import ON_THE_SHELF, Arrival
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_, MedialibError
from medialib.ingest.charsets import readable_name
from medialib.ingest.failures import unreadable
from medialib.services import Services

log = structlog.get_logger()

_CATALOGUE = N_("The catalogue cannot be written to now. Please try again.")


@dataclass
class Report:
    """Prints what became of each file, and remembers whether all went well; and how files are to come in."""

    services: Services
    console: Console
    as_json: bool
    unit: str = ""
    arrival: Arrival = ON_THE_SHELF
    counts: dict[str, int] = field(default_factory=dict)

    def say(self, path: Path, status: str, *, lesson: Lesson | None = None, reason: str | None = None) -> None:
        self.counts[status] = self.counts.get(status, 0) + 1
        if self.as_json:
            line = {"file": readable_name(str(path)), "status": status, "reason": reason, **self._addresses(lesson)}
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            told = [
                status,
                readable_name(str(path)),
                *([f"{lesson.id} {lesson.title}"] if lesson else []),
                *([reason] if reason else []),
            ]
            self.console.print("  ".join(told), highlight=False, soft_wrap=True)

    def _addresses(self, lesson: Lesson | None) -> dict[str, Any]:
        keys = ("lesson", "title", "kind", "seconds", "page", "master", "ts_master", "audio")
        if lesson is None:
            return dict.fromkeys(keys)
        with self.services.database.read() as session:
            detail = showing.detail(self.services, session, lesson.id)
        return {key: detail["id" if key == "lesson" else key] for key in keys}

    @property
    def bad(self) -> bool:
        return bool(self.counts.get("refused") or self.counts.get("failed"))


def told_of(error: Exception, *, ours: Path) -> str:
    """A sentence; what the system or the database said of it goes to the log."""
    if isinstance(error, OSError):
        error = unreadable(error, ours=ours)
    elif isinstance(error, SQLAlchemyError):
        cause = error.orig if isinstance(error, DBAPIError) else error
        error = MedialibError(_CATALOGUE, detail=str(cause))
    if detail := getattr(error, "detail", ""):
        log.warning("a file was not taken in", detail=detail)
    return str(error)
