"""The links that open one lesson to whoever holds them, over the API: made, counted and taken back."""

from typing import Annotated

from pydantic import Field

from medialib.catalogue import lesson_access, people_lookups
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access, keys
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Line
from medialib.web.desk.links import link_to
from medialib.web.desk.shell import me

_LINKS = "/desk/lessons/<lesson_id>/links"
_LONGEST_DAYS = 3650


class LinkAnswer(Answer):
    """A link as it is remembered: its address is told once, when it is made."""

    id: str
    label: str
    created_at: float
    ends_at: float | None


class LinksAnswer(Answer):
    links: list[LinkAnswer]


class MadeLink(Answer):
    """`page` is for browsers, `player` the playlist for players without cookies."""

    id: str
    page: str
    player: str


class NewLink(Body):
    """For whom it is, and for how many days; without `days` until it is taken back."""

    label: Annotated[Line, Field(max_length=100)] = ""
    days: Annotated[int, Field(ge=1, le=_LONGEST_DAYS)] | None = None


def add_to(api: Api) -> None:
    editors = api.family(access.lesson_editors, below=_LINKS, writes="edit", group="lessons")
    editors(_all, "GET", "", N_("The links to a lesson"), answer=LinksAnswer)
    editors(_make, "POST", "", N_("Makes a link to a lesson"), body=NewLink, answer=MadeLink, status=201)
    editors(_remove, "DELETE", "/<key_id>", N_("Takes a link to a lesson back"), status=204)


def _all(services: Services, lesson_id: str) -> LinksAnswer:
    with services.database.read() as session:
        made = people_lookups.lesson_keys(session, lesson_id)
        told = [LinkAnswer(id=one.id, label=one.label, created_at=one.created_at, ends_at=one.ends_at) for one in made]
    return LinksAnswer(links=told)


def _make(services: Services, lesson_id: str, body: NewLink) -> MadeLink:
    with services.database.begin() as session:
        key_id, token = lesson_access.add_key(session, lesson_id, label=body.label, days=body.days, by=me(services))
    page, player = keys.page_of(token, lesson_id), keys.path_of(token, lesson_id)
    return MadeLink(id=key_id, page=link_to(services, page).address, player=link_to(services, player).address)


def _remove(services: Services, lesson_id: str, key_id: str) -> None:
    with services.database.begin() as session:
        lesson_access.remove_key(session, lesson_id, key_id, by=me(services))
