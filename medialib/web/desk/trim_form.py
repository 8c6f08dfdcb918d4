"""The form that says from when to when a lesson's recording is shown: what it holds, and what was typed into it."""

from collections.abc import Mapping
from typing import Any

from flask import request

from medialib.catalogue import trimming
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plans import Plan
from medialib.catalogue.trims import WHOLE, Trim, read_time, show_time
from medialib.web.desk.shell import typed


def told() -> dict[str, str]:
    """As it was typed, for a page that complains."""
    return {"trim_start": request.form.get("start", ""), "trim_end": request.form.get("end", "")}


def asked() -> Trim:
    """Raises BadRequest for what is no time."""
    if "whole" in request.form:
        return WHOLE
    return Trim(start_seconds=read_time(typed("start", most=20)) or 0.0, end_seconds=read_time(typed("end", most=20)))


def shown(lesson: Lesson, plan: Plan, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the form holds. Its times are those of the whole recording; the player's begin `offset` seconds into it."""
    trim, whole = trimming.wanted(lesson), plan.whole_seconds
    return {
        "start": told.get("trim_start", show_time(trim.start_seconds)),
        "end": told.get("trim_end", show_time(whole if trim.end_seconds is None else trim.end_seconds)),
        "whole": show_time(whole),
        "offset": plan.source.trim.start_seconds,
        "wanted": trim.to_json(),
        "is_cut": trim != WHOLE,
        "plays_cut": plan.source.trim != WHOLE,
        "pending": trim != plan.source.trim,
    }
