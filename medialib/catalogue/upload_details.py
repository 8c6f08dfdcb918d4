"""What people may type about a lesson while its file comes in, checked (pure)."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from medialib.catalogue.readable import readable
from medialib.errors import N_, BadRequest

LONGEST = {"title": 200, "speaker": 200, "description": 2000}
"""Letters of each text."""

_MOST_THEMES = 10
_EARLIEST_YEAR = 1900


def read_details(given: Mapping[str, Any], *, themes: Collection[str]) -> dict[str, Any]:
    """Of what was typed, what is filled in: texts, `recorded` (2023-05) and `themes` (slugs of those that there are).

    Raises BadRequest with what is to be changed; what was typed is then still in the page.
    """
    found: dict[str, Any] = {}
    for name, most in LONGEST.items():
        text = _readable(given.get(name), lines=name == "description")
        if len(text) > most:
            raise BadRequest(N_("That is too long: at most %(number)s characters."), values={"number": most})
        if text:
            found[name] = text
    if recorded := _readable(given.get("recorded")):
        found["recorded"] = _date(recorded)
    wanted = given.get("themes")
    chosen = [one for one in wanted if one in themes] if isinstance(wanted, list) else []
    if chosen:
        found["themes"] = list(dict.fromkeys(chosen))[:_MOST_THEMES]
    return found


def _readable(value: object, *, lines: bool = False) -> str:
    return readable(value, lines=lines) if isinstance(value, str) else ""


def _date(text: str) -> str:
    parts = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text)
    try:
        day = date(int(parts[1]), int(parts[2]), int(parts[3] or 1)) if parts else None
    except ValueError:
        day = None
    if day is None or day.year < _EARLIEST_YEAR:
        raise BadRequest(N_("Please choose the month in which it was recorded."), detail=text)
    return text
