"""axe-core finds nothing serious on any page of the members, in either theme, in usual and large type; nothing sticks
out of a phone's screen or speaks the other language; the keyboard gets everywhere. A page that is not looked at fails.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import media
import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Page
from sqlalchemy import select
from web.factories import add_lesson, add_posters, make_services

from medialib.app import create_app
from medialib.catalogue import caption_edits, collected, collecting, edits, tokens
from medialib.catalogue.channels import Screening
from medialib.catalogue.collections import CollectionKind
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.services import Services
from medialib.web import i18n

from .browsing import chromium
from .running import answering

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
KINDS: tuple[CollectionKind, ...] = ("series", "package", "issue", "featured")
LESSON, READING, VISITORS = "lesson2345", "reading234", "visitors-token"
TEMPLATES = Path(i18n.__file__).parent / "templates"
PAGES = (
    "/", "/search?q=课", "/search?q=nothing", "/themes", "/themes/{theme}", "/?kind=audio", "/mine", "/places",
    "/places/grove", "/units", "/units/{unit}", "/latest", f"/visitors/{VISITORS}", "/collections",
    "/collections/{series}", "/collections/{package}", "/collections/{issue}", "/collections/{featured}",
    "/speakers/周师傅", f"/lessons/{LESSON}", f"/lessons/{READING}", f"/lessons/{LESSON}/poster",
    f"/lessons/{LESSON}/report", "/subscribe?of=collections/{series}", "/nosuch",
)  # fmt: skip
# Sheets and lists that lie over a page: the page, and what opens them.
OPENED = (
    ("/search?q=课", ".narrow-by summary"),
    *((f"/lessons/{LESSON}", f"[data-opens={sheet}]") for sheet in ("share", "more", "keep")),
)
# The page as it is, in every theme and size: switched in place, as the server says both in attributes of the root.
# After the first look only what these can change is looked at.
LOOK = """async () => {
    const { dataset } = document.documentElement;
    const found = [];
    const options = { resultTypes: ["violations"] };
    const changing = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"];
    for (const [theme, size] of [["light", ""], ["dark", ""], ["dark", "large"], ["light", "large"]]) {
        dataset.theme = theme;
        if (size) dataset.size = size; else delete dataset.size;
        const { violations } = await axe.run(options);
        options.runOnly = { type: "rule", values: changing };
        for (const one of violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
            const nodes = one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ");
            found.push(`${theme} ${size} ${one.id}: ${nodes}`);
        }
        if (document.documentElement.scrollWidth > innerWidth) found.push(`${theme} ${size} is wider than the screen`);
    }
    dataset.theme = "light";
    delete dataset.size;
    return found;
}"""
# What is read on a page or read out, without what says that it is in another language.
WORDS = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const said = [document.title];
    while (texts.nextNode()) {
        const holder = texts.currentNode.parentElement;
        if (!holder.closest("[lang], script, noscript")) said.push(texts.currentNode.data);
    }
    for (const one of document.querySelectorAll("[aria-label], [alt], [title], [placeholder]")) {
        for (const name of ["aria-label", "alt", "title", "placeholder"]) said.push(one.getAttribute(name) ?? "");
    }
    return said.map((one) => one.trim()).filter(Boolean);
}"""
# Walks with the keyboard: how many stops there are to make; each that is made is looked at.
STOPS = """() => {
    const wanted = "a[href], button, input, select, textarea, summary, [tabindex]";
    const shown = (one) => one.checkVisibility() && !one.closest("dialog:not([open])") && one.tabIndex >= 0;
    const radio = (one) => one.type === "radio" && !one.checked;
    window.stops = new Set([...document.querySelectorAll(wanted)].filter((one) => shown(one) && !radio(one)));
    window.troubles = [];
    const trouble = (what, one) => window.troubles.push(`${what}: ${one.outerHTML.slice(0, 100)}`);
    const drawn = (one) => one && getComputedStyle(one).outlineStyle !== "none";
    window.settled = () => new Promise((done) => setTimeout(done)); // it is scrolled to after it is told
    addEventListener("focusin", async ({ target: one }) => {
        window.stops.delete(one);
        await window.settled();
        if (one !== document.activeElement) return;
        const { left, top, width, height } = one.getClientRects()[0] ?? one.getBoundingClientRect();
        const over = document.elementFromPoint(left + width / 2, Math.max(top, 0) + Math.min(height, innerHeight) / 2);
        if (!over || !(one.contains(over) || over.contains(one))) trouble("covered", one);
        if (one.closest(".search")) return; // which has a frame as a whole
        if (![one, one.parentElement, one.nextElementSibling].some(drawn)) trouble("not seen to be chosen", one);
    });
    return window.stops.size;
}"""
LEFT = """async () => {
    await window.settled();
    return window.troubles.concat([...window.stops].map((one) => `never reached: ${one.outerHTML.slice(0, 100)}`));
}"""
CONTENT = re.compile(
    "桃江微课堂|桃江县|马迹塘镇|笋竹管护课|谷雨课|第.课|小桃讲课|周师傅|第.句|春笋下山|春茶|村部|技能培训|课"
)
ENGLISH = re.compile(r"[A-Za-z]{3,}")
KNOWN_LATIN = re.compile("Wi-Fi|OPML|nosuch|nothing")

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
        for kind in KINDS[1:]:
            made = edits.new_collection(session, kind=kind, title="春笋下山", dated="2023-05")
            collecting.add(session, made, [LESSON, READING])
            collecting.publish(session, made)
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

    with template_rendered.connected_to(note, app), answering(app) as address:
        yield address


@pytest.fixture(scope="module")
def page(site: str) -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, bypass_csp=True, service_workers="block", reduced_motion="reduce"
        )
        context.add_cookies([{"name": "theme", "value": "light", "url": site}])
        context.set_default_timeout(120_000)
        opened = context.new_page()
        opened.add_init_script(path=AXE)
        yield opened


@pytest.fixture(scope="module")
def addresses(services: Services) -> list[str]:
    with services.database.read() as session:
        slugs: dict[str, str] = {kind: collected.shelves(session, kind, limit=1)[0].collection.slug for kind in KINDS}
        slugs["unit"] = session.scalars(select(Unit.slug).order_by(Unit.path.desc())).first() or ""
        slugs["theme"] = session.scalars(select(Theme.slug)).first() or ""
    return [one.format(**slugs) for one in PAGES]


def opened(page: Page, site: str, address: str, language: str) -> None:
    page.context.add_cookies([{"name": "lang", "value": language, "url": site}])
    answer = page.goto(site + address)
    assert answer is not None and answer.ok != (address == "/nosuch"), address
    page.wait_for_function("document.documentElement.classList.contains('scripted')")


def test_no_page_keeps_anybody_out(page: Page, site: str, addresses: list[str], shown: set[str]) -> None:
    found = {}
    for address in addresses:
        opened(page, site, address, "zh_CN")
        page.wait_for_timeout(100)
        found[address] = page.evaluate(LOOK)
    for address, opener in OPENED:
        opened(page, site, address, "zh_CN")
        page.locator(opener).first.click()
        found[f"{address} {opener}"] = page.evaluate(LOOK)
    page.goto(f"{site}/lessons/{LESSON}/report")
    page.get_by_role("radio").first.check()
    page.locator("main .btn.primary").click()
    page.locator("main form").wait_for(state="detached")  # the address stays
    page.wait_for_load_state()
    found["reported"] = page.evaluate(LOOK)
    assert {address: troubles for address, troubles in found.items() if troubles} == {}
    assert member_pages() - shown == set(), "looked at by nobody: add its address to PAGES"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_page_speaks_the_other_language(page: Page, site: str, addresses: list[str], language: str) -> None:
    foreign = {}
    for address in addresses:
        opened(page, site, address, language)
        words = [CONTENT.sub("", one) for one in page.evaluate(WORDS)]
        wrong = re.compile("[\u4e00-\u9fff]") if language == "en" else ENGLISH
        foreign[address] = [one for one in words if wrong.search(KNOWN_LATIN.sub("", one))]
        if language == "en" and page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            foreign[address].append("it is wider than the screen")
    assert {address: words for address, words in foreign.items() if words} == {}


def test_the_keyboard_gets_everywhere_and_is_seen_there(page: Page, site: str, addresses: list[str]) -> None:
    found = {}
    for address in addresses:
        opened(page, site, address, "zh_CN")
        for _ in range(page.evaluate(STOPS) + 2):
            page.keyboard.press("Tab")
            page.evaluate("window.settled()")
        found[address] = page.evaluate(LEFT)
    assert {address: troubles for address, troubles in found.items() if troubles} == {}


def member_pages() -> set[str]:
    """The templates of whole pages of the members."""
    return {one.name for one in TEMPLATES.glob("*.html") if '{% extends "base.html" %}' in one.read_text("utf-8")}
