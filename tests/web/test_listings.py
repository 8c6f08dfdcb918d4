"""Listings over HTTP in every form: what is in them, what nobody may see, and what stays the same."""

import html
import json
import re
import xml.etree.ElementTree as Xml
from pathlib import Path
from typing import Any

import m3u8
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, update

from medialib.app import create_app
from medialib.catalogue import collected, collecting, lesson_access, lookups
from medialib.catalogue.collections import CollectionKind
from medialib.catalogue.lessons import RenditionProgress
from medialib.ingest.labels import label_of
from medialib.services import Services
from medialib.tasks import index_stale

from .factories import add_lesson, add_posters, make_services, opened_services
from .signing import add_person, client_of

FORMS = ("", ".json", ".m3u", ".m3u8", ".ts.m3u8", ".rss", ".png", ".svg")
VLC = "VLC/3.0.24 LibVLC/3.0.24"


def make(
    services: Services, *lesson_ids: str, kind: CollectionKind = "issue", title: str = "本月", public: bool = True
) -> str:
    with services.database.begin() as session:
        one = collecting.create(session, kind=kind, title=title, dated="2024-05")
        collecting.add(session, one, lesson_ids)
        if public:
            collecting.publish(session, one)
        return f"/collections/{one.slug}"


def downloadable(services: Services, lesson_id: str, content: bytes = b"sound") -> None:
    """As if the worker had made the sound and its M4A."""
    with services.database.begin() as session:
        session.execute(update(RenditionProgress).where(RenditionProgress.lesson_id == lesson_id).values(complete=True))
        place = services.store.recording(
            lesson_id, 1, label_of(services.store, lookups.lesson(session, lesson_id)).stamp
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


@pytest.fixture
def services(tmp_path: Path) -> Any:
    opened = make_services(tmp_path / "store", runs={"hot_wait_seconds": 0.2})
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def everything(services: Services) -> dict[str, str]:
    """One lesson, and every kind of listing that holds it."""
    lesson_id = add_lesson(
        services, unit="桃江县/马迹塘镇", place="grove", themes=("skills",), series="小桃讲党课", number=3
    )
    downloadable(services, lesson_id)
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        assert lesson.unit and lesson.series_slug
        return {
            "lesson": lesson_id,
            "search": "/search",
            "latest": "/latest",
            "theme": "/themes/skills",
            "unit": f"/units/{lesson.unit.slugs[0]}",
            "place": "/places/grove",
            "series": f"/collections/{lesson.series_slug}",
            "issue": make(services, lesson_id),
        }


@pytest.mark.parametrize("form", FORMS)
def test_every_listing_has_every_form(client: FlaskClient, everything: dict[str, str], form: str) -> None:
    lesson_id = everything.pop("lesson")
    for name, address in everything.items():
        answer = client.get(address + form)
        assert answer.status_code == 200, (name, form)
        if form in ("", ".json", ".m3u", ".rss"):
            assert lesson_id in answer.text, (name, form)
        if form:
            assert "Cache-Control" in answer.headers
            again = client.get(address + form, headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 304, (name, form)


@pytest.mark.parametrize("form", FORMS)
def test_a_draft_is_nowhere(client: FlaskClient, services: Services, form: str) -> None:
    lesson_id = add_lesson(services)
    address = make(services, lesson_id, title="还不能看", public=False)
    answer = client.get(address + form)
    assert answer.status_code == 404
    assert "还不能看" not in answer.text
    for other in (
        "/",
        "/collections",
        f"/lessons/{lesson_id}",
        f"/lessons/{lesson_id}?in={address[1:]}",
        "/latest.json",
    ):
        assert "还不能看" not in client.get(other).text
    detail = json.dumps(client.get(f"/api/lessons/{lesson_id}").get_json(), ensure_ascii=False)
    assert "还不能看" not in detail


def test_a_series_that_was_withdrawn_is_nowhere(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, series="小桃讲党课", number=1)
    page = f"/lessons/{lesson_id}"
    assert "/collections/" in client.get(page).text
    with services.database.begin() as session:
        collecting.withdraw(session, collected.collection(session, "小桃讲党课"))
    assert "小桃讲党课" not in client.get(page).text
    assert client.get(f"/api{page}").get_json()["series"] == ""
    assert "小桃讲党课" not in client.get("/").text


@pytest.mark.parametrize(
    "address", ["/themes/nothing", "/units/nothing", "/places/nothing", "/collections/nothing", "/nothing"]
)
@pytest.mark.parametrize("form", [".json", ".m3u", ".rss", ".png"])
def test_what_is_not_there_is_404_in_the_form_that_was_asked_for(client: FlaskClient, address: str, form: str) -> None:
    answer = client.get(address + form)
    assert answer.status_code == 404
    assert "<html" not in answer.text
    if form == ".json":
        assert answer.get_json()["error"]


def test_json_has_pages_and_the_other_forms(client: FlaskClient, services: Services) -> None:
    ids = [add_lesson(services, title) for title in "一二三"]
    address = make(services, *ids)
    document = client.get(f"{address}.json?per_page=2&page=2").get_json()
    assert [one["id"] for one in document["results"]] == [ids[2]]
    assert (document["total"], document["page"], document["per_page"]) == (3, 2, 2)
    assert (document["kind"], document["title"], document["address"]) == ("collections", "本月", address)
    assert set(document["forms"]) == {"json", "m3u", "hls", "hls_ts", "rss", "qr_png", "qr_svg"}
    assert all(client.get(one).status_code == 200 for one in document["forms"].values())
    assert client.get(f"{address}.json?colour=red").status_code == 400


def test_json_of_a_search_tells_all_that_was_found(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "竹笋栽培")
    document = client.get("/search.json?q=竹荀&counts=1").get_json()
    answer = client.get("/api/lessons?q=竹荀&counts=1").get_json()
    assert {key: document[key] for key in answer} == answer
    assert (document["meant"], document["degraded"]) == ("竹笋", False)
    assert document["results"][0]["highlights"]["title"] == [[0, 2]]
    assert "counts" not in document["address"]


def asked_of(services: Services, client: FlaskClient, address: str) -> list[str]:
    """What the database was asked for this address."""
    told: list[str] = []

    def note(*arguments: Any) -> None:
        told.append(arguments[2])

    event.listen(services.database.engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(services.database.engine, "before_cursor_execute", note)
    return told


@pytest.mark.parametrize("form", [".m3u", ".m3u8", ".rss", ".png"])
def test_what_marks_no_words_reads_no_captions(client: FlaskClient, services: Services, form: str) -> None:
    downloadable(services, add_lesson(services, "竹笋栽培"))
    asked = asked_of(services, client, f"/search{form}?q=竹笋")
    assert not [one for one in asked if "captions.cues" in one]
    assert form != ".png" or not [one for one in asked if "FROM lessons" in one]


OVER_ALL = (
    "group_concat(", "GROUP BY units.path", "lessons.place, count(", "GROUP BY themes.slug", "DISTINCT substr(",
    ".path || '%'",
)  # fmt: skip
"""What stands in questions that look at every lesson there is."""


@pytest.mark.parametrize(
    "way",
    ["", "themes", "units", "units/taojiangxian", "places", "search?q=竹", "search?sort=plays", "tv/shelves.json"],
)
def test_the_index_counts_what_themes_units_and_places_have(client: FlaskClient, services: Services, way: str) -> None:
    add_lesson(services, "竹笋栽培", unit="桃江县/马迹塘镇", themes=("skills",), place="grove", recorded="2023")
    index_stale(services)
    asked = "\n".join(asked_of(services, client, f"/{way}"))
    assert [one for one in OVER_ALL if one in asked] == []


def test_a_joined_stream_is_told_to_nobody_who_may_not_see_its_lessons(client: FlaskClient, services: Services) -> None:
    add_person(services, "li")
    lesson_id = add_lesson(services, "给自己人看")
    with services.database.begin() as session:
        lesson_access.set_access(session, lesson_id, "signed-in", by=None)
    index_stale(services)
    person = client_of(services, "li")
    master = person.get("/latest.m3u8")
    assert master.headers["Cache-Control"] == "private, no-cache"
    (address, *_) = [line for line in master.text.splitlines() if line.startswith("/media/listing/")]
    own = person.get(address)
    assert lesson_id in own.text
    assert own.headers["Cache-Control"] == "private, no-cache"
    answer = client.get(address)
    assert answer.status_code == 404
    assert lesson_id not in answer.text


@pytest.mark.parametrize(
    ("agent", "asked", "seamless"),
    [(VLC, "", True), (VLC, "?joins=marked", False), ("mpv 0.35", "", False), ("mpv 0.35", "?joins=none", True)],
)
def test_vlc_is_told_of_no_joins(
    client: FlaskClient, services: Services, agent: str, asked: str, seamless: bool
) -> None:
    lessons = [add_lesson(services, title) for title in ("选竹", "破篾")]
    index_stale(services)
    master = client.get(f"/latest.ts.m3u8{asked}", headers={"User-Agent": agent})
    assert "User-Agent" in master.vary
    (address, *_) = [line for line in master.text.splitlines() if line.startswith("/media/listing/")]
    media = client.get(address)
    assert ("#EXT-X-DISCONTINUITY" not in media.text) == seamless
    segments = [line for line in media.text.splitlines() if line.startswith("/media/")]
    assert {one.split("/")[2] for one in segments} == set(lessons)
    first = sum(one.split("/")[2] == segments[0].split("/")[2] for one in segments)
    counted = f"?tables={first % 16}" if seamless else ""
    assert [one.partition("?")[1] + one.partition("?")[2] for one in segments] == [""] * first + [counted] * (
        len(segments) - first
    )
    alone = client.get(f"/latest.m3u8{asked}", headers={"User-Agent": agent})
    (address, *_) = [line for line in alone.text.splitlines() if line.startswith("/media/listing/")]
    assert "seamless" not in address, "fMP4 has an init segment for each lesson"
    where, _, name = address.rpartition("/")
    assert client.get(f"{where}/seamless/{name}").status_code == 404


def test_what_is_put_together_for_somebody_is_kept_by_no_proxy(client: FlaskClient, services: Services) -> None:
    add_person(services, "li")
    downloadable(services, add_lesson(services))
    person = client_of(services, "li")
    for address in ("/latest.json", "/latest.m3u", "/latest.rss", "/api/lessons", "/api/suggestions?q=竹"):
        assert "private" not in client.get(address).headers["Cache-Control"]
        assert person.get(address).headers["Cache-Control"] == "private, no-cache"


HOSTED = (
    "/channels.m3u", "/channels.xml", "/latest.svg", "/latest.png", "/subscribe.svg", "/lessons/abcd.svg",
    "/lessons/abcd/poster.png", "/latest.rss", "/latest.m3u", "/series.opml", "/lessons/abcd",
)  # fmt: skip


def test_what_names_the_host_that_was_asked_is_kept_by_no_proxy(client: FlaskClient, services: Services) -> None:
    """One that looks at the path alone would give everyone the address that somebody put into it."""
    downloadable(services, add_lesson(services, lesson_id="abcd"))
    for address in HOSTED:
        answer = client.get(address, headers={"Host": "elsewhere.example"})
        control = answer.headers["Cache-Control"]
        assert answer.status_code == 200 and (control.startswith("private") or control == "no-cache"), address


def test_what_names_the_site_itself_is_kept_by_proxies(tmp_path: Path) -> None:
    with opened_services(tmp_path / "named", site={"address": "https://ke.example.org"}) as named:
        downloadable(named, add_lesson(named, lesson_id="abcd"))
        client = create_app(named).test_client()
        for address in HOSTED[:7]:
            answer = client.get(address, headers={"Host": "elsewhere.example"})
            assert "private" not in answer.headers["Cache-Control"], address
            assert b"elsewhere" not in answer.data, address


def test_a_listing_can_be_narrowed_and_its_forms_keep_that(client: FlaskClient, services: Services) -> None:
    film, reading = (
        add_lesson(services, "竹编", themes=("skills",)),
        add_lesson(services, "竹歌", kind="audio", themes=("skills",)),
    )
    document = client.get("/themes/skills.json?kind=audio").get_json()
    assert [one["id"] for one in document["results"]] == [reading]
    assert document["forms"]["m3u"] == "/themes/skills.m3u?kind=audio"
    assert film not in client.get(document["forms"]["m3u"]).text


def test_addresses_are_those_that_were_asked_or_the_sites_own(tmp_path: Path) -> None:
    for own, told in (("", "http://localhost"), ("https://ke.example.org/", "https://ke.example.org")):
        services = make_services(tmp_path / (own[8:10] or "none"), site={"address": own})
        lesson_id = add_lesson(services)
        downloadable(services, lesson_id)
        client = create_app(services).test_client()
        assert f"\n{told}/media/{lesson_id}/ts.m3u8\n" in client.get("/latest.m3u").text
        (enclosure,) = Xml.fromstring(client.get("/latest.rss").data).iter("enclosure")
        assert enclosure.get("url") == f"{told}/media/{lesson_id}/lesson.m4a"
        services.index.close()
        services.database.close()


def test_a_feed_holds_only_what_can_be_had_and_tells_its_length(client: FlaskClient, services: Services) -> None:
    ready, making, silent = (
        add_lesson(services, "好了"),
        add_lesson(services, "还在做"),
        add_lesson(services, sound=False),
    )
    downloadable(services, ready, b"x" * 1234)
    with services.database.begin() as session:  # its sound is made, its file was never asked for
        session.execute(update(RenditionProgress).where(RenditionProgress.lesson_id == making).values(complete=True))
    text = client.get("/latest.rss").text
    assert 'length="1234"' in text
    assert making not in text and silent not in text
    with client.get(f"/media/{ready}/lesson.m4a") as file:
        assert file.content_length == 1234


def test_a_length_that_was_noted_outlives_the_file(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services)
    downloadable(services, lesson_id)
    with services.database.read() as session:
        stamp = label_of(services.store, lookups.lesson(session, lesson_id)).stamp
    services.store.recording(lesson_id, 1, stamp).unlink()
    services.store.replace_text(services.store.recording_sizes(lesson_id, 1), json.dumps({stamp: 77}))
    assert 'length="77"' in client.get("/latest.rss").text
    with services.database.begin() as session:
        lookups.lesson(session, lesson_id).title = "别的"  # another label, another file, another length
    assert "enclosure" not in client.get("/latest.rss").text


def test_a_feed_tells_chapters_captions_and_pictures(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, series="小桃讲党课 第二季", number=4)
    add_posters(services, lesson_id, "frame")
    with services.database.begin() as session:
        lookups.lesson(session, lesson_id).chapters = [{"start_seconds": 1.5, "title": "开头"}]
    downloadable(services, lesson_id)
    with services.database.read() as session:
        slug = lookups.lesson(session, lesson_id).series_slug
    text = client.get(f"/collections/{slug}.rss").text
    assert "<itunes:episode>4</itunes:episode>" in text and "<itunes:season>2</itunes:season>" in text
    assert f"/media/{lesson_id}/v1/poster/0/1280.jpg" in text
    chapters = client.get(f"/media/{lesson_id}/chapters.json")
    assert chapters.mimetype == "application/json+chapters"
    assert json.loads(chapters.data) == {"version": "1.2.0", "chapters": [{"startTime": 1.5, "title": "开头"}]}
    assert f"/media/{lesson_id}/chapters.json" in text
    assert client.get(f"/media/{add_lesson(services)}/chapters.json").status_code == 404


def test_a_feed_is_shown_by_the_lesson_that_its_collection_is_shown_by(client: FlaskClient, services: Services) -> None:
    first, second = (add_lesson(services, title) for title in ("选竹", "破篾"))
    for lesson_id in (first, second):
        add_posters(services, lesson_id, "frame")
        downloadable(services, lesson_id)
    address = make(services, first, second, kind="course")
    shown = "/v1/poster/0/1280.jpg</url>"
    assert f"/media/{first}{shown}" in client.get(f"{address}.rss").text
    with services.database.begin() as session:
        collected.collection(session, "本月").cover = f"lesson:{second}"
    assert f"/media/{second}{shown}" in client.get(f"{address}.rss").text


def test_the_feed_of_a_course_tells_its_order(client: FlaskClient, services: Services) -> None:
    later = add_lesson(services, "选竹", published_at=1.2e9)
    making = add_lesson(services, "刮青", published_at=1.1e9)
    earlier = add_lesson(services, "破篾", published_at=1e9)
    for lesson_id in (later, earlier):
        downloadable(services, lesson_id)
    address = make(services, later, making, earlier, kind="course")
    feed = Xml.fromstring(client.get(f"{address}.rss").data)
    numbers = [one.text for one in feed.iter("{http://www.itunes.com/dtds/podcast-1.0.dtd}episode")]
    assert numbers == ["1", "3"], "also where a lesson between them is not made yet"
    assert "episode>" not in client.get("/latest.rss").text


def test_a_joined_stream_stays_as_it_was_when_its_listing_changes(client: FlaskClient, services: Services) -> None:
    first = add_lesson(services, "一", seconds=10)
    before = m3u8.loads(client.get("/latest.m3u8").text)
    second = add_lesson(services, "二", kind="audio", seconds=6)
    after = m3u8.loads(client.get("/latest.m3u8").text)
    assert before.playlists[0].uri != after.playlists[0].uri
    segments = [one.uri for one in m3u8.loads(client.get(before.playlists[0].uri).text).segments]
    assert segments == [f"/media/{first}/v1/v480/joined/{number}.m4s" for number in range(3)]
    both = client.get(after.playlists[0].uri)
    assert "immutable" in both.headers["Cache-Control"]
    assert f"/media/{second}/v1/standin/1.m4s" in both.text
    assert client.get("/media/listing/" + "0" * 32 + "/480.m3u8").status_code == 404
    assert client.get(before.playlists[0].uri.replace("480", "720")).status_code == 404


def test_the_clock_of_a_joined_ts_stream_goes_on(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "一", seconds=10, published_at=2.0)
    second = add_lesson(services, "二", sound=False, seconds=6, published_at=1.0)
    master = m3u8.loads(client.get("/latest.ts.m3u8").text)
    assert master.data == m3u8.loads(client.get("/latest.m3u8?container=ts").text).data
    playlist = m3u8.loads(client.get(master.playlists[0].uri).text)
    assert playlist.segments[3].uri == f"/media/{second}/v1/standin/v480/900000/0.ts"
    assert sum(one.duration for one in playlist.segments[:3]) == pytest.approx(10)


def test_only_sound_is_a_stream_of_its_own(client: FlaskClient, services: Services) -> None:
    add_lesson(services, seconds=10)
    found = m3u8.loads(client.get("/latest.m3u8?only=sound").text)
    assert [one.stream_info.codecs for one in found.playlists] == ["mp4a.40.2"]


def test_nothing_to_play_is_told(client: FlaskClient, services: Services) -> None:
    answer = client.get("/latest.m3u8")
    assert (answer.status_code, answer.text) == (404, "这个列表里还没有可以播放的课。\n")
    add_lesson(services, sound=False)
    assert client.get("/latest.m3u8?only=sound").status_code == 404


@pytest.mark.parametrize("name", ["init.mp4", "0.m4s", "v480/0/0.ts", "a64/0/0.ts"])
def test_nothing_stands_in_for_what_is_there(client: FlaskClient, services: Services, name: str) -> None:
    assert client.get(f"/media/{add_lesson(services)}/v1/standin/{name}").status_code == 404


def test_a_collections_page_leads_through_its_lessons(client: FlaskClient, services: Services) -> None:
    ids = [add_lesson(services, title, unit="马迹塘镇") for title in ("一", "二", "三")]
    address = make(services, *ids)
    page = client.get(address).text
    assert f'href="/lessons/{ids[0]}?in=collections/' in page and f'href="/subscribe?of={address[1:]}"' in page
    lesson = client.get(f"/lessons/{ids[1]}?in={address[1:]}").text
    assert f'rel="prev" href="/lessons/{ids[0]}?in=collections/' in lesson
    assert f'rel="next" href="/lessons/{ids[2]}?in=collections/' in lesson
    assert "2/3" in lesson
    for within in ("collections/nothing", "nothing", "themes/skills", address[1:] + "x"):
        assert f'?in={within}"' not in client.get(f"/lessons/{ids[1]}?in={within}").text
    assert '"/units/majitangzhen"' in lesson


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_pages_say_what_to_do_where_nothing_is(client: FlaskClient, language: str) -> None:
    for address in ("/collections", "/units", "/places/grove", "/latest"):
        page = client.get(f"{address}?lang={language}")
        assert page.status_code == 200
        assert 'class="empty"' in page.text and 'class="btn primary"' in page.text


def test_home_shows_what_was_curated(client: FlaskClient, services: Services) -> None:
    ids = [add_lesson(services, title, series="小桃讲党课" if title == "三" else "") for title in ("一", "二", "三")]
    make(services, *ids, kind="featured", title="县里精选")
    make(services, *ids[:2], kind="package", title="春笋下山")
    page = client.get("/").text
    assert "县里精选" in page and "春笋下山" in page and "本月一套" in page and 'id="h-series"' in page
    package = client.get("/collections/chunsunxiashan").text
    assert "2024年5月" in package and '<span class="seal todo">课</span>' in package


def test_a_lesson_has_a_code_of_its_page(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services)
    assert client.get(f"/lessons/{lesson_id}.png").mimetype == "image/png"
    assert client.get(f"/lessons/{lesson_id}.svg").mimetype == "image/svg+xml"
    assert client.get("/lessons/nowhere234.svg").status_code == 404


def test_what_a_search_or_a_theme_shows_can_be_taken_along_with_its_choices(
    client: FlaskClient, services: Services
) -> None:
    add_lesson(services, "竹编看", themes=("手工",))
    add_lesson(services, "竹编听", kind="audio", themes=("手工",))
    for page in ("/search?q=竹编&kind=audio", "/themes/shougong?kind=audio"):
        found = re.search(r'href="([^"]+\.m3u[^"]*)"', client.get(page).text)
        assert found, page
        told = client.get(html.unescape(found[1])).text
        assert "竹编听" in told and "竹编看" not in told
