"""A member with a phone: a lesson plays on over other pages, keeps its place, and plays without a network."""

from collections.abc import Iterator

import media
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from .running import Library, until
from .test_playing import BROWSER

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)
PLAYS_ON = "(from) => document.querySelector('video').currentTime > from"
KEPT_PARTS = """() => caches.open("lessons").then((one) => one.keys())
    .then((all) => all.filter((one) => one.url.includes("/media/")).length)"""
LATE_THEMES = """() => {
    const now = fetch;
    window.fetch = async (...asked) => {
        if (!String(asked[0]).endsWith("/themes")) return now(...asked);
        await new Promise((done) => setTimeout(done, 800));
        const answer = await now(...asked);
        setTimeout(() => { window.answered = true; }, 300);
        return answer;
    };
}"""
BREAKS_OFF = """() => {
    const now = fetch;
    window.asked = [];
    window.breaks = true;
    window.fetch = (...asked) => {
        window.asked.push(String(asked[0]));
        return window.breaks && String(asked[0]).endsWith("/1.m4s") ? Promise.reject(new TypeError()) : now(...asked);
    };
}"""
AT = "document.querySelector('video').currentTime"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(
        tmp_path_factory.mktemp("library"), LADDER__START_RUNG="240", LADDER__PRESET="ultrafast", SERVER__WORKERS="1"
    )
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def parts(library: Library) -> list[str]:
    """A series of two films, and a lesson that is in none."""
    made = []
    for number, (name, seconds) in enumerate((("选竹", 24), ("破篾", 12), ("凉席", 8)), start=1):
        path = media.film(library.folder / f"{name}.mp4", seconds=seconds, size="320x180", hertz=300 + number * 50)
        series = f"series: 竹子的一年\nnumber: {number}\n" if number < 3 else ""
        path.with_suffix(".yaml").write_text(f"title: {name}\n{series}", encoding="utf-8")
        path.with_suffix(".srt").write_text(f"1\n00:00:01,000 --> 00:00:04,000\n{name}第一句\n", encoding="utf-8")
        made.append(path)
    # They are told of as they are completed, which need not be the order in which they were given.
    lines = {line["file"]: line for line in library.imported("--wait", "complete", *made)}
    assert [lines[str(path)]["status"] for path in made] == ["complete"] * 3
    return [lines[str(path)]["lesson"] for path in made]


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=media.CHROMIUM, args=BROWSER)
        opened = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
        opened.set_default_timeout(20_000)
        yield opened
        browser.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    opened.close()
    assert troubles == []


def test_it_plays_on_over_other_pages_and_goes_on_with_the_next_part(
    page: Page, library: Library, parts: list[str]
) -> None:
    page.goto(f"{library.site}/lessons/{parts[0]}")
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=1)
    expect(page.locator(".transcript [aria-current]")).to_contain_text("选竹第一句")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="主题").click()
    expect(page).to_have_url(f"{library.site}/themes")
    mini = page.locator("#dock .player")
    expect(mini).to_contain_text("选竹")
    page.wait_for_function(PLAYS_ON, arg=page.evaluate(AT) + 0.5)
    page.go_back()
    expect(page.locator("main .player")).to_be_visible()
    page.wait_for_function(PLAYS_ON, arg=page.evaluate(AT) + 0.5)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="首页").click()
    page.evaluate("document.querySelector('video').currentTime = 22.5")
    expect(mini).to_contain_text("破篾", timeout=15_000)
    page.wait_for_function(
        "() => !document.querySelector('video').paused && document.querySelector('video').currentTime > 1"
    )
    page.evaluate(LATE_THEMES)
    page.evaluate("for (const to of ['/themes', '/mine']) document.querySelector(`a[href='${to}']`).click()")
    expect(page).to_have_url(f"{library.site}/mine")
    page.wait_for_function("() => window.answered")
    expect(page).to_have_url(f"{library.site}/mine")
    mini.get_by_role("link").click()
    expect(page.get_by_role("heading", name="破篾")).to_be_attached()
    page.evaluate("document.querySelector('video').pause()")


def test_the_place_is_kept_through_a_reload_and_a_closed_page(
    context: BrowserContext, page: Page, library: Library, parts: list[str]
) -> None:
    address = f"{library.site}/lessons/{parts[0]}"
    page.goto(address)
    page.evaluate("localStorage.removeItem('places')")
    page.reload()
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=0)
    page.evaluate("document.querySelector('video').currentTime = 12")
    page.wait_for_function(PLAYS_ON, arg=12.5)
    page.reload()
    expect(page.locator(".start .from")).to_contain_text("接着来")
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=12)
    page.close()
    again = context.new_page()
    again.goto(library.site)
    shelf = again.get_by_role("region", name="接着看")
    expect(shelf.get_by_role("link", name="选竹")).to_be_visible()
    shelf.get_by_role("link", name="选竹").click()
    again.locator("button.start").click()
    again.wait_for_function(PLAYS_ON, arg=12)
    again.close()


def test_listening_saves_most_of_the_bytes(page: Page, library: Library, parts: list[str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{library.site}/lessons/{parts[2]}")
    page.get_by_role("radio", name="只听声音").click()
    # While the page was read, the head of its picture may have been fetched: nothing was chosen yet.
    assert not any("/v1/v" in one and one.endswith(".m4s") for one in asked)
    asked.clear()
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=1)
    assert any("/a" in one and one.endswith(".m4s") for one in asked)
    assert not any("/v1/v" in one for one in asked)
    # Whoever listened the last time is spared all of it from the beginning.
    asked.clear()
    with page.expect_request("**/v1/a64/init.mp4"):
        page.reload()
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=1)
    assert not any("/v1/v" in one for one in asked)
    page.get_by_role("radio", name="看视频").click()


def test_a_saved_lesson_plays_without_a_network(
    context: BrowserContext, page: Page, library: Library, parts: list[str]
) -> None:
    page.goto(library.site)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{library.site}/lessons/{parts[2]}")
    page.evaluate("localStorage.removeItem('places')")
    page.get_by_role("link", name="存下来").click()
    page.get_by_role("radio", name="画面和声音").check()
    page.evaluate(BREAKS_OFF)
    page.get_by_role("button", name="现在就存").click()
    expect(page.get_by_text("没存成")).to_be_visible(timeout=30_000)
    assert page.evaluate(KEPT_PARTS) > 0
    page.evaluate("window.breaks = false; window.asked.length = 0")
    page.get_by_role("button", name="现在就存").click()
    expect(page.get_by_text("没网也能看")).to_be_visible(timeout=30_000)
    assert not [one for one in page.evaluate("window.asked") if one.endswith("/0.m4s") and "/v240/" in one]
    context.set_offline(True)
    try:
        page.goto(f"{library.site}/mine")
        page.locator(".kept").get_by_role("link", name="凉席").click()
        page.locator("button.start").click()
        page.wait_for_function(PLAYS_ON, arg=1)
        assert page.evaluate("document.querySelector('video').videoWidth") > 0
        page.get_by_role("radio", name="只听声音").click()  # which was not saved by itself
        page.evaluate("document.querySelector('video').pause()")
        page.reload()
        page.locator("button.start").click()
        page.wait_for_function(PLAYS_ON, arg=1)
        page.get_by_role("radio", name="看视频").click()
        page.goto(f"{library.site}/collections")  # never seen: what this phone has is shown instead
        expect(page.get_by_role("heading", name="我的")).to_be_visible()
    finally:
        context.set_offline(False)
    page.goto(f"{library.site}/mine")
    page.locator(".kept").get_by_role("button", name="删掉").click()
    expect(page.locator(".kept").get_by_role("link", name="凉席")).to_have_count(0)
    until(lambda: page.evaluate(KEPT_PARTS) == 0, seconds=5)
    page.evaluate("caches.open('lessons').then((one) => one.put('/media/gone/v1/v240/0.m4s', new Response('x')))")
    page.goto(f"{library.site}/mine")
    until(lambda: page.evaluate(KEPT_PARTS) == 0, seconds=5)  # nobody goes on with that one
