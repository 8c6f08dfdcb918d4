"""Of two who change one lesson at once neither takes back unasked what the other did."""

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from medialib.catalogue import changing, editing
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_, BadRequest
from medialib.web.desk.stage_words import FIELD_NAMES
from medialib.web.i18n import gettext


def merge(session: Session, lesson: Lesson, told: Mapping[str, Any]) -> tuple[dict[str, Any], BadRequest | None]:
    """The details that a form tells, where it still tells what it was given with what the lesson has by now; and what
    is to be said when somebody else changed the same since. The form names the last change it knows of; raises
    BadRequest.
    """
    since = request.form.get("since", type=int)
    later = changing.changes_after(session, lesson.id, since) if since is not None else ()
    given: dict[str, Any] = {}
    for change in later:
        given = {**change.before, **given}
    wanted = editing.checked(session, lesson, {name: value for name, value in told.items() if name in given})
    now = changing.present(lesson, wanted)
    left = {name: now[name] for name, value in wanted.items() if value == given[name]}
    both = [name for name, value in wanted.items() if name not in left and value != now[name]]
    merged = {**told, **left}
    if not both:
        return merged, None
    who = next(change.person_name for change in reversed(later) if both[0] in change.before)
    values = {
        "person": who or gettext("By command"),
        "fields": "、".join(gettext(FIELD_NAMES[name]) for name in FIELD_NAMES if name in both),
    }
    return merged, BadRequest(_BOTH, values=values)


_BOTH = N_(
    "%(person)s has changed this since you opened the page: %(fields)s. What you typed still stands here; send it once"
    " more to keep yours."
)
