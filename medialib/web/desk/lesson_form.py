"""What the form of a lesson's details says, by the names that editing knows; as typed for a page that complains."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request

from medialib.catalogue import editing
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.readable import readable
from medialib.errors import N_, BadRequest

TEXTS = ("title", "description", "speaker", "licence", "consent", "recorded", "number", "language")
CHOICES = {"unit": "unit_slug", "series": "series_slug", "place": "place"}


def told() -> dict[str, Any]:
    """The details that the form bears; those it does not bear stay as they are."""
    form = request.form
    found: dict[str, Any] = {name: _clean(form[name]) for name in TEXTS if name in form}
    found |= {name: _clean(form[field]) or None for field, name in CHOICES.items() if field in form}
    if "tags" in form:
        found["tags"] = editing.tags_of(_clean(form["tags"]))
    if "themes_shown" in form:
        found["themes"] = form.getlist("themes")
    return found


def _clean(value: str) -> str:
    return readable(value, lines=True)


def shown(lesson: Lesson, typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the fields of the form hold: what was just typed, else what the lesson has."""
    names = (*TEXTS, *CHOICES.values())
    values = {name: getattr(lesson, name) for name in names} | {"tags": lesson.tags}
    values["themes"] = [theme.slug for theme in lesson.themes]
    return {name: "" if value is None else value for name, value in {**values, **(typed or {})}.items()}


def chosen_moment() -> float | None:
    """When something is to be published: None for at once; raises BadRequest for a time that is over."""
    value = request.form.get("at", "").strip()
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadRequest(N_("Please choose a day and a time.")) from error
    if at < time.time() - 60:
        raise BadRequest(N_("That time is over already. Please choose a later one, or publish at once."))
    return at
