"""Screens over the API: how they are, where they stand, what they are told to do, how one is paired, what was shown."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from medialib.catalogue import channel_lookups, screen_edits, screen_lookups
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.screen_states import State
from medialib.errors import N_, NotFound
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.statistics import Day, days_asked
from medialib.web.api.texts import LessonId, Line, Slug
from medialib.web.desk import screens
from medialib.web.desk.screen_pairing import checked_place, make_box
from medialib.web.desk.shell import me

_DAYS = 30
_MOST = 2000
Name = Annotated[Line, Field(min_length=1, max_length=100)]
Group = Annotated[Line, Field(max_length=60)]
ScreenId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,16}$")]


class ScreenAnswer(Answer):
    """`seen_at` is when it was last heard of, `lesson` what it said that it plays, `problem` why it does not."""

    id: str
    name: str
    unit: str | None
    group: str
    channel: str | None
    state: State
    created_at: float
    seen_at: float | None
    lesson: str | None
    offline: bool
    problem: str


class ScreensAnswer(Answer):
    screens: list[ScreenAnswer]


class ScreenQuery(Body):
    """The screens that the person looks after; nothing named means all of them. `unit` is with all below it."""

    state: Literal["alive", "late", "silent"] | None = None
    unit: Slug | None = None
    group: Group = ""
    channel: Slug | None = None
    q: Annotated[Line, Field(max_length=64)] = ""


class NewScreen(Body):
    """`code` is what the television shows; `channel` what it is to play."""

    code: Annotated[Line, Field(min_length=1, max_length=40)]
    name: Name
    unit: Slug | None = None
    group: Group = ""
    channel: Slug | None = None


class NewBox(Body):
    """An old box without a browser, which plays its channel from an address."""

    name: Name
    unit: Slug | None = None
    group: Group = ""
    channel: Slug | None = None


class BoxAnswer(Answer):
    """`address` is told once; it is to be loaded into the box."""

    screen: ScreenAnswer
    address: str


class ScreenChange(Body):
    """What is not named stays as it is; null takes the screen out of its unit or off its channel."""

    name: Name | None = None
    unit: Slug | None = None
    group: Group | None = None
    channel: Slug | None = None


class Orders(Body):
    """What all of these screens are told: a channel, a group, a volume in per cent, to load their page anew."""

    screens: Annotated[list[ScreenId], Field(min_length=1, max_length=_MOST)]
    channel: Slug | None = None
    group: Group | None = None
    volume: Annotated[int, Field(ge=0, le=100)] | None = None
    reload: bool = False

    @model_validator(mode="after")
    def _something(self) -> "Orders":
        if self.channel is None and self.group is None and self.volume is None and not self.reload:
            raise ValueError("nothing is ordered")
        return self


class ShownQuery(Body):
    """Both days are included; without them the last thirty."""

    since: Day | None = None
    until: Day | None = None
    screen: ScreenId | None = None
    lesson: LessonId | None = None


class ShownAnswer(Answer):
    """On how many screens a lesson was shown, how often it began there, and for how long."""

    lesson: str
    title: str
    screens: int
    plays: int
    seconds: float


class ProofOfPlay(Answer):
    """What was shown longest first."""

    shown: list[ShownAnswer]


def add_to(api: Api) -> None:
    usual: dict[str, Any] = {"writes": "edit", "group": "screens", "answer": ScreenAnswer}
    editors = api.family(access.at_least("editor"), below="/screens", **usual)
    told = N_("The screens that the person looks after, and how they are")
    editors(_all, "GET", "", told, query=ScreenQuery, answer=ScreensAnswer)
    editors(
        _pair, "POST", "", N_("Makes a screen of the television that shows this code"), body=NewScreen, status=201,
        refusals=(404,), counted=True,
    )  # fmt: skip
    told = N_("Makes a screen of a box without a browser")
    editors(_box, "POST", "/boxes", told, body=NewBox, answer=BoxAnswer, status=201, refusals=(404,))
    editors(_shown, "GET", "/shown", N_("What was shown on screens"), query=ShownQuery, answer=ProofOfPlay)
    told = N_("Tells many screens to do something")
    editors(_order, "POST", "/orders", told, body=Orders, answer=ScreensAnswer, refusals=(404,))
    editors(_one, "GET", "/<screen_id>", N_("One screen"))
    told = N_("The last picture that a screen has sent")
    editors(screens.last_picture, "GET", "/<screen_id>/picture", told, answer=None, answers_file=("image/jpeg",))
    editors(_change, "PATCH", "/<screen_id>", N_("Changes name, unit, group or channel of a screen"), body=ScreenChange)
    editors(_revoke, "DELETE", "/<screen_id>", N_("Takes a screen out of service"), answer=None, status=204)


def _told(row: screens.Row) -> ScreenAnswer:
    one = row.screen
    same = {name: getattr(one, name) for name in ("id", "name", "group", "created_at", "seen_at")}
    said = {"lesson": None, "offline": False, "problem": ""} | one.playing
    playing: dict[str, Any] = {name: said[name] for name in ("lesson", "offline", "problem")}
    channel = one.channel.slug if one.channel else None  # the one that it names may be gone
    return ScreenAnswer(**same, **playing, unit=one.unit_slug, channel=channel, state=row.state)


def _listed(services: Services, **asked: str) -> list[ScreenAnswer]:
    with services.database.read() as session:
        return [_told(row) for row in screens.listed(services, session, asked)]


def _all(services: Services, query: ScreenQuery) -> ScreensAnswer:
    return ScreensAnswer(screens=_listed(services, **{name: value or "" for name, value in query}))


def _one(services: Services, screen_id: str) -> ScreenAnswer:
    found = next((one for one in _listed(services) if one.id == screen_id), None)
    if found is None:
        raise NotFound(N_("There is no such screen."), detail=screen_id)
    return found


def _pair(services: Services, body: NewScreen) -> ScreenAnswer:
    place = checked_place(services, name=body.name, unit_slug=body.unit, group=body.group, channel_slug=body.channel)
    with services.database.begin() as session:
        made = screen_edits.confirm(session, body.code, by=me(services), **place)
    return _one(services, made.id)


def _box(services: Services, body: NewBox) -> BoxAnswer:
    place = checked_place(services, name=body.name, unit_slug=body.unit, group=body.group, channel_slug=body.channel)
    made, link = make_box(services, place)
    return BoxAnswer(screen=_one(services, made.id), address=link.address)


def _change(services: Services, screen_id: str, body: ScreenChange) -> ScreenAnswer:
    given = {name: getattr(body, name) for name in body.model_fields_set}
    now = _one(services, screen_id)
    place = checked_place(
        services, name=body.name or now.name, unit_slug=given.get("unit", now.unit),
        group=now.group if body.group is None else body.group, channel_slug=given.get("channel", now.channel),
    )  # fmt: skip
    with services.database.begin() as session:
        one = screen_lookups.screen(session, viewer_of(me(services)), screen_id)
        screen_edits.change(session, one, by=me(services), **place)
    return _one(services, screen_id)


def _revoke(services: Services, screen_id: str) -> None:
    with services.database.begin() as session:
        one = screen_lookups.screen(session, viewer_of(me(services)), screen_id)
        screen_edits.revoke(session, one, by=me(services))


def _order(services: Services, body: Orders) -> ScreensAnswer:
    """All of it, or nothing when one of the screens is not this person's."""
    by = me(services)
    with services.database.begin() as session:
        mine = {one.id: one for one in screen_lookups.screens(session, viewer_of(by))}
        if missing := [one for one in body.screens if one not in mine]:
            raise NotFound(N_("There is no such screen."), detail=missing[0])
        chosen = [mine[one] for one in dict.fromkeys(body.screens)]
        if body.channel:
            channel_lookups.channel(session, body.channel)
        if body.channel or body.group is not None:
            screen_edits.assign(session, chosen, channel_slug=body.channel, group=body.group, by=by)
        if body.volume is not None or body.reload:
            orders: dict[str, Any] = {"reload": body.reload}
            orders |= {} if body.volume is None else {"volume": body.volume}
            screen_edits.order(session, chosen, orders, by=by)
    told = {one.id for one in chosen}
    return ScreensAnswer(screens=[one for one in _listed(services) if one.id in told])


def _shown(services: Services, query: ShownQuery) -> ProofOfPlay:
    since, until = days_asked(query.since, query.until, days=_DAYS)
    with services.database.read() as session:
        rows = screen_lookups.shown(
            session, viewer_of(me(services)), since=since.isoformat(), until=until.isoformat(),
            screen_id=query.screen or "", lesson_id=query.lesson or "",
        )  # fmt: skip
    names = ("title", "screens", "plays", "seconds")
    return ProofOfPlay(
        shown=[ShownAnswer(lesson=one.lesson_id, **{name: getattr(one, name) for name in names}) for one in rows]
    )
