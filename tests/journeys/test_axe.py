"""axe-core finds nothing serious on any page of the members, in either theme, in usual and large type, and nothing
sticks out of a phone's screen in either language. A page that is not looked at here fails.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import media
import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Browser
from sqlalchemy import select
from web.factories import add_lesson, add_posters, make_services
from werkzeug.serving import make_server

from medialib.app import create_app
from medialib.catalogue import caption_edits, collected, collecting, edits, tokens
from medialib.catalogue.channels import Screening
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.services import Services
from medialib.web import i18n

from .browsing import chromium

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LESSON, READING, VISITORS = "lesson2345", "reading234", "visitors-token"
TEMPLATES = Path(i18n.__file__).parent / "templates"
PAGES = (
    "/", "/search?q=课", "/search?q=nothing", "/themes", "/themes/{theme}", "/?kind=audio", "/mine", "/places",
    "/places/grove", "/units", "/units/{unit}", "/latest", f"/visitors/{VISITORS}", "/collections",
    "/collections/{series}", "/collections/{package}", "/speakers/周师傅", f"/lessons/{LESSON}", f"/lessons/{READING}",
    f"/lessons/{LESSON}/poster", f"/lessons/{LESSON}/report", "/subscribe?of=collections/{series}", "/nosuch",
)  # fmt: skip
RUN = """() => axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`)
    .concat(document.documentElement.scrollWidth > innerWidth ? ["it is wider than the screen"] : []))"""

pytestmark = [
    pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"),
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
        caption_edits.put(session, LESSON, CaptionTrack(language="zh", label="中文", cues=cues))
        package = edits.new_collection(session, kind="package", title="春笋下山", dated="2023-05")
        collecting.add(session, package, [LESSON, READING])
        collecting.publish(session, package)
        show = {"kind": "latest", "slug": "", "words": "", "order": "listed"}
        digest = tokens.digest(VISITORS)
        session.add(Screening(id="show", title="春茶", venue="村部", at=1.7e9, show=show, token_digest=digest))
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """The templates that were rendered."""
    return set()


@pytest.fixture(scope="module")
def site(services: Services, shown: set[str]) -> Iterator[str]:
    i18n.compile_catalogues()
    app = create_app(services)

    def note(_sender: Flask, template: Template, **_more: object) -> None:
        shown.add(str(template.name))

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with template_rendered.connected_to(note, app):
        yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize(
    ("theme", "size", "language"),
    [("light", "usual", "en"), ("dark", "large", "zh-CN"), ("dark", "usual", "zh-CN"), ("light", "large", "en")],
)
def test_no_page_keeps_anybody_out(
    browser: Browser, site: str, services: Services, shown: set[str], theme: str, size: str, language: str
) -> None:
    with services.database.read() as session:
        slugs = {kind: collected.shelves(session, kind, limit=1)[0].collection.slug for kind in ("series", "package")}
        slugs["unit"] = session.scalars(select(Unit.slug).order_by(Unit.path.desc())).first() or ""
        slugs["theme"] = session.scalars(select(Theme.slug)).first() or ""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale=language, bypass_csp=True, service_workers="block",
        reduced_motion="reduce",
    )  # fmt: skip
    for name, value in (("theme", theme), ("size", size)):
        context.add_cookies([{"name": name, "value": value, "url": site}])
    page = context.new_page()
    page.add_init_script(path=AXE)
    found = {}
    # All pages in one theme and size; where both are unusual or usual, all: elsewhere those with the most on them.
    everything = (theme == "dark") == (size == "large")
    for address in PAGES if everything else ("/", f"/lessons/{LESSON}", "/mine"):
        answer = page.goto(site + address.format(**slugs))
        assert answer is not None and answer.ok != (address == "/nosuch"), address
        page.wait_for_timeout(150)
        if troubles := page.evaluate(RUN):
            found[address] = troubles
    if everything:
        page.goto(f"{site}/lessons/{LESSON}/report")
        page.get_by_role("radio").first.check()
        page.locator("main .btn.primary").click()
        page.wait_for_load_state()
        found |= {"reported": troubles} if (troubles := page.evaluate(RUN)) else {}
        assert member_pages() - shown == set(), "looked at by nobody: add its address to PAGES"
    context.close()
    assert found == {}


def member_pages() -> set[str]:
    """The templates of whole pages of the members."""
    return {one.name for one in TEMPLATES.glob("*.html") if '{% extends "base.html" %}' in one.read_text("utf-8")}
