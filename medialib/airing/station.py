"""Station: what each channel has on air, as one process knows it; epochs are made when they are due."""

import time
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from medialib.airing.shows import items_of, may_be_shown
from medialib.catalogue import channel_edits, channel_lookups, lookups
from medialib.catalogue.channels import Channel, ChannelEpoch
from medialib.catalogue.rights import NOBODY, looking_as
from medialib.catalogue.timetables import Show, Timetable
from medialib.delivery.epochs import BEHIND_TICKS, Chain, Epoch, Join, begin_anew, edit_point
from medialib.delivery.occasions import TICKS, Calendar
from medialib.delivery.ordering import Cursor, Shelf
from medialib.delivery.timeline import Entry, Planner
from medialib.services import Services

_EPOCH_TICKS = 2 * 3600 * TICKS
_LEAST_AHEAD_TICKS = 3600 * TICKS
_CLOCK_TICKS = 60 * TICKS
"""A clock that is put back by less than this is waited for."""
_READ_TICKS = 600 * TICKS
KEPT_TICKS = 8 * 86_400 * TICKS


def now_ticks() -> int:
    return int(time.time() * TICKS)


class Station:
    """The channels of one library as this process knows them."""

    def __init__(self, services: Services):
        self._services = services
        self._chains: dict[str, tuple[float, int, Chain]] = {}
        self._told: dict[str, int] = {}
        self._targets: dict[str, int] = {}
        self._made: dict[str, float] = {}

    def chain(self, slug: str, *, fresh_seconds: float = 2.0) -> Chain:
        """What is on air, reaching an hour ahead at least; raises NotFound.

        It may be some seconds old: what changes, changes later than anything that is told from it.
        """
        now = time.monotonic()
        known = self._chains.get(slug)
        if known and now - known[0] < fresh_seconds:
            return known[2]
        with self._services.database.read() as session:
            number, revision = channel_lookups.last_epoch(session, slug)
            found = channel_lookups.channel(session, slug)
            if self._made.setdefault(slug, found.created_at) != found.created_at:
                self._forget(found)
                known = None
            there = known[2] if known and known[1] == number else self._read(session, slug)
        chain = self._kept_up(found, there, revision)
        self._chains[slug] = (now, chain.epochs[-1].number, chain)
        return chain

    def _forget(self, channel: Channel) -> None:
        """The one of this name was removed, and this is another: numbers and clock of the former are not its own."""
        self._chains.pop(channel.slug, None)
        self._told.pop(channel.slug, None)
        self._targets.pop(channel.slug, None)
        self._made[channel.slug] = channel.created_at

    def moment(self, slug: str) -> int:
        """The present, which never goes back for what this process tells of the channel."""
        now = max(now_ticks(), self._told.get(slug, 0))
        self._told[slug] = now
        return now

    def target_seconds(self, slug: str) -> int:
        """It is never changed."""
        if slug not in self._targets:
            with self._services.database.read() as session:
                self._targets[slug] = channel_lookups.channel(session, slug).target_seconds
        return self._targets[slug]

    def _read(self, session: Session, slug: str) -> Chain | None:
        rows = channel_lookups.epochs(session, slug, since=now_ticks() - _READ_TICKS)
        return Chain([_epoch(row) for row in rows]) if rows else None

    def _kept_up(self, channel: Channel, chain: Chain | None, revision: int) -> Chain:
        """Put a new epoch behind when one is due."""
        now = now_ticks()
        told = max(channel.told_until, self._told.get(channel.slug, 0))
        if chain is None:
            return self._append(
                channel, Join(number=0, begin=now - BEHIND_TICKS, sequence=0, discontinuity=1, clock=0, cursors={})
            )
        if now < told - _CLOCK_TICKS:
            self._told[channel.slug] = now
            return self._append(channel, begin_anew(chain, now, chain.told(told)), anew=True)
        if chain.end < now:
            return self._append(channel, begin_anew(chain, now, chain.join_behind().sequence))
        if revision != channel.revision:
            return self._append(channel, edit_point(chain, now, self._calendar(channel)))
        if chain.end < now + _LEAST_AHEAD_TICKS:
            return self._append(channel, chain.join_behind())
        if channel.told_until < now - _CLOCK_TICKS // 3:
            with self._services.database.begin() as session:
                channel_edits.remember_told(session, channel.slug, now)
        return chain

    def _calendar(self, channel: Channel) -> Calendar:
        with self._services.database.read() as session:
            pauses = [one.pause for one in channel_lookups.pauses(session)]
        return Calendar(channel.table, pauses)

    def _append(self, channel: Channel, join: Join, *, anew: bool = False) -> Chain:
        until = max(join.begin, now_ticks()) + _EPOCH_TICKS
        epoch = join.epoch(self.plan(channel, channel.table, join.cursors, join.begin, until))
        row = ChannelEpoch(
            channel_slug=channel.slug, number=epoch.number, revision=channel.revision, begin=epoch.begin,
            end=epoch.end, sequence=epoch.sequence, discontinuity=epoch.discontinuity, clock=epoch.clock,
            document=epoch.document(),
        )  # fmt: skip
        # Another process may be first; then its epoch is the one that counts.
        with suppress(IntegrityError), self._services.database.begin() as session:
            if channel_edits.add_epoch(session, row):
                channel_edits.remember_told(session, channel.slug, now_ticks(), anew=anew)
        with self._services.database.read() as session:
            chain = self._read(session, channel.slug)
        assert chain
        self._chains[channel.slug] = (time.monotonic(), chain.epochs[-1].number, chain)
        return chain

    def plan(self, channel: Channel, table: Timetable, cursors: Any, begin: int, until: int) -> list[Entry]:
        """What such a timetable shows from a moment on; nothing is kept."""
        with looking_as(NOBODY), self._services.database.read() as session:
            items = {
                show.key: items_of(self._services, session, show, target_seconds=channel.target_seconds)
                for show in table.shows
            }
            pauses = [one.pause for one in channel_lookups.pauses(session)]
        planner = Planner(
            calendar=Calendar(table, pauses), shelf=Shelf(items, channel.seed), cursors=dict(cursors),
            segment_seconds=channel.target_seconds,
        )  # fmt: skip
        return planner.plan(begin, until)

    def has_lessons(self, channel: Channel, show: Show) -> bool:
        with looking_as(NOBODY), self._services.database.read() as session:
            return bool(items_of(self._services, session, show, target_seconds=channel.target_seconds))

    def cursors(self, slug: str) -> dict[str, Cursor]:
        return dict(self.chain(slug).join_behind().cursors)

    def guide(self, channel: Channel, hours: float) -> list[tuple[int, int, Entry]]:
        """(begin, end, entry) of what is on and comes, as far as the present timetable tells."""
        chain, now = self.chain(channel.slug), now_ticks()
        found = [(one.begin, one.end, one.entry) for one in chain.aired if one.end > now]
        until = now + int(hours * 3600 * TICKS)
        if chain.end < until:
            cursors = chain.join_behind().cursors
            planned = self.plan(channel, channel.table, cursors, chain.end, until)
            found += [(one.begin, one.end, one) for one in planned]
        return [one for one in found if one[0] < until]

    def withdraw(self, slug: str) -> bool:
        """Take off what may no longer be shown; says whether there was something."""
        chain, now = self.chain(slug, fresh_seconds=0), now_ticks()
        coming = [one for one in chain.aired if one.end > now and not one.entry.is_slate]
        ids = {one.entry.item.lesson_id for one in coming}
        with looking_as(NOBODY), self._services.database.read() as session:
            shown = {one.id for one in lookups.lessons_by_id(session, sorted(ids)) if may_be_shown(one)}
            channel = channel_lookups.channel(session, slug)
        gone = frozenset(ids - shown)
        if not gone:
            return False
        join = edit_point(chain, now, self._calendar(channel), withdrawn=gone)
        if all(
            one.entry.item.lesson_id not in gone for one in chain.aired if one.sequence + one.segments > join.sequence
        ):
            return False
        self._append(channel, join)
        return True


def _epoch(row: ChannelEpoch) -> Epoch:
    return Epoch.read(
        row.document, number=row.number, begin=row.begin, sequence=row.sequence, discontinuity=row.discontinuity,
        clock=row.clock,
    )  # fmt: skip
