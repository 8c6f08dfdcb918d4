"""Every question asked of channels, of what they have on air, and of pauses."""

import time
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medialib.catalogue.channels import Channel, ChannelEpoch, ChannelPause
from medialib.errors import N_, NotFound


def channel(session: Session, slug: str) -> Channel:
    """Raises NotFound."""
    found = session.get(Channel, slug)
    if found is None or found.removed_at is not None:
        raise NotFound(N_("There is no such channel."), detail=slug)
    return found


def channels(session: Session) -> Sequence[Channel]:
    there = select(Channel).where(Channel.removed_at.is_(None))
    return session.scalars(there.order_by(Channel.position, Channel.slug)).all()


def removed(session: Session) -> Sequence[Channel]:
    """Those that can be brought back, the last one first."""
    gone = select(Channel).where(Channel.removed_at.is_not(None))
    return session.scalars(gone.order_by(Channel.removed_at.desc(), Channel.slug)).all()


def last_epoch(session: Session, slug: str) -> tuple[int, int]:
    """The number of the last epoch, and which revision of the channel made it; (-1, 0) when there is none."""
    query = select(ChannelEpoch.number, ChannelEpoch.revision).where(ChannelEpoch.channel_slug == slug)
    row = session.execute(query.order_by(ChannelEpoch.number.desc()).limit(1)).first()
    return (row[0], row[1]) if row else (-1, 0)


def epochs(session: Session, slug: str, *, since: int) -> Sequence[ChannelEpoch]:
    """From the first that ends after this moment (ticks) on; the last one at least."""
    mine = ChannelEpoch.channel_slug == slug
    late = select(func.min(ChannelEpoch.number)).where(mine, ChannelEpoch.end > since).scalar_subquery()
    last = select(func.max(ChannelEpoch.number)).where(mine).scalar_subquery()
    query = select(ChannelEpoch).where(mine, ChannelEpoch.number >= func.coalesce(late, last))
    return session.scalars(query.order_by(ChannelEpoch.number)).all()


def pauses(session: Session) -> Sequence[ChannelPause]:
    """Those that are not over for long: what a window still tells may lie in one."""
    query = select(ChannelPause).where(ChannelPause.ends_at > time.time() - 3600)
    return session.scalars(query.order_by(ChannelPause.begins_at)).all()


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Channel).where(Channel.removed_at.is_(None))) or 0
