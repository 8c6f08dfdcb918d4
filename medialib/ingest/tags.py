"""What a file says of itself: tags by mutagen, and the sidecar NAME.yaml beside NAME.mp4."""

import struct
from pathlib import Path
from typing import Annotated, Any

import mutagen
import structlog
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from medialib.catalogue.edits import Details
from medialib.errors import N_, BadRequest

log = structlog.get_logger()

# What mutagen raises for damaged tags: its own errors, and whatever its parsers stumble over.
_UNREADABLE = (
    mutagen.MutagenError, struct.error, ValueError, EOFError, LookupError, ArithmeticError, TypeError, AttributeError,
)  # fmt: skip
_MOST_DIGITS = 6

_Text = Annotated[str, BeforeValidator(lambda value: value if value is None else str(value).strip())]


class Sidecar(BaseModel):
    """The keys that NAME.yaml may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[_Text | None, Field(max_length=500)] = None
    description: _Text | None = None
    speaker: Annotated[_Text | None, Field(max_length=200)] = None
    unit: Annotated[_Text | None, Field(max_length=200)] = None
    themes: tuple[_Text, ...] | None = None
    series: Annotated[_Text | None, Field(max_length=200)] = None
    number: Annotated[int | None, Field(ge=0, lt=10**_MOST_DIGITS)] = None
    recorded: Annotated[_Text | None, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] = None
    language: Annotated[_Text | None, Field(max_length=20)] = None


def describe(path: Path, name: str) -> Details:
    """Details of the recording at `path` that people know as `name`: sidecar before tags before the file's name.

    Raises BadRequest when the sidecar is wrong.
    """
    found: dict[str, Any] = {"title": Path(name).stem.replace("_", " ").strip() or name}
    found |= read_tags(path)
    found |= read_sidecar(path)
    return Details(**found)


def read_tags(path: Path) -> dict[str, Any]:
    """title, speaker (artist), series (album) and number (track) as far as the file has them."""
    try:
        tags = mutagen.File(path, easy=True)
    except _UNREADABLE as error:
        log.info("tags cannot be read", file=path.name, error=str(error))
        return {}
    found: dict[str, Any] = {}
    for key, field, limit in (("title", "title", 500), ("artist", "speaker", 200), ("album", "series", 200)):
        if text := _first(tags, key):
            found[field] = text[:limit]
    track = _first(tags, "tracknumber").partition("/")[0]
    if track.isdecimal() and len(track) <= _MOST_DIGITS:
        found["number"] = int(track)
    return found


def read_sidecar(path: Path) -> dict[str, Any]:
    sidecar = path.with_suffix(".yaml")
    if not sidecar.is_file():
        return {}
    try:
        values = yaml.safe_load(sidecar.read_text(encoding="utf-8")) or {}
        given = Sidecar.model_validate(values)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValidationError) as error:
        raise BadRequest(
            N_("The description %(file)s is not right: %(why)s"), values={"file": sidecar.name, "why": _why(error)}
        ) from error
    return given.model_dump(exclude_none=True)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return str(error).replace("\n", " ")


def _first(tags: Any, key: str) -> str:
    """The first value of a tag without zero bytes and surrounding space, or nothing."""
    values = tags.get(key) if tags is not None else None
    return str(values[0]).replace("\0", " ").strip() if values else ""
