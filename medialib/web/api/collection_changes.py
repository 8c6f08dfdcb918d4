"""What is otherwise in a collection than members saw it last, and what a monthly package still lacks, over the API."""

from typing import Literal

from medialib.catalogue import arrangement, arranging, collected
from medialib.errors import N_
from medialib.services import Services
from medialib.web.api.collections import OFFICE
from medialib.web.api.operations import Answer, Api


class DifferenceAnswer(Answer):
    """An entry (its `id`, and the `place` where it stands now, 0 when it was taken out), or one of the texts."""

    what: Literal[
        "added", "removed", "moved", "changed", "title", "description", "editorial", "dated", "number", "cover"
    ]
    entry: str | None
    place: int


class ChangesAnswer(Answer):
    """`lacks` is empty for anything but a monthly package."""

    changes: list[DifferenceAnswer]
    lacks: list[Literal["month", "editorial", "lesson", "film", "task", "reading"]]


def add_to(api: Api) -> None:
    office = api.family(OFFICE, below="/collections/<slug>", group="collections")
    summary = N_("What is otherwise than members saw it last, and what is still missing")
    office(_changes, "GET", "/changes", summary, answer=ChangesAnswer)


def _changes(services: Services, slug: str) -> ChangesAnswer:
    with services.database.read() as session:
        one = collected.collection(session, slug)
        now = arranging.current(session, one)
        found = arrangement.differences(arranging.last_seen(session, one), now)
        lacks = arranging.lacking(session, one, now)
    changes = [
        {"what": each.what, "entry": each.entry.id if each.entry else None, "place": each.place} for each in found
    ]
    return ChangesAnswer.model_validate({"changes": changes, "lacks": lacks})
