"""The pictures that a lesson may be shown by, over the API: listed, chosen, taken from its film, sent, removed."""

from typing import IO, Annotated

from pydantic import Field, model_validator

from medialib import showing
from medialib.catalogue import lookups
from medialib.catalogue.posters import Origin
from medialib.delivery import posters
from medialib.errors import N_
from medialib.ingest import own_pictures
from medialib.services import Services
from medialib.web import access
from medialib.web.api.desk_lessons import DeskLesson, told
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Seconds
from medialib.web.desk import lesson_picture

_PATH = "/desk/lessons/<lesson_id>/poster"
_FIRST_OWN = -(10**7)


class Picture(Body):
    """The number of one of the lesson’s `posters`, or the second of its film at which the picture is taken."""

    choice: Annotated[int, Field(ge=_FIRST_OWN, le=1000)] | None = None
    at: Seconds | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Picture":
        if (self.choice is None) == (self.at is None):
            raise ValueError("choice or at")
        return self


class OwnPicture(Body):
    """The number of a picture that somebody took or sent: below 0."""

    number: Annotated[int, Field(ge=_FIRST_OWN, le=-1)]


class PictureSize(Answer):
    width: int
    height: int
    jpeg: str
    webp: str


class PosterAnswer(Answer):
    number: int
    chosen: bool
    origin: Origin
    at_seconds: float | None
    sizes: list[PictureSize]


class PostersAnswer(Answer):
    """Those that people took or sent first, then the best that were found; none before they are looked for. `removed`
    are numbers of pictures that can still be brought back, the last one first.
    """

    posters: list[PosterAnswer]
    removed: list[int]


def add_to(api: Api) -> None:
    editors = api.family(access.lesson_editors, below=_PATH, writes="edit", group="lessons", answer=DeskLesson)
    editors(_all, "GET", "", N_("The pictures that a lesson may be shown by"), answer=PostersAnswer)
    editors(_choose, "PUT", "", N_("Chooses the picture that a lesson is shown by"), body=Picture, refusals=(503,))
    editors(
        _send,
        "POST",
        "",
        N_("Shows a lesson by the picture that is sent"),
        file=True,
        most_bytes=own_pictures.LARGEST_BYTES,
        refusals=(503, 507),
    )
    editors(
        _put_away,
        "DELETE",
        "",
        N_("Removes a picture that somebody took or sent; the last ones can be brought back"),
        query=OwnPicture,
        answer=None,
        status=204,
    )
    editors(
        _bring_back, "POST", "/restore", N_("Brings a removed picture back"), query=OwnPicture, answer=PostersAnswer
    )


def _all(services: Services, lesson_id: str) -> PostersAnswer:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    found = showing.all_posters(services, lesson)
    described = posters.described(lesson, found) if found else []
    return PostersAnswer(
        posters=[PosterAnswer.model_validate(one) for one in described],
        removed=own_pictures.removed(services.store, lesson_id),
    )


def _choose(services: Services, lesson_id: str, body: Picture) -> DeskLesson:
    if body.at is not None:
        choice = lesson_picture.taken(services, lesson_id, body.at)
    else:
        choice = lesson_picture.known(services, lesson_id, body.choice or 0)
    return _shown_by(services, lesson_id, choice)


def _send(services: Services, lesson_id: str, file: IO[bytes]) -> DeskLesson:
    return _shown_by(services, lesson_id, lesson_picture.sent(services, lesson_id, file))


def _shown_by(services: Services, lesson_id: str, choice: int) -> DeskLesson:
    lesson_picture.show_by(services, lesson_id, choice)
    with services.database.read() as session:
        return told(lookups.lesson(session, lesson_id))


def _put_away(services: Services, lesson_id: str, query: OwnPicture) -> None:
    lesson_picture.put_away(services, lesson_id, -query.number)


def _bring_back(services: Services, lesson_id: str, query: OwnPicture) -> PostersAnswer:
    lesson_picture.bring_back(services, lesson_id, -query.number)
    return _all(services, lesson_id)
