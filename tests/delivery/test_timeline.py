"""A channel's timeline: what is on, numbers that never go backwards, and playlists that obey RFC 8216bis."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import m3u8
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medialib.catalogue.timetables import Part, Pause, Quiet, Show, Special, Timetable
from medialib.delivery.epochs import AHEAD_TICKS, BEHIND_TICKS, Chain, Epoch, Slice, begin_anew, edit_point
from medialib.delivery.joined import Stretch
from medialib.delivery.live import render_live
from medialib.delivery.occasions import TICKS, Calendar
from medialib.delivery.ordering import Cursor, Item, Shelf
from medialib.delivery.timeline import Entry, Planner, slate

HOUR = 3600 * TICKS
SHOWS = [
    Show(kind="themes", slug=slug, order=order) for slug in ("a", "b", "c") for order in ("listed", "newest", "shuffle")
]
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


def item(name: str, seconds: int, *, segment_seconds: int = 4, published: float = 0) -> Item:
    segments = -(-seconds // segment_seconds)
    ticks = seconds * TICKS + 1_920  # a film whose sound is a frame longer
    return Item(
        lesson_id=name, version=1, segment_seconds=segment_seconds, segments=segments, ticks=ticks, published=published,
        rungs=(("v480", 480),), sound="a64",
    )  # fmt: skip


def lessons(seed: int, count: int) -> list[Item]:
    lot = random.Random(seed)
    return [item(f"l{seed}x{n}", lot.randint(5, 1500), published=lot.random()) for n in range(count)]


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * TICKS


def planned(
    timetable: Timetable, items: dict[str, list[Item]], begin: int, hours: float, **more: object
) -> list[Entry]:
    pauses: Sequence[Pause] = more.get("pauses", ())  # type: ignore[assignment]
    planner = Planner(calendar=Calendar(timetable, pauses), shelf=Shelf(items, 7), cursors={})
    return planner.plan(begin, begin + int(hours * HOUR))


THEME = Show(kind="themes", slug="a")
FILLER = Show(kind="themes", slug="f", order="shuffle")
WEEK = Timetable(
    parts=(Part(begins=8 * 60, ends=12 * 60, show=THEME),), quiet=(Quiet(begins=22 * 60, ends=6 * 60),), filler=FILLER
)
STOCK = {
    THEME.key: [item(f"a{n}", 300 + n * 60) for n in range(6)],
    FILLER.key: [item(f"f{n}", 60 + n * 40) for n in range(9)],
}


def test_a_part_shows_its_lessons_in_order_and_goes_on_where_it_stopped() -> None:
    entries = [one for one in planned(WEEK, STOCK, at("2026-11-26T08:00"), 30) if one.kind == "part"]
    names = [one.item.lesson_id for one in entries]
    assert names == [f"a{n % 6}" for n in range(len(names))]
    assert any(a.end < b.begin for a, b in itertools.pairwise(entries)), "it was shown on two days"


def test_it_is_known_until_when_a_channel_is_dark() -> None:
    ten, night = at("2026-11-26T10:00"), at("2026-11-26T23:00")
    pause = Pause(begins=at("2026-11-27T05:00") / TICKS, ends=at("2026-11-27T09:30") / TICKS)
    special = Special(at="2026-11-27T03:00", minutes=30, show=THEME)
    assert Calendar(WEEK).dark_until(ten) is None
    assert Calendar(WEEK).dark_until(night) == at("2026-11-27T06:00")
    assert Calendar(WEEK, [pause]).dark_until(night) == at("2026-11-27T09:30"), "one behind the other"
    assert Calendar(replace(WEEK, specials=(special,))).dark_until(night) == at("2026-11-27T03:00")
    assert Calendar(replace(WEEK, quiet=(Quiet(begins=0, ends=24 * 60),))).dark_until(night) is None, "for ever"


def test_quiet_hours_are_dark_from_their_first_to_their_last_segment() -> None:
    entries = planned(WEEK, STOCK, at("2026-11-26T21:00"), 10)
    quiet = [one for one in entries if one.kind == "quiet"]
    assert 0 <= quiet[0].begin - at("2026-11-26T22:00") <= 4 * TICKS + 1_920
    assert 0 <= quiet[-1].end - at("2026-11-27T06:00") <= 4 * TICKS + 1_920
    assert all(one.is_slate for one in quiet)


def test_a_screening_begins_on_time_and_each_lesson_is_shown_once() -> None:
    special = Special(at="2026-11-26T09:30", minutes=180, show=Show(kind="collections", slug="films"))
    stock = STOCK | {special.show.key: [item("film1", 1500), item("film2", 1200)]}
    entries = planned(replace(WEEK, specials=(special,)), stock, at("2026-11-26T08:00"), 4)
    shown = [one for one in entries if one.kind == "special"]
    assert [one.item.lesson_id for one in shown] == ["film1", "film2"]
    assert 0 <= shown[0].begin - at("2026-11-26T09:30") <= 4 * TICKS + 1_920
    assert entries[entries.index(shown[-1]) + 1].kind == "part", "the week goes on"


def test_before_something_exact_fillers_that_fit_are_shown_whole() -> None:
    special = Special(at="2026-11-26T09:30", minutes=60, show=Show(kind="collections", slug="films"))
    stock = STOCK | {special.show.key: [item("film1", 1500)]}
    entries = planned(replace(WEEK, specials=(special,)), stock, at("2026-11-26T08:00"), 2)
    before = list(itertools.takewhile(lambda one: one.kind != "special", entries))
    assert all(one.segments == one.item.segments for one in before), "nothing is cut when something fits"
    assert any(one.kind == "filler" for one in before)


def test_a_pause_silences_everything_at_once() -> None:
    begin, end = at("2026-11-26T09:00"), at("2026-11-26T09:30")
    pause = Pause(begins=begin / TICKS, ends=end / TICKS)
    entries = planned(WEEK, STOCK, at("2026-11-26T08:00"), 2, pauses=(pause,))
    dark = [one for one in entries if one.kind == "pause"]
    assert 0 <= dark[0].begin - begin <= 4 * TICKS + 1_920 and 0 <= dark[-1].end - end <= 4 * TICKS + 1_920


def test_a_shuffle_shows_all_before_any_comes_again() -> None:
    show = Show(kind="themes", slug="s", order="shuffle")
    shelf, cursor = Shelf({show.key: lessons(3, 12)}, 5), Cursor()
    names = []
    for _ in range(120):
        found = shelf.next_of(show, cursor)
        assert found
        names.append(found[0].lesson_id)
        cursor = found[1]
    rounds = [names[n : n + 12] for n in range(0, 120, 12)]
    assert all(len(set(one)) == 12 for one in rounds)
    assert rounds[0] != rounds[1]
    assert all(a != b for a, b in itertools.pairwise(names))


def test_a_shuffle_keeps_its_order_when_a_lesson_comes_or_goes() -> None:
    show = Show(kind="themes", slug="s", order="shuffle")
    stock = lessons(3, 12)
    before = [one.lesson_id for one in Shelf({show.key: stock}, 5).all_of(show)]
    after = [one.lesson_id for one in Shelf({show.key: [*stock[1:], item("new", 60)]}, 5).all_of(show)]
    assert [one for one in after if one != "new"] == [one for one in before if one != stock[0].lesson_id]


@pytest.mark.parametrize("zone", ZONES)
def test_a_night_with_a_changed_clock_has_neither_holes_nor_doubles(zone: str) -> None:
    timetable = Timetable(
        zone=zone, filler=FILLER, parts=tuple(Part(begins=h * 60, ends=h * 60 + 60, show=THEME) for h in range(24))
    )
    for day in ("03-07", "03-28", "04-04", "10-03", "10-24", "10-31"):
        begin = at(f"2026-{day}T12:00", zone)
        calendar = Calendar(timetable)
        found = sorted({(one.begin, one.end) for one in calendar.around(begin, begin + 24 * HOUR)})
        joined = [a[1] - b[0] for a, b in itertools.pairwise(found)]
        assert all(overlap >= 0 for overlap in joined), "no hole"
        entries = planned(timetable, STOCK, begin, 24)
        assert all(a.end == b.begin for a, b in itertools.pairwise(entries))


# --- the numbers ---


def stretch_of(one: Slice) -> Stretch:
    entry = one.aired.entry
    seconds = [Fraction(entry.item.segment_seconds)] * (one.last - one.first)
    if one.last == entry.item.segments:
        seconds[-1] = Fraction(entry.item.ticks, TICKS) - entry.item.segment_seconds * (entry.item.segments - 1)
    name = entry.item.lesson_id or "slate"
    return Stretch(
        durations=seconds, segments=[f"/{name}/{n}.m4s" for n in range(one.first, one.last)], init=f"/{name}/init.mp4"
    )


class Stored:
    """What the database keeps: epochs as JSON. Every server reads them anew after a restart."""

    def __init__(self, begin: int) -> None:
        self.rows: list[tuple[dict[str, int], dict[str, object]]] = []
        first = Epoch(
            number=0, begin=begin - BEHIND_TICKS, sequence=0, discontinuity=1, clock=0,
            entries=(Entry(begin=begin - BEHIND_TICKS, kind="slate", item=slate(20, 4), segments=20),),
        )  # fmt: skip
        self.put(first)

    def put(self, one: Epoch) -> None:
        numbers = {key: getattr(one, key) for key in ("number", "begin", "sequence", "discontinuity", "clock")}
        self.rows.append((numbers, one.document()))
        self.ends = [*getattr(self, "ends", []), one.end]

    def chain(self, now: int) -> Chain:
        """As the catalogue reads them: from the first that is not over for long."""
        last = len(self.rows) - 1
        first = next((place for place, end in enumerate(self.ends) if end > now - 600 * TICKS), last)
        return Chain([Epoch.read(document, **numbers) for numbers, document in self.rows[first:]])


def extend(stored: Stored, planner_of: "Plans", now: int, hours: int = 2) -> None:
    chain = stored.chain(now)
    if chain.end < now + HOUR:
        join = chain.join_behind()
        stored.put(join.epoch(planner_of(dict(join.cursors)).plan(join.begin, now + hours * HOUR)))


class Plans:
    def __init__(self, timetable: Timetable, items: dict[str, list[Item]], pauses: Sequence[Pause] = ()):
        self.calendar, self.shelf = Calendar(timetable, pauses), Shelf(items, 11)

    def __call__(self, cursors: dict[str, Cursor]) -> Planner:
        return Planner(calendar=self.calendar, shelf=self.shelf, cursors=cursors)


def obey(text: str, before: "m3u8.M3U8 | None") -> m3u8.M3U8:
    """The rules of a live playlist, by itself and after the one before it."""
    told = m3u8.loads(text)
    assert all(round(one.duration) <= told.target_duration for one in told.segments)
    assert sum(one.duration for one in told.segments) >= 3 * told.target_duration
    if before is None:
        return told
    assert told.media_sequence >= before.media_sequence
    assert told.discontinuity_sequence >= before.discontinuity_sequence
    assert told.target_duration == before.target_duration
    gone = told.media_sequence - before.media_sequence
    kept = [
        (one.uri, one.duration, one.program_date_time if one.discontinuity else None) for one in before.segments[gone:]
    ]
    now = [(one.uri, one.duration, one.program_date_time if one.discontinuity else None) for one in told.segments]
    assert now[: len(kept)] == kept, "what was told stays as it was"
    if gone < len(before.segments):
        joins = sum(one.discontinuity for one in before.segments[:gone])
        assert told.discontinuity_sequence == before.discontinuity_sequence + joins
    return told


def timetables() -> st.SearchStrategy[Timetable]:
    shows = st.sampled_from(SHOWS)
    days = st.sets(st.integers(0, 6), min_size=1).map(lambda one: tuple(sorted(one)))
    minutes = st.integers(0, 1439)
    different = st.tuples(minutes, minutes).filter(lambda two: two[0] != two[1])
    part = st.builds(
        lambda d, m, s, e: Part(days=d, begins=m[0], ends=m[1], show=s, exact=e), days, different, shows, st.booleans()
    )
    quiet = st.builds(lambda d, m: Quiet(days=d, begins=m[0], ends=m[1]), days, different)
    special = st.builds(
        lambda h, m, n, s: Special(at=f"2026-10-{24 + h // 24:02}T{h % 24:02}:{m:02}", minutes=n, show=s),
        st.integers(0, 71), st.integers(0, 59), st.integers(1, 300), shows,
    )  # fmt: skip
    return st.builds(
        Timetable, zone=st.sampled_from(ZONES), parts=st.lists(part, max_size=5).map(tuple),
        quiet=st.lists(quiet, max_size=2).map(tuple), specials=st.lists(special, max_size=2).map(tuple),
        filler=st.one_of(st.none(), shows),
    )  # fmt: skip


def stocks() -> st.SearchStrategy[dict[str, list[Item]]]:
    counts = st.tuples(*[st.integers(0, 7)] * 3)
    return st.builds(
        lambda counted, seed: {
            show.key: lessons(seed + place, counted["abc".index(show.slug)]) for place, show in enumerate(SHOWS)
        },
        counts,
        st.integers(0, 99),
    )


BEGIN = at("2026-10-24T20:00", "UTC")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables=st.lists(timetables(), min_size=1, max_size=4), stock=stocks(), lot=st.randoms(use_true_random=False))
def test_whatever_is_edited_and_restarted_numbers_never_decrease_and_servers_agree(
    tables: list[Timetable], stock: dict[str, list[Item]], lot: random.Random
) -> None:
    stored, now, plans = Stored(BEGIN), BEGIN, Plans(tables[0], stock)
    extend(stored, plans, now)
    servers = [stored.chain(now), stored.chain(now)]  # each read the epochs at another time
    before: m3u8.M3U8 | None = None
    for _ in range(40):
        now += lot.choice((1, 4, 5, 30, 600)) * TICKS + lot.randrange(TICKS)
        if lot.random() < 0.2:
            plans = Plans(
                lot.choice(tables), stock, lot.choice(((), (Pause(begins=now / TICKS, ends=now / TICKS + 900),)))
            )
            chain = stored.chain(now)
            gone = frozenset(one.lesson_id for items in stock.values() for one in items if lot.random() < 0.1)
            join = edit_point(chain, now, plans.calendar, withdrawn=gone)
            stored.put(join.epoch(plans(dict(join.cursors)).plan(join.begin, now + 2 * HOUR)))
        extend(stored, plans, now)
        stale = lot.randrange(2)  # one has not heard of the news yet: it is fresh within a few seconds
        servers[1 - stale] = stored.chain(now)
        texts = [render_live(one.window(now), stretch_of, target_seconds=4) for one in servers]
        assert texts[0] == texts[1]
        before = obey(texts[0], before)
        servers[stale] = stored.chain(now)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=timetables(), stock=stocks(), lot=st.randoms(use_true_random=False))
def test_a_clock_that_jumps_takes_nothing_back(
    table: Timetable, stock: dict[str, list[Item]], lot: random.Random
) -> None:
    stored, now, plans = Stored(BEGIN), BEGIN, Plans(table, stock)
    before: m3u8.M3U8 | None = None
    for _ in range(25):
        chain = stored.chain(now)
        told = chain.told(now)
        step = lot.choice((5, 20, 900, 400 * 86_400, -3600, -86_400, -400 * 86_400))
        now += step * TICKS
        chain = stored.chain(now)
        if step < 0 or chain.end < now:
            join = begin_anew(chain, now, told if step < 0 else chain.join_behind().sequence)
            stored.put(join.epoch(plans(dict(join.cursors)).plan(join.begin, now + 2 * HOUR)))
        extend(stored, plans, now)
        told_now = m3u8.loads(render_live(stored.chain(now).window(now), stretch_of, target_seconds=4))
        if before:
            assert told_now.media_sequence >= before.media_sequence
            assert told_now.discontinuity_sequence >= before.discontinuity_sequence
        before = told_now


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=timetables(), stock=stocks())
def test_seven_days_have_no_hole_and_a_steady_clock(table: Timetable, stock: dict[str, list[Item]]) -> None:
    stored, now, plans = Stored(BEGIN), BEGIN, Plans(table, stock)
    while now < BEGIN + 7 * 24 * HOUR:
        extend(stored, plans, now, hours=12)
        now += 6 * HOUR
    aired = Chain([Epoch.read(document, **numbers) for numbers, document in stored.rows]).aired
    for a, b in itertools.pairwise(aired):
        assert a.end == b.begin
        assert b.sequence == a.sequence + a.segments
        assert b.discontinuity == a.discontinuity + 1
        assert b.clock == (a.clock + a.ticks) % (1 << 33)


def test_a_window_slides_segment_by_segment_and_is_never_too_short() -> None:
    stored, plans = Stored(BEGIN), Plans(replace(WEEK, quiet=()), STOCK)
    before: m3u8.M3U8 | None = None
    extend(stored, plans, BEGIN, hours=4)
    chain = stored.chain(BEGIN)
    for second in range(1200):
        text = render_live(chain.window(BEGIN + second * TICKS), stretch_of, target_seconds=4)
        told = obey(text, before)
        for one, following in itertools.pairwise(told.segments):
            assert following.discontinuity or following.init_section.uri == one.init_section.uri
            dates = following.current_program_date_time - one.current_program_date_time
            assert abs(dates.total_seconds() - one.duration) < 0.01, "the dates have no hole"
        if before:
            ends = [one.media_sequence + len(one.segments) for one in (before, told)]
            assert ends[1] - ends[0] <= 2
        before = told


def test_what_is_told_reaches_beyond_the_present() -> None:
    stored = Stored(BEGIN)
    extend(stored, Plans(WEEK, STOCK), BEGIN)
    *_, last = stored.chain(BEGIN).window(BEGIN)
    edge = last.aired.begin + last.aired.entry.item.until(last.last)
    assert 0 <= edge - (BEGIN + AHEAD_TICKS) <= 4 * TICKS + 1_920


def walk() -> Iterator[int]:
    yield from range(0, 3600, 7)


def test_every_moment_of_the_window_is_on() -> None:
    stored = Stored(BEGIN)
    extend(stored, Plans(WEEK, STOCK), BEGIN)
    chain = stored.chain(BEGIN)
    for second in walk():
        assert chain.on_at(BEGIN + second * TICKS)
