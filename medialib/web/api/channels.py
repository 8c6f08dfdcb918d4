"""Channels over the API: for the county's office, with the checks of the desk."""

from typing import Annotated, Any

from pydantic import Field

from medialib.catalogue import channel_edits, channel_lookups, timetables
from medialib.catalogue.channels import Channel, ChannelPause
from medialib.catalogue.timetables import Timetable
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.screen_lines import UnixSeconds
from medialib.web.api.texts import Line
from medialib.web.api.timetables import TimetableBody
from medialib.web.desk.shell import me

Title = Annotated[Line, Field(min_length=1, max_length=100)]


class ChannelAnswer(Answer):
    """`timetable` is its week; `removed` tells that it is off the air and can be brought back."""

    slug: str
    title: str
    created_at: float
    removed: bool
    timetable: dict[str, Any]


class ChannelsAnswer(Answer):
    channels: list[ChannelAnswer]


class NewChannel(Body):
    """Without a timetable it shows the newest lessons, shuffled, all day."""

    title: Title
    timetable: TimetableBody | None = None


class ChannelChange(Body):
    """What is not named stays as it is; a timetable takes the place of the whole one."""

    title: Title | None = None
    timetable: TimetableBody | None = None


class PauseAnswer(Answer):
    id: str
    begins_at: float
    ends_at: float
    reason: str


class PausesAnswer(Answer):
    pauses: list[PauseAnswer]


class NewPause(Body):
    """Unix seconds; at most a month."""

    begins_at: UnixSeconds
    ends_at: UnixSeconds
    reason: Annotated[Line, Field(max_length=200)] = ""


def add_to(api: Api) -> None:
    office = api.family(access.at_least("curator"), writes="publish", group="screens", answer=ChannelAnswer)
    office(_all, "GET", "/channels", N_("All channels, those that were removed lately too"), answer=ChannelsAnswer)
    office(_add, "POST", "/channels", N_("Makes a channel"), body=NewChannel, status=201)
    office(_one, "GET", "/channels/<slug>", N_("A channel and its timetable"))
    office(_change, "PATCH", "/channels/<slug>", N_("Changes name or timetable of a channel"), body=ChannelChange)
    office(_remove, "DELETE", "/channels/<slug>", N_("Takes a channel off the air"), answer=None, status=204)
    office(_restore, "POST", "/channels/<slug>/restore", N_("Brings a channel back"))
    office(_pauses, "GET", "/channel-pauses", N_("When all channels are silent"), answer=PausesAnswer)
    told = N_("Lets all channels be silent for a while")
    office(_pause, "POST", "/channel-pauses", told, body=NewPause, answer=PauseAnswer, status=201)
    told = N_("Ends a pause of all channels")
    office(_end_pause, "DELETE", "/channel-pauses/<pause_id>", told, answer=None, status=204)


def _told(one: Channel) -> ChannelAnswer:
    same = {name: getattr(one, name) for name in ("slug", "title", "created_at", "timetable")}
    return ChannelAnswer(**same, removed=one.removed_at is not None)


def _all(services: Services) -> ChannelsAnswer:
    with services.database.read() as session:
        found = [*channel_lookups.channels(session), *channel_lookups.removed(session)]
        return ChannelsAnswer(channels=[_told(one) for one in found])


def _one(services: Services, slug: str) -> ChannelAnswer:
    with services.database.read() as session:
        return _told(channel_lookups.channel(session, slug))


def _add(services: Services, body: NewChannel) -> ChannelAnswer:
    usual = Timetable(zone=services.settings.screens.zone, filler=timetables.Show(kind="latest", order="shuffle"))
    table = body.timetable.value() if body.timetable else usual
    target_seconds = max(4, services.settings.ladder.segment_seconds)
    with services.database.begin() as session:
        made = channel_edits.add(
            session, title=body.title, timetable=table, target_seconds=target_seconds, by=me(services)
        )
        session.flush()
        return _told(made)


def _change(services: Services, slug: str, body: ChannelChange) -> ChannelAnswer:
    with services.database.begin() as session:
        now = channel_lookups.channel(session, slug)
        table = body.timetable.value() if body.timetable else now.table
        return _told(
            channel_edits.change(session, slug, title=body.title or now.title, timetable=table, by=me(services))
        )


def _remove(services: Services, slug: str) -> None:
    with services.database.begin() as session:
        channel_edits.remove(session, slug, by=me(services))


def _restore(services: Services, slug: str) -> ChannelAnswer:
    with services.database.begin() as session:
        return _told(channel_edits.bring_back(session, slug, by=me(services)))


def _pause_told(one: ChannelPause) -> PauseAnswer:
    return PauseAnswer(id=one.id, begins_at=one.begins_at, ends_at=one.ends_at, reason=one.reason)


def _pauses(services: Services) -> PausesAnswer:
    with services.database.read() as session:
        return PausesAnswer(pauses=[_pause_told(one) for one in channel_lookups.pauses(session)])


def _pause(services: Services, body: NewPause) -> PauseAnswer:
    with services.database.begin() as session:
        made = channel_edits.pause(
            session, begins_at=body.begins_at, ends_at=body.ends_at, reason=body.reason, by=me(services)
        )
        return _pause_told(made)


def _end_pause(services: Services, pause_id: str) -> None:
    with services.database.begin() as session:
        channel_edits.end_pause(session, pause_id, by=me(services))
