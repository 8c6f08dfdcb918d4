"""Screens, what members report, and the settings over the API: the rights and the checks are those of the desk."""

import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from medialib.catalogue import channel_edits, reports
from medialib.catalogue.lessons import StepLeft
from medialib.catalogue.screen_edits import Beat, note_beats
from medialib.catalogue.screens import Screen
from medialib.catalogue.timetables import Show, Timetable
from medialib.jobs.queue import BULK
from medialib.services import Services

from .factories import add_lesson
from .signing import OTHER_TOWN, TOWN, VILLAGE, acts, add_person, add_units, token


@pytest.fixture
def units(services: Services) -> dict[str, str]:
    with services.database.begin() as session:
        table = Timetable(filler=Show(kind="latest"))
        channel_edits.add(session, title="field", timetable=table, target_seconds=4, by=None)
    return add_units(services)


@pytest.fixture
def mine(services: Services, units: dict[str, str]) -> dict[str, str]:
    return token(services, add_person(services, "zhen", "editor", units[TOWN]), "read", "edit")


def paired(browser: FlaskClient, key: dict[str, str], **place: Any) -> Any:
    told: Any = browser.post("/tv/pairing").get_json()
    body = {"code": told["code"].lower(), "name": "清水村服务室", **place}
    return browser.post("/api/screens", headers=key, json=body)


def test_a_television_is_paired_changed_told_and_taken_out_of_service(
    services: Services, browser: FlaskClient, mine: dict[str, str], units: dict[str, str]
) -> None:
    made = paired(browser, mine, unit=units[VILLAGE])
    assert made.status_code == 201, made.text
    one = made.get_json()
    assert (one["name"], one["unit"], one["channel"], one["state"]) == ("清水村服务室", units[VILLAGE], None, "silent")
    path = f"/api/screens/{one['id']}"
    changed = browser.patch(path, headers=mine, json={"channel": "field", "group": "村部"}).get_json()
    assert (changed["channel"], changed["group"], changed["name"]) == ("field", "村部", "清水村服务室")
    assert browser.patch(path, headers=mine, json={"channel": None}).get_json()["channel"] is None
    assert browser.patch(path, headers=mine, json={"channel": "nosuch"}).status_code == 404
    assert browser.patch(path, headers=mine, json={"unit": units[OTHER_TOWN]}).status_code == 400
    assert browser.patch(path, headers=mine, json={"unit": None}).status_code == 400, "an editor's stays in the unit"

    def order(**orders: Any) -> Any:
        return browser.post("/api/screens/orders", headers=mine, json={"screens": [one["id"]], **orders})

    (told,) = order(channel="field", volume=30).get_json()["screens"]
    assert told["channel"] == "field"
    with services.database.read() as session:
        orders = session.get_one(Screen, one["id"]).orders
    assert (orders["volume"], orders["reload"]) == (30, False) and orders["number"] > time.time() - 60
    assert order().status_code == order(volume=101).status_code == 400
    assert order(screens=[one["id"], "nosuch"], volume=1).status_code == 404
    assert acts(services)[:2] == ["screens.told", "screens.told"]
    with services.database.begin() as session:
        channel_edits.remove(session, "field", by=None)
    renamed = browser.patch(path, headers=mine, json={"name": "村部"}).get_json()
    assert (renamed["name"], renamed["channel"]) == ("村部", None), "a channel that is gone holds nothing up"
    assert browser.delete(path, headers=mine).status_code == 204
    assert browser.get("/api/screens", headers=mine).get_json() == {"screens": []}
    assert browser.patch(path, headers=mine, json={"name": "x"}).status_code == 404
    assert acts(services)[0] == "screen.revoked"


def test_screens_of_others_are_neither_seen_nor_told_anything(
    services: Services, browser: FlaskClient, mine: dict[str, str], units: dict[str, str]
) -> None:
    office = token(services, add_person(services, "xian", "curator"), "read", "edit")
    there = paired(browser, office, unit=units[OTHER_TOWN], group="村部").get_json()["id"]
    anywhere = paired(browser, office).get_json()["id"]
    assert browser.get("/api/screens", headers=mine).get_json() == {"screens": []}
    for screen_id in (there, anywhere):
        path = f"/api/screens/{screen_id}"
        assert browser.get(path, headers=mine).status_code == 404
        assert browser.patch(path, headers=mine, json={"name": "x"}).status_code == 404
        assert browser.delete(path, headers=mine).status_code == 404
        order = {"screens": [screen_id], "reload": True}
        assert browser.post("/api/screens/orders", headers=mine, json=order).status_code == 404
    assert paired(browser, mine, unit=units[OTHER_TOWN]).status_code == 400

    def listed(query: str) -> list[str]:
        return [one["id"] for one in browser.get(f"/api/screens?{query}", headers=office).get_json()["screens"]]

    assert set(listed("state=silent")) == {there, anywhere}
    assert listed(f"unit={units[OTHER_TOWN]}") == listed("group=村部") == [there]
    assert listed("state=alive") == listed("q=大厅") == listed("channel=field") == []
    reads = token(services, add_person(services, "du", "curator"), "read")
    assert browser.delete(f"/api/screens/{there}", headers=reads).status_code == 403


def test_a_line_runs_where_its_person_may_say_one_and_is_taken_off(
    services: Services, browser: FlaskClient, mine: dict[str, str], units: dict[str, str]
) -> None:
    office = token(services, add_person(services, "xian", "curator"), "read", "edit")
    here = paired(browser, mine, unit=units[VILLAGE], group="村部").get_json()["id"]
    there = paired(browser, office, unit=units[OTHER_TOWN]).get_json()["id"]
    with services.database.begin() as session:
        for one in (here, there):
            session.get_one(Screen, one).token_digest = one  # they are in service
    path, ends_at = "/api/screens/lines", time.time() + 3600

    def say(key: dict[str, str], **line: Any) -> Any:
        return browser.post(path, headers=key, json={"text": "明天停水", "ends_at": ends_at, **line})

    def told(key: dict[str, str]) -> list[Any]:
        found: list[Any] = browser.get(path, headers=key).get_json()["lines"]
        return found

    own = say(mine, unit=units[TOWN])
    assert own.status_code == 201, own.text
    assert {"unit": units[TOWN], "group": "", "screens": [], "removable": True}.items() <= own.get_json().items()
    assert abs(own.get_json()["begins_at"] - time.time()) < 60
    both = say(office, screens=[here, there, here], text="今晚有戏").get_json()
    assert (both["unit"], both["screens"]) == (None, []), "these are all that there are"
    assert say(mine, screens=[here], text="开会").get_json()["screens"] == [here]
    assert say(mine, group="村部", text="集合").get_json()["unit"] == units[TOWN], "of a group the own ones"
    for status, line in ((400, {"unit": units[OTHER_TOWN]}), (403, {}), (404, {"screens": [there]})):
        assert say(mine, **line).status_code == status
    assert say(mine, group="nosuch").status_code == 404
    assert say(office, unit=units[TOWN], group="村部").status_code == say(office, text=" ").status_code == 400
    assert say(office, ends_at=time.time() - 1).status_code == 400
    assert [one["removable"] for one in told(mine)] == [True, False, True, True]
    assert browser.delete(f"{path}/{both['id']}", headers=mine).status_code == 403
    for one in told(office):
        assert browser.delete(f"{path}/{one['id']}", headers=office).status_code == 204
    assert told(mine) == []
    assert browser.delete(f"{path}/{both['id']}", headers=office).status_code == 404


def test_nobody_guesses_the_code_of_a_television(
    services: Services, browser: FlaskClient, units: dict[str, str]
) -> None:
    office = token(services, add_person(services, "xian", "curator"), "read", "edit")
    body = {"code": "22222222", "name": "x", "unit": units[TOWN]}
    answers = [browser.post("/api/screens", headers=office, json=body) for _ in range(40)]
    assert answers[0].status_code == 404 and "屏上会出现新的码" in answers[0].get_json()["error"]
    assert answers[-1].status_code == 429


def test_what_was_shown_on_the_own_screens_is_told(
    services: Services, browser: FlaskClient, mine: dict[str, str], units: dict[str, str]
) -> None:
    lesson = add_lesson(services, "竹编")
    one = paired(browser, mine, unit=units[VILLAGE]).get_json()["id"]
    for day in ("2026-01-02", "2026-01-05"):
        with services.database.begin() as session:
            note_beats(session, [Beat(screen_id=one, at=1.0, day=day, playing={}, shown={lesson: (2, 60.0)})])
    path = "/api/screens/shown?since=2026-01-01&until="
    shown = {"lesson": lesson, "title": "竹编", "screens": 1}
    assert browser.get(f"{path}2026-01-02", headers=mine).get_json()["shown"] == [shown | {"plays": 2, "seconds": 60.0}]
    assert browser.get(f"{path}2026-01-05&screen={one}", headers=mine).get_json()["shown"][0]["plays"] == 4
    assert browser.get("/api/screens/shown", headers=mine).get_json() == {"shown": []}, "the last thirty days"
    assert browser.get(f"{path}2025-01-01", headers=mine).status_code == 400
    other = token(services, add_person(services, "lin", "editor", units[OTHER_TOWN]), "read")
    assert browser.get(f"{path}2026-01-05", headers=other).get_json() == {"shown": []}


def test_what_members_report_is_seen_to_by_those_whose_lesson_it_is(
    services: Services, browser: FlaskClient, mine: dict[str, str], units: dict[str, str]
) -> None:
    lesson = add_lesson(services, "竹编", unit=TOWN)
    with services.database.begin() as session:
        made = reports.add_report(session, lesson_id=lesson, kind="sound", words="听不清", at_seconds=12.0)
        session.flush()
        number = made.id
    (told,) = browser.get("/api/reports", headers=mine).get_json()["reports"]
    assert (told["lesson"], told["title"], told["kind"], told["words"]) == (lesson, "竹编", "sound", "听不清")
    other = token(services, add_person(services, "lin", "editor", units[OTHER_TOWN]), "read", "edit")
    assert browser.get("/api/reports", headers=other).get_json() == {"reports": []}
    assert browser.post(f"/api/reports/{number}/close", headers=other).status_code == 404
    assert browser.post(f"/api/reports/{10**20}/close", headers=mine).status_code == 404
    assert browser.post(f"/api/reports/{number}/close", headers=mine).get_json()["closed_at"] is not None
    assert browser.get("/api/reports", headers=mine).get_json() == {"reports": []}
    assert browser.post(f"/api/reports/{number}/reopen", headers=mine).get_json()["closed_at"] is None
    assert len(browser.get("/api/reports?limit=1", headers=mine).get_json()["reports"]) == 1


def test_administrators_read_the_settings_and_help_the_machine(
    services: Services, browser: FlaskClient, mine: dict[str, str]
) -> None:
    lesson = add_lesson(services)
    with services.database.begin() as session:
        session.add(StepLeft(lesson_id=lesson, step="poster", rank=1, queued_at=1.0, parked=True, attempts=3))
    admin = token(services, add_person(services, "guan", "admin"), "read", "admin")
    told = browser.get("/api/settings", headers=admin).get_json()
    hours = next(one for one in told["settings"] if one["key"] == "hours")
    assert (hours["section"], hours["value"], hours["name"]) == ("limits", 12.0, "一段录像最长几小时")
    assert not hours["chosen"]
    assert (told["state"]["parked"], told["state"]["workers"]) == (1, 0) and told["state"]["free_bytes"] > 0
    before = services.queues.depth(BULK)
    assert browser.post("/api/settings/retry", headers=admin).get_json()["parked"] == 0
    assert browser.post("/api/settings/reindex", headers=admin).status_code == 200
    assert services.queues.depth(BULK) == before + 2 and acts(services)[:2] == ["settings.reindex", "settings.retry"]
    assert browser.get("/api/settings", headers=mine).status_code == 403
