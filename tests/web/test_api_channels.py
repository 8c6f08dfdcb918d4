"""Channels, screenings, boxes, the hours of the day, and what the desk's table and forms know, over the API."""

import time
from datetime import date

from flask.testing import FlaskClient

from medialib.catalogue.plays import PlayHour
from medialib.catalogue.seeds import plant
from medialib.services import Services

from .factories import add_lesson
from .signing import OTHER_TOWN, TOWN, add_person, add_units, token

SHOW = {"kind": "themes", "slug": "skills", "words": "", "order": "shuffle"}
WEEK = {
    "zone": "Asia/Shanghai", "parts": [{"days": [0, 2], "begins": 480, "ends": 600, "show": SHOW, "exact": True}],
    "quiet": [{"days": [6], "begins": 0, "ends": 360}],
    "specials": [{"at": "2030-05-01T19:30", "minutes": 90, "show": SHOW, "title": "五一"}], "filler": None,
}  # fmt: skip


def test_a_channel_is_made_given_a_week_removed_and_brought_back(browser: FlaskClient, key: dict[str, str]) -> None:
    made = browser.post("/api/channels", headers=key, json={"title": "田间频道"})
    assert made.status_code == 201
    address = f"/api/channels/{made.get_json()['slug']}"
    assert made.get_json()["timetable"]["filler"]["kind"] == "latest"
    changed = browser.patch(address, headers=key, json={"timetable": WEEK}).get_json()
    assert changed["title"] == "田间频道"
    assert browser.get(address, headers=key).get_json()["timetable"] == WEEK
    nothing = {"parts": [{"begins": 5, "ends": 5, "show": SHOW}]}
    for wrong in ({"zone": "Nowhere/Here"}, nothing, {"filler": {"kind": "themes"}}):
        assert browser.patch(address, headers=key, json={"timetable": wrong}).status_code == 400
    assert browser.delete(address, headers=key).status_code == 204
    assert browser.get(address, headers=key).status_code == 404
    assert browser.get("/api/channels", headers=key).get_json()["channels"][-1]["removed"]
    assert not browser.post(f"{address}/restore", headers=key).get_json()["removed"]
    now = time.time()
    pause = {"begins_at": now, "ends_at": now + 60, "reason": "默哀"}
    paused = browser.post("/api/channel-pauses", headers=key, json=pause).get_json()
    assert browser.post("/api/channel-pauses", headers=key, json={**pause, "ends_at": 1.0}).status_code == 400
    assert [one["reason"] for one in browser.get("/api/channel-pauses", headers=key).get_json()["pauses"]] == ["默哀"]
    assert browser.delete(f"/api/channel-pauses/{paused['id']}", headers=key).status_code == 204
    assert browser.get("/api/channel-pauses", headers=key).get_json() == {"pauses": []}


def test_a_screening_is_planned_counted_by_its_link_and_taken_out(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    units = add_units(services)
    plan = {"title": "放排号子", "venue": "老礼堂", "at": "2030-05-01T19:30", "show": SHOW, "unit": units[TOWN]}
    made = browser.post("/api/screenings", headers=key, json=plan)
    assert made.status_code == 201 and made.get_json()["show"] == SHOW
    one = f"/api/screenings/{made.get_json()['id']}"
    link = browser.post(f"{one}/link", headers=key).get_json()["address"]
    assert link == browser.post(f"{one}/link", headers=key).get_json()["address"]
    assert "放排号子" in browser.get(link.removeprefix("http://localhost")).text
    assert browser.post("/api/screenings", headers=key, json={**plan, "unit": "nosuch"}).status_code == 400
    assert browser.post("/api/screenings", headers=key, json={**plan, "at": "2030-13-01T19:30"}).status_code == 400
    assert len(browser.get("/api/screenings", headers=key).get_json()["screenings"]) == 1
    assert browser.delete(one, headers=key).status_code == 204
    assert browser.delete(one, headers=key).status_code == 404


def test_a_box_without_a_browser_is_given_an_address(browser: FlaskClient, key: dict[str, str]) -> None:
    browser.post("/api/channels", headers=key, json={"title": "田间频道"})
    slug = browser.get("/api/channels", headers=key).get_json()["channels"][0]["slug"]
    made = browser.post("/api/screens/boxes", headers=key, json={"name": "渡口", "channel": slug})
    assert made.status_code == 201
    told = made.get_json()
    assert told["screen"]["channel"] == slug
    assert browser.get(told["address"].removeprefix("http://localhost")).status_code in (200, 302)


def test_the_hours_in_which_people_play_are_told(services: Services, browser: FlaskClient, key: dict[str, str]) -> None:
    with services.database.begin() as session:
        session.add(PlayHour(day=date.today().isoformat(), hour=20, unit_slug="", plays=9))
    sums = browser.get("/api/statistics?by=hours", headers=key).get_json()["sums"]
    assert [one["plays"] for one in sums] == [None] * 20 + [9] + [None] * 3


def test_lessons_are_narrowed_as_on_the_desk_and_words_are_proposed(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    plant(services.database)
    sound = add_lesson(services, "春笋出土", kind="audio", speaker="周师傅", themes=("skills",))
    film = add_lesson(services, "竹编入门", kind="video", speaker="李师傅")
    for asked, found in {"kind=audio": sound, "speaker=李师傅": film}.items():
        listed = browser.get(f"/api/desk/lessons?{asked}", headers=key).get_json()["lessons"]
        assert [one["id"] for one in listed] == [found], asked
    for nothing in ("parked=true", "year=1950", "place=field"):
        assert browser.get(f"/api/desk/lessons?{nothing}", headers=key).get_json()["total"] == 0
    assert browser.get("/api/desk/speakers?q=zhou", headers=key).get_json() == {"names": ["周师傅"]}
    proposed = browser.get("/api/desk/themes?title=毛竹春笋怎么挖", headers=key).get_json()["proposals"]
    assert "bamboo" in [one["slug"] for one in proposed]
    assert browser.get("/api/desk/themes", headers=key).get_json() == {"proposals": []}


def test_an_editor_reads_what_the_own_unit_takes_of_the_disk(services: Services, browser: FlaskClient) -> None:
    units = add_units(services)
    for unit in (TOWN, OTHER_TOWN):
        add_lesson(services, unit=unit)
    mine = token(services, add_person(services, "wang", "editor", units[TOWN]), "read")
    rooms = browser.get("/api/statistics/room", headers=mine).get_json()["rooms"]
    assert [one["name"] for one in rooms] == [TOWN]
