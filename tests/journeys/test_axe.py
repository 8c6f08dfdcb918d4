"""axe-core finds nothing serious on any page of the members, in either theme, in usual and large type."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from web.factories import add_lesson, add_posters, make_services
from werkzeug.serving import make_server

from medialib.app import create_app
from medialib.catalogue import collected, collecting, edits
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.services import Services
from medialib.web import i18n

from .test_pages import ARGUMENTS, CHROMIUM

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LESSON, READING = "lesson2345", "reading234"
PAGES = (
    "/", "/search?q=课", "/search?q=nothing", "/themes", "/?kind=audio", "/mine", "/places", "/units", "/latest",
    "/collections", "/collections/{series}", "/collections/{package}", "/speakers/周师傅", f"/lessons/{LESSON}",
    f"/lessons/{READING}", f"/lessons/{LESSON}/poster", f"/lessons/{LESSON}/report",
    "/subscribe?of=collections/{series}", "/nosuch",
)  # fmt: skip
RUN = """() => axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`))"""

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"),
    pytest.mark.skipif(not AXE.exists(), reason="NOT TESTED: no axe-core here (make setup)"),
]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = make_services(tmp_path_factory.mktemp("library") / "store", site={"name": "桃江微课堂"})
    parts: dict[str, Any] = {
        "unit": "桃江县/马迹塘镇",
        "recorded": "2023-05",
        "themes": ("技能培训",),
        "speaker": "周师傅",
    }
    add_lesson(opened, "笋竹管护课", lesson_id=LESSON, place="grove", series="小桃讲课", number=1, **parts)
    add_lesson(opened, "谷雨课", lesson_id=READING, kind="audio", series="小桃讲课", number=2, **parts)
    for number in range(6):
        add_lesson(opened, f"第{number}课", state="published" if number == 3 else "complete", **parts)
    add_posters(opened, LESSON, "frame")
    with opened.database.begin() as session:
        cues = tuple(Cue(begin=float(at), end=at + 0.9, text=f"第{at}句") for at in range(5))
        edits.put_captions(session, LESSON, CaptionTrack(language="zh", label="中文", cues=cues))
        package = edits.new_collection(session, kind="package", title="春笋下山", dated="2023-05")
        collecting.add(session, package, [LESSON, READING])
        collecting.publish(session, package)
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture(scope="module")
def site(services: Services) -> Iterator[str]:
    i18n.compile_catalogues()
    server = make_server("127.0.0.1", 0, create_app(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.mark.parametrize(
    ("theme", "size"), [("light", "usual"), ("dark", "large"), ("dark", "usual"), ("light", "large")]
)
def test_no_page_keeps_anybody_out(browser: Browser, site: str, services: Services, theme: str, size: str) -> None:
    with services.database.read() as session:
        slugs = {kind: collected.shelves(session, kind, limit=1)[0].collection.slug for kind in ("series", "package")}
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", bypass_csp=True, service_workers="block",
        reduced_motion="reduce",
    )  # fmt: skip
    for name, value in (("theme", theme), ("size", size)):
        context.add_cookies([{"name": name, "value": value, "url": site}])
    page = context.new_page()
    page.add_init_script(path=AXE)
    found = {}
    # All pages in one theme and size; where both are unusual or usual, all: elsewhere those with the most on them.
    for address in PAGES if (theme == "dark") == (size == "large") else ("/", f"/lessons/{LESSON}", "/mine"):
        page.goto(site + address.format(**slugs))
        page.wait_for_timeout(150)
        if serious := page.evaluate(RUN):
            found[address] = serious
    context.close()
    assert found == {}
