"""The upload page: what it shows, what is typed there, and what its script asks of the server."""

import html
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import medialib
from medialib import arrivals
from medialib.catalogue import lookups
from medialib.catalogue.seeds import plant
from medialib.catalogue.uploads import Upload
from medialib.errors import UnusableMedia
from medialib.jobs.queue import HOT
from medialib.services import Services

from .factories import add_lesson, make_services
from .signing import OTHER_TOWN, TOWN, VILLAGE, client_of, send
from .test_tus import Sender, file_of, sender_of


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = make_services(tmp_path_factory.mktemp("uploading") / "store", uploads={"form_megabytes": 1})
    plant(opened.database)
    yield opened
    opened.database.close()


@pytest.fixture(scope="module")
def sender(services: Services) -> Sender:
    return sender_of(services)


def rows(sender: Sender) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in sender.client.get("/desk/uploads").get_json()["uploads"]}


def post(sender: Sender, address: str, **given: Any) -> Any:
    headers = {"X-CSRFToken": sender.token}
    return sender.client.post(address, json=given, headers=headers)


def slug(services: Services, name: str) -> str:
    with services.database.read() as session:
        return next(one.slug for one in lookups.units(session) if one.name == name)


def become(services: Services, address: str, state: str, lesson_id: str | None, message: str = "") -> None:
    """As the worker would leave it."""
    with services.database.begin() as session:
        upload = session.get_one(Upload, address.rpartition("/")[2])
        upload.state, upload.lesson_id, upload.message = state, lesson_id, message
        upload.received_bytes = upload.size_bytes


def test_the_page_lists_what_is_under_way(services: Services, sender: Sender) -> None:
    address = sender.begin(1000, filename="竹林.mp4", fingerprint="1000-a-b")
    sender.patch(address, 0, b"x" * 400)
    page = sender.client.get("/desk/upload").text
    known = json.loads(html.unescape(page.split('data-known="')[1].split('"')[0]))
    assert "竹林.mp4" in [one["name"] for one in known]
    row = rows(sender)[address.rpartition("/")[2]]
    assert (row["state"], row["received_bytes"], row["size_bytes"]) == ("sending", 400, 1000)
    assert (row["fingerprint"], row["unit"], row["address"]) == ("1000-a-b", slug(services, TOWN), address)
    other = sender_of(services, "qita", "editor", OTHER_TOWN)
    assert rows(other) == {}


def test_two_pages_that_choose_the_same_file_make_one_upload(sender: Sender) -> None:
    same = {"fingerprint": "700-c-d", "again": "1"}
    first = sender.begin(700, filename="a.mp4", **same)
    sender.patch(first, 0, b"x" * 300)
    other = sender.create(700, b"", filename="b.mp4", **same)
    assert (other.status_code, other.headers["Location"], other.headers["Upload-Offset"]) == (200, first, "300")
    assert sender.begin(701, **same) != first, "a file of another size"
    assert sender.begin(700, fingerprint="700-c-d") != first, "a program that does not ask for it begins anew"
    assert sender.create(700, b"x" * 700, **same).status_code == 201, "what comes with bytes is new"
    post(sender, f"{first}/cancel")
    assert sender.create(700, b"", **same).headers["Location"] != first


def test_one_file_chosen_for_two_units_is_one_upload_and_the_second_page_says_whose(
    services: Services, sender: Sender
) -> None:
    same = {"filename": "a.mp4", "fingerprint": "700-e-f", "again": "1"}
    first = sender.begin(700, unit=slug(services, VILLAGE), **same)
    other = sender.create(700, b"", unit=slug(services, TOWN), **same)
    assert (other.status_code, other.headers["Location"]) == (200, first)
    assert rows(sender)[first.rpartition("/")[2]]["unit"] == slug(services, VILLAGE)
    words = html.unescape(sender.client.get("/desk/upload").text.split('data-words="')[1].split('"')[0])
    assert "已经在另一个网页上传（单位：{unit}）" in json.loads(words)["sharedTells"]


def test_what_is_typed_is_kept_with_the_upload(services: Services, sender: Sender) -> None:
    address = sender.begin(1000)
    typed = {"title": " 竹编\0 ", "description": "一\r\n二", "recorded": "2023-05", "themes": ["skills", "none"]}
    answer = post(sender, f"{address}/details", **typed, unit=slug(services, VILLAGE))
    kept = {"title": "竹编", "description": "一\n二", "recorded": "2023-05", "themes": ["skills"]}
    assert answer.get_json()["typed"] == kept
    assert answer.get_json()["unit"] == slug(services, VILLAGE)
    assert rows(sender)[address.rpartition("/")[2]]["typed"] == kept


@pytest.mark.parametrize(
    "given", [{"title": "竹" * 201}, {"recorded": "2023-13"}, {"recorded": "1023-05"}, {"recorded": "May"}]
)
def test_what_cannot_be_kept_is_refused(services: Services, sender: Sender, given: dict[str, Any]) -> None:
    address = sender.begin(1000)
    post(sender, f"{address}/details", title="竹", unit=slug(services, TOWN))
    answer = post(sender, f"{address}/details", unit=slug(services, TOWN), **given)
    assert answer.status_code == 400 and answer.get_json()["error"]
    assert rows(sender)[address.rpartition("/")[2]]["typed"] == {"title": "竹"}


def test_nobody_types_for_another_unit_or_another_person(services: Services, sender: Sender) -> None:
    address = sender.begin(1000)
    assert post(sender, f"{address}/details", unit=slug(services, OTHER_TOWN)).status_code == 400
    assert post(sender, f"{address}/details", unit="").status_code == 400
    other = sender_of(services, "bieren", "admin", TOWN)
    for act in ("details", "cancel", "restore", "retry", "submit", "withdraw"):
        assert post(other, f"{address}/{act}", title="x").status_code == 404
    assert sender.ask("POST", f"{address}/details", b"[1]", Content_Type="application/json").status_code == 400


def test_themes_are_proposed_for_what_is_typed(sender: Sender) -> None:
    answer = post(sender, "/desk/uploads/themes", title="竹编凉席的编织技法", description="")
    assert {"slug", "name"} == set(answer.get_json()["themes"][0])
    assert post(sender, "/desk/uploads/themes", title="", description="").get_json() == {"themes": []}


def test_cancelling_can_be_taken_back(services: Services, sender: Sender) -> None:
    address = sender.begin(10)
    sender.patch(address, 0, b"abcd")
    assert post(sender, f"{address}/cancel").status_code == 200
    assert sender.ask("HEAD", address).status_code == 410
    assert address.rpartition("/")[2] not in rows(sender)
    assert post(sender, f"{address}/restore").status_code == 200
    assert sender.offset(address) == 4
    post(sender, f"{address}/cancel")
    with services.database.begin() as session:
        session.get_one(Upload, address.rpartition("/")[2]).expires_at = 1
    arrivals.sweep(services)
    assert not file_of(services, address).exists()
    assert post(sender, f"{address}/restore").status_code == 404


def test_what_was_cancelled_comes_back_only_while_there_is_room(tmp_path: Path) -> None:
    services = make_services(tmp_path / "store", uploads={"unit_files": 1})
    sender = sender_of(services)
    first = sender.begin(10)
    post(sender, f"{first}/cancel")
    second = sender.begin(10)
    answer = post(sender, f"{first}/restore")
    assert answer.status_code == 507 and answer.get_json()["error"]
    post(sender, f"{second}/cancel")
    assert post(sender, f"{first}/restore").status_code == 200
    services.database.close()


def test_another_file_takes_the_place_of_one_that_was_refused(services: Services, sender: Sender) -> None:
    first = sender.begin(10, filename="坏.mp4")
    post(sender, f"{first}/details", title="晒笋干", unit=slug(services, VILLAGE))
    become(services, first, "refused", None, UnusableMedia("This file is empty. Please send it again.").message)
    row = rows(sender)[first.rpartition("/")[2]]
    assert row["state"] == "refused" and row["message"].startswith("这个文件是空的")
    second = sender.begin(20, filename="好.mp4", instead=first.rpartition("/")[2])
    found = rows(sender)
    assert first.rpartition("/")[2] not in found
    assert found[second.rpartition("/")[2]]["typed"] == {"title": "晒笋干"}
    assert found[second.rpartition("/")[2]]["unit"] == slug(services, VILLAGE)


def test_a_file_that_could_not_be_looked_at_can_be_tried_again(services: Services, sender: Sender) -> None:
    address = sender.begin(10)
    become(services, address, "failed", None, "The machine is short of memory. Please send this file again in a while.")
    told = services.queues.depth(HOT)
    assert post(sender, f"{address}/retry").get_json()["state"] == "whole"
    assert services.queues.depth(HOT) == told + 1


def test_a_lesson_that_was_made_shows_how_far_it_is_and_takes_what_is_typed(services: Services, sender: Sender) -> None:
    address = sender.begin(10, filename="竹.mp4")
    lesson = add_lesson(services, "竹", unit=TOWN)
    become(services, address, "made", lesson)
    row = rows(sender)[address.rpartition("/")[2]]
    assert row["lesson"]["page"] == f"/lessons/{lesson}" and row["typed"]["title"] == "竹"
    assert {one["part"] for one in row["lesson"]["renditions"]} == {0}
    answer = post(sender, f"{address}/details", title="竹编", themes=["skills"], unit=slug(services, VILLAGE))
    assert answer.get_json()["lesson"]["title"] == "竹编"
    with services.database.read() as session:
        now = lookups.lesson(session, lesson)
        assert (now.title, now.unit_name, [theme.slug for theme in now.themes]) == ("竹编", VILLAGE, ["skills"])
        assert now.revision > 1, "search hears of it"
    without = post(sender, f"{address}/details", title="", unit=slug(services, VILLAGE)).get_json()
    assert without["lesson"]["title"] == "竹编"


def test_a_duplicate_leads_to_its_lesson(services: Services, sender: Sender) -> None:
    address = sender.begin(10)
    lesson = add_lesson(services, "老课", unit=TOWN)
    become(services, address, "duplicate", lesson)
    assert rows(sender)[address.rpartition("/")[2]]["lesson"]["title"] == "老课"
    assert post(sender, f"{address}/details", title="x", unit=slug(services, TOWN)).status_code == 400


def test_a_browser_without_javascript_sends_a_file_by_a_form(services: Services, sender: Sender) -> None:
    fields = {"title": "晒笋干", "unit": slug(services, VILLAGE), "recorded": "2023-05", "description": ""}
    file = (io.BytesIO(b"x" * 200_000), "晒.mp4")
    answer = send(sender.client, "/desk/upload", file=file, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/upload?sent=1")
    row = next(one for one in rows(sender).values() if one["name"] == "晒.mp4")
    assert row["state"] == "whole" and row["typed"] == {"title": "晒笋干", "recorded": "2023-05"}
    assert file_of(services, row["address"]).stat().st_size == 200_000
    for bad in ({**fields}, {**fields, "file": (io.BytesIO(b"x"), "a.mp4"), "recorded": "?"}):
        refused = send(sender.client, "/desk/upload", **bad)
        assert refused.status_code == 400 and 'role="alert"' in refused.text
    form = "multipart/form-data; boundary=x"
    assert sender.ask("POST", "/desk/upload", b"x" * 1_100_000, Content_Type=form).status_code == 413


def test_viewers_see_no_upload_page(services: Services) -> None:
    viewer = sender_of(services, "kanke", "viewer", TOWN)
    assert viewer.client.get("/desk/upload").status_code == 403
    assert client_of(services).get("/desk/upload").status_code == 302


_REFUSED = """
globalThis.window = { tus: { Upload: class { constructor() { this.options = { chunkSize: 1 }; } start() {} } } };
globalThis.addEventListener = globalThis.removeEventListener = () => {};
globalThis.setTimeout = () => 0;
const file = new Sending(null, "", "", () => {});
const answered = (status) => {
  file.start();
  file.failed({ originalResponse: { getStatus: () => status } });
  return file.state;
};
const states = [423, 0, 423, 409, 503].map(answered);
Date.now = ((now) => () => now + 60_000)(Date.now());
console.log(JSON.stringify([...states, answered(423)]));
"""


_PAUSED = """
class Upload { constructor() { this.options = { chunkSize: 1 }; } start() {} abort() {} }
globalThis.window = { tus: { Upload } };
globalThis.addEventListener = globalThis.removeEventListener = () => {};
let ready;
globalThis.checksum = () => new Promise((resolve) => (ready = resolve));
const headers = [];
const request = (name) => ({
  getMethod: () => "PATCH", getHeader: () => "0", setHeader: (_, value) => headers.push(`${name} ${value}`),
});
const file = new Sending({ slice: () => null }, "", "", () => {});
const ends = [];
file.start();
file.addChecksum(request("first")).then(() => ends.push("first"));
const late = ready;
file.pause();
file.start();
file.addChecksum(request("second")).then(() => ends.push("second"));
late("of the first");
ready("of the second");
setTimeout(() => console.log(JSON.stringify([headers, ends])), 1);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_a_part_that_was_paused_before_it_left_is_not_sent_beside_the_next() -> None:
    script = (Path(medialib.__file__).parent / "web" / "static" / "upload-sending.js").read_text(encoding="utf8")
    program = re.sub(r"^import .*$|^export ", "", script, flags=re.MULTILINE) + _PAUSED
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [["second of the second"], ["second"]]


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_a_page_whose_own_connection_hangs_is_not_told_of_another_page() -> None:
    script = (Path(medialib.__file__).parent / "web" / "static" / "upload-sending.js").read_text(encoding="utf8")
    program = re.sub(r"^import .*$|^export ", "", script, flags=re.MULTILINE) + _REFUSED
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == ["elsewhere", "offline", "busy", "busy", "busy", "elsewhere"]


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_no_file_and_no_speed_is_said_to_be_nothing() -> None:
    script = (Path(medialib.__file__).parent / "web" / "static" / "sizes.js").read_text(encoding="utf8")
    sizes = [0, 1, 37_400, 99_999, 100_000, 1_240_000, 38_400_000, 12_345_678_901]
    program = f"{script.replace('export ', '')}\nconsole.log(JSON.stringify({sizes}.map(sizeOf)));"
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == ["0 MB", "1 KB", "38 KB", "100 KB", "0.1 MB", "1.2 MB", "38 MB", "12,346 MB"]
