"""axe-core finds nothing serious on any page of the desk; a new page is looked at without being named here."""

from collections.abc import Iterator, Mapping
from typing import Any

import media
import pytest
from flask import Flask
from playwright.sync_api import Page
from web.factories import add_lesson, add_posters, make_services
from web.signing import PASSWORD, TOWN, add_person, add_units
from werkzeug.routing import Rule

from medialib.app import create_app
from medialib.catalogue import arranging, caption_edits, channel_edits, collecting, people_edits, screen_edits, telling
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.seeds import plant
from medialib.catalogue.timetables import Part, Show, Timetable
from medialib.services import Services
from medialib.web import i18n

from .axe import AXE, findings
from .browsing import chromium, sign_in
from .running import answering

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None or not AXE.exists(), reason="NOT TESTED: no chromium or no axe-core here"
)
LESSON, WAITING = "lesson2345", "lesson2346"
# What is sent as a file or as JSON, to be downloaded or read by scripts.
NO_PAGES = {
    "desk.captions_file", "desk.log_csv", "desk.recording_file", "desk.screen_picture", "desk.speakers",
    "desk.statistics_csv", "desk.upload_list",
}  # fmt: skip


@pytest.fixture
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = make_services(tmp_path_factory.mktemp("library") / "store", site={"name": "桃江微课堂"})
    plant(opened.database)
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def values(services: Services) -> dict[str, Any]:
    """Something of every kind; the parts of addresses by their endpoint, else by their name."""
    units = add_units(services)
    person = add_person(services, "guan", "admin")
    member = add_person(services, "li", "viewer")
    for lesson_id, title in ((LESSON, "笋竹管护课"), (WAITING, "谷雨采茶")):
        add_lesson(services, title, lesson_id=lesson_id, unit=TOWN, themes=("skills",), speaker="周师傅")
        add_posters(services, lesson_id, "frame", "frame")
    with services.database.begin() as session:
        session.get_one(Lesson, WAITING).stage = "submitted"
        cues = tuple(Cue(begin=float(at), end=at + 0.9, text=f"第{at}句") for at in range(5))
        caption_edits.put(session, LESSON, CaptionTrack(language="zh", label="中文", cues=cues))
        package = arranging.begin(session, kind="package", title="春笋下山", dated="2024-12", by=None)
        collecting.add(session, package, [LESSON])
        hook = telling.add(session, address="https://example.org/", events=["lesson.published"], by=None)
        invitation = people_edits.invite(session, role="editor", unit_slug=units[TOWN], name="小王", hours=9, by=None)
        password = people_edits.password_link(session, member, hours=9, by=None)
        show = Part(begins=0, ends=1440, show=Show(kind="latest"))
        channel = channel_edits.add(
            session, title="田间频道", timetable=Timetable(parts=(show,)), target_seconds=4, by=None
        )
        code, _ = screen_edits.begin_pairing(session)
        screen = screen_edits.confirm(
            session, code, name="清水村", unit_slug=units[TOWN], group="", channel_slug=channel.slug, by=person
        )
        return {
            "screen_id": screen.id, "desk.channel": {"slug": channel.slug}, "signing_in.password": {"token": password},
            "lesson_id": LESSON, "language": "zh", "person_id": person.id, "webhook_id": hook.id, "table": "lessons",
            "desk.collection": {"slug": package.slug}, "desk.preview_collection": {"slug": package.slug},
            "desk.theme": {"slug": "skills"}, "desk.unit": {"slug": units[TOWN]}, "desk.review": {"lesson_id": WAITING},
            "signing_in.invitation": {"token": invitation},
        }  # fmt: skip


def is_page(rule: Rule) -> bool:
    ours = rule.rule.startswith("/desk") or rule.endpoint.startswith("signing_in.") or rule.endpoint == "api_desk.page"
    return ours and "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES


def addresses(app: Flask, values: Mapping[str, Any]) -> list[str]:
    """Every page of the desk; KeyError for a new one with a part that nobody has named above."""
    found = []
    for rule in filter(is_page, app.url_map.iter_rules()):
        own = values.get(rule.endpoint, {})
        built = rule.build({name: own[name] if name in own else values[name] for name in rule.arguments})
        assert built
        found.append(built[1])
    return sorted(found)


def test_no_page_of_the_desk_keeps_anybody_out(services: Services, values: dict[str, Any]) -> None:
    i18n.compile_catalogues()
    app = create_app(services)
    with answering(app) as site:
        assert look_at(site, addresses(app, values)) == {}


def look_at(site: str, pages: list[str]) -> dict[str, list[str]]:
    """On a phone and on an office's screen: what is wrong, by address."""
    found: dict[str, list[str]] = {}
    with chromium() as browser:
        page = browser.new_context(locale="zh-CN", bypass_csp=True, reduced_motion="reduce").new_page()
        page.add_init_script(path=AXE)
        page.goto(f"{site}/sign-in")
        found |= {"/sign-in": findings(page)}
        sign_in(page, site, "guan", PASSWORD)
        for address in pages:
            answer = page.goto(site + address)
            assert answer and answer.status == 200, (address, answer and answer.status)
            found[address] = [one for width in (1440, 360) for one in seen(page, width)]
    return {address: one for address, one in found.items() if one}


def seen(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 740})
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*findings(page), *([f"wider than {width}"] if too_wide else [])]
