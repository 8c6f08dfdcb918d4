"""What the stages of a lesson and the moves between them are called."""

import time

from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_
from medialib.web.desk.shell import moment
from medialib.web.i18n import gettext

STAGE_NAMES: dict[str, str] = {
    "draft": N_("Draft"),
    "submitted": N_("In review"),
    "returned": N_("Returned"),
    "published": N_("Published"),
    "archived": N_("Taken down"),
}
MOVE_NAMES: dict[str, str] = {
    "draft": N_("Make it a draft"),
    "submitted": N_("Send in for review"),
    "returned": N_("Return"),
    "published": N_("Publish"),
    "archived": N_("Take down"),
}
DONE: dict[str, str] = {
    "draft": N_("“%(title)s” is a draft again."),
    "submitted": N_("“%(title)s” was sent in for review."),
    "returned": N_("“%(title)s” was returned."),
    "published": N_("“%(title)s” is published."),
    "archived": N_("“%(title)s” was taken down."),
}
FIELD_NAMES: dict[str, str] = {
    "title": N_("Title"),
    "description": N_("Description"),
    "speaker": N_("Speaker"),
    "unit_slug": N_("Unit"),
    "place": N_("Place"),
    "recorded": N_("Recorded"),
    "themes": N_("Themes"),
    "tags": N_("Tags"),
    "language": N_("Language"),
    "series_slug": N_("Series"),
    "number": N_("Number"),
    "licence": N_("Licence"),
    "consent": N_("Consent"),
    "poster_choice": N_("Cover picture"),
    "trim_start_seconds": N_("Beginning"),
    "trim_end_seconds": N_("End"),
    "clean_speech": N_("Noise in the sound"),
}


_LATER = N_("“%(title)s” will be published on %(moment)s.")


def told_done(stage: str, lesson: Lesson) -> str:
    """What a move did with a lesson, and when that shows if it does not yet."""
    if stage == "published" and lesson.published_at > time.time():
        return gettext(_LATER, title=lesson.title, moment=day_and_time(lesson.published_at))
    return gettext(DONE[stage], title=lesson.title)


def stage_name(stage: str) -> str:
    return gettext(STAGE_NAMES[stage])


def told_change(change: LessonChange) -> str:
    """What was done, as a line of the history."""
    if change.kind == "remark":
        return gettext("Remark")
    if change.kind == "stage":
        if not change.before:
            return gettext("Came in")
        told = f"{stage_name(change.origin)} → {stage_name(change.stage)}"
        at = change.after.get("published_at", 0)
        if change.stage == "published" and at > change.at + 60:
            told += f" ({day_and_time(at)})"
        return told
    names = [gettext(FIELD_NAMES[name]) for name in FIELD_NAMES if name in change.after]
    return gettext("Changed: %(fields)s", fields="、".join(names))


def day_and_time(seconds: float) -> str:
    """5月4日 08:30, with the year when it is another one."""
    told = moment(seconds)
    this_year = f"{time.localtime().tm_year}年"
    return told.removeprefix(this_year)


def day(seconds: float) -> str:
    """A day without its time: 5月4日, or 2023年5月4日 when it is of another year."""
    return day_and_time(seconds).rsplit(" ", 1)[0]


def waited(since: float) -> str:
    """How long something has waited: 2 天, 6 小时, 40 分钟."""
    minutes = max(0, int((time.time() - since) / 60))
    if minutes < 60:
        return gettext("%(number)s min", number=max(1, minutes))
    if minutes < 48 * 60:
        return gettext("%(number)s h", number=minutes // 60)
    return gettext("%(number)s days", number=minutes // 1440)
