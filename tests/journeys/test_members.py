"""A member with a keyboard alone, inside WeChat, without scripts, with an old browser: everything can be done."""

import re
from collections.abc import Iterator

import media
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from .browsing import chromium
from .running import Library, library_here, until
from .test_phone import AT, PLAYS_ON

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)
WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; Redmi 8A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/107.0.5304.141 Mobile Safari/537.36 XWEB/5169 MicroMessenger/8.0.35.2360 WeChat/arm64 Language/zh_CN"
)
# What WeChat's browser lacks.
LACKS = """for (const name of ["serviceWorker", "clipboard", "share"]) delete Navigator.prototype[name];
    delete window.caches;"""
PAGES = (
    "/", "/search?q=竹", "/themes", "/?kind=audio", "/mine", "/places", "/units", "/latest", "/collections",
    "/collections/zhuzideyinian", "/lessons/{}", "/lessons/{}/poster", "/lessons/{}/report",
    "/subscribe?of=collections/zhuzideyinian",
)  # fmt: skip
# What is seen and does nothing: buttons that a script would have to serve, and pictures that one would have to fetch.
DEAD = """() => [...document.querySelectorAll("button, [data-scripted]")]
    .filter((one) => !one.closest("form"))
    .concat([...document.querySelectorAll(".poster")].filter((one) => !one.querySelector("img[src]")))
    .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 100))"""
Sites = tuple[Library, list[str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Two films of a series, and something to listen to."""
    with library_here(
        tmp_path_factory.mktemp("library"), LADDER__START_RUNG="240", LADDER__PRESET="ultrafast"
    ) as library:
        made = []
        for number, (name, seconds) in enumerate((("选竹", 40), ("破篾", 6)), start=1):
            path = media.film(library.folder / f"{name}.mp4", seconds=seconds, size="320x180", hertz=300 + number * 50)
            about = f"title: {name}\nseries: 竹子的一年\nnumber: {number}\n"
            path.with_suffix(".yaml").write_text(about, encoding="utf-8")
            path.with_suffix(".srt").write_text(f"1\n00:00:01,000 --> 00:00:04,000\n{name}第一句\n", encoding="utf-8")
            made.append(path)
        made.append(media.tone(library.folder / "谷雨.mp3", seconds=3))
        lines = {line["file"]: line for line in library.imported("--wait", "complete", *made)}
        until(lambda: library.get("/api/suggestions?q=xuanzhu").json()["suggestions"], seconds=60)
        yield library, [lines[str(path)]["lesson"] for path in made]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def phone(browser: Browser, **how: object) -> tuple[Page, list[str]]:
    """A page, and what went wrong on it."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", **how)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    page, troubles = context.new_page(), list[str]()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    return page, troubles


def reach(page: Page, target: Locator, *, key: str = "Tab", most: int = 60) -> None:
    """With the keyboard, as somebody does who sees where it is."""
    for _ in range(most):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"never reached: {target}")


def test_a_keyboard_alone_finds_plays_passes_on_and_forgets(browser: Browser, site: Sites) -> None:
    library, _ = site
    page, troubles = phone(browser, service_workers="block")
    page.goto(library.site)
    reach(page, page.get_by_role("combobox", name="搜索"))
    page.keyboard.type("xuanzhu")
    lesson = page.get_by_role("option", name="选竹").first
    expect(lesson).to_be_visible()
    for _ in range(9):
        if lesson.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="选竹", level=1)).to_be_visible()

    reach(page, page.locator("button.start"))
    page.keyboard.press("Enter")
    expect(page.locator(".bottom .toggle")).to_be_focused()
    page.wait_for_function(PLAYS_ON, arg=0.3)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('video').paused")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(PLAYS_ON, arg=9.9)
    reach(page, page.locator(".tabs [role=tab]").first)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", selected=True)).to_be_focused()

    share = page.get_by_role("button", name="转发", exact=True)
    reach(page, share, key="Shift+Tab")
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    reach(page, sheet.get_by_role("checkbox"))
    page.keyboard.press("Space")
    expect(sheet.get_by_label("链接", exact=True)).to_have_value(re.compile(r"\?t=1\d$"))
    reach(page, sheet.locator(".copy"))
    page.keyboard.press("Enter")
    expect(sheet.locator(".copy")).to_contain_text("复制好了")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(share).to_be_focused()

    reach(page, page.locator(".nextup"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="破篾", level=1)).to_be_focused()
    reach(page, page.locator("#dock .quit"))
    page.keyboard.press("Enter")
    expect(page.locator("#dock .player")).to_have_count(0)

    reach(page, page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的"), most=90)
    page.keyboard.press("Enter")
    played = page.locator(".history .rows a")
    expect(played).to_have_count(1)
    reach(page, page.get_by_role("button", name="不再记着：选竹"))
    page.keyboard.press("Enter")
    expect(played).to_have_count(0)
    expect(page.get_by_role("button", name="撤销")).to_be_focused()
    page.keyboard.press("Enter")
    expect(played).to_have_count(1)
    page.context.close()
    assert troubles == []


def test_everything_but_keeping_lessons_works_inside_wechat(browser: Browser, site: Sites) -> None:
    library, (lesson, *_) = site
    page, troubles = phone(browser, user_agent=WECHAT, has_touch=True, is_mobile=True, service_workers="block")
    page.add_init_script(LACKS)
    page.goto(f"{library.site}/lessons/{lesson}")
    assert page.evaluate("[navigator.serviceWorker, navigator.share, navigator.clipboard, window.caches]") == [None] * 4
    assert page.locator("meta[property='og:image']").get_attribute("content")
    page.locator("button.start").tap()
    page.wait_for_function(PLAYS_ON, arg=0.3)
    page.get_by_role("button", name="转发", exact=True).tap()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".pass-on")).to_be_hidden()
    sheet.locator(".copy").tap()
    expect(sheet.locator(".copy")).to_contain_text("复制好了")
    sheet.get_by_role("button", name="关上").tap()
    page.get_by_role("link", name="存下来").tap()
    expect(page.locator("#keep .files").get_by_role("link", name=re.compile("^声音"))).to_be_visible()
    expect(page.locator("#keep .choices")).to_be_hidden()
    page.locator("#keep .close").tap()
    page.get_by_role("link", name="返回").tap()
    expect(page.locator("#dock .player")).to_contain_text("选竹")
    page.wait_for_function(PLAYS_ON, arg=page.evaluate(AT) + 0.3)
    page.goto(f"{library.site}/mine")
    expect(page.locator(".kept .none")).to_contain_text("这个浏览器")
    expect(page.locator(".history .rows a")).to_have_count(1)
    page.context.close()
    assert troubles == []


def unmodular(route: Route) -> None:
    """The page, as a browser takes it that cannot run modules, or not what is in them."""
    if route.request.resource_type != "document":
        return route.continue_()
    answer = route.fetch()
    text = answer.text().replace('type="module"', 'type="unknown"')
    return route.fulfill(response=answer, body=text)


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "an old browser"])
def test_nothing_is_dead_or_missing_where_our_scripts_do_not_run(browser: Browser, site: Sites, scripts: bool) -> None:
    library, (lesson, _, reading) = site
    page, troubles = phone(browser, java_script_enabled=scripts, service_workers="block")
    if scripts:
        page.route("**/*", unmodular)
    for address in (one.format(lesson) for one in PAGES):
        page.goto(library.site + address)
        expect(page.locator("main h1")).to_be_attached()
        assert page.evaluate(DEAD) == [], address
    for address in (reading, lesson):
        page.goto(f"{library.site}/lessons/{address}")
        expect(page.locator("video")).to_have_attribute("controls", "")
        box = page.locator("video").bounding_box()
        assert box is not None and box["width"] == 360 and box["height"] > 200, "its own buttons have room"
    expect(page.locator(".transcript")).to_contain_text("选竹第一句")
    expect(page.locator("#details")).to_be_visible()
    if scripts:
        page.unroute_all()
        page.route("**/page.js?*", lambda route: route.abort())
        page.goto(f"{library.site}/lessons/{lesson}")
        expect(page.locator("html")).to_have_class(
            re.compile("unscripted")
        )  # what needs the one that did not come is put away
        expect(page.locator("video")).to_have_attribute("controls", "")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Themes").click()
    expect(page.get_by_role("heading", name="Find by theme", level=1)).to_be_attached()
    page.context.close()
    assert troubles == []
