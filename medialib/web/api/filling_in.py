"""What the API proposes while somebody fills in a lesson: speakers that are known, themes that fit the words."""

from typing import Annotated

from pydantic import Field

from medialib import theming
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.answers import Proposal
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Line, Text
from medialib.web.desk.speakers import known


class SpeakersQuery(Body):
    """`q`: how a name begins, in characters, pinyin or initials; without it the busiest are told."""

    q: Annotated[Line, Field(max_length=60)] = ""


class Speakers(Answer):
    names: list[str]


class WordsQuery(Body):
    """What was typed so far."""

    title: Annotated[Line, Field(max_length=500)] = ""
    description: Annotated[Text, Field(max_length=2000)] = ""


class FittingThemes(Answer):
    """The best first."""

    proposals: list[Proposal]


def add_to(api: Api) -> None:
    editors = api.family(access.at_least("editor"), below="/desk", group="lessons")
    editors(_speakers, "GET", "/speakers", N_("Speakers that are known"), query=SpeakersQuery, answer=Speakers)
    told = N_("The themes that fit what was typed")
    editors(_themes, "GET", "/themes", told, query=WordsQuery, answer=FittingThemes)


def _speakers(services: Services, query: SpeakersQuery) -> Speakers:
    return Speakers(names=known(services, query.q))


def _themes(services: Services, query: WordsQuery) -> FittingThemes:
    if not (query.title or query.description):
        return FittingThemes(proposals=[])
    with services.database.read() as session:
        found = theming.propose_for(services, session, title=query.title, description=query.description)
        return FittingThemes(proposals=[Proposal(**one) for one in theming.described(found)])
