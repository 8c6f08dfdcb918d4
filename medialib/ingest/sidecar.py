"""The sidecar NAME.yaml beside NAME.mp4: what people say of a recording."""

import unicodedata
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from medialib.catalogue.places import PLACES, find_place
from medialib.errors import N_, BadRequest
from medialib.ingest.charsets import decode

_MOST_DIGITS = 6

_MOST_SIDECAR_BYTES = 64 * 1024
_DEEPEST = 2
_EARLIEST_YEAR = 1900

# Read as plain text: what an empty value and YAML's null look like.
_NOTHING = ("", "~", "null")


def _plain(value: Any) -> Any:
    """Text without control characters and surrounding space; None when nothing is left."""
    if not isinstance(value, str):
        return value
    text = _without_controls(value, keep="\n\t").strip()
    return None if text in _NOTHING else text


def _without_controls(text: str, *, keep: str = "") -> str:
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cs") and one not in keep else one for one in text)


def _one_line(text: str) -> str:
    return _without_controls(text)


def _names_a_theme(name: str) -> str:
    if not any(letter.isalnum() for letter in name):
        raise ValueError("a theme's name needs a letter or a digit")
    return name


def _names_a_place(name: str) -> str:
    place = find_place(name)
    if place is None:
        raise ValueError(f"a place is one of {', '.join(one.slug for one in PLACES)}")
    return place.slug


def _is_a_date(recorded: str) -> str:
    """Say no to days that never were, also when only the beginning of a date is given."""
    year, month, day = (int(part) for part in f"{recorded}-01-01"[:10].split("-"))
    try:
        date(year, month, day)
    except ValueError:
        year = 0
    if year < _EARLIEST_YEAR:
        raise ValueError(f"there is no such date from {_EARLIEST_YEAR} on")
    return recorded


_Line = Annotated[str, AfterValidator(_one_line)]
_Optional = BeforeValidator(_plain)
_Title = Annotated[Annotated[_Line, Field(max_length=500)] | None, _Optional]
_Name = Annotated[Annotated[_Line, Field(max_length=200)] | None, _Optional]
_Description = Annotated[Annotated[str, Field(max_length=20_000)] | None, _Optional]
_Theme = Annotated[str, Field(max_length=100), AfterValidator(_names_a_theme), AfterValidator(_one_line), _Optional]
_Themes = Annotated[Annotated[tuple[_Theme, ...], Field(max_length=50)] | None, _Optional]
_Number = Annotated[Annotated[int, Field(ge=0, lt=10**_MOST_DIGITS)] | None, _Optional]
_Recorded = Annotated[
    Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"), AfterValidator(_is_a_date)] | None, _Optional
]
# BCP 47, as far as recordings need it; it goes into playlists.
_Language = Annotated[
    Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)] | None, _Optional
]
_Place = Annotated[Annotated[str, AfterValidator(_names_a_place)] | None, _Optional]
# Read as plain text: pydantic knows true, yes, on, 1 and their opposites.
_Choice = Annotated[bool | None, _Optional]


class Sidecar(BaseModel):
    """The keys that NAME.yaml may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: _Title = None
    description: _Description = None
    speaker: _Name = None
    unit: _Name = None
    themes: _Themes = None
    place: _Place = None
    series: _Name = None
    number: _Number = None
    recorded: _Recorded = None
    language: _Language = None
    clean_speech: _Choice = None


def sidecar_of(path: Path) -> Path:
    return path.with_suffix(".yaml")


def is_there(path: Path) -> bool:
    """Whether there is such a file: there is none whose name would be too long, or that nobody may look at."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_sidecar(path: Path) -> dict[str, Any]:
    sidecar = sidecar_of(path)
    if not is_there(sidecar):
        return {}
    try:
        with sidecar.open("rb") as file:
            content = file.read(_MOST_SIDECAR_BYTES + 1)
        given = Sidecar.model_validate(_parse(content))
    except (OSError, yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise BadRequest(
            N_("The description %(file)s is not right: %(why)s"), values={"file": sidecar.name, "why": _why(error)}
        ) from error
    return given.model_dump(exclude_none=True)


def _parse(content: bytes) -> Any:
    """The keys with their values as they are written: 2023-02-30 and 007 are texts until a key wants something else.

    Nothing is built before it is known to be small and flat. Raises ValueError, OverflowError and YAMLError.
    """
    if len(content) > _MOST_SIDECAR_BYTES:
        raise ValueError(f"it is larger than {_MOST_SIDECAR_BYTES // 1024} KB")
    text = decode(content)
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            raise ValueError("it may only hold keys with a text, and a list of themes")
    return yaml.load(text, Loader=yaml.BaseLoader) or {}


# What pydantic finds wrong, in words of people who write such files.
_WRONG = {
    "extra_forbidden": "there is no such key; there are " + ", ".join(Sidecar.model_fields),
    "tuple_type": "write a list: [one, another]",
    "string_type": "write one text here",
    "int_parsing": "write a number such as 3",
    "int_from_float": "write a number such as 3",
    "bool_parsing": "write yes or no",
    "bool_type": "write yes or no",
    "model_type": "write one key with its value on each line, such as title: …",
    "less_than": f"write a number of at most {_MOST_DIGITS} digits",
    "int_parsing_size": f"write a number of at most {_MOST_DIGITS} digits",
    "greater_than_equal": "write a number from 0 on",
}
_PATTERNS = {
    "recorded": "write a year, a month or a day: 2023, 2023-05 or 2023-05-04",
    "language": "write a tag such as zh",
}


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(_wrong(one) for one in error.errors())
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark and error.problem:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return str(error).replace("\n", " ")


def _wrong(problem: Any) -> str:
    """One key, and what is to be written there."""
    key, kind, limits = ".".join(map(str, problem["loc"])), problem["type"], problem.get("ctx", {})
    if kind == "string_too_long":
        why = f"write at most {limits['max_length']} characters"
    elif kind == "too_long":
        why = f"write at most {limits['max_length']} of them"
    elif kind == "string_pattern_mismatch":
        why = _PATTERNS[key]
    else:
        why = _WRONG.get(kind) or str(problem["msg"]).removeprefix("Value error, ")
    return f"{key}: {why}" if key else why
