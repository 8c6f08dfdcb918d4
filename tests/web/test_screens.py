"""Televisions over HTTP: pairing, beats, what they may browse, old boxes; and the desk that looks after them."""

import io
import re
import sqlite3
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from medialib import reconciling
from medialib.app import create_app
from medialib.catalogue import (
    caption_edits,
    channel_edits,
    channel_lookups,
    reports,
    screen_edits,
    screen_lookups,
    screenings,
)
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.rights import Viewer
from medialib.catalogue.screen_edits import Beat
from medialib.catalogue.screen_states import state_of, towns
from medialib.catalogue.screens import Pairing, Screen, ScreenPlay
from medialib.catalogue.timetables import Part, Show, Timetable
from medialib.services import Services
from medialib.web.desk.dots import dots_of
from medialib.web.screen.roll import Roll

from .factories import add_lesson, make_services
from .signing import COUNTY, OTHER_TOWN, TOWN, VILLAGE, add_person, add_units, client_of, send

CURATOR = Viewer(role="curator")
Desk = tuple[Services, FlaskClient, dict[str, str]]


@pytest.fixture
def desk(services: Services) -> Desk:
    """The office, signed in, with a channel, a lesson and units."""
    units = add_units(services)
    add_person(services, "office", "curator")
    add_lesson(services, "笋竹两用林", lesson_id="aaaa", seconds=40, themes=("技能培训",))
    with services.database.begin() as session:
        table = Timetable(parts=(Part(begins=0, ends=1440, show=Show(kind="latest")),))
        channel_edits.add(session, title="field", timetable=table, target_seconds=4, by=None)
    return services, client_of(services, "office"), units


def paired(desk: Desk, name: str = "清水村服务室", unit: str = VILLAGE) -> tuple[str, str]:
    """A television's token, and the screen it became."""
    _, office, units = desk
    set_ = office.application.test_client()
    told: Any = set_.post("/tv/pairing").get_json()
    assert set_.post("/tv/token", json={"secret": told["secret"]}).status_code == 204
    answer = send(office, "/desk/screens/new", code=told["code"].lower(), name=name, unit=units[unit], channel="field")
    assert answer.status_code == 302, answer.text
    token: Any = set_.post("/tv/token", json={"secret": told["secret"]}).get_json()
    return token["token"], answer.headers["Location"].partition("?")[0].rpartition("/")[2]


def beat(client: FlaskClient, token: str, **said: Any) -> Any:
    return client.post("/tv/beat", json=said, headers={"Authorization": f"Screen {token}"})


def test_a_set_whose_answer_was_lost_asks_again_until_it_has_shown_itself(desk: Desk) -> None:
    services, office, units = desk
    set_ = office.application.test_client()
    told: Any = set_.post("/tv/pairing").get_json()
    written: list[str] = []

    def note(*arguments: Any) -> None:
        if arguments[2] != "BEGIN" and not arguments[2].startswith(("SELECT", "PRAGMA")):
            written.append(arguments[2])

    event.listen(services.database.engine, "before_cursor_execute", note)
    assert set_.post("/tv/token", json={"secret": told["secret"]}).status_code == 204
    event.remove(services.database.engine, "before_cursor_execute", note)
    assert written == [], "hundreds of sets ask every few seconds"
    send(office, "/desk/screens/new", code=told["code"], name="x", unit=units[VILLAGE])
    lost: Any = set_.post("/tv/token", json={"secret": told["secret"]}).get_json()
    again: Any = set_.post("/tv/token", json={"secret": told["secret"]}).get_json()
    assert beat(set_, lost["token"]).status_code == 404
    assert beat(set_, again["token"]).status_code == 200
    assert set_.post("/tv/token", json={"secret": told["secret"]}).status_code == 404
    assert beat(set_, again["token"]).status_code == 200


def test_a_code_that_is_typed_at_the_last_moment_is_in_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    services, office, units = desk
    set_ = office.application.test_client()
    told: Any = set_.post("/tv/pairing").get_json()
    with services.database.read() as session:
        (ends_at,) = session.scalars(select(Pairing.ends_at))
    monkeypatch.setattr(time, "time", lambda: ends_at - 0.1)
    assert send(office, "/desk/screens/new", code=told["code"], name="x", unit=units[VILLAGE]).status_code == 302
    monkeypatch.setattr(time, "time", lambda: ends_at + 0.1)
    assert set_.post("/tv/token", json={"secret": told["secret"]}).status_code == 200


def test_what_screens_say_while_the_database_is_away_is_written_later(desk: Desk) -> None:
    services = desk[0]
    paired(desk)
    with services.database.read() as session:
        (known,) = screen_lookups.known(session).values()
    roll = Roll(services)

    def away(*_: Any) -> None:
        raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))

    event.listen(services.database.engine, "before_cursor_execute", away)
    roll.note(Beat(screen_id=known.id, at=1.0, day="2026-11-26", playing={}, shown={"aaaa": (1, 30.0)}))
    event.remove(services.database.engine, "before_cursor_execute", away)
    roll._written_at -= 10
    roll.note(Beat(screen_id=known.id, at=2.0, day="2026-11-26", playing={}, shown={"aaaa": (1, 12.0)}))
    with services.database.read() as session:
        (shown,) = screen_lookups.shown(session, CURATOR, since="2026-11-26", until="2026-11-26")
    assert (shown.plays, shown.seconds) == (2, 42.0)


def test_a_channel_that_was_removed_comes_back_with_its_screens(desk: Desk) -> None:
    services, office, _ = desk
    token, _ = paired(desk)
    office.get("/channels/field/480.m3u8")
    with services.database.read() as session:
        begun = channel_lookups.epochs(session, "field", since=0)[0].begin
    assert send(office, "/desk/channels/field/remove", page="/desk/channels").status_code == 302
    page = office.get("/desk/channels").text
    assert "/desk/channels/field/restore" in page and 'href="/desk/channels/field"' not in page
    assert office.get("/desk/channels/field").status_code == 404
    anew = create_app(services).test_client()  # which has looked at nothing yet
    assert anew.get("/channels/field/480.m3u8").status_code == 404
    assert beat(anew, token).get_json()["channel"] is None
    assert "field" not in re.findall(r'data-label="频道">([^<]*)', office.get("/desk/screens/list").text)
    assert send(office, "/desk/channels/field/restore", page="/desk/channels").status_code == 302
    anew = create_app(services).test_client()
    assert beat(anew, token).get_json()["channel"] == "field"
    assert anew.get("/channels/field/480.m3u8").status_code == 200
    with services.database.read() as session:
        assert channel_lookups.epochs(session, "field", since=0)[0].begin == begun, "players go on where they were"


def test_a_line_is_for_a_unit_or_a_group_and_their_editors_take_it_off(desk: Desk) -> None:
    services, office, units = desk
    token, _ = paired(desk)
    other, screen_id = paired(desk, "马洲村", unit=OTHER_TOWN)
    add_person(services, "wang", "editor", units[TOWN])
    editor = client_of(services, "wang", office.application)
    now = time.time()
    times = {name: time.strftime("%Y-%m-%dT%H:%M", time.localtime(now + more)) for name, more in
             (("begin", -60), ("end", 3600))}  # fmt: skip
    line = {"what": "message", "text": "明天停水", **times}
    answer = send(editor, "/desk/screens/told", page="/desk/screens/list", to=f"unit:{units[TOWN]}", **line)
    assert answer.status_code == 302
    refused = send(editor, "/desk/screens/told", page="/desk/screens/list", to=f"unit:{units[OTHER_TOWN]}", **line)
    assert refused.status_code == 400
    set_ = create_app(services).test_client()
    assert [one["text"] for one in beat(set_, token).get_json()["messages"]] == ["明天停水"]
    assert beat(set_, other).get_json()["messages"] == []
    send(office, f"/desk/screens/{screen_id}", name="马洲村", unit=units[OTHER_TOWN], group="礼堂", channel="field")
    send(office, "/desk/screens/told", page="/desk/screens/list", to="group:礼堂", **{**line, "text": "今晚有戏"})
    page = editor.get("/desk/screens/list").text
    assert f"{TOWN} · " in page and "礼堂 · " in page
    (own,) = re.findall(r"/desk/screens/messages/\w+/remove", page)
    both = set(re.findall(r"/desk/screens/messages/\w+/remove", office.get("/desk/screens/list").text))
    (foreign,) = both - {own}
    assert send(editor, foreign, page="/desk/screens/list").status_code == 403
    assert send(editor, own, page="/desk/screens/list").status_code == 302
    set_ = create_app(services).test_client()
    assert [one["text"] for one in beat(set_, other).get_json()["messages"]] == ["今晚有戏"]
    assert beat(set_, token).get_json()["messages"] == []


def test_a_line_for_ticked_screens_is_listed_once_and_taken_off_all_of_them(desk: Desk) -> None:
    services, office, units = desk
    first, first_id = paired(desk)
    second, second_id = paired(desk, "马洲村", unit=OTHER_TOWN)
    third, _ = paired(desk, "竹山村")
    now = time.time()
    begin, end = (time.strftime("%Y-%m-%dT%H:%M", time.localtime(now + more)) for more in (-60, 3600))
    line: dict[str, Any] = {"what": "message", "text": "晚上开会", "begin": begin, "screen": [first_id, second_id]}
    back = {"back": "/desk/screens/list?q=村"}
    wrong = send(office, "/desk/screens/told", page="/desk/screens/list", **line, **back, end=begin)
    assert wrong.status_code == 400 and 'value="晚上开会"' in wrong.text and 'name="q" value="村"' in wrong.text
    assert wrong.text.count('name="screen"') == 3 and wrong.text.count('" checked>') == 2, "nothing is ticked again"
    assert "请先勾选屏" in send(office, "/desk/screens/told", page="/desk/screens/list", what="reload").text
    send(office, "/desk/screens/told", page="/desk/screens/list", **line, end=end)
    page = office.get("/desk/screens/list").text
    assert page.count("晚上开会") == 1 and "<small>2 块屏 ·" in page
    add_person(services, "wang", "editor", units[TOWN])
    editor = client_of(services, "wang", office.application)
    assert "<small>清水村服务室 ·" in editor.get("/desk/screens/list").text, "of the other town nothing is told"

    def told() -> list[int]:
        set_ = create_app(services).test_client()
        return [len(beat(set_, one).get_json()["messages"]) for one in (first, second, third)]

    assert told() == [1, 1, 0]
    for client, left in ((editor, [0, 1, 0]), (office, [0, 0, 0])):
        (remove,) = re.findall(r"/desk/screens/messages/\w+/remove", client.get("/desk/screens/list").text)
        assert send(client, remove, page="/desk/screens/list").status_code == 302
        assert told() == left


def test_what_is_old_is_forgotten_and_what_is_not_stays(desk: Desk) -> None:
    services = desk[0]
    _, screen_id = paired(desk)
    today = time.strftime("%Y-%m-%d")
    with services.database.begin() as session:
        for day in ("2019-01-01", today):
            session.add(ScreenPlay(day=day, screen_id=screen_id, lesson_id="aaaa", plays=1, seconds=5))
        for closed in (None, 1.0, time.time()):
            reports.add_report(session, lesson_id="aaaa", kind="sound", words="", at_seconds=None).closed_at = closed
        channel_edits.remove(session, "field", by=None)
    reconciling.forget_old(services)
    with services.database.begin() as session:
        assert [one.day for one in session.scalars(select(ScreenPlay))] == [today]
        assert sorted(one.closed_at or 0 for one in session.scalars(select(reports.Report)))[0] == 0
        assert session.query(reports.Report).count() == 2
        (gone,) = channel_lookups.removed(session)
        gone.removed_at = 1.0
    reconciling.forget_old(services)
    with services.database.read() as session:
        assert list(channel_lookups.removed(session)) == []


def test_a_code_is_of_letters_that_nobody_mistakes(client: FlaskClient) -> None:
    told: Any = client.post("/tv/pairing").get_json()
    assert re.fullmatch(r"[23456789ABCEFHKPRSXY]{8}", told["code"])
    assert len(screen_edits.ALPHABET) == 20 and told["seconds"] == 600
    picture = client.get(told["qr"])
    assert picture.mimetype == "image/svg+xml" and picture.headers["Cache-Control"] == "no-store"


def test_a_code_works_once_and_for_ten_minutes(desk: Desk) -> None:
    services, office, units = desk
    paired(desk)
    told: Any = office.application.test_client().post("/tv/pairing").get_json()
    with services.database.begin() as session:
        session.execute(update(Pairing).values(ends_at=time.time() - 1))
    answer = send(office, "/desk/screens/new", code=told["code"], name="x", unit=units[TOWN])
    assert answer.status_code == 404 and "十分钟" in answer.text
    with services.database.read() as session:
        assert len(screen_lookups.screens(session, CURATOR)) == 1, "no screen is left of a wrong code"


def test_codes_cannot_be_guessed(desk: Desk) -> None:
    _, office, units = desk
    codes = [
        send(office, "/desk/screens/new", code="22222222", name="x", unit=units[TOWN]).status_code for _ in range(32)
    ]
    assert 429 in codes


def test_one_address_cannot_use_up_all_codes(client: FlaskClient) -> None:
    answers = [client.post("/tv/pairing").status_code for _ in range(202)]
    assert answers[199:] == [200, 429, 429]


def test_the_form_for_a_new_screen_offers_the_first_channel_and_says_when_none_was_chosen(desk: Desk) -> None:
    _, office, units = desk
    assert office.get("/desk/screens/new").text.count('<option value="field" selected>') == 2
    told: Any = office.application.test_client().post("/tv/pairing").get_json()
    made = send(office, "/desk/screens/new", code=told["code"], name="x", unit=units[TOWN], channel="")
    assert "给它选一个频道" in office.get(made.headers["Location"]).text
    sheet = office.get("/desk/screens/sheet").text
    assert "/tv</p>" in sheet and 'class="qr"' in sheet


def test_only_its_digest_is_kept_and_a_revoked_token_is_void(desk: Desk) -> None:
    services, office, _ = desk
    token, screen_id = paired(desk)
    with services.database.read() as session:
        assert token not in repr(session.get_one(Screen, screen_id).__dict__)
    assert beat(office, token).status_code == 200
    assert send(office, f"/desk/screens/{screen_id}/revoke", page="/desk/screens/new").status_code == 302
    fresh = create_app(services).test_client()
    assert beat(fresh, token).get_json()["paired"] is False
    assert fresh.get(f"/s/{token}/channel.m3u8").status_code == 404


def test_a_screen_that_is_revoked_before_it_took_its_token_gets_none(desk: Desk) -> None:
    services, office, units = desk
    told: Any = office.application.test_client().post("/tv/pairing").get_json()
    made = send(office, "/desk/screens/new", code=told["code"], name="x", unit=units[TOWN]).headers["Location"]
    screen_id = made.partition("?")[0].rpartition("/")[2]
    assert send(office, f"/desk/screens/{screen_id}/revoke", page="/desk/screens/new").status_code == 302
    assert office.post("/tv/token", json={"secret": told["secret"]}).status_code == 404
    with services.database.read() as session:
        assert screen_lookups.screens(session, CURATOR) == []


def test_a_beat_tells_the_channel_and_is_written_down(desk: Desk) -> None:
    services, office, _ = desk
    token, screen_id = paired(desk)
    told = beat(office, token, lesson="aaaa", shown={"aaaa": [1, 61.5]}).get_json()
    assert told["channel"] == "field" and told["version"] and told["messages"] == []
    with services.database.read() as session:
        one = session.get_one(Screen, screen_id)
        assert one.playing == {"lesson": "aaaa"} and one.seen_at
        shown = screen_lookups.shown(session, CURATOR, since="2000", until="9999", screen_id=screen_id)
    assert [(row.title, row.plays, row.seconds) for row in shown] == [("笋竹两用林", 1, 61.5)]


def test_what_all_screens_have_shown_is_told_by_lesson(desk: Desk) -> None:
    token, _ = paired(desk)
    beat(desk[1], token, shown={"aaaa": [2, 75]})
    page = desk[1].get("/desk/screens/shown").text
    assert "笋竹两用林" in page and ">1:15<" in page
    assert "笋竹两用林" not in desk[1].get("/desk/screens/shown?since=2001-01-01&until=2001-01-02").text


@pytest.mark.parametrize("said", [{"lesson": "../etc"}, {"shown": {"aaaa": [1, -5]}}, {"nonsense": 1}, {"shown": 3}])
def test_a_beat_that_says_nonsense_is_refused(desk: Desk, said: dict[str, Any]) -> None:
    token, _ = paired(desk)
    assert beat(desk[1], token, **said).status_code == 400


def test_orders_and_messages_reach_the_screens_they_are_for(desk: Desk) -> None:
    services, office, _ = desk
    here, here_id = paired(desk)
    there, _ = paired(desk, "渡口凉亭", OTHER_TOWN)
    send(office, "/desk/screens/told", page="/desk/screens/new", screen=here_id, what="volume", volume="40")
    for wrong in ("101", "x", "²"):
        told = {"screen": here_id, "what": "volume", "volume": wrong}
        assert send(office, "/desk/screens/told", page="/desk/screens/new", **told).status_code == 400
    now = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 60))
    later = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 3600))
    answer = send(
        office, "/desk/screens/told", page="/desk/screens/new", screen=here_id, what="message", text="晚上开会",
        begin=now, end=later,
    )  # fmt: skip
    assert answer.status_code == 302
    fresh = create_app(services).test_client()
    told = beat(fresh, here).get_json()
    assert told["orders"]["volume"] == 40 and [one["text"] for one in told["messages"]] == ["晚上开会"]
    other = beat(fresh, there).get_json()
    assert other["orders"] == {} and other["messages"] == []
    assert "晚上开会" in office.get("/desk/screens/list").text


def test_an_editor_looks_after_the_screens_of_the_own_unit_only(desk: Desk) -> None:
    services, office, units = desk
    _, mine = paired(desk)
    _, foreign = paired(desk, "渡口凉亭", OTHER_TOWN)
    add_person(services, "bian", "editor", units[TOWN])
    editor = client_of(services, "bian", office.application)
    assert editor.get(f"/desk/screens/{mine}").status_code == 200
    assert editor.get(f"/desk/screens/{foreign}").status_code == 404
    assert "渡口凉亭" not in editor.get("/desk/screens/list").text
    assert send(editor, f"/desk/screens/{foreign}/revoke", page="/desk/screens/new").status_code == 404
    refused = send(editor, "/desk/screens/told", page="/desk/screens/new", screen=foreign, what="reload")
    assert refused.status_code == 400
    told: Any = office.application.test_client().post("/tv/pairing").get_json()
    answer = send(editor, "/desk/screens/new", code=told["code"], name="x", unit=units[OTHER_TOWN])
    assert answer.status_code == 400 and "自己的单位" in answer.text


def test_a_picture_is_small_and_really_one(desk: Desk) -> None:
    _, office, _ = desk
    token, screen_id = paired(desk)
    out = io.BytesIO()
    Image.new("RGB", (480, 270), "green").save(out, "JPEG")
    head = {"Authorization": f"Screen {token}"}
    huge = re.sub(b"(\xff\xc0.{3}).{4}", b"\\1\xff\xff\xff\xff", out.getvalue(), flags=re.DOTALL)
    for wrong in (b"<svg/>", huge):
        assert office.post("/tv/picture", data=wrong, headers=head).status_code == 400
    assert office.get(f"/desk/screens/{screen_id}/picture.jpg").status_code == 404
    assert office.post("/tv/picture", data=out.getvalue(), headers=head).status_code == 204
    for address in (f"/desk/screens/{screen_id}/picture.jpg", f"/api/screens/{screen_id}/picture"):
        answer = office.get(address)
        assert answer.mimetype == "image/jpeg" and answer.data[:2] == b"\xff\xd8"
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_old_box_follows_its_channel(desk: Desk) -> None:
    _, office, units = desk
    answer = send(office, "/desk/screens/box", page="/desk/screens/new", name="老街", unit=units[TOWN], channel="field")
    found = re.search(r"http://localhost(/s/[\w-]+/channel.m3u8)", answer.text)
    assert found
    box = office.application.test_client()
    told = box.get(found[1])
    assert told.headers["Location"] == "/channels/field.ts.m3u8"
    assert "老街" in office.get("/desk/screens/list").text


def test_in_a_closed_library_a_screen_sees_what_is_for_everyone(tmp_path: Any) -> None:
    services = make_services(tmp_path / "closed", access={"library": "signed-in"})
    units = add_units(services)
    add_person(services, "office", "curator")
    add_lesson(services, "笋", lesson_id="aaaa", seconds=40)
    with services.database.begin() as session:
        channel_edits.add(
            session, title="field", timetable=Timetable(filler=Show(kind="latest")), target_seconds=4, by=None
        )
    office = client_of(services, "office")
    token, _ = paired((services, office, units))
    nobody = create_app(services).test_client()
    assert nobody.get("/channels/field.m3u8").status_code == 302
    assert nobody.get("/channels/field.m3u8", headers={"Authorization": f"Screen {token}"}).status_code == 200
    for name in ("screen", "__Host-screen"):  # as it was called before, and is over TLS
        set_ = nobody.application.test_client(use_cookies=False)
        over_tls = set_.get("https://localhost/channels/field.m3u8", headers={"Cookie": f"{name}={token}"})
        assert over_tls.status_code == 200, name
    told = nobody.get(f"/s/{token}/channel.m3u8", follow_redirects=True)
    assert told.status_code == 200
    media = nobody.get(f"/s/{token}/channels/field/480.ts.m3u8").text
    assert f"/s/{token}/media/aaaa/" in media and "\n/media/" not in media
    services.index.close()
    services.database.close()


def test_the_cookie_of_a_screen_lasts_as_long_as_it_is_heard_of(desk: Desk) -> None:
    _, office, _ = desk
    token, _ = paired(desk)
    told = beat(office.application.test_client(), token).headers["Set-Cookie"]
    assert told.startswith(f"screen={token};") and "Max-Age=34560000" in told and "HttpOnly" in told


def test_over_tls_the_cookie_of_a_screen_is_for_this_very_host(desk: Desk) -> None:
    _, office, _ = desk
    token, _ = paired(desk)
    set_ = office.application.test_client()
    address = "https://localhost/tv/beat"
    answer = set_.post(address, json={}, headers={"Authorization": f"Screen {token}"})
    told = answer.headers["Set-Cookie"]
    assert told.startswith(f"__Host-screen={token};") and "Secure" in told and "Path=/" in told and "Domain" not in told


def test_the_page_browses_shelves_lists_and_finds_by_initials(desk: Desk) -> None:
    services, office, _ = desk
    add_lesson(services, "竹编", lesson_id="bbbb")
    with services.database.begin() as session:
        cues = (Cue(begin=0, end=1, text="好"),)
        caption_edits.put(session, "bbbb", CaptionTrack(language="zh", label="中文", cues=cues))
    rows: Any = office.get("/tv/shelves.json").get_json()
    cards = [card for row in rows["rows"] for card in row["cards"] if "lesson" in card]
    assert {card["lesson"]: card["captions"] for card in cards} == {"aaaa": False, "bbbb": True}
    titles = {card["title"] for row in rows["rows"] for card in row["cards"]}
    assert "笋竹两用林" in titles
    theme = next(card["list"] for row in rows["rows"] for card in row["cards"] if card.get("list"))
    listed: Any = office.get(f"/tv/list.json?kind={theme['kind']}&slug={theme['slug']}").get_json()
    assert [card["lesson"] for card in listed["cards"]] == ["aaaa"]
    assert office.get("/tv/list.json?kind=secrets").status_code == 404
    assert office.get("/tv/search.json?q=").get_json() == {"cards": []}


def test_the_page_and_its_worker_are_asked_for_again(client: FlaskClient) -> None:
    page = client.get("/tv")
    assert 'data-version="' in page.text and "style=" not in page.text and page.headers["Cache-Control"] == "no-cache"
    worker = client.get("/tv/worker.js")
    assert worker.mimetype == "text/javascript" and worker.headers["Service-Worker-Allowed"] == "/tv"


def test_screens_are_drawn_by_town_and_state(desk: Desk) -> None:
    services, office, _ = desk
    _, one = paired(desk)
    paired(desk, "渡口凉亭", OTHER_TOWN)
    with services.database.begin() as session:
        session.execute(update(Screen).where(Screen.id == one).values(seen_at=time.time() - 90_000))
    page = office.get("/desk/screens").text
    assert "1 块屏在播，1 块没消息" in page and TOWN in page and OTHER_TOWN in page
    with services.database.read() as session:
        rows = [(one, state_of(one, time.time(), late_seconds=3600, silent_seconds=86_400)) for one in
                screen_lookups.screens(session, CURATOR)]  # fmt: skip
    found = {town.slug: dots_of(town) for town in towns(rows, {}, [])}
    assert sorted((bool(dots.alive), bool(dots.silent)) for dots in found.values()) == [(False, True), (True, False)]


def test_screens_of_no_unit_are_listed_alone(desk: Desk) -> None:
    services, office, _ = desk
    paired(desk)
    with services.database.begin() as session:
        session.add(Screen(id="nowhere", name="流动放映车", created_at=time.time(), token_digest="x"))
    assert "/desk/screens/list?unit=-" in office.get("/desk/screens").text
    page = office.get("/desk/screens/list?unit=-").text
    assert re.findall(r'name="screen" value="(.*?)"', page) == ["nowhere"]
    assert '<option value="-" selected>' in page


def test_a_screen_without_a_channel_waits_for_one_and_what_it_is_told_is_not_called_saved(desk: Desk) -> None:
    services, office, _ = desk
    token, screen_id = paired(desk)
    beat(office.application.test_client(), token)
    with services.database.begin() as session:
        session.get_one(Screen, screen_id).channel_slug = None
    page, back = f"/desk/screens/{screen_id}", f"/desk/screens/{screen_id}?told=1"
    assert "等着选频道" in office.get(page).text and "等着选频道" in office.get("/desk/screens/list").text
    assert f'name="back" value="{back}"' in office.get(page).text
    answer = send(office, "/desk/screens/told", page=page, what="reload", screen=screen_id, back=back)
    told = office.get(answer.headers["Location"]).text
    assert "一分钟左右就照办" in told and "保存好了" not in told


def test_a_channel_is_made_previewed_and_saved(desk: Desk) -> None:
    _, office, _ = desk
    row: dict[str, Any] = {
        "part-0-days": ["0", "1", "2", "3", "4", "5", "6"], "part-0-begins": "08:00", "part-0-ends": "12:00",
        "part-0-show": "latest:", "part-0-order": "newest", "part-1-days": ["0"], "part-1-begins": "11:00",
        "part-1-ends": "13:00", "part-1-show": "search:", "part-1-words": "无此物", "quiet-0-days": ["6"],
        "quiet-0-begins": "22:00", "quiet-0-ends": "06:00",
    }  # fmt: skip
    preview = send(office, "/desk/channels/field", title="田间", preview="1", **row)
    assert preview.status_code == 200 and "撞在一起" in preview.text and "没有大家能看的课" in preview.text
    assert send(office, "/desk/channels/field", title="田间", **row).status_code == 302
    page = office.get("/desk/channels/field").text
    assert 'value="08:00"' in page and 'class="clash"' in page and 'class="quiet"' in page
    soon = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 9 * 3600))
    assert "开始" in office.get(f"/desk/channels/field?at={soon}").text
    filled = {**row, "filler-show": "latest:"}
    moved = send(office, "/desk/channels/field", title="田间", preview="1", at=soon, **filled)
    assert "开始" in moved.text and f'value="{soon}"' in moved.text, "of what is not saved yet too"
    again = send(office, "/desk/channels/field?saved=1", title="田间", preview="1", **row).text
    assert "还没有保存" in again and "保存好了" not in again, "as the page is called that was saved before"
    night = {"quiet-0-begins": "00:00", "quiet-0-ends": "00:00", "quiet-0-days": row["part-0-days"]}
    dark = send(office, "/desk/channels/field", title="田间", preview="1", at=soon, **{**row, **night}).text
    assert re.findall(r"<span>(.*?)</span><span class=\"kind\">", dark) == ["安静时段"], "told once, however long"
    wrong = send(office, "/desk/channels/field", title="", **row)
    assert wrong.status_code == 400 and "起个名字" in wrong.text and 'value="无此物"' in wrong.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"part-2-show": "", "part-2-begins": "09:00", "part-2-ends": "10:00"}, "每个时段都要选放什么"),
        ({"special-0-show": "", "special-0-at": "2099-01-01T19:30"}, "每次放映都要选放什么"),
        ({"filler-show": "lesson:", "filler-words": "没有这一课"}, "没有正好叫这个名字的课"),
    ],
)
def test_what_was_drawn_stays_when_something_else_is_wrong(desk: Desk, wrong: dict[str, str], told: str) -> None:
    _, office, _ = desk
    row: dict[str, Any] = {
        "part-1-days": ["2"], "part-1-begins": "06:10", "part-1-ends": "07:20", "part-1-show": "search:",
        "part-1-words": "竹笋", "quiet-0-days": ["6"], "quiet-0-begins": "22:40", "quiet-0-ends": "05:50",
    }  # fmt: skip
    answer = send(office, "/desk/channels/field", title="田间", **row, **wrong)
    assert answer.status_code == 400 and told in answer.text
    for kept in ("06:10", "07:20", "竹笋", "22:40", "05:50", *(one for one in wrong.values() if not one.endswith(":"))):
        assert f'value="{kept}"' in answer.text
    assert "06:10" not in office.get("/desk/channels/field").text


def test_all_channels_are_paused_and_go_on(desk: Desk) -> None:
    _, office, _ = desk
    begin = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 8 * 3600))
    end = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 9 * 3600))
    wrong = send(office, "/desk/channels/pause", page="/desk/channels", begin=end, end=begin, reason="哀悼日")
    assert wrong.status_code == 400 and 'value="哀悼日"' in wrong.text and f'value="{end}"' in wrong.text
    send(office, "/desk/channels/pause", page="/desk/channels", begin=begin, end=end, reason="哀悼日")
    page = office.get("/desk/channels").text
    assert "哀悼日" in page
    found = re.search(r"/desk/channels/pauses/(\w+)/end", page)
    assert found
    send(office, found[0], page="/desk/channels")
    assert "哀悼日" not in office.get("/desk/channels").text


def test_an_editor_plans_screenings_for_the_own_unit_and_those_below_it(desk: Desk) -> None:
    services, office, units = desk
    add_person(services, "wang", "editor", units[TOWN])
    editor = client_of(services, "wang", office.application)
    plan = {"title": "放排号子", "venue": "露天戏台", "at": "2026-11-26T19:30", "screening-show": "latest:"}
    refused = send(editor, "/desk/screenings", **plan, unit=units[OTHER_TOWN])
    assert refused.status_code == 400 and "放排号子" in refused.text
    for unit in ("", units[VILLAGE]):
        assert send(editor, "/desk/screenings", **plan, unit=unit).status_code == 302
    page = editor.get("/desk/screenings").text
    assert page.count("<b>放排号子</b>") == 2 and f'value="{units[OTHER_TOWN]}"' not in page
    with services.database.read() as session:
        assert {one.unit_slug for one in screenings.screenings(session, CURATOR)} == {units[TOWN], units[VILLAGE]}


def test_visitors_of_a_screening_are_counted_by_whoever_has_the_code(desk: Desk) -> None:
    services, office, units = desk
    plan = {"title": "资水放排号子", "venue": "露天戏台", "at": "2026-11-26T19:30", "unit": units[TOWN]}
    answer = send(office, "/desk/screenings", **plan, **{"screening-show": "lesson:", "screening-words": "笋竹两用林"})
    assert answer.status_code == 302, answer.text
    found = re.search(r"/desk/screenings/\w+/link", office.get("/desk/screenings").text)
    assert found
    link = re.search(r"http://localhost(/visitors/[\w-]+)", send(office, found[0], page="/desk/screenings").text)
    assert link
    assert link[1] in send(office, found[0], page="/desk/screenings").text, "the one that hangs there already is good"
    phone = client_of(services, None, office.application)
    assert send(phone, link[1], visitors="many").status_code == 400
    assert "谢谢" in send(phone, link[1], visitors="86", note="下雨").text
    assert phone.get("/visitors/wrong").status_code == 404
    assert "86 人" in office.get("/desk/screenings").text
    with services.database.read() as session:
        reached = screenings.reached(session, since=0, until=9e9, unit_path=f"{units[COUNTY]}/")
    assert [(one.visitors, one.show["slug"]) for one in reached] == [(86, "aaaa")]
    days = "/desk/statistics?span=chosen&since={0}&until={0}"
    assert "放映 1 场，到场 86 人" in office.get(days.format("2026-11-26")).text
    assert "到场" not in office.get(days.format("2026-11-25")).text
