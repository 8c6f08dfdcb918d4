"""The API of the desk: tokens within scopes, the same checks as the pages, and a description that is true."""

import json
import time
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.catalogue import api_tokens, changing, editing, moves
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import ApiToken, Person
from medialib.catalogue.plays import SearchDay, SearchMiss
from medialib.catalogue.seeds import plant
from medialib.catalogue.uploads import Upload
from medialib.services import Services

from .factories import add_lesson
from .signing import OTHER_TOWN, PASSWORD, TOWN, add_person, add_units, client_of, send, sign_in, token


@pytest.fixture
def admin(services: Services) -> Person:
    return add_person(services, "guan", "admin")


def test_a_token_acts_for_its_person_within_its_scopes(services: Services, admin: Person, browser: FlaskClient) -> None:
    reads, everything = token(services, admin, "read"), token(services, admin, "read", "publish", "admin")
    assert browser.get("/api/me", headers=reads).get_json() == {
        "id": admin.id, "name": "guan", "role": "admin", "unit": None, "scopes": ["read"],
    }  # fmt: skip
    assert browser.get("/api/people", headers=reads).status_code == 403
    assert browser.get("/api/people", headers=everything).status_code == 200
    answer = browser.post("/api/units", headers=reads, json={"name": "桃江县"})
    assert answer.status_code == 403 and answer.get_json()["error"] == "这个密钥不能做这件事。"
    assert browser.post("/api/units", headers=everything, json={"name": "桃江县"}).status_code == 201
    assert browser.get("/desk/people", headers=everything).status_code == 302, "pages are for people"


def test_a_wrong_token_is_refused_also_where_nobody_needs_one(browser: FlaskClient) -> None:
    for value in ("Bearer nonsense", "Bearer ", "Basic YTpi", "x", "Bearer é"):
        answer = browser.get("/api/lessons", headers={"Authorization": value})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_with_its_time_its_person_or_when_it_is_taken_back(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    wang = add_person(services, "wang", "curator")
    first, second = token(services, wang, "read"), token(services, wang, "read")
    assert browser.get("/api/me", headers=first).status_code == 200
    with services.database.begin() as session:
        kept = api_tokens.of_person(session, wang.id)
        assert kept[0].used_at or kept[1].used_at
        assert all(secret["Authorization"][7:] not in str(vars(one)) for secret in (first, second) for one in kept)
        api_tokens.find(session, first["Authorization"][7:])[1].ends_at = 1.0  # type: ignore[index]
    assert browser.get("/api/me", headers=first).status_code == 401
    headers = token(services, admin, "admin")
    assert browser.post(f"/api/people/{wang.id}/disable", headers=headers).get_json()["can_sign_in"] is False
    assert browser.get("/api/me", headers=second).status_code == 401


def test_nobody_gives_a_program_more_than_the_own_account_may(services: Services) -> None:
    add_person(services, "li", "viewer")
    client = client_of(services, "li")
    page = client.get("/desk/account/keys").text
    assert 'value="read"' in page and 'value="admin"' not in page
    for fields in ({"scope": "admin", "name": "x"}, {"name": "x"}, {"scope": "read", "name": ""}):
        assert send(client, "/desk/account/keys", **fields).status_code == 400
    typed = send(client, "/desk/account/keys", name="县里网站", days="365").text
    assert 'value="县里网站"' in typed and 'value="365" selected' in typed and " checked" not in typed
    answer = send(client, "/desk/account/keys", scope="read", name="网站", days="")
    assert "密钥只显示这一次" in answer.text
    secret = answer.text.partition('readonly value="')[2].partition('"')[0]
    assert secret.startswith("ml_") and secret not in client.get("/desk/account/keys").text
    with services.database.read() as session:
        (made,) = session.query(ApiToken).all()
    client_of(services, "li")
    add_person(services, "other", "admin")
    stranger = client_of(services, "other")
    assert send(stranger, f"/desk/account/keys/{made.id}/remove").status_code == 404
    assert send(client, f"/desk/account/keys/{made.id}/remove").status_code == 302
    assert "还没有密钥" in client.get("/desk/account/keys").text
    assert client.get("/api/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_browser_that_is_signed_in_needs_the_token_of_its_page_to_change_something(
    services: Services, admin: Person
) -> None:
    client = client_of(services)
    sign_in(client, "guan", PASSWORD)
    assert client.get("/api/people").get_json()["people"][0]["login"] == "guan"
    answer = client.post("/api/units", json={"name": "桃江县"})
    assert answer.status_code == 400 and "刷新后再提交" in answer.get_json()["error"]
    assert admin.name == "guan"


def test_people_and_units_are_looked_after_by_the_rules_of_the_desk(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    headers = token(services, admin, "read", "admin")

    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = browser.open(path, method=method, headers=headers, json=body)
        return answer.status_code, answer.get_json()

    assert ask("POST", "/api/units", {"name": "马迹塘镇"})[1]["lessons"] == 0
    slug = ask("GET", "/api/units")[1]["units"][0]["slug"]
    assert ask("PATCH", f"/api/units/{slug}", {"name": "马迹塘"})[1]["name"] == "马迹塘"
    county = ask("POST", "/api/units", {"name": "桃江县"})[1]["slug"]
    assert ask("PATCH", f"/api/units/{slug}", {"under": county})[1]["under"] == county
    assert ask("PATCH", f"/api/units/{county}", {"under": slug})[0] == 400, "not under itself"
    assert ask("PATCH", f"/api/units/{slug}", {"name": "马迹塘", "under": None})[1]["under"] is None
    status, made = ask("POST", "/api/people", {"login": "Wang", "name": "小王", "role": "editor", "unit": slug})
    assert status == 201 and made["login"] == "wang" and made["can_sign_in"] is False
    assert ask("POST", "/api/people", {"login": "wang"})[0] == 400
    assert ask("POST", "/api/people", {"login": "bian", "role": "editor"})[1]["error"].startswith(
        "单位编辑要归到一个单位"
    )
    assert ask("PATCH", f"/api/people/{made['id']}", {"role": "curator", "unit": None})[1]["unit"] is None
    assert ask("PATCH", f"/api/people/{admin.id}", {"role": "viewer"})[0] == 400, "somebody has to administer"
    assert ask("GET", "/api/people/nobody")[0] == 404
    guan = client_of(services, "guan")
    assert guan.get("/desk/people").status_code == 200
    assert ask("POST", f"/api/people/{admin.id}/sign-out")[0] == 200
    assert guan.get("/desk/people").status_code == 302, "all devices, and the program goes on"
    assert ask("POST", "/api/people", {"login": "x2", "more": 1})[1]["error"] == "没有“more”这个参数。"
    assert ask("GET", "/api/units?nonsense=1")[0] == 200, "an operation without parameters passes them over"
    assert ask("GET", "/api/log?act=person.added")[1]["total"] == 2
    assert ask("GET", "/api/log?page=0")[0] == 400


def test_a_collection_is_made_filled_ordered_published_and_withdrawn(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    lessons = [add_lesson(services, title) for title in "一二三"]
    headers = token(services, admin, "read", "publish")

    def ask(method: str, path: str, body: Any = None) -> Any:
        return browser.open(f"/api/collections{path}", method=method, headers=headers, json=body).get_json()

    slug = ask("POST", "", {"kind": "package", "title": "五月", "dated": "2024-05"})["slug"]
    assert "error" in ask("POST", f"/{slug}/publish"), "there is nothing in it"
    assert ask("PUT", f"/{slug}/lessons", {"lessons": lessons})["lessons"] == lessons
    turned = [lessons[2], lessons[0]]
    assert ask("PUT", f"/{slug}/lessons", {"lessons": turned})["lessons"] == turned
    assert ask("POST", f"/{slug}/publish")["published"] is True
    task = {"kind": "task", "title": "砍三根老竹", "text": "拍下来"}
    entries = ask("PUT", f"/{slug}/entries", {"entries": [{"id": turned[0], "note": "先看"}, task]})
    assert [one["kind"] for one in entries["entries"]] == ["lesson", "task"] and entries["waiting"] is True
    assert ask("PATCH", f"/{slug}", {"editorial": "这个月看竹子"})["editorial"] == "这个月看竹子"
    assert ask("POST", f"/{slug}/undo")["editorial"] == ""
    assert ask("POST", f"/{slug}/withdraw")["published"] is False
    assert "error" in ask("PUT", f"/{slug}/lessons", {"lessons": ["nosuch99"]})
    assert [one["slug"] for one in ask("GET", "")["collections"]] == [slug]
    assert ask("DELETE", f"/{slug}") is None
    assert "error" in ask("GET", f"/{slug}")
    assert ask("POST", f"/{slug}/undo")["error"] == "没有这个合集。"


def test_an_editor_reads_the_statistics_of_the_own_unit(services: Services, browser: FlaskClient) -> None:
    units = add_units(services)
    headers = token(services, add_person(services, "zhen", "editor", units[TOWN]), "read")
    assert browser.get("/api/statistics", headers=headers).get_json()["sums"] == []
    assert browser.get("/api/statistics?unit=nosuch", headers=headers).status_code == 404
    assert browser.get("/api/statistics?since=2024-02-01&until=2024-01-01", headers=headers).status_code == 400
    county = next(iter(units.values()))
    assert browser.get(f"/api/statistics?unit={county}&by=themes", headers=headers).status_code == 403


def test_the_page_and_the_document_tell_of_every_operation(browser: FlaskClient) -> None:
    document = browser.get("/api/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    page = browser.get("/api/").text
    for path, operations in document["paths"].items():
        assert path in page
        assert all(one["summary"] in page for one in operations.values())
    assert "/api/lessons/{lesson_id}" in document["paths"]
    names = [one["operationId"] for operations in document["paths"].values() for one in operations.values()]
    assert len(names) == len(set(names))
    english = browser.get("/api/openapi.json?lang=en").get_json()
    assert english["paths"]["/api/units"]["post"]["summary"] == "Makes a unit"


def test_every_route_of_the_api_is_described(services: Services, browser: FlaskClient) -> None:
    import re

    document = browser.get("/api/openapi.json").get_json()
    told = {(path, method.upper()) for path, operations in document["paths"].items() for method in operations}
    made = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in create_app(services).url_map.iter_rules()
        for method in (rule.methods or set()) - ({"HEAD"} if "GET" in (rule.methods or ()) else set())
        if rule.rule.startswith("/api/") and rule.endpoint not in ("api_desk.page", "api_desk.document")
        if method != "OPTIONS" or not getattr(rule, "provide_automatic_options", True)
    }
    assert made == told


def test_the_document_tells_how_a_file_is_sent_by_tus(browser: FlaskClient) -> None:
    paths = browser.get("/api/openapi.json").get_json()["paths"]
    begin, one = paths["/api/tus"]["post"], paths["/api/tus/{upload_id}"]
    needed = {each["name"] for each in begin["parameters"] if each["required"]}
    assert needed == {"Tus-Resumable", "Upload-Length"}
    assert set(begin["responses"]["201"]["headers"]) == {
        "Tus-Resumable", "Location", "Upload-Offset", "Upload-Expires",
    }  # fmt: skip
    assert {"409", "410", "412", "413", "415", "423", "460", "507"} <= set(one["patch"]["responses"])
    assert set(one["patch"]["requestBody"]["content"]) == {"application/offset+octet-stream"}
    assert "content" not in one["head"]["responses"]["404"], "what is asked by HEAD has no body"
    page = browser.get("/api/", headers={"Accept-Language": "zh-CN"}).text
    assert "请求头里" in page and "Upload-Offset" in page


def test_a_lesson_goes_from_draft_to_shelf_and_every_change_can_be_taken_back(
    services: Services, browser: FlaskClient
) -> None:
    units = add_units(services)
    lesson = add_lesson(services, "竹编", unit=TOWN)
    with services.database.begin() as session:
        session.get_one(Lesson, lesson).stage = "draft"
    editor = token(services, add_person(services, "zhen", "editor", units[TOWN]), "read", "edit")
    curator = add_person(services, "xian", "curator")
    edits, publishes = token(services, curator, "read", "edit"), token(services, curator, "read", "edit", "publish")
    place = f"/api/desk/lessons/{lesson}"

    def ask(headers: dict[str, str], method: str, path: str, body: Any = None) -> Any:
        return browser.open(path, method=method, headers=headers, json=body)

    assert ask(editor, "GET", "/api/desk/lessons?stage=draft").get_json()["lessons"][0]["id"] == lesson
    changed = ask(editor, "PATCH", place, {"title": "凉席编织入门", "tags": ["竹"], "description": None}).get_json()
    assert (changed["title"], changed["tags"], changed["stage"]) == ("凉席编织入门", ["竹"], "draft")
    assert ask(editor, "PATCH", place, {"unit": "nosuch"}).status_code == 400
    assert ask(editor, "POST", f"{place}/stage", {"stage": "published"}).status_code == 403
    assert ask(editor, "POST", f"{place}/stage", {"stage": "submitted"}).get_json()["stage"] == "submitted"
    assert ask(edits, "POST", f"{place}/stage", {"stage": "published"}).status_code == 403, "a key for editing only"
    assert ask(publishes, "POST", f"{place}/stage", {"stage": "returned"}).status_code == 400, "without a reason"
    assert ask(publishes, "POST", f"{place}/stage", {"stage": "published"}).get_json()["stage"] == "published"
    assert ask(editor, "POST", f"{place}/history", {"words": "谢谢"}).status_code == 201
    history = ask(editor, "GET", f"{place}/history").get_json()["changes"]
    assert [one["kind"] for one in history[:4]] == ["remark", "stage", "stage", "details"]
    details = next(one for one in history if one["kind"] == "details")
    assert details["may_undo"] and details["person_name"] == "zhen"
    back = ask(editor, "POST", f"{place}/history/{details['id']}/undo").get_json()
    assert (back["title"], back["tags"]) == ("竹编", [])
    assert ask(editor, "POST", f"{place}/history/{details['id']}/undo").status_code == 400
    other = token(services, add_person(services, "lin", "editor", units[OTHER_TOWN]), "read", "edit")
    assert ask(other, "GET", place).status_code == 403
    assert ask(other, "GET", "/api/desk/lessons").get_json()["total"] == 0
    assert ask(editor, "GET", "/api/desk/lessons/nosuch99").status_code == 404


def test_an_editors_program_gives_a_lesson_to_no_other_unit(services: Services, browser: FlaskClient) -> None:
    units = add_units(services)
    headers = token(services, add_person(services, "bian", "editor", units[TOWN]), "read", "edit")
    path = f"/api/desk/lessons/{add_lesson(services, '竹编', unit=TOWN)}"
    assert browser.patch(path, headers=headers, json={"unit": units[OTHER_TOWN]}).status_code == 400
    assert browser.patch(path, headers=headers, json={"unit": None}).status_code == 400
    assert browser.patch(path, headers=headers, json={"unit": units[TOWN], "title": "竹"}).status_code == 200


def test_a_program_takes_back_no_publication_without_the_scope_for_it(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    lesson = add_lesson(services, "竹编")
    with services.database.begin() as session:
        moves.move(session, lesson, "archived", by=None)
        change = moves.move(session, lesson, "published", by=None).id
    path = f"/api/desk/lessons/{lesson}/history/{change}/undo"
    assert browser.post(path, headers=token(services, admin, "read", "edit")).status_code == 403
    assert browser.post(path, headers=token(services, admin, "read", "edit", "publish")).status_code == 200
    huge = f"/api/desk/lessons/{lesson}/history/{10**30}/undo"
    assert browser.post(huge, headers=token(services, admin, "read", "edit")).status_code == 404


def test_undoing_many_leaves_alone_what_belongs_to_others_now(services: Services) -> None:
    units = add_units(services)
    editor = add_person(services, "bian", "editor", units[TOWN])
    ids = [add_lesson(services, title, unit=TOWN) for title in ("一", "二")]
    with services.database.begin() as session:
        editing.change_many(session, ids, lambda _: {"speaker": "李师傅"}, by=editor, batch="b")
        editing.change(session, ids[1], {"unit_slug": units[OTHER_TOWN]}, by=None)
    with services.database.begin() as session:
        assert changing.undo_batch(session, "b", by=editor) == 1
    with services.database.read() as session:
        assert [session.get_one(Lesson, one).speaker for one in ids] == ["", "李师傅"]


def test_captions_are_put_read_and_taken_away_within_a_program_s_scopes(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    lesson, headers = add_lesson(services, "竹编"), token(services, admin, "read", "edit")
    place = f"/api/desk/lessons/{lesson}/captions"
    assert browser.get(place, headers=headers).get_json() == {"captions": []}
    lines = [{"begin": 2, "end": 4.5, "text": "要<b>松土</b><script>"}, {"begin": 0, "end": 2, "text": "竹子"}]
    assert browser.put(f"{place}/zh", headers=token(services, admin, "read"), json={"lines": lines}).status_code == 403
    made = browser.put(f"{place}/zh", headers=headers, json={"lines": lines, "base": 0})
    assert made.status_code == 200 and made.get_json()["lines"][0]["text"] == "竹子"
    assert "script" not in made.text and "<b>松土</b>" in made.get_json()["lines"][1]["text"]
    assert browser.put(f"{place}/zh", headers=headers, json={"lines": lines, "base": 0}).status_code == 409
    content = "1\n00:00:01,000 --> 00:00:02,000\n" + "篾" * 30_000
    told = browser.put(f"{place}/zh", headers=headers, json={"content": content}).get_json()
    assert told["revision"] > made.get_json()["revision"] and len(told["lines"]) == 1
    for wrong in (
        {},
        {"lines": [], "content": "x"},
        {"content": "no captions"},
        {"lines": [{"begin": 3, "end": 1, "text": "x"}]},
    ):
        assert browser.put(f"{place}/zh", headers=headers, json=wrong).status_code == 400, wrong
    assert browser.get(f"{place}/nonsense-nonsense", headers=headers).status_code == 400
    assert browser.delete(f"{place}/zh", headers=headers).status_code == 204
    assert browser.get(f"{place}/zh", headers=headers).status_code == 404


def test_a_program_sees_how_far_its_person_s_uploads_are(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    now, headers = time.time(), token(services, admin, "read")
    other = add_person(services, "wang", "curator")
    with services.database.begin() as session:
        for key, person, ends in (("mine", admin, now + 60), ("theirs", other, now + 60), ("over", admin, now - 1)):
            session.add(Upload(
                id=key, person_id=person.id, name="竹.mp4", size_bytes=100, received_bytes=40, created_at=now,
                seen_at=now, expires_at=ends,
            ))  # fmt: skip
    (one,) = browser.get("/api/uploads", headers=headers).get_json()["uploads"]
    assert (one["id"], one["state"], one["received_bytes"], one["lesson"]) == ("mine", "sending", 40, None)
    assert browser.get("/api/uploads/mine", headers=headers).get_json() == one
    assert browser.get("/api/uploads/theirs", headers=headers).status_code == 404
    assert browser.get("/api/uploads/over", headers=headers).status_code == 410


def test_a_program_sends_a_file_in_parts_and_goes_on_where_it_was(services: Services, browser: FlaskClient) -> None:
    units = add_units(services)
    person = add_person(services, "wang", "editor", units[TOWN])
    headers = token(services, person, "read", "edit") | {"Tus-Resumable": "1.0.0"}
    made = browser.post("/api/tus", headers={**headers, "Upload-Length": "8", "Upload-Metadata": "filename YS5tcDQ="})
    assert made.status_code == 201, made.text
    assert made.headers["Tus-Resumable"] == "1.0.0"
    address = made.headers["Location"].removeprefix("http://localhost")
    assert address.startswith("/api/tus/")
    parts = {**headers, "Content-Type": "application/offset+octet-stream"}
    assert browser.patch(address, headers={**parts, "Upload-Offset": "0"}, data=b"1234").status_code == 204
    assert browser.head(address, headers=headers).headers["Upload-Offset"] == "4"
    (told,) = browser.get("/api/uploads", headers=headers).get_json()["uploads"]
    assert (told["address"], told["name"], told["received_bytes"]) == (address, "a.mp4", 4)
    assert browser.patch(address, headers={**parts, "Upload-Offset": "4"}, data=b"5678").status_code == 204
    assert services.store.upload(told["id"]).read_bytes() == b"12345678"
    reads = token(services, person, "read") | {"Tus-Resumable": "1.0.0", "Upload-Length": "8"}
    assert browser.post("/api/tus", headers=reads).status_code == 403
    broken = {**parts, "Upload-Length": "8", "Upload-Checksum": "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="}
    refused = browser.post("/api/tus", headers=broken, data=b"1234")
    assert (refused.status, set(refused.get_json())) == ("460 Checksum Mismatch", {"error"})
    cookie = client_of(services, "wang")
    assert cookie.post("/api/tus", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "8"}).status_code == 400


def test_themes_are_looked_after_by_a_program_of_the_office(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    plant(services.database)
    reads, writes = token(services, admin, "read"), token(services, admin, "read", "publish")

    def ask(method: str, path: str, body: Any = None, headers: Any = writes) -> Any:
        return browser.open(f"/api/themes{path}", method=method, headers=headers, json=body)

    assert ask("POST", "", {"zh": "养蜂"}, reads).status_code == 403
    made = ask("POST", "", {"zh": "养蜂", "under": "skills"})
    assert made.status_code == 201 and made.get_json()["path"][0] == "skills"
    slug = made.get_json()["slug"]

    def of(answer: Any, slug: str = slug) -> Any:
        return next((one for one in answer.get_json()["themes"] if one["slug"] == slug), None)

    assert of(ask("PATCH", f"/{slug}", {"words": ["蜂箱", "割蜜"]}))["words"] == ["蜂箱", "割蜜"]
    assert of(ask("POST", f"/{slug}/place", {}))["path"] == [slug]
    assert ask("POST", f"/{slug}/place", {"under": slug}).status_code == 400
    assert of(ask("POST", f"/{slug}/merge", {"into": "skills"})) is None
    assert of(ask("POST", "/undo"))["words"] == ["蜂箱", "割蜜"]
    assert of(ask("DELETE", f"/{slug}")) is None
    assert ask("PATCH", "/nosuch", {"zh": "x"}).status_code == 404


def test_many_lessons_are_changed_at_once_and_one_is_deleted_and_brought_back(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    plant(services.database)
    ids, edits = [add_lesson(services, title) for title in "一二"], token(services, admin, "read", "edit")
    both = {"lessons": ids, "speaker": "周师傅", "add_theme": "skills"}
    assert browser.post("/api/desk/lessons/bulk", headers=edits, json=both).get_json()["changed"] == 2
    path = f"/api/desk/lessons/{ids[0]}"
    told = browser.get(path, headers=edits).get_json()
    assert (told["speaker"], told["themes"]) == ("周师傅", ["skills"])
    down = {"lessons": ids, "stage": "archived"}
    with services.database.begin() as session:
        for lesson in session.query(Lesson):
            lesson.stage = "submitted"
    shelf = {"lessons": ids, "stage": "published"}
    assert browser.post("/api/desk/lessons/bulk", headers=edits, json=shelf).status_code == 403
    office = token(services, admin, "read", "edit", "publish")
    assert browser.post("/api/desk/lessons/bulk", headers=office, json=shelf).get_json()["changed"] == 2
    assert browser.delete(path, headers=office).status_code == 400, "it is on the shelf"
    assert browser.post("/api/desk/lessons/bulk", headers=office, json=down).get_json()["changed"] == 2
    assert browser.delete(path, headers=office).status_code == 204
    assert browser.get(path, headers=office).status_code == 404
    assert browser.post(f"{path}/restore", headers=office).get_json()["title"] == "一"
    assert browser.get(f"{path}/statistics", headers=office).get_json()["plays"] is None


def test_long_texts_in_chinese_fit_and_a_collection_is_copied(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    headers, lesson = token(services, admin, "read", "publish"), add_lesson(services, "竹编")
    made = browser.post(
        "/api/collections", headers=headers, json={"kind": "package", "title": "五月", "dated": "2024-05"}
    )
    path = f"/api/collections/{made.get_json()['slug']}"
    texts = {"editorial": "竹" * 15_000, "cover": "drawn:tea"}
    assert len(json.dumps(texts)) > 64 * 1024
    assert browser.patch(path, headers=headers, json=texts).get_json()["cover"] == "drawn:tea"
    assert browser.patch(path, headers=headers, json={"cover": "drawn:../x"}).status_code == 400
    assert browser.post(f"{path}/entries", headers=headers, json={"id": lesson}).get_json()["lessons"] == [lesson]
    copied = browser.post(f"{path}/copy", headers=headers, json={"title": "六月", "dated": "2024-06"})
    assert copied.status_code == 201 and copied.get_json()["lessons"] == [lesson]
    browser.post(f"{path}/publish", headers=headers, json={})
    browser.put(f"{path}/lessons", headers=headers, json={"lessons": []})
    assert browser.post(f"{path}/discard", headers=headers).get_json()["waiting"] is False


def test_the_office_s_program_reads_what_was_looked_for_in_vain(
    services: Services, admin: Person, browser: FlaskClient
) -> None:
    today = date.today().isoformat()
    with services.database.begin() as session:
        session.add(SearchDay(day=today, searches=90, missed=3))
        session.add(SearchMiss(day=today, digest="a", words="插秧机", times=9))
    add_lesson(services, "竹编")
    headers = token(services, admin, "read")
    told = browser.get("/api/statistics/searches", headers=headers).get_json()
    assert told == {
        "searches": 90, "missed": None, "words": [{"words": "插秧机", "times": 9, "last_day": today}],
    }  # fmt: skip
    assert browser.get("/api/statistics/searches?since=2024-02-01&until=2024-01-01", headers=headers).status_code == 400
    assert browser.get("/api/statistics/room", headers=headers).get_json()["rooms"][0]["lessons"] == 1


def test_a_link_opens_a_lesson_until_it_is_taken_back(services: Services, browser: FlaskClient) -> None:
    units = add_units(services)
    lesson = add_lesson(services, "竹编", unit=TOWN)
    with services.database.begin() as session:
        session.get_one(Lesson, lesson).access = "link"
    headers = token(services, add_person(services, "wang", "editor", units[TOWN]), "read", "edit")
    address = f"/api/desk/lessons/{lesson}/links"
    made = browser.post(address, headers=headers, json={"label": "给老师", "days": 30}).get_json()
    (told,) = browser.get(address, headers=headers).get_json()["links"]
    assert (told["id"], told["label"]) == (made["id"], "给老师") and told["ends_at"] > time.time() + 29 * 86_400
    player = made["player"].removeprefix("http://localhost")
    assert browser.get(f"/media/{lesson}/master.m3u8").status_code in (401, 403, 404)
    assert browser.get(player).status_code == 200
    assert browser.delete(f"{address}/{told['id']}", headers=headers).status_code == 204
    assert browser.get(player).status_code in (401, 403, 404)
    assert browser.get(address, headers=headers).get_json() == {"links": []}
    assert browser.delete(f"{address}/{told['id']}", headers=headers).status_code == 404
    other = token(services, add_person(services, "zhang", "editor", units[OTHER_TOWN]), "read", "edit")
    assert browser.post(address, headers=other, json={}).status_code in (403, 404)
