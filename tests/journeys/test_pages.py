"""A member with a browser: searches, narrows, turns pages, opens a lesson, watches it being made."""

from collections.abc import Iterator

import media
import pytest
from playwright.sync_api import Page, expect
from web.factories import add_lesson, make_services

from medialib.app import create_app
from medialib.catalogue import collecting, edits, lookups, work_edits
from medialib.services import Services
from medialib.web import i18n

from .browsing import chromium
from .running import answering

MAKING = "making2345"

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = make_services(tmp_path_factory.mktemp("library") / "store", site={"name": "桃江微课堂"})
    for number in range(30):
        add_lesson(
            opened,
            f"编织第{number:02}课",
            kind="audio" if number % 3 == 0 else "video",
            published_at=float(number + 1),
            unit=("马迹塘镇", "三堂街镇")[number % 2],
            recorded=("2022", "2023-05")[number % 2],
            themes=("技能培训",),
        )
    add_lesson(opened, "笋竹管护", lesson_id=MAKING, state="published", unit="马迹塘镇")
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture(scope="module")
def site(services: Services) -> Iterator[str]:
    i18n.compile_catalogues()
    with answering(create_app(services)) as address:
        yield address


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
        page.set_default_timeout(60_000)
        yield page


@pytest.fixture
def page(browser_page: Page) -> Iterator[Page]:
    """A page on which nothing went wrong, no script was refused and nothing stuck out to the side."""
    troubles: list[str] = []
    browser_page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    browser_page.on("pageerror", lambda error: troubles.append(str(error)))
    yield browser_page
    assert not troubles
    assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_member_searches_narrows_and_reads_to_the_end(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("combobox", name="搜索").fill("bianzhi")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator(".toolbar .count")).to_have_text("30 课")
    expect(page.locator(".hits mark").first).to_have_text("编织")

    page.get_by_role("link", name="看视频").click()
    expect(page.locator(".toolbar .count")).to_have_text("20 课")
    page.get_by_text("筛选", exact=True).click()
    page.get_by_role("link", name="2023年 10").click()
    expect(page.locator(".toolbar .count")).to_have_text("10 课")
    assert "kind=video" in page.url
    page.get_by_role("link", name="去掉：2023年").click()
    page.get_by_role("link", name="全部 30").click()
    page.get_by_label("排序").select_option("oldest")
    page.wait_for_url("**sort=oldest**")
    expect(page.locator(".hits h2").first).to_have_text("编织第00课")
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_text("第 2 页，共 2 页")).to_be_visible()
    expect(page.locator(".hits li")).to_have_count(10)
    expect(page.get_by_role("link", name="下一页")).to_have_count(0)
    page.get_by_role("link", name="清空").click()
    expect(page.get_by_role("heading", name="全部课程")).to_be_attached()


def test_themes_and_the_bar_below_lead_on(page: Page, site: str) -> None:
    page.goto(site)
    bar = page.get_by_role("navigation", name="主导航")
    bar.get_by_role("link", name="主题").click()
    page.get_by_role("link", name="技能培训").click()
    expect(page.get_by_text("30 课", exact=True)).to_be_visible()
    assert page.url.startswith(f"{site}/themes/")
    bar.get_by_role("link", name="收听").click()
    expect(page.get_by_text("10 课", exact=True)).to_be_visible()
    assert page.url == f"{site}/?kind=audio"


def test_a_lesson_can_be_started_before_it_is_made_and_shows_its_progress(
    page: Page, site: str, services: Services
) -> None:
    page.goto(f"{site}/lessons/{MAKING}")
    expect(page.get_by_role("button", name="播放", exact=True)).to_be_visible()
    with services.database.begin() as session:
        for name in ("v240", "v480", "v720", "a64"):
            work_edits.record_progress(session, lesson_id=MAKING, version=1, name=name, seconds_done=300.0)
    expect(page.get_by_text("5:00 / 10:00")).to_have_count(4)
    listen = page.get_by_role("radio", name="只听声音")
    listen.click()
    expect(listen).to_be_checked()
    with services.database.begin() as session:
        lookups.lesson(session, MAKING).state = "complete"
    expect(page.get_by_role("heading", name="全部做好了")).to_be_visible()


def test_titles_are_never_scripts(page: Page, site: str, services: Services) -> None:
    lesson_id = add_lesson(services, '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>')
    for address in ("/", f"/lessons/{lesson_id}", "/search?q=<script>window.hurt=1</script>"):
        page.goto(site + address)
        assert page.evaluate("window.hurt") is None


@pytest.mark.parametrize(("width", "height"), [(320, 640), (768, 1024), (1440, 900), (1920, 1080)])
def test_nothing_sticks_out_at_any_width(page: Page, site: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for size in ("large", "usual"):
        page.goto(f"{site}/size/{size}")
        for address in ("/", "/search?q=编织", "/themes", f"/lessons/{MAKING}"):
            page.goto(site + address)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, size)


def test_finger_targets_are_large_enough(page: Page, site: str) -> None:
    """48 px; chips are seen at 40 and reach 4 px further above and below."""
    page.set_viewport_size({"width": 360, "height": 740})
    small = """() => [...document.querySelectorAll('a, button, select, summary')].filter((one) => {
        const box = one.getBoundingClientRect();
        const wanted = one.classList.contains('chip') ? 40 : 47.5;
        return box.width && box.left >= 0 && box.height < wanted;
    }).map((one) => one.outerHTML.slice(0, 120))"""
    for address in ("/", "/search?q=编织", "/themes", f"/lessons/{MAKING}"):
        page.goto(site + address)
        assert page.evaluate(small) == [], address


LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch"


@pytest.mark.parametrize("address", [f"/search?q={LONG}", f"/speakers/{LONG}"])
def test_a_long_name_of_a_unit_makes_no_page_wider_than_the_phone(
    page: Page, site: str, services: Services, address: str
) -> None:
    add_lesson(services, "名字长的单位", unit=LONG, speaker=LONG)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site + address)
    expect(page.get_by_role("heading", name="名字长的单位").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= 360")


def test_nor_in_the_monthly_package(page: Page, site: str, services: Services) -> None:
    lesson_id = add_lesson(services, "本月的课", unit=LONG)
    with services.database.begin() as session:
        package = edits.new_collection(session, kind="package", title="春笋下山", dated="2023-05")
        collecting.add(session, package, [lesson_id])
        collecting.publish(session, package)
        address = f"/collections/{package.slug}"
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site + address)
    expect(page.get_by_role("heading", name="本月的课")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= 360")


def test_what_programs_are_told_fits_a_phone_in_english_too(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/api/?lang=en")
    expect(page.get_by_role("heading", name="For programs")).to_be_visible()
    fits = page.evaluate("document.documentElement.scrollWidth <= 360")
    page.goto(f"{site}/?lang=zh_CN")
    assert fits


def test_a_television_writes_no_two_sentences_over_each_other(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{site}/tv")
    page.wait_for_selector("#code b")
    page.evaluate("""() => {
        for (const one of ["playing", "idle", "overlay"]) document.getElementById(one).hidden = false;
        document.getElementById("title").textContent = "长".repeat(60);
    }""")
    expect(page.locator("#overlay")).to_be_hidden()
    page.evaluate("document.getElementById('idle').hidden = true")
    expect(page.locator("#overlay")).to_be_visible()
    assert page.evaluate("document.getElementById('title').offsetHeight") <= 2 * 90
