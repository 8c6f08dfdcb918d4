"""What the forms of a collection say, checked."""

from typing import Any

from flask import request

from medialib.catalogue.readable import readable
from medialib.delivery.covers import shown_cover
from medialib.errors import N_, BadRequest
from medialib.web.desk.shell import typed
from medialib.web.phone.covers import WIDE


def texts() -> dict[str, Any]:
    """The texts that the form holds, and only these: the page has several forms. Raises BadRequest."""
    told: dict[str, Any] = {}
    for name, most in (("title", 400), ("description", 4_000), ("editorial", 16_000), ("cover", 80), ("dated", 10)):
        if name in request.form:
            told[name] = multiline(name, most) if name in ("description", "editorial") else typed(name, most=most)
    if "dated" in told:
        told["dated"] = told["dated"] or None
    if "title" in told:
        told["title"] = " ".join(told["title"].split())
    if "number" in request.form:
        told["number"] = _number(typed("number", most=10))
    if "cover" in told:
        _check_cover(told["cover"])
    return told


def multiline(name: str, most: int) -> str:
    """As it was typed, with one kind of line end; raises BadRequest."""
    value = request.form.get(name, "")
    if len(value) > most:
        raise BadRequest(N_("That is too long: at most %(number)s characters."), values={"number": most})
    return readable(value, lines=True)


def _number(told: str) -> int | None:
    if not told:
        return None
    if not told.isdecimal():
        raise BadRequest(N_("A number is from 1 to 99999."))
    return int(told)


def _check_cover(told: str) -> None:
    kind, _, name = told.partition(":")
    if told and kind != "lesson" and not (kind == "drawn" and name in WIDE) and not shown_cover(name):
        raise BadRequest(N_("There is no such picture."))
