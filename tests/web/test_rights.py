"""Every address x every role x own and other units; and who may watch which lesson, wherever it could be seen."""

import gc
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from sqlalchemy import event, select
from werkzeug.routing import Rule

from medialib.app import create_app
from medialib.catalogue import (
    arranging,
    caption_edits,
    collecting,
    lesson_access,
    moves,
    people_lookups,
    rights,
    telling,
)
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import ROLES
from medialib.catalogue.readings import Reading
from medialib.catalogue.rights import ACCESSES, Viewer
from medialib.catalogue.seeds import plant
from medialib.catalogue.stages import STAGES
from medialib.services import Services
from medialib.web import access

from .factories import add_lesson, add_posters, make_services, write
from .signing import COUNTY, OTHER_TOWN, PASSWORD, TOWN, VILLAGE, add_person, add_units, client_of, send, token_of

WHO = ("nobody", "viewer", "editor", "other editor", "curator", "admin")
ROLE_OF = {"nobody": "", "other editor": "editor"}


TEMPLATES = Path(access.__file__).parent / "templates"
COVER = f"{'a' * 16}-640x360"
LATER = "later"
HIDDEN = (*(one for one in STAGES if one != "published"), LATER)
"""Lessons that everyone may watch, but that are not on the shelf: by their stage, and one that is due in a day."""


@dataclass
class World:
    """A library with lessons of each kind of access and of each stage that members do not see, and a browser for each
    kind of person."""

    services: Services
    app: Flask
    units: dict[str, str]
    collection: str
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    lessons: dict[str, str] = field(default_factory=dict)
    series: str = ""
    webhook: str = ""
    person: str = ""


@pytest.fixture(scope="module", params=["public", "signed-in"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    services = make_services(
        tmp_path_factory.mktemp("world") / "store", access={"library": request.param}, runs={"hot_wait_seconds": 0.05}
    )
    plant(services.database)
    app = create_app(services)
    # Of the thousands of refusals nobody reads the page.
    app.jinja_loader = ChoiceLoader([DictLoader({"error.html": ""}), FileSystemLoader(TEMPLATES)])
    units = add_units(services)
    with services.database.begin() as session:
        collection = arranging.begin(session, kind="issue", title="一期", dated=None, by=None).slug
    made = World(services, app, units, collection)
    write(services.store.collection_cover(COVER, 640, "jpg"), "cover")
    write(services.store.attached("a" * 32, ".pdf"), "%PDF")
    unit_of = {"nobody": None, "viewer": VILLAGE, "editor": TOWN, "other editor": OTHER_TOWN, "curator": None}
    for who in WHO:
        unit = unit_of.get(who)
        if who != "nobody":
            role: Any = ROLE_OF.get(who, who)
            add_person(services, who.replace(" ", ""), role, made.units[unit] if unit else None)
        made.clients[who] = client_of(services, None if who == "nobody" else who.replace(" ", ""), app)
    for number, one in enumerate(ACCESSES):
        made.lessons[one] = add_lesson(
            services, f"竹编{one}", lesson_id=f"lesson{number}", unit=VILLAGE, speaker="周师傅"
        )
        fill(services, made.lessons[one], one)
    for number, stage in enumerate(HIDDEN):
        made.lessons[stage] = add_lesson(services, f"竹编{stage}", lesson_id=f"hidden{number}", unit=VILLAGE)
        fill(services, made.lessons[stage], "public")
        with services.database.begin() as session:
            lesson = session.get_one(Lesson, made.lessons[stage])
            if stage == LATER:
                moves.move(session, lesson.id, "published", by=None, at=time.time() + 86_400)
            else:
                lesson.stage = stage
    with services.database.begin() as session:
        made.series = collecting.create(session, kind="series", title="小桃讲党课").slug
        made.webhook = telling.add(session, address="https://example.org/", events=["lesson.published"], by=None).id
        made.person = people_lookups.people(session)[0].id
    yield made
    services.index.close()
    services.database.close()


def fill(services: Services, lesson_id: str, who: str) -> None:
    """Files for every address under /media/, and the lesson's access."""
    store = services.store
    write(store.source(lesson_id, ".mp4"), "as it was sent")
    write(store.init(lesson_id, 1, "v480"), "init")
    write(store.segment(lesson_id, 1, "v480", 0), "segment")
    write(store.ts_segment(lesson_id, 1, "v480", 0), "ts")
    write(store.keyframes(lesson_id, 1, "v480"), json.dumps([[0, 100]] * 150))
    write(store.film(lesson_id, 1), "film")
    write(store.thumbnails(lesson_id, 1), "WEBVTT\n")
    write(store.sheet(lesson_id, 1, 0), "sheet")
    write(store.peaks(lesson_id, 1), "{}")
    write(store.own_picture(lesson_id, 0, 640, "jpg"), "picture")
    write(store.readings(lesson_id) / f"{lesson_id}.pdf", "reading")
    add_posters(services, lesson_id, "frame")
    with services.database.begin() as session:
        track = CaptionTrack(language="zh", label="中文", cues=(Cue(begin=0.0, end=1.0, text="竹"),))
        caption_edits.put(session, lesson_id, track)
        lesson = session.get_one(Lesson, lesson_id)
        lesson.chapters = [{"start_seconds": 0, "title": "一"}]
        session.add(
            Reading(
                id=lesson_id, lesson_id=lesson_id, name="a", extension=".pdf", size_bytes=7, sha256="", added_at=0.0
            )
        )
        lesson_access.set_access(session, lesson_id, who, by=None)


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


VALUES = {
    "version": "1", "name": "v480", "number": "0", "language": "zh", "revision": "2", "choice": "0", "width": "640",
    "ending": "jpg", "sheet": "0", "size": "large", "key_id": "none", "ticket_id": "none", "sign_in_id": "none",
    "table": "lessons", "token": "no-such-token", "digest": "a" * 32, "ticks": "0", "form": "svg", "entry_id": "none",
    "token_id": "none", "device_id": "none", "upload_id": "none", "batch": "none", "change_id": "1",
    "screen_id": "none", "screening_id": "none", "pause_id": "none", "message_id": "none", "code": "22222222",
    "seconds": "4", "report_id": "1", "line_id": "none",
}  # fmt: skip


def address(world: World, rule: Rule, lesson_id: str) -> str:
    values: dict[str, Any] = {**VALUES, "lesson_id": lesson_id, "slug": world.units[TOWN]}
    values["reading_id"] = lesson_id
    if rule.endpoint in ("joined.media", "joined.seamless_media", "channels.media", "channels.ts_media"):
        values["name"] = "480"
    if rule.endpoint.startswith("api_desk.") and "collections" in rule.rule:
        values["slug"] = world.series
    if rule.endpoint.startswith("channels.slate"):
        values["name"] = "picture"
    values["webhook_id"] = world.webhook
    if rule.endpoint == "desk.settle_report":
        values |= {"report_id": 0, "state": "closed"}
    if rule.endpoint.startswith("people."):
        values["name"] = "周师傅"
    if rule.endpoint == "attached.attached":
        values |= {"digest": "a" * 32, "name": "x.pdf"}
    if rule.endpoint == "pictures.collection_cover":
        values["name"] = COVER
    if rule.endpoint in ("phone.theme", "desk.theme"):
        values["slug"] = "skills"
    if rule.endpoint.startswith("desk.") and "collection" in rule.endpoint:
        values["slug"] = world.collection
    values["person_id"] = world.person
    wanted: dict[str, Any] = {name: values[name] for name in rule.arguments if name not in (rule.defaults or {})}
    wanted |= {name: int(value) for name, value in wanted.items() if str(value).isdigit()}
    built = rule.build({**wanted, **(rule.defaults or {})})
    assert built
    return built[1]


def method(rule: Rule) -> str:
    return next(one for one in ("GET", "POST", "PUT", "PATCH", "DELETE") if one in (rule.methods or ()))


def may_watch(who: str, one: str, *, closed: bool) -> bool:
    """The table that people agreed on: who may watch a lesson that the village made."""
    everyone = {
        "public": {"nobody", "viewer", "editor", "other editor", "curator", "admin"},
        "signed-in": {"viewer", "editor", "other editor", "curator", "admin"},
        "unit": {"viewer", "editor", "curator", "admin"},
        "link": {"editor", "curator", "admin"},
        **{one: {"editor", "curator", "admin"} for one in HIDDEN},
    }
    return who in everyone[one] and not (closed and who == "nobody")


REFUSED = {302, 401, 403}


def is_refused(answer: Any, one: str = "public") -> bool:
    if one in HIDDEN and answer.status_code == 404:
        return True  # nobody is told that it is there
    if answer.status_code == 302:
        return str(answer.headers["Location"]).startswith("/sign-in")
    return answer.status_code in (401, 403)


def test_every_view_says_who_may_call_it(world: World) -> None:
    unmarked = [name for name, view in world.app.view_functions.items() if access.mark_of(view) is None]
    assert unmarked == []


def test_a_view_that_says_nothing_answers_nobody(services: Services) -> None:
    add_person(services, "guan", "admin")
    app = create_app(services)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for client in (client_of(services, None, app), client_of(services, "guan", app)):
        answer = client.get("/forgotten")
        assert answer.status_code == 403
        assert "secret" not in answer.text


def test_every_address_answers_exactly_those_who_may_call_it(world: World) -> None:
    closed = world.services.settings.access.library == "signed-in"
    asked = wrong = 0
    for rule in rules(world.app):
        mark = access.mark_of(world.app.view_functions[rule.endpoint])
        assert mark
        ones = (*ACCESSES, "draft", LATER) if "lesson_id" in rule.arguments else ("public",)
        places = {one: address(world, rule, world.lessons[one]) for one in ones}
        for who, one in itertools.product(WHO, ones):
            role = ROLE_OF.get(who, who)
            if mark is access.PUBLIC:
                allowed = True
            elif mark is access.LESSON_EDITORS:
                allowed = who in ("editor", "curator", "admin")
            elif mark.role:
                allowed = bool(role) and ROLES.index(role) >= ROLES.index(mark.role)
            elif "lesson_id" in rule.arguments:
                allowed = may_watch(who, one, closed=closed)
            else:
                allowed = not closed or who != "nobody"
            place, client = places[one], world.clients[who]
            answer = client.open(place, method=method(rule))  # a POST bears no token: 400 means that it was let in
            asked += 1
            missing = rule.endpoint.startswith(
                ("joined.", "listings.", "shelves.", "channels.")
            )  # nothing of the kind is made here
            missing = missing or rule.endpoint in ("desk.screen", "desk.screen_picture", "desk.channel")
            missing = missing or rule.endpoint.startswith("api_desk.get_screens_screen_id")
            missing = missing or rule.endpoint == "api_desk.get_uploads_upload_id"
            missing = missing or rule.endpoint in ("packages.recording", "api_desk.get_channels_slug")
            if is_refused(answer, one) == allowed and not (missing and one in HIDDEN and answer.status_code == 404):
                wrong += 1
                print(rule.rule, who, one, answer.status_code)
            if allowed and method(rule) == "GET" and not missing:
                assert answer.status_code < 400 or "token" in rule.arguments, (place, who, answer.status_code)
    assert asked > 500
    assert wrong == 0


def test_what_is_not_for_everyone_is_kept_by_no_proxy(world: World) -> None:
    closed = world.services.settings.access.library == "signed-in"
    for one in ACCESSES:
        answer = world.clients["admin"].get(f"/media/{world.lessons[one]}/v1/v480/0.m4s")
        expected = "private, no-cache" if closed or one != "public" else "public, max-age=31536000, immutable"
        assert answer.headers["Cache-Control"] == expected, one


def test_lists_show_exactly_what_may_be_watched(world: World) -> None:
    closed = world.services.settings.access.library == "signed-in"
    for who in WHO:
        if closed and who == "nobody":
            continue
        pages = [world.clients[who].get(one).text for one in ("/", "/?kind=video", f"/?unit={world.units[VILLAGE]}")]
        listed = {one["id"] for one in world.clients[who].get("/api/lessons").get_json()["results"]}
        for one in (*ACCESSES, *HIDDEN):
            if one in HIDDEN:  # members' pages show the shelf as members see it, whoever looks
                assert world.lessons[one] not in listed, (who, one)
                assert not any(f"/lessons/{world.lessons[one]}" in page for page in pages), (who, one)
                continue
            # Those who only have a link to it do not find it in a list.
            assert (world.lessons[one] in listed) == may_watch(who, one, closed=closed), (who, one)
            for page in pages:
                assert (f"/lessons/{world.lessons[one]}" in page) == may_watch(who, one, closed=closed), (who, one)


def test_the_condition_of_lists_and_that_of_lessons_are_one(world: World) -> None:
    """Every viewer that there can be, against a table written anew here."""
    county = f"{world.units[COUNTY]}/"
    paths = {name: county + ("" if name == COUNTY else f"{slug}/") for name, slug in world.units.items()}
    paths[VILLAGE] = f"{paths[TOWN]}{world.units[VILLAGE]}/"
    paths["none"] = ""
    with world.services.database.read() as session:
        for role, (name, path), one in itertools.product(("", *ROLES), paths.items(), (*ACCESSES, *HIDDEN)):
            viewer = Viewer(role=role, unit_path=path if role else "")
            above = name in (COUNTY, TOWN, VILLAGE)
            expected = (
                one == "public"
                or role in ("curator", "admin")
                or (one == "signed-in" and bool(role))
                or (one == "unit" and bool(role) and above)
                or (role == "editor" and above)
            )
            assert rights.may_see(session, viewer, world.lessons[one]) == expected, (role, name, one)
            edit = role in ("curator", "admin") or (role == "editor" and above)
            shelf = Viewer(role=role, unit_path=path if role else "", only_out=True)
            assert rights.may_see(session, shelf, world.lessons[one]) == (expected and one not in HIDDEN)
            assert rights.may_edit(session, viewer, world.lessons[one]) == edit, (role, name, one)


def test_search_knows_nothing_of_what_is_not_for_everyone(services: Services) -> None:
    from medialib.tasks import index_stale, mend_index, rebuild_index

    lesson = add_lesson(services, "秘密的竹编")
    index_stale(services)
    client = client_of(services)
    assert client.get("/api/lessons?q=秘密").get_json()["total"] == 1
    for who in ("signed-in", "unit", "link"):
        with services.database.begin() as session:
            if who == "unit":
                edits_unit(session, lesson)
            lesson_access.set_access(session, lesson, who, by=None)
        index_stale(services)
        assert services.index.count() == 0
        found = client.get("/api/lessons?q=秘密").get_json()
        assert (found["total"], found["results"]) == (0, [])
        rebuild_index(services)
        assert services.index.count() == 0
        assert not mend_index(services)
    with services.database.begin() as session:
        lesson_access.set_access(session, lesson, "public", by=None)
    index_stale(services)
    assert client.get("/api/lessons?q=秘密").get_json()["total"] == 1


def test_search_holds_exactly_what_members_may_see(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    from medialib.tasks import index_stale, mend_index, rebuild_index

    lesson = add_lesson(services, "秘密的竹编")
    index_stale(services)
    client = client_of(services)
    for stage in ("returned", "submitted", "draft", "archived"):
        with services.database.begin() as session:
            moves.move(session, lesson, "published", by=None)
        index_stale(services)
        assert client.get("/api/lessons?q=秘密").get_json()["total"] == 1
        assert services.index.count() == 1
        with services.database.begin() as session:
            session.get_one(Lesson, lesson).stage = "published" if stage in ("returned", "archived") else "returned"
            moves.move(session, lesson, stage, by=None, reason="声音太小")
        index_stale(services)
        assert services.index.count() == 0, stage
        assert client.get("/api/lessons?q=秘密").get_json()["total"] == 0
        rebuild_index(services)
        assert services.index.count() == 0
        assert not mend_index(services)
    comes_at = time.time() + 3600
    with services.database.begin() as session:
        moves.move(session, lesson, "published", by=None, at=comes_at)
    index_stale(services)
    assert services.index.count() == 0
    assert client.get("/api/lessons").get_json()["total"] == 0
    monkeypatch.setattr(time, "time", lambda: comes_at)
    assert client.get("/api/lessons").get_json()["total"] == 1
    index_stale(services)
    assert client.get("/api/lessons?q=秘密").get_json()["total"] == 1


def test_a_key_opens_a_lesson_only_while_it_is_on_the_shelf(linked: "Linked") -> None:
    with linked.services.database.begin() as session:
        moves.move(session, linked.lesson, "archived", by=None)
    for client in (linked.app.test_client(), client_of(linked.services, None, linked.app)):
        assert client.get(linked.page).status_code == 404
        assert client.get(linked.player).status_code == 404
    with linked.services.database.begin() as session:
        moves.move(session, linked.lesson, "published", by=None)
    time.sleep(1.05)
    assert linked.app.test_client().get(linked.player).status_code == 200


def test_counts_of_shelves_and_themes_leave_out_what_is_not_on_the_shelf(services: Services) -> None:
    from medialib.catalogue import collected, collecting, narrowing, tallies

    shown = add_lesson(services, "竹编一", themes=("技能培训",), series="竹编", unit="马迹塘镇")
    hidden = add_lesson(services, "竹编二", themes=("技能培训",), series="竹编", unit="马迹塘镇")
    with services.database.begin() as session:
        issue = collecting.create(session, kind="issue", title="第一期")
        collecting.add(session, issue, [shown, hidden])
        collecting.publish(session, issue)
        moves.move(session, hidden, "archived", by=None)
    rights.hide_from_viewers(services.database.sessions)
    with rights.looking_as(rights.NOBODY), services.database.read() as session:
        series = collected.collection(session, "竹编")
        assert [collected.count_of(session, one) for one in (issue, series)] == [1, 1]
        assert {one.collection.title: one.count for one in collected.shelves(session)} == {"第一期": 1, "竹编": 1}
        counts = tallies.tally(session, narrowing.Wanted())
        assert [[*counts[one].values()] for one in ("theme", "unit")] == [[1], [1]]


def edits_unit(session: Any, lesson_id: str) -> None:
    from medialib.catalogue import unit_tree

    lesson = session.get(Lesson, lesson_id)
    lesson.unit_slug = unit_tree.add(session, name="村", parent_slug=None, by=None).slug


def test_a_segment_of_a_public_lesson_asks_the_database_nothing(services: Services) -> None:
    lesson = add_lesson(services)
    fill(services, lesson, "public")
    add_person(services, "li")
    app = create_app(services)
    for client in (client_of(services, None, app), client_of(services, "li", app)):
        client.get(f"/media/{lesson}/v1/v480/0.m4s")
        asked: list[str] = []

        def note(*arguments: Any, told: list[str] = asked) -> None:
            told.append(arguments[2])

        event.listen(services.database.engine, "before_cursor_execute", note)
        began = time.monotonic()
        for _ in range(20):
            assert client.get(f"/media/{lesson}/v1/v480/0.m4s").status_code == 200
        event.remove(services.database.engine, "before_cursor_execute", note)
        assert len([one for one in asked if "lessons" not in one]) == 0
        most = 1 + (time.monotonic() - began)
        assert len(asked) <= most, "whether this lesson is for everyone, at most once a second"
        assert all("lessons.id = " in one for one in asked), "not a list of all that are not"


def test_a_lesson_that_is_narrowed_is_refused_within_a_second(services: Services) -> None:
    lesson = add_lesson(services)
    fill(services, lesson, "public")
    client = client_of(services)
    assert client.get(f"/media/{lesson}/v1/v480/0.m4s").status_code == 200
    with services.database.begin() as session:
        lesson_access.set_access(session, lesson, "signed-in", by=None)
    assert client.get(f"/media/{lesson}/master.m3u8").status_code in (401, 404)
    time.sleep(1.05)
    assert client.get(f"/media/{lesson}/v1/v480/0.m4s").status_code == 401
    assert client.get(f"/api/lessons/{lesson}").status_code == 401
    page = client.get(f"/lessons/{lesson}")
    assert page.headers["Location"] == f"/sign-in?next=/lessons/{lesson}"


@dataclass
class Linked:
    services: Services
    app: Flask
    lesson: str
    other: str
    page: str
    player: str


@pytest.fixture
def linked(services: Services) -> Linked:
    add_person(services, "guan", "admin")
    app = create_app(services)
    lesson, other = add_lesson(services, "只给链接", lesson_id="linked1"), add_lesson(services, lesson_id="linked2")
    for one in (lesson, other):
        fill(services, one, "link")
    admin = client_of(services, "guan", app)
    desk = f"/desk/lessons/{lesson}"
    answer = send(admin, f"{desk}/links", page=f"{desk}/access", label="村部电视", days="30")
    found = [part.split('"')[0].removeprefix("http://localhost") for part in answer.text.split('value="')[1:]]
    page = next(one for one in found if one.startswith("/lessons/"))
    player = next(one for one in found if one.startswith("/k/"))
    return Linked(services, app, lesson, other, page, player)


def test_a_link_opens_its_lesson_in_a_browser_and_leaves_the_address(linked: Linked) -> None:
    client = linked.app.test_client()
    assert client.get(f"/lessons/{linked.lesson}").status_code == 302
    opened = client.get(linked.page)
    assert opened.headers["Location"] == f"/lessons/{linked.lesson}"
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    page = client.get(opened.headers["Location"])
    assert page.status_code == 200 and "只给链接" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"/media/{linked.lesson}/master.m3u8").status_code == 200
    assert client.get(f"/media/{linked.lesson}/v1/v480/0.m4s").status_code == 200
    assert client.get(f"/media/{linked.other}/v1/v480/0.m4s").status_code == 401
    assert linked.lesson not in client.get("/api/lessons").text


def test_a_player_without_cookies_takes_the_key_along_in_the_path(linked: Linked) -> None:
    client = linked.app.test_client(use_cookies=False)
    master = client.get(linked.player)
    assert master.status_code == 200
    lines = [line for line in master.text.splitlines() if line and not line.startswith("#")]
    assert lines
    assert not any(line.startswith("/") for line in lines), "relative addresses keep the prefix"
    folder = linked.player.removesuffix("master.m3u8")
    assert client.get(folder + "v1/v480/index.m3u8").status_code == 200
    assert client.get(folder + "v1/v480/0.m4s").status_code == 200
    key = linked.player.split("/")[2]
    assert client.get(f"/media/{linked.lesson}/v1/v480/0.m4s?key={key}").status_code == 200
    assert client.get(f"/k/{key}/media/{linked.other}/v1/v480/0.m4s").status_code == 403, "a key of one opens no other"
    assert client.get(f"/k/wrong/media/{linked.lesson}/v1/v480/0.m4s").status_code == 403
    for path in ("/k/", f"/k/{key}", f"/k/{key}/", f"/k/{key}/desk/people", f"/k/{key}/lessons/{linked.lesson}"):
        assert client.get(path).status_code == 404, path


def test_a_key_that_was_taken_back_opens_nothing_at_once(linked: Linked) -> None:
    client, admin = linked.app.test_client(), client_of(linked.services, "guan", linked.app)
    client.get(linked.page)
    assert client.get(f"/media/{linked.lesson}/v1/v480/0.m4s").status_code == 200
    with linked.services.database.read() as session:
        key = people_lookups.lesson_keys(session, linked.lesson)[0]
    desk = f"/desk/lessons/{linked.lesson}"
    wrong = send(admin, f"/desk/lessons/{linked.other}/links/{key.id}/remove", page=f"{desk}/access")
    assert wrong.status_code == 404 and "没有这条链接。" in wrong.text
    assert send(admin, f"{desk}/links/{key.id}/remove", page=f"{desk}/access").status_code == 302
    assert client.get(f"/media/{linked.lesson}/v1/v480/0.m4s").status_code == 401
    assert client.get(linked.player).status_code == 403


def test_a_key_ends_by_itself(linked: Linked) -> None:
    client = linked.app.test_client()
    with linked.services.database.begin() as session:
        people_lookups.lesson_keys(session, linked.lesson)[0].ends_at = 1.0
    assert client.get(linked.player).status_code == 403


def test_an_editor_says_who_may_watch_the_lessons_of_the_own_unit(services: Services) -> None:
    units = add_units(services)
    add_person(services, "wang", "editor", units[TOWN])
    mine, others = add_lesson(services, unit=VILLAGE), add_lesson(services, unit=OTHER_TOWN)
    bare = add_lesson(services)
    client = client_of(services, "wang")
    address = f"/desk/lessons/{mine}/access"
    assert f'href="{address}"' in client.get(f"/lessons/{mine}").text
    assert "/desk/lessons/" not in client.get(f"/lessons/{others}").text
    assert "/desk/lessons/" not in client_of(services).get(f"/lessons/{mine}").text
    assert send(client, address, access="unit").status_code == 302
    assert client_of(services).get(f"/lessons/{mine}").status_code == 302
    wrong = send(client, address, access="nonsense")
    assert wrong.status_code == 400
    for other in (others, bare):
        answer = send(client, f"/desk/lessons/{other}/access", page=address, access="link")
        assert answer.status_code == 403 and "这一课是别的单位的。" in answer.text
    assert client.get("/desk/lessons/nosuch/access").status_code == 404
    add_person(services, "guan", "admin")
    admin = client_of(services, "guan")
    homeless = send(admin, f"/desk/lessons/{bare}/access", access="unit")
    assert homeless.status_code == 400 and "还没有归到单位" in homeless.text


def test_a_library_for_signed_in_people_shows_nobody_anything_else(tmp_path: Path) -> None:
    services = make_services(tmp_path / "store", access={"library": "signed-in"})
    add_lesson(services, lesson_id="lesson1")
    client = client_of(services)
    assert client.get("/").headers["Location"] == "/sign-in?next=/"
    assert client.get("/api/lessons").status_code == 401
    assert "请先登录。" in client.get("/api/lessons").get_json()["error"]
    assert client.get("/media/lesson1/master.m3u8").status_code == 401
    assert client.get("/healthz").status_code == 200
    add_person(services, "li")
    form = {"csrf_token": token_of(client.get("/sign-in").text), "login": "li", "password": PASSWORD, "next": "/"}
    assert client.post("/sign-in", data=form).headers["Location"] == "/"
    assert client.get("/media/lesson1/master.m3u8").status_code == 200
    services.database.close()


@pytest.mark.parametrize("at_once", [0, 2_000])
def test_suggestions_tell_nobody_of_what_is_not_for_everyone(services: Services, at_once: int) -> None:
    """Neither when an administrator was the first to ask, nor when the titles are read beside the requests."""
    from medialib.search.known import Known

    vars(services)["known"] = Known(services.database, services.index, at_once=at_once)
    add_person(services, "guan", "admin")
    add_lesson(services, "竹编公开课")
    hidden = add_lesson(services, "竹编秘密课", speaker="竹编师傅")
    with services.database.begin() as session:
        lesson_access.set_access(session, hidden, "link", by=None)
    app = create_app(services)
    admin, nobody = client_of(services, "guan", app), client_of(services, None, app)
    deadline = time.monotonic() + 60
    while "竹编公开课" not in admin.get("/api/suggestions?q=竹").text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for client in (admin, nobody):
        told = client.get("/api/suggestions?q=竹").text
        assert "公开课" in told
        assert "秘密" not in told and "竹编师傅" not in told


def test_the_same_question_finds_a_lesson_from_the_moment_on_at_which_it_is_due(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = add_lesson(services, published_at=2000.0)
    rights.hide_from_viewers(services.database.sessions)
    for now, found in ((1999.0, []), (2000.0, [lesson])):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        with rights.looking_as(rights.NOBODY), services.database.read() as session:
            assert session.scalars(select(Lesson.id)).all() == found
            assert rights.may_see(session, rights.NOBODY, lesson) == bool(found)


def test_every_library_that_is_opened_hides_what_it_should() -> None:
    """Also one whose classes lie in memory where those of a closed one lay."""
    from medialib.database import Base, Database

    for _ in range(30):
        database = Database("sqlite://")
        Base.metadata.create_all(database.engine)
        rights.hide_from_viewers(database.sessions)
        with database.begin() as session:
            session.add(Lesson(id="hidden", kind="audio", title="x", seconds=1.0, published_at=1.0, access="link"))
        with rights.looking_as(rights.NOBODY), database.read() as session:
            assert session.scalars(select(Lesson.id)).all() == []
            assert session.get(Lesson, "hidden") is None
        with database.read() as session:
            assert session.scalars(select(Lesson.id)).all() == ["hidden"]
        database.close()
        del database, session
        gc.collect(0)  # what lay in rings has room for the next ones now


def test_nothing_passes_for_open_while_a_server_still_asks_what_is_not(services: Services) -> None:
    lesson = add_lesson(services, "草稿")
    add_posters(services, lesson, "frame")
    with services.database.begin() as session:
        moves.move(session, lesson, "returned", by=None, reason="太暗")
    app, picture = create_app(services), f"/media/{lesson}/v1/poster/0/320.jpg"
    answers: list[int] = []

    def ask() -> None:
        answers.append(app.test_client().get(picture).status_code)

    def meanwhile(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        """Another asks for the same, before the first question to the database is answered."""
        if "stage" in statement and threading.current_thread() is threading.main_thread() and not answers:
            other = threading.Thread(target=ask)
            other.start()
            other.join()

    event.listen(services.database.engine, "before_cursor_execute", meanwhile)
    ask()
    event.remove(services.database.engine, "before_cursor_execute", meanwhile)
    assert answers == [404, 404]
