"""The operations that were there first, described: their views stay as they are."""

from medialib.errors import N_
from medialib.web.api import answers
from medialib.web.api.operations import Operation
from medialib.web.forms import Listing, Typed

READING = (
    Operation(
        method="GET", path="/lessons", group="lessons", query=Listing, answer=answers.LessonList,
        summary=N_("Lessons, searched for and narrowed"),
    ),
    Operation(
        method="GET", path="/suggestions", group="lessons", query=Typed, answer=answers.Suggestions,
        summary=N_("What somebody who is still typing may mean"),
    ),
    Operation(
        method="GET", path="/lessons/<lesson_id>", group="lessons", answer=answers.LessonDetail,
        summary=N_("Everything known of one lesson"),
    ),
    Operation(
        method="GET", path="/themes", group="themes", answer=answers.ThemeTree, summary=N_("The tree of themes"),
    ),
    Operation(
        method="GET", path="/lessons/<lesson_id>/themes", group="themes", answer=answers.Proposals,
        summary=N_("Themes that would fit a lesson"),
    ),
)  # fmt: skip
