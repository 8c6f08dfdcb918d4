"""Every change made to channels, to what they have on air, and to pauses of all of them."""

import secrets
import time

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import timetables, tokens
from medialib.catalogue.channel_lookups import channel
from medialib.catalogue.channels import Channel, ChannelEpoch, ChannelPause
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.slugs import make_slug
from medialib.catalogue.timetables import Timetable
from medialib.errors import N_, BadRequest, NotFound

_MOST_PAUSE_SECONDS = 31 * 86_400


def add(session: Session, *, title: str, timetable: Timetable, target_seconds: int, by: Person | None) -> Channel:
    """A new channel; raises BadRequest."""
    title = " ".join(title.split())
    if not title:
        raise BadRequest(N_("Please give the channel a name."))
    timetables.check(timetable)
    slug = make_slug(title, lambda wish: session.get(Channel, wish) is not None)
    made = Channel(
        slug=slug, title=title[:100], created_at=time.time(), timetable=timetable.to_json(),
        seed=secrets.randbelow(1 << 31), target_seconds=target_seconds,
        position=(session.scalar(select(func.max(Channel.position))) or 0) + 1,
    )  # fmt: skip
    session.add(made)
    note(session, by, "channel.added", on_id=slug, on_name=title)
    return made


def change(session: Session, slug: str, *, title: str, timetable: Timetable, by: Person | None) -> Channel:
    """Another name or timetable; raises BadRequest and NotFound."""
    found = channel(session, slug)
    if not " ".join(title.split()):
        raise BadRequest(N_("Please give the channel a name."))
    timetables.check(timetable)
    found.title, found.timetable = " ".join(title.split())[:100], timetable.to_json()
    found.revision += 1
    note(session, by, "channel.changed", on_id=slug, on_name=found.title)
    return found


def remove(session: Session, slug: str, *, by: Person | None) -> None:
    """Off the air at once; its screens show nothing, unless it is brought back."""
    found = channel(session, slug)
    found.removed_at = time.time()
    note(session, by, "channel.removed", on_id=slug, on_name=found.title)


def bring_back(session: Session, slug: str, *, by: Person | None) -> Channel:
    """On the air again, for the screens that showed it; raises NotFound. One that is there already stays so."""
    found = session.get(Channel, slug)
    if found is None:
        raise NotFound(N_("There is no such channel."), detail=slug)
    if found.removed_at is not None:
        found.removed_at = None
        note(session, by, "channel.brought.back", on_id=slug, on_name=found.title)
    return found


def forget_removed(session: Session, *, before: float) -> None:
    """Channels that were removed before that time go for good, with their epochs."""
    session.execute(delete(Channel).where(Channel.removed_at < before))


def add_epoch(session: Session, epoch: ChannelEpoch) -> bool:
    """False when another process was first."""
    last = select(func.max(ChannelEpoch.number)).where(ChannelEpoch.channel_slug == epoch.channel_slug)
    if (session.scalar(last) or -1) >= epoch.number:
        return False
    session.add(epoch)
    return True


def remember_told(session: Session, slug: str, moment: int, *, anew: bool = False) -> None:
    """Answers were given up to this moment; `anew` after the clock was put back."""
    query = update(Channel).where(Channel.slug == slug).values(told_until=moment)
    session.execute(query if anew else query.where(Channel.told_until < moment))


def forget_epochs(session: Session, before: int) -> None:
    """What ended before this moment (ticks) is of use to nobody; the last of each channel stays."""
    last = select(ChannelEpoch.channel_slug, func.max(ChannelEpoch.number).label("number"))
    kept = last.group_by(ChannelEpoch.channel_slug).subquery()
    newest = select(kept.c.number).where(kept.c.channel_slug == ChannelEpoch.channel_slug).scalar_subquery()
    session.execute(delete(ChannelEpoch).where(ChannelEpoch.end < before, ChannelEpoch.number < newest))


def pause(session: Session, *, begins_at: float, ends_at: float, reason: str, by: Person | None) -> ChannelPause:
    """All channels are silent for a while; raises BadRequest."""
    if not 0 < ends_at - begins_at <= _MOST_PAUSE_SECONDS or ends_at < time.time():
        raise BadRequest(N_("The end of the pause must come after its begin, and within a month."))
    made = ChannelPause(id=tokens.new_id(), begins_at=begins_at, ends_at=ends_at, reason=reason[:200])
    session.add(made)
    session.execute(update(Channel).values(revision=Channel.revision + 1))
    note(session, by, "channels.paused", on_id=made.id, on_name=reason[:200])
    return made


def end_pause(session: Session, pause_id: str, *, by: Person | None) -> None:
    """One that is over already is no error."""
    session.execute(delete(ChannelPause).where(ChannelPause.id == pause_id))
    session.execute(update(Channel).values(revision=Channel.revision + 1))
    note(session, by, "channels.resumed", on_id=pause_id)
