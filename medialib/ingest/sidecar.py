"""The sidecar NAME.yaml beside NAME.mp4: what people say of a recording."""

import unicodedata
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from medialib.catalogue.places import PLACES, find_place
from medialib.errors import N_, BadRequest, MedialibError
from medialib.ingest.charsets import decode

_MOST_DIGITS = 6

_MOST_SIDECAR_KB = 64
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


def one_line(text: str) -> str:
    return _without_controls(text)


def _names_a_theme(name: str) -> str:
    if not any(letter.isalnum() for letter in name):
        raise ValueError(_NO_THEME)
    return name


def _names_a_place(name: str) -> str:
    place = find_place(name)
    if place is None:
        raise ValueError(name)
    return place.slug


def _is_a_date(recorded: str) -> str:
    """Say no to days that never were, also when only the beginning of a date is given."""
    year, month, day = (int(part) for part in f"{recorded}-01-01"[:10].split("-"))
    try:
        date(year, month, day)
    except ValueError:
        year = 0
    if year < _EARLIEST_YEAR:
        raise ValueError(_NO_DATE)
    return recorded


_Line = Annotated[str, AfterValidator(one_line)]
_Optional = BeforeValidator(_plain)
_Title = Annotated[Annotated[_Line, Field(max_length=500)] | None, _Optional]
_Name = Annotated[Annotated[_Line, Field(max_length=200)] | None, _Optional]
_Description = Annotated[Annotated[str, Field(max_length=20_000)] | None, _Optional]
_Theme = Annotated[str, Field(max_length=100), AfterValidator(_names_a_theme), AfterValidator(one_line), _Optional]
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
            content = file.read(_MOST_SIDECAR_KB * 1024 + 1)
        given = Sidecar.model_validate(_parse(content))
    except (OSError, yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise BadRequest(
            N_("The description %(file)s is not right: %(why)s"),
            values={"file": sidecar.name, "why": _why(error)},
            detail=str(error),
        ) from error
    return given.model_dump(exclude_none=True)


def _parse(content: bytes) -> Any:
    """The keys with their values as they are written: 2023-02-30 and 007 are texts until a key wants something else.

    Nothing is built before it is known to be small and flat. Raises ValueError, OverflowError and YAMLError.
    """
    if len(content) > _MOST_SIDECAR_KB * 1024:
        raise ValueError(_TOO_LARGE)
    text = decode(content)
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            raise ValueError(_NOT_FLAT)
    return yaml.load(text, Loader=yaml.BaseLoader) or {}


_NO_THEME = N_("a theme's name needs a letter or a digit")
_NO_DATE = N_("there is no such date from 1900 on")
_NOT_FLAT = N_("it may only hold keys with a text, and a list of themes")
_TOO_LARGE = N_("it is larger than %(most)s KB")
_UNREADABLE = N_("it cannot be read")
_OF_CHARACTERS = N_("write at most %(most)s characters")
_OF_DIGITS = N_("write a number of at most %(most)s digits")
# What pydantic finds wrong, in words of people who write such files.
_WRONG = {
    "extra_forbidden": N_("there is no such key; there are %(keys)s"),
    "tuple_type": N_("write a list: [one, another]"),
    "string_type": N_("write one text here"),
    "int_parsing": N_("write a number such as 3"),
    "int_from_float": N_("write a number such as 3"),
    "bool_parsing": N_("write yes or no"),
    "bool_type": N_("write yes or no"),
    "model_type": N_("write one key with its value on each line, such as title: …"),
    "less_than": _OF_DIGITS,
    "int_parsing_size": _OF_DIGITS,
    "greater_than_equal": N_("write a number from 0 on"),
    "string_too_long": _OF_CHARACTERS,
    "too_long": _OF_CHARACTERS,
    "themes.too_long": N_("write at most %(most)s of them"),
}
_WRONG_IN = {
    "recorded": N_("write a year, a month or a day: 2023, 2023-05 or 2023-05-04"),
    "language": N_("write a tag such as zh"),
    "place": N_("a place is one of %(places)s"),
}
_MOST_TOLD = 5
_ANYTHING_ELSE = N_("this is not understood")


def _why(error: Exception) -> MedialibError:
    """What is wrong, as sentences within a sentence."""
    if isinstance(error, ValidationError):
        return reduce(_and, map(_wrong, error.errors()[:_MOST_TOLD]))
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return MedialibError(N_("line %(line)s: this is not understood"), values={"line": error.problem_mark.line + 1})
    told = str(error)
    return MedialibError(told if told in (_NOT_FLAT, _TOO_LARGE) else _UNREADABLE, values={"most": _MOST_SIDECAR_KB})


def _and(one: MedialibError, other: MedialibError) -> MedialibError:
    return MedialibError(N_("%(one)s; %(other)s"), values={"one": one, "other": other})


def _wrong(problem: Any) -> MedialibError:
    """One key, and what is to be written there."""
    key, kind, limits = ".".join(map(str, problem["loc"])), problem["type"], problem.get("ctx", {})
    told = str(problem["msg"]).removeprefix("Value error, ")
    message = told if told in (_NO_THEME, _NO_DATE) else _wrong_by_kind(key, kind)
    values = {
        "keys": ", ".join(Sidecar.model_fields),
        "places": ", ".join(f"{one.slug} ({one.zh})" for one in PLACES),
        "most": limits.get("max_length", _MOST_DIGITS),
    }
    why = MedialibError(message, values=values)
    return MedialibError(N_("%(key)s: %(why)s"), values={"key": key, "why": why}) if key else why


def _wrong_by_kind(key: str, kind: str) -> str:
    return _WRONG.get(f"{key}.{kind}") or _WRONG.get(kind) or _WRONG_IN.get(key, _ANYTHING_ELSE)
