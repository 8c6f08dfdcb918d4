"""Channels over HTTP: playlists that any process answers alike, the M3U of all, the guide, edits and pauses."""

import itertools
import re
import time
import xml.etree.ElementTree as Xml
from dataclasses import replace

import m3u8
import pytest
from delivery.xmltv_rules import problems
from flask.testing import FlaskClient
from sqlalchemy import update

from medialib.airing import Station, keep_on_air, now_ticks
from medialib.app import create_app
from medialib.catalogue import channel_edits, channel_lookups
from medialib.catalogue.channels import Channel
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.timetables import Part, Quiet, Show, Special, Timetable
from medialib.delivery.occasions import TICKS
from medialib.errors import BadRequest
from medialib.services import Services

from .factories import add_lesson

ALL_DAY = Timetable(parts=(Part(begins=0, ends=1440, show=Show(kind="latest")),))


def add_channel(services: Services, timetable: Timetable = ALL_DAY, title: str = "田间频道") -> str:
    with services.database.begin() as session:
        made = channel_edits.add(session, title=title, timetable=timetable, target_seconds=4, by=None)
        return made.slug


def change(services: Services, slug: str, timetable: Timetable) -> None:
    with services.database.begin() as session:
        channel_edits.change(session, slug, title="田间频道", timetable=timetable, by=None)


@pytest.fixture
def slug(services: Services) -> str:
    add_lesson(services, "笋竹两用林", lesson_id="aaaa", seconds=40)
    add_lesson(services, "读报", lesson_id="bbbb", kind="audio", seconds=32)
    add_lesson(services, "无声片", lesson_id="cccc", seconds=24, sound=False)
    return add_channel(services)


def playlist(client: FlaskClient, address: str) -> m3u8.M3U8:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return m3u8.loads(answer.text)


def test_a_channel_names_its_streams_beside_itself(client: FlaskClient, slug: str) -> None:
    told = playlist(client, f"/channels/{slug}.m3u8")
    assert {one.uri for one in told.playlists} >= {f"{slug}/480.m3u8", f"{slug}/sound.m3u8"}
    assert [one.uri for one in told.media] == [f"{slug}/sound.m3u8"]
    ts = playlist(client, f"/channels/{slug}.ts.m3u8")
    assert ts.playlists and all(one.uri.endswith(".ts.m3u8") for one in ts.playlists) and not ts.media


def test_all_streams_tell_the_same_segments(client: FlaskClient, slug: str) -> None:
    found = [
        playlist(client, f"/channels/{slug}/{name}.m3u8")
        for name in ("240", "480", "1080", "sound", "480.ts", "720.ts", "sound.ts")
    ]
    assert len({one.media_sequence for one in found}) == 1
    assert len({tuple(bool(part.discontinuity) for part in one.segments) for one in found}) == 1


def test_what_a_lesson_lacks_is_replaced(client: FlaskClient, slug: str) -> None:
    pictures, sounds, ts = (client.get(f"/channels/{slug}/{name}.m3u8").text for name in ("480", "sound", "480.ts"))
    assert re.search(r"/media/bbbb/v1/standin/\d+\.m4s", pictures) or "/media/bbbb/v1/a64/" in sounds
    assert "/media/cccc/v1/standin/" in sounds or "/media/cccc/" not in sounds
    assert not re.search(r"/media/bbbb/v1/a64/joined", ts)


def test_a_proxy_may_keep_a_playlist_for_half_a_segment(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/channels/{slug}/480.m3u8").headers["Cache-Control"] == "public, max-age=2"


@pytest.mark.parametrize("asked", ["/480.m3u8", ".json"])
def test_an_answer_is_given_again_for_a_second(
    services: Services, client: FlaskClient, slug: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    first = client.get(f"/channels/{slug}{asked}")
    with services.database.begin() as session:
        channel_edits.remove(session, slug, by=None)
    again = client.get(f"/channels/{slug}{asked}")
    assert again.data == first.data and again.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_what_is_on_is_told_to_everyone_in_their_own_language(services: Services, client: FlaskClient) -> None:
    """Within the second in which an answer is given again."""
    empty = add_channel(services, Timetable(), "空频道")

    def title(**cookies: str) -> str:
        for name, value in cookies.items():
            client.set_cookie(name, value)
        return str(client.get(f"/channels/{empty}.json").get_json()["coming"][0]["title"])

    told = [title(lang="en"), title(lang="zh_CN"), title(xlang="en"), title(lang="en")]
    assert [one.isascii() for one in told] == [True, False, False, True], told


def test_two_processes_and_a_restart_tell_the_same(services: Services, slug: str) -> None:
    clients, began = [create_app(services).test_client() for _ in range(3)], time.monotonic()
    texts = [one.get(f"/channels/{slug}/480.m3u8").text for one in clients]
    told = [m3u8.loads(one) for one in texts]
    lines = [{part.uri: number for number, part in enumerate(one.segments, start=one.media_sequence)} for one in told]
    assert all(lines[0][uri] == one[uri] for one in lines[1:] for uri in one if uri in lines[0])
    begun_meanwhile = 2 + (time.monotonic() - began) // 4
    assert len({uri for one in lines for uri in one}) <= len(lines[0]) + begun_meanwhile


def test_an_edit_takes_nothing_back_that_was_told(services: Services, slug: str) -> None:
    station = Station(services)
    now = now_ticks()
    before = [(one.aired.sequence, one.aired.entry.item.lesson_id) for one in station.chain(slug).window(now)]
    soon = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 8 * 3600 + 120))
    special = Special(at=soon, minutes=5, show=Show(kind="lesson", slug="cccc"))
    change(services, slug, replace(ALL_DAY, specials=(special,)))
    chain = Station(services).chain(slug)
    after = [(one.aired.sequence, one.aired.entry.item.lesson_id) for one in chain.window(now)]
    assert set(before[1:]) <= set(after)
    assert any(one.entry.kind == "special" for one in chain.aired)


def test_a_pause_silences_every_channel(services: Services, slug: str) -> None:
    station = Station(services)
    station.chain(slug)
    now = time.time()
    with services.database.begin() as session:
        made = channel_edits.pause(session, begins_at=now, ends_at=now + 3600, reason="哀悼日", by=None)
    chain = station.chain(slug, fresh_seconds=0)
    later = chain.on_at(now_ticks() + 60 * TICKS)
    assert later and later.entry.kind == "pause"
    with services.database.begin() as session:
        channel_edits.end_pause(session, made.id, by=None)
    later = station.chain(slug, fresh_seconds=0).on_at(now_ticks() + 120 * TICKS)
    assert later and later.entry.kind == "part"


def test_a_lesson_that_is_no_longer_for_everyone_goes_off_the_air(services: Services, slug: str) -> None:
    station = Station(services)
    station.chain(slug)
    with services.database.begin() as session:
        session.execute(update(Lesson).where(Lesson.id == "aaaa").values(access="signed-in"))
    keep_on_air(services, station)
    chain = station.chain(slug)
    coming = [one for one in chain.aired if one.begin > now_ticks() + 60 * TICKS]
    assert coming and all(one.entry.item.lesson_id != "aaaa" for one in coming)


def test_another_channel_of_a_name_has_nothing_of_the_former_one(services: Services, slug: str) -> None:
    """Another process has begun it meanwhile, with the same numbers."""
    station = Station(services)
    station.chain(slug)
    with services.database.begin() as session:
        title = channel_lookups.channel(session, slug).title
        channel_edits.remove(session, slug, by=None)
        channel_edits.forget_removed(session, before=time.time() + 1)
    assert add_channel(services, Timetable(), title) == slug
    Station(services).chain(slug)
    chain = station.chain(slug, fresh_seconds=0)
    assert all(one.entry.is_slate for one in chain.aired)


def test_vlc_is_told_of_no_joins(client: FlaskClient, slug: str) -> None:
    """And the tables' counters of the segments go on: each counts from its own number and what is told with it."""
    marked = client.get(f"/channels/{slug}.ts.m3u8", headers={"User-Agent": "mpv 0.35"})
    agent = {"User-Agent": "VLC/3.0.24 LibVLC/3.0.24"}
    master = client.get(f"/channels/{slug}.ts.m3u8", headers=agent)
    assert "User-Agent" in master.vary and "?joins" not in marked.text
    (address, *_) = [one.uri for one in m3u8.loads(master.text).playlists]
    with_joins = client.get(f"/channels/{address.partition('?')[0]}").text
    without = client.get(f"/channels/{address}").text
    assert "#EXT-X-DISCONTINUITY" in with_joins and "DISCONTINUITY" not in without
    told = [one.uri for one in m3u8.loads(without).segments]
    assert [one.partition("?")[0] for one in told] == [one.uri for one in m3u8.loads(with_joins).segments]
    counts = [int(one.rpartition("/")[2].partition(".")[0]) + int(one.partition("=")[2] or 0) for one in told]
    assert [one % 16 for one in counts] == [(counts[0] + number) % 16 for number in range(len(counts))]
    assert "?joins" not in client.get(f"/channels/{slug}.m3u8", headers=agent).text, "fMP4 has its init segments"


def test_a_channel_without_lessons_shows_the_slate(services: Services, client: FlaskClient) -> None:
    empty = add_channel(services, Timetable(), "空频道")
    assert "/media/-/slate/4/picture/" in client.get(f"/channels/{empty}/480.m3u8").text
    assert "/media/-/slate/4/" in client.get(f"/channels/{empty}/480.ts.m3u8").text
    assert playlist(client, f"/channels/{empty}.m3u8").playlists
    assert client.get(f"/channels/{empty}.json").json["coming"][0]["lesson"] is None  # type: ignore[index]


def test_a_clock_that_was_put_back_begins_anew_behind_what_was_told(services: Services, slug: str) -> None:
    chain = Station(services).chain(slug)
    told = chain.told(now_ticks())
    with services.database.begin() as session:
        ahead = now_ticks() + 1800 * TICKS
        session.execute(update(Channel).where(Channel.slug == slug).values(told_until=ahead))
    again = Station(services).chain(slug)
    assert again.window(now_ticks())[0].aired.sequence > told
    with services.database.read() as session:
        assert channel_lookups.channel(session, slug).told_until < ahead


def test_the_list_of_channels_names_the_guide(client: FlaskClient, slug: str) -> None:
    text = client.get("/channels.m3u").text
    assert f'tvg-id="{slug}"' in text and "http://localhost/channels.xml" in text.splitlines()[0]
    assert text.splitlines()[-1] == f"http://localhost/channels/{slug}.ts.m3u8"


def test_the_guide_is_valid_and_has_no_holes(client: FlaskClient, slug: str) -> None:
    answer = client.get("/channels.xml")
    root = Xml.fromstring(answer.data)
    assert problems(answer.text) == [] and answer.mimetype == "application/xml"
    times = [(one.get("start", ""), one.get("stop", "")) for one in root.iter("programme")]
    assert len(times) > 100 and all(re.fullmatch(r"\d{14} \+0000", part) for two in times for part in two)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(times))
    assert (
        {one.get("channel") for one in root.iter("programme")}
        == {one.get("id") for one in root.iter("channel")}
        == {slug}
    )


def test_what_is_on_is_told_with_what_comes(client: FlaskClient, slug: str) -> None:
    told = client.get(f"/channels/{slug}.json").json
    assert told
    now = [one for one in told["coming"] if one["begin"] <= told["now"] < one["end"]]
    assert len(now) == 1 and now[0]["title"] in ("笋竹两用林", "读报", "无声片")


def test_a_channel_at_rest_tells_until_when(services: Services, client: FlaskClient) -> None:
    today = time.gmtime(time.time() + 28_800).tm_wday
    add_channel(services, replace(ALL_DAY, quiet=(Quiet(begins=0, ends=1440, days=(today,)),)), "夜")
    told = client.get("/channels/ye.json").get_json()
    midnight = (int(told["now"]) + 28_800) // 86_400 * 86_400 + 86_400 - 28_800
    assert told["coming"][0]["until"] == midnight


@pytest.mark.parametrize("address", ["/channels/none.m3u8", "/channels/none/480.m3u8", "/channels/none.json"])
def test_a_channel_that_is_not_there_is_said_so(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        Timetable(zone="Mars/Olympus"),
        Timetable(parts=(Part(begins=60, ends=60, show=Show(kind="latest")),)),
        Timetable(parts=(Part(days=(), begins=0, ends=60, show=Show(kind="latest")),)),
        Timetable(parts=(Part(begins=0, ends=60, show=Show(kind="themes")),)),
        Timetable(specials=(Special(at="soon", minutes=5, show=Show(kind="latest")),)),
        Timetable(specials=(Special(at="2026-11-26T19:30", minutes=0, show=Show(kind="latest")),)),
    ],
)
def test_a_timetable_that_cannot_be_is_refused_with_a_sentence(services: Services, wrong: Timetable) -> None:
    with pytest.raises(BadRequest):
        add_channel(services, wrong)
