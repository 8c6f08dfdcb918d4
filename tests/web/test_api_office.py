"""What the county's office and its administrators do over the API: many at once and back, covers, files, people,
units, the log, webhooks, and what is done with uploads beside their bytes.
"""

import time
from typing import Any

from flask.testing import FlaskClient

from medialib.catalogue import arranging, editing, lookups, moves, telling
from medialib.catalogue.seeds import plant
from medialib.catalogue.uploads import Upload
from medialib.services import Services

from .factories import add_lesson
from .signing import COUNTY, OTHER_TOWN, TOWN, VILLAGE, acts, add_person, add_units, client_of, token
from .test_api_media import picture
from .test_readings import PDF


def test_what_was_done_to_many_at_once_is_taken_back_at_once(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    ids = [add_lesson(services, title) for title in ("一", "二")]
    done = browser.post("/api/desk/lessons/bulk", headers=key, json={"lessons": ids, "stage": "archived"}).get_json()
    assert done["changed"] == 2
    undo = f"/api/desk/lessons/bulk/{done['batch']}/undo"
    edits = token(services, add_person(services, "xian", "curator"), "read", "edit")
    assert browser.post(undo, headers=edits).status_code == 403, "what the office does needs the scope for it"
    assert browser.post(undo, headers=key).get_json()["changed"] == 2
    assert {browser.get(f"/api/desk/lessons/{one}", headers=key).get_json()["stage"] for one in ids} == {"published"}
    assert browser.post(undo, headers=key).status_code == 404
    nothing = browser.post("/api/desk/lessons/bulk", headers=key, json={"lessons": ids, "speaker": ""}).get_json()
    assert nothing == {"changed": 0, "batch": None}


def test_all_that_was_done_at_once_is_taken_back_the_last_first(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    plant(services.database)
    lesson, other = add_lesson(services, "一"), add_lesson(services, "二", speaker="周师傅")
    with services.database.begin() as session:
        some = lookups.themes(session)[:3]
        for theme in some:
            theme.position = 0  # as the first below each of several themes
        first, second, third = sorted(theme.slug for theme in some)
        editing.change(session, lesson, {"themes": [second, third]}, by=None)
        editing.change(session, other, {"themes": [first]}, by=None)
        moves.move(session, other, "archived", by=None)
    both, themes = {"lessons": [lesson, other]}, {"add_theme": first, "take_theme": third}
    many = {**both, **themes, "speaker": "周师傅", "stage": "archived"}
    done = browser.post("/api/desk/lessons/bulk", headers=key, json=many).get_json()
    assert done["changed"] == 1, "the other one is all that already"
    path = f"/api/desk/lessons/{lesson}"
    told = browser.get(path, headers=key).get_json()
    assert (told["speaker"], told["themes"], told["stage"]) == ("周师傅", [first, second], "archived")
    undo = browser.post(f"/api/desk/lessons/bulk/{done['batch']}/undo", headers=key)
    assert undo.get_json() == {"changed": 1, "batch": None}, "one lesson, whatever was done to it"
    told = browser.get(path, headers=key).get_json()
    assert (told["speaker"], told["themes"], told["stage"]) == ("", [second, third], "published")


def test_what_others_have_moved_on_since_keeps_nobody_from_taking_back_the_rest(
    services: Services, browser: FlaskClient
) -> None:
    units = add_units(services)
    editor = add_person(services, "bian", "editor", units[TOWN])
    edits = token(services, editor, "read", "edit")
    ids = [add_lesson(services, title, unit=TOWN) for title in "一二三"]
    with services.database.begin() as session:
        for one in ids:
            lookups.lesson(session, one).stage = "draft"
    sent = {"lessons": ids, "stage": "submitted"}
    batch = browser.post("/api/desk/lessons/bulk", headers=edits, json=sent).get_json()["batch"]
    with services.database.begin() as session:
        moves.move(session, ids[1], "published", by=None)
        editing.change(session, ids[2], {"unit_slug": units[OTHER_TOWN]}, by=None)
    undo = browser.post(f"/api/desk/lessons/bulk/{batch}/undo", headers=edits)
    assert (undo.status_code, undo.get_json()) == (200, {"changed": 1, "batch": None})
    with services.database.read() as session:
        assert [lookups.lesson(session, one).stage for one in ids] == ["draft", "published", "submitted"]


def test_deleted_lessons_are_told_until_they_are_back(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    lesson = add_lesson(services, "竹编")
    with services.database.begin() as session:
        moves.move(session, lesson, "archived", by=None)
    path = f"/api/desk/lessons/{lesson}"
    assert browser.delete(path, headers=key).status_code == 204
    (one,) = browser.get("/api/desk/lessons/deleted", headers=key).get_json()["lessons"]
    assert (one["id"], one["title"], one["by_name"]) == (lesson, "竹编", "guan")
    assert browser.post(f"{path}/restore", headers=key).status_code == 200
    assert browser.get("/api/desk/lessons/deleted", headers=key).get_json() == {"lessons": []}


def test_a_collection_gets_a_cover_and_files_to_read(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    with services.database.begin() as session:
        slug = arranging.begin(session, kind="package", title="五月", dated="2024-05", by=None).slug
    path = f"/api/collections/{slug}"
    told = browser.post(f"{path}/cover", headers=key, data=picture()).get_json()
    name = told["cover"].removeprefix("picture:")
    assert name.endswith("-640x360") and services.store.collection_cover(name, 640, "jpg").exists()
    for wrong in (b"<svg/>", b"", picture()[:200]):
        answer = browser.post(f"{path}/cover", headers=key, data=wrong)
        assert answer.status_code == 400 and "JPEG" in answer.get_json()["error"]
    made = browser.post(f"{path}/files?name=施肥表.pdf", headers=key, data=PDF)
    assert made.status_code == 201
    link = made.get_json()["link"]
    changes = browser.get(f"{path}/changes", headers=key).get_json()
    assert changes == {"changes": [], "lacks": ["editorial", "lesson", "film", "task", "reading"]}
    assert browser.get(link, headers=key, buffered=True).data == PDF
    entry = {"kind": "reading", "title": "施肥表", "link": link}
    assert browser.post(f"{path}/entries", headers=key, json=entry).get_json()["entries"][0]["link"] == link
    assert browser.post(f"{path}/files?name=a.exe", headers=key, data=b"MZ").status_code == 400
    assert browser.post(f"{path}/files", headers=key, data=PDF).status_code == 400
    assert browser.post("/api/collections/nosuch/cover", headers=key, data=picture()).status_code == 404
    edits = token(services, add_person(services, "xian", "curator"), "read", "edit")
    assert browser.post(f"{path}/cover", headers=edits, data=picture()).status_code == 403


def test_what_is_otherwise_than_members_saw_it_last_is_told(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    first, second = add_lesson(services, "一"), add_lesson(services, "二")
    with services.database.begin() as session:
        slug = arranging.begin(session, kind="issue", title="乡里本领", dated=None, by=None).slug
    path = f"/api/collections/{slug}"
    browser.put(f"{path}/lessons", headers=key, json={"lessons": [first]})
    assert browser.post(f"{path}/publish", headers=key, json={}).status_code == 200
    assert browser.get(f"{path}/changes", headers=key).get_json() == {"changes": [], "lacks": []}
    browser.put(f"{path}/lessons", headers=key, json={"lessons": [second]})
    browser.patch(path, headers=key, json={"title": "乡里新本领"})
    assert browser.get(f"{path}/changes", headers=key).get_json()["changes"] == [
        {"what": "title", "entry": None, "place": 0},
        {"what": "added", "entry": second, "place": 1},
        {"what": "removed", "entry": first, "place": 0},
    ]


def test_people_are_invited_let_in_again_and_looked_after(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    units = add_units(services)
    body = {"name": "王", "role": "editor", "unit": units[TOWN]}
    made = browser.post("/api/people/invitations", headers=key, json=body)
    assert made.status_code == 201 and made.get_json()["hours"] > 0
    address = made.get_json()["address"].removeprefix("http://localhost")
    assert browser.get(address).status_code == 200
    (one,) = browser.get("/api/people/invitations", headers=key).get_json()["invitations"]
    assert (one["name"], one["role"], one["unit"]) == ("王", "editor", units[TOWN])
    assert "address" not in one, "it is told once"
    assert browser.delete(f"/api/people/invitations/{one['id']}", headers=key).status_code == 204
    assert browser.delete(f"/api/people/invitations/{one['id']}", headers=key).status_code == 404
    assert browser.get(address).status_code == 404
    assert browser.post("/api/people/invitations", headers=key, json={"role": "editor"}).status_code == 400
    wang = add_person(services, "wang", "editor", units[TOWN])
    client_of(services, "wang")
    link = browser.post(f"/api/people/{wang.id}/link", headers=key).get_json()
    assert browser.get(link["address"].removeprefix("http://localhost")).status_code == 200
    assert len(browser.get(f"/api/people/{wang.id}/devices", headers=key).get_json()["devices"]) == 1
    found = browser.get("/api/people?q=wan", headers=key).get_json()["people"]
    assert [one["login"] for one in found] == ["wang"]
    assert acts(services)[0] == "password.link"
    assert browser.post("/api/people/nosuch/link", headers=key).status_code == 404
    weak = token(services, add_person(services, "xian", "curator"), "read", "edit", "publish")
    assert browser.post(f"/api/people/{wang.id}/link", headers=weak).status_code == 403


def test_units_stand_where_they_are_put(services: Services, browser: FlaskClient, key: dict[str, str]) -> None:
    units = add_units(services)

    def beside() -> list[str]:
        rows = browser.get("/api/units", headers=key).get_json()["units"]
        return [one["name"] for one in rows if one["under"] == units[COUNTY]]

    last = beside()[-1]
    slug = next(slug for name, slug in units.items() if name == last)
    assert browser.patch(f"/api/units/{slug}", headers=key, json={"place": 1}).status_code == 200
    assert beside()[0] == last
    browser.patch(f"/api/units/{slug}", headers=key, json={"place": 99})
    assert beside()[-1] == last
    assert browser.patch(f"/api/units/{units[VILLAGE]}", headers=key, json={"place": 0}).status_code == 400
    told = len(acts(services))
    browser.patch(f"/api/units/{slug}", headers=key, json={"place": 99})
    assert len(acts(services)) == told, "it stands there already"


def test_the_log_is_narrowed_to_days(services: Services, browser: FlaskClient, key: dict[str, str]) -> None:
    add_person(services, "wang")

    def total(query: str) -> int:
        answer = browser.get(f"/api/log?act=person.added&{query}", headers=key)
        return int(answer.get_json()["total"])

    today = time.strftime("%Y-%m-%d")
    assert total(f"since={today}&until={today}") == total("") == 2
    assert total("until=2020-01-01") == total("since=9999-12-31") == 0
    assert browser.get("/api/log?since=yesterday", headers=key).status_code == 400


def test_an_address_that_is_told_is_tried_stopped_and_goes_on(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    with services.database.begin() as session:
        made = telling.add(session, address="https://example.org/", events=["lesson.published"], by=None).id
    path = f"/api/webhooks/{made}"
    assert browser.post(f"{path}/test", headers=key).status_code == 200
    (one,) = browser.get(f"{path}/deliveries", headers=key).get_json()["deliveries"]
    assert (one["event"], one["lesson"], one["attempts"], one["problem"]) == ("test", None, 0, "")
    assert browser.post(f"{path}/stop", headers=key).get_json()["stopped"] is True
    assert browser.get(f"{path}/deliveries", headers=key).get_json()["deliveries"][0]["problem"]
    assert browser.post(f"{path}/test", headers=key).status_code == 400
    assert browser.post(f"{path}/go-on", headers=key).get_json()["stopped"] is False
    assert browser.get("/api/webhooks/nosuch/deliveries", headers=key).status_code == 404


def test_captions_that_were_taken_away_come_back(services: Services, browser: FlaskClient, key: dict[str, str]) -> None:
    path = f"/api/desk/lessons/{add_lesson(services)}/captions/zh"
    lines = {"lines": [{"begin": 0, "end": 2, "text": "竹"}]}
    assert browser.put(path, headers=key, json=lines).status_code == 200
    assert browser.post(f"{path}/undo", headers=key).status_code == 404
    browser.delete(path, headers=key)
    assert browser.post(f"{path}/undo", headers=key).get_json()["lines"][0]["text"] == "竹"


def test_an_upload_is_described_cancelled_brought_back_and_sent_in(
    services: Services, browser: FlaskClient, key: dict[str, str]
) -> None:
    plant(services.database)
    units = add_units(services)
    person = add_person(services, "zhen", "editor", units[TOWN])
    mine = token(services, person, "read", "edit")
    now = time.time()
    with services.database.begin() as session:
        session.add(Upload(
            id="one", person_id=person.id, name="竹.mp4", size_bytes=100, received_bytes=40, created_at=now,
            seen_at=now, expires_at=now + 60, unit_slug=units[TOWN],
        ))  # fmt: skip

    def ask(act: str, body: Any = None, headers: dict[str, str] = mine) -> Any:
        method = "PUT" if act == "details" else "POST"
        return browser.open(f"/api/uploads/one/{act}", method=method, headers=headers, json=body)

    told = ask("details", {"title": "竹编入门", "themes": ["skills"], "recorded": "2023-05", "unit": units[VILLAGE]})
    assert (told.status_code, told.get_json()["unit"]) == (200, units[VILLAGE])
    with services.database.read() as session:
        assert session.get_one(Upload, "one").typed == {
            "title": "竹编入门", "themes": ["skills"], "recorded": "2023-05",
        }  # fmt: skip
    assert ask("details", {"recorded": "2023-13"}).status_code == 400
    gone = ask("details", {"themes": ["skills", "nosuch"]})
    assert (gone.status_code, gone.get_json()["error"]) == (400, "没有这个主题。"), "nothing is left out in silence"
    assert ask("details", {"unit": units[COUNTY]}).status_code == 400
    assert ask("submit").get_json()["submits"] is True
    assert ask("withdraw").get_json()["submits"] is False
    assert ask("cancel").status_code == 200
    assert ask("submit").status_code == 410
    assert ask("restore").get_json()["state"] == "sending"
    assert ask("retry").status_code == 200
    assert ask("cancel", headers=key).status_code == 404, "somebody else's"
    assert ask("cancel", headers=token(services, person, "read")).status_code == 403
