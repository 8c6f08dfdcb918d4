"""Running lines over the API: those along the bottom of screens now or later, a new one, and one that is taken off."""

import time
from typing import Annotated, Any

from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from medialib.catalogue import screen_lines, screen_lookups
from medialib.catalogue.people import Person
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.screen_lines import RunningLine, Words
from medialib.catalogue.screens import ScreenMessage
from medialib.errors import N_, NotFound
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.screens import Group, ScreenId
from medialib.web.api.texts import Line, Slug
from medialib.web.desk.shell import me

_MOST = 2000
UnixSeconds = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]


class LineAnswer(Answer):
    """For a `unit` with all below it, for a `group`, for `screens`, or (nothing of these) for all. `removable` is
    whether the person may take it off.
    """

    id: str
    text: str
    begins_at: float
    ends_at: float
    unit: str | None
    group: str
    screens: list[str]
    removable: bool


class LinesAnswer(Answer):
    lines: list[LineAnswer]


class NewLine(Body):
    """For one of `screens`, `unit` and `group`; without any of them for all screens, which takes a curator. It begins
    now unless it is told when; it ends within a month after that.
    """

    text: Annotated[Line, Field(min_length=1, max_length=300)]
    begins_at: UnixSeconds | None = None
    ends_at: UnixSeconds
    screens: Annotated[list[ScreenId], Field(min_length=1, max_length=_MOST)] | None = None
    unit: Slug | None = None
    group: Annotated[Group, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _for_one(self) -> "NewLine":
        if sum(one is not None for one in (self.screens, self.unit, self.group)) > 1:
            raise ValueError("only one of screens, unit and group")
        return self


def add_to(api: Api) -> None:
    usual: dict[str, Any] = {"writes": "edit", "group": "screens", "answer": LineAnswer}
    editors = api.family(access.at_least("editor"), below="/screens/lines", **usual)
    editors(_all, "GET", "", N_("The lines along the bottom of screens, now or later"), answer=LinesAnswer)
    told = N_("Lets a line run along the bottom of screens")
    editors(_say, "POST", "", told, body=NewLine, status=201, refusals=(404,))
    editors(_unsay, "DELETE", "/<line_id>", N_("Takes a line off"), answer=None, status=204)


def _told(line: RunningLine) -> LineAnswer:
    one = line.message
    same = {name: getattr(one, name) for name in ("id", "text", "begins_at", "ends_at", "group")}
    return LineAnswer(**same, unit=line.unit_slug or None, screens=list(line.screens), removable=line.mine)


def _all(services: Services) -> LinesAnswer:
    with services.database.read() as session:
        return LinesAnswer(lines=[_told(one) for one in screen_lines.lines(session, viewer_of(me(services)))])


def _say(services: Services, body: NewLine) -> LineAnswer:
    by = me(services)
    with services.database.begin() as session:
        said = _said(session, body, by)
        session.flush()
        return _told(screen_lines.line_of(session, said, viewer_of(by)))


def _said(session: Session, body: NewLine, by: Person) -> ScreenMessage:
    begins_at = time.time() if body.begins_at is None else body.begins_at
    words = Words(text=body.text, begins_at=begins_at, ends_at=body.ends_at)
    if body.unit is not None:
        return screen_lines.say_to_unit(session, words, body.unit, by=by)
    if body.group is not None:
        return screen_lines.say_to_group(session, words, body.group, by=by)
    if body.screens is None:
        return screen_lines.say_to_all(session, words, by=by)
    mine = {one.id: one for one in screen_lookups.screens(session, viewer_of(by))}
    if missing := [one for one in body.screens if one not in mine]:
        raise NotFound(N_("There is no such screen."), detail=missing[0])
    return screen_lines.say_on(session, words, [mine[one] for one in dict.fromkeys(body.screens)], by=by)


def _unsay(services: Services, line_id: str) -> None:
    with services.database.begin() as session:
        screen_lines.unsay(session, line_id, by=me(services))
