"""What the worker does for channels: epochs ahead, the next programmes hurried, old epochs forgotten."""

from medialib.airing.station import KEPT_TICKS, Station, now_ticks
from medialib.catalogue import channel_edits, channel_lookups
from medialib.delivery.epochs import Aired, Chain
from medialib.delivery.occasions import TICKS
from medialib.jobs.queue import HOT
from medialib.services import Services

_HURRIED_TICKS = 15 * 60 * TICKS
_MOST_HURRIED = 6


def keep_on_air(services: Services, station: Station) -> None:
    """What the worker does for channels, now and then: epochs ahead, the next programme hurried, old ones forgotten."""
    with services.database.read() as session:
        slugs = [one.slug for one in channel_lookups.channels(session)]
    for slug in slugs:
        station.withdraw(slug)
        _hurry(services, station.chain(slug))
    if slugs:
        with services.database.begin() as session:
            channel_edits.forget_epochs(session, now_ticks() - KEPT_TICKS)


def _hurry(services: Services, chain: Chain) -> None:
    """Ask for what is missing of the programme that is on and of the next ones, their beginnings first."""
    now = now_ticks()
    asked = 0
    for one in chain.aired:
        if one.end < now or one.begin > now + _HURRIED_TICKS or one.entry.is_slate:
            continue
        for name, number in _missing(services, one, now):
            services.queues.send(HOT, "segment", one.entry.item.lesson_id, one.entry.item.version, name, number)
            asked += 1
            if asked >= _MOST_HURRIED or services.queues.depth(HOT) > _MOST_HURRIED:
                return


def _missing(services: Services, one: Aired, now: int) -> list[tuple[str, int]]:
    item = one.entry.item
    names = [item.rungs[0][0]] if item.rungs else []
    names += [item.sound] if item.sound else []
    begun = max(0, (now - one.begin) // (item.segment_seconds * TICKS))
    step = services.settings.runs.hot_segments
    found = []
    for name in names:
        there = services.store.segments(item.lesson_id, item.version, name)
        found += [(name, number) for number in range(begun, one.segments) if number not in there][:: max(1, step)]
    return sorted(found, key=lambda two: two[1])
