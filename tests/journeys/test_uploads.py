"""Files are sent by programs and from a phone, over networks that are cut, to a server that is killed."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import media
import pytest
import requests
from playwright.sync_api import Page
from sqlalchemy import func, select
from tusclient.client import TusClient

from medialib.catalogue import lookups, people_edits, unit_tree
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.uploads import Upload
from medialib.services import Services, open_with
from medialib.settings import Settings

from .browsing import chromium, sign_in
from .running import Library, until
from .sending import Line, digest, kill_servers, padded, until_sent

PASSWORD = "竹海听风 2023"
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# Where pictures of the pages are put, for people to look at.
PICTURES = os.environ.get("MEDIALIB_PICTURES")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made = Library(
        tmp_path_factory.mktemp("uploads"), LADDER__START_RUNG="240", LADDER__PRESET="ultrafast", SERVER__WORKERS="2"
    )
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def services(library: Library) -> Iterator[Services]:
    """The same library, seen from here, with an editor of a town."""
    opened = open_with(Settings.model_validate({"store": {"url": str(library.store)}}))
    with opened.database.begin() as session:
        county = unit_tree.add(session, name="桃江县", parent_slug=None, by=None)
        town = unit_tree.add(session, name="马迹塘镇", parent_slug=county.slug, by=None)
        people_edits.add_person(
            session, login="wang", name="镇里小王", role="editor", unit_slug=town.slug, password=PASSWORD, by=None
        )
    yield opened
    opened.database.close()


def signed_in(library: Library) -> tuple[requests.Session, str]:
    """A program's session, and the token of the desk's pages."""
    session = requests.Session()
    page = session.get(f"{library.site}/sign-in").text
    token = _token(page)
    session.post(f"{library.site}/sign-in", data={"csrf_token": token, "login": "wang", "password": PASSWORD})
    return session, _token(session.get(f"{library.site}/desk/account").text)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:300]
    return found[1]


def test_tuspy_goes_on_where_a_killed_server_was(library: Library, services: Services) -> None:
    session, token = signed_in(library)
    cookies = "; ".join(f"{one.name}={one.value}" for one in session.cookies)
    client = TusClient(f"{library.site}/desk/uploads", headers={"X-CSRFToken": token, "Cookie": cookies})
    path = padded(media.film(library.folder / "a.mp4", seconds=1), 3_000_000)
    parts: dict[str, Any] = {"chunk_size": 400_000, "upload_checksum": True, "retries": 20, "retry_delay": 0.3}
    with path.open("rb") as file:
        sending = client.uploader(file_stream=file, metadata={"filename": "松土.mp4"}, **parts)
        sending.upload(stop_at=1_200_000)
        upload_id = str(sending.url).rpartition("/")[2]
        assert kill_servers(library) >= 2
        kept = services.store.upload(upload_id).read_bytes()
        assert kept[: sending.offset] == path.read_bytes()[: sending.offset], "what was acknowledged is on disk"
        until(lambda: _answers(library), seconds=60)
        assert sending.get_offset() == sending.offset == 1_200_000
        sending.upload()

    def made() -> dict[str, Any]:
        rows = session.get(f"{library.site}/desk/uploads").json()["uploads"]
        return next((one for one in rows if one["id"] == upload_id and one["state"] == "made"), {})

    until(lambda: bool(made()), seconds=60)
    lesson = made()["lesson"]
    (source,) = library.lesson_folder(lesson["id"]).glob("source*")
    assert digest(source) == digest(path)
    assert lesson["stage"] == "draft"
    assert session.get(f"{library.site}/media/{lesson['id']}/master.m3u8").ok
    assert library.get(f"/media/{lesson['id']}/master.m3u8").status_code in (401, 403, 404), "members do not see it yet"


def _answers(library: Library) -> bool:
    try:
        return requests.get(f"{library.site}/readyz", timeout=2).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_three_files_from_a_phone_arrive_through_two_cuts_and_a_kill(library: Library, services: Services) -> None:
    files = [
        padded(media.film(library.folder / "竹林松土施肥.mp4", seconds=2, size="640x360"), 4_000_000),
        padded(media.film(library.folder / "VID_0002.mp4", seconds=1, hertz=330), 3_000_000),
        padded(media.tone(library.folder / "秋茶采摘.m4a", seconds=2), 2_000_000),
    ]
    with chromium() as browser:
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, locale="zh-CN", is_mobile=True, has_touch=True
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        page.goto(f"{library.site}/desk/upload")
        page.get_by_label("登录名").fill("wang")
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{library.site}/desk/upload")
        shoot(page, "phone-empty")
        line = Line(context, page, bytes_per_second=600_000)
        page.set_input_files("#chooser", [str(one) for one in files])
        page.get_by_label("标题").fill("竹林怎样松土施肥")
        page.get_by_label("一句话介绍").fill("三步管好一片林。")
        page.get_by_label("哪月拍的").fill("2023-05")
        page.get_by_role("button", name="送去审核").click()
        page.get_by_text("全部传上来就送去审核").wait_for()
        until_sent(page, 1_000_000, files)
        shoot(page, "phone-sending")

        line.cut()
        page.locator("#network").wait_for(state="visible")
        assert "网断了" in page.inner_text("#network")
        page.get_by_label("讲课人").fill("李师傅")
        page.get_by_text("先存在这台设备上").wait_for()
        shoot(page, "phone-offline")
        line.go_on()
        page.get_by_text("都存好了").or_(page.get_by_text("全部传上来就送去审核")).first.wait_for()
        until_sent(page, 3_000_000, files)

        assert kill_servers(library) >= 2
        until_sent(page, 5_000_000, files)

        line.go_on(bytes_per_second=30_000)  # what is left does not arrive while the page is opened anew
        page.reload()
        page.locator(".tag", has_text="还没传完").first.wait_for()  # drawn by a script
        shoot(page, "phone-unfinished")
        line.go_on(bytes_per_second=400_000)
        page.set_input_files("#chooser", [str(one) for one in files])
        until_sent(page, 6_000_000, files)
        line.cut()
        page.locator("#network").wait_for(state="visible")
        line.go_on(bytes_per_second=1_500_000)
        page.locator("#done .state", has_text="等审核").wait_for(timeout=60_000)
        page.locator(".tag", has_text="现在就能").nth(1).wait_for(timeout=60_000)
        # Until it was sent, the first one too was among those that can be played, so that two are not all of them.
        until(lambda: _lessons(services).keys() >= {one.name for one in files}, seconds=60)
        shoot(page, "phone-done")
        page.set_input_files("#chooser", str(files[1]))
        page.locator("#network", has_text="已经传过了").wait_for()
        shoot(page, "phone-sent-before")

        _no_serious_finding(page)
        page.set_viewport_size({"width": 1440, "height": 900})
        shoot(page, "office-done")
        _no_serious_finding(page)
    assert errors == []
    lessons = _lessons(services)
    with services.database.read() as session:
        digests = {name: lookups.source(session, one.id).sha256 for name, one in lessons.items()}
    for path in files:
        lesson = lessons[path.name]
        (source,) = library.lesson_folder(lesson.id).glob("source*")
        assert digest(source) == digests[path.name] == digest(path), path.name
    first = lessons["竹林松土施肥.mp4"]
    told = (first.title, first.description, first.recorded, first.speaker, first.stage, first.unit_name)
    assert told == ("竹林怎样松土施肥", "三步管好一片林。", "2023-05", "李师傅", "submitted", "马迹塘镇")
    assert list(services.store.uploads.iterdir()) == []


@pytest.mark.usefixtures("services")
@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_what_was_typed_without_a_network_arrives_whichever_file_is_chosen_by_then(library: Library) -> None:
    files = [media.tone(library.folder / f"{name}.m4a", seconds=1, hertz=at) for name, at in (("甲", 500), ("乙", 600))]
    with chromium() as browser:
        context = browser.new_context(locale="zh-CN", base_url=library.site)
        page = context.new_page()
        page.goto("/desk/upload")
        page.get_by_label("登录名").fill("wang")
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("#chooser").wait_for(state="attached")
        page.wait_for_load_state("networkidle")  # with its scripts

        def tell(file: str, speaker: str) -> None:
            page.locator("#files .name", has_text=file).click()
            page.locator("#details [name=speaker]").fill(speaker)
            page.get_by_text("先存在这台设备上").wait_for()

        context.set_offline(True)
        page.set_input_files("#chooser", [str(one) for one in files])
        tell("甲", "甲师傅")
        tell("乙", "乙师傅")
        context.set_offline(False)
        until(lambda: _speakers(page) >= {"甲师傅", "乙师傅"}, seconds=30)

        page.route("**/details", lambda route: route.abort())
        tell("甲", "甲先生")
        tell("乙", "乙先生")
        page.reload()
        page.unroute("**/details")
        until(lambda: _speakers(page) >= {"甲先生", "乙先生"}, seconds=30)
        kept = "Object.keys(localStorage).filter((key) => key.startsWith('upload-typed'))"
        until(lambda: page.evaluate(kept) == [], seconds=30)


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_the_same_file_in_two_pages_becomes_one_upload_that_either_finishes(
    library: Library, services: Services
) -> None:
    file = padded(media.tone(library.folder / "两页.m4a", seconds=1, hertz=700), 2_500_000)
    with chromium() as browser:
        context = browser.new_context(locale="zh-CN", base_url=library.site)
        one, other = context.new_page(), context.new_page()
        sign_in(one, library.site, "wang", PASSWORD)
        for page in (one, other):
            page.goto("/desk/upload")
            page.wait_for_load_state("networkidle")
        line = Line(context, one, bytes_per_second=200_000)
        one.set_input_files("#chooser", str(file))
        until_sent(one, 1, [file])
        line.go_on(bytes_per_second=25_000)  # its next part takes longer than the other page needs to come in between
        other.set_input_files("#chooser", str(file))
        other.locator("#files .file", has_text="两页").get_by_text("停了就从这里接着传").wait_for()
        one.close()
        until(lambda: file.name in _lessons(services), seconds=60)
    lesson = _lessons(services)[file.name]
    with services.database.read() as session:
        assert lookups.source(session, lesson.id).sha256 == digest(file)
        assert session.scalar(select(func.count()).select_from(Upload).where(Upload.name == file.name)) == 1


def _speakers(page: Page) -> set[str]:
    """Of all that this person sends, as the server knows it."""
    rows = page.request.get("/desk/uploads").json()["uploads"]
    return {one["typed"].get("speaker", "") for one in rows}


def _lessons(services: Services) -> dict[str, Lesson]:
    """By the names of their files."""
    with services.database.read() as session:
        return {lookups.source(session, one.id).name: one for one in lookups.all_lessons(session)}


def shoot(page: Page, name: str) -> None:
    """Nothing runs over the edge; and a picture, when somebody wants to look."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def _no_serious_finding(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then((told) => told.violations)")
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps([(one["id"], [n["html"] for n in one["nodes"]]) for one in serious], indent=1)
