"""A member with a phone: a lesson plays on over other pages, keeps its place, and plays without a network."""

import re
from collections.abc import Iterator

import media
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from .browsing import chromium, open_lesson
from .running import Library, until

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
SAYS = """(words) => [...document.querySelector("video").textTracks].some((one) => one.mode === "showing" &&
    [...(one.activeCues ?? [])].some((cue) => cue.text.includes(words)))"""
TWO_TAPS = """() => {
    const video = document.querySelector("video"), { right, top } = video.getBoundingClientRect();
    window.whole = false;
    document.querySelector(".player").requestFullscreen = async () => (window.whole = true);
    const tap = { bubbles: true, pointerType: "touch", clientX: right - 20, clientY: top + 80 };
    for (let taps = 0; taps < 2; taps += 1) video.dispatchEvent(new PointerEvent("pointerup", tap));
    video.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
}"""
NETWORK = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
NEARLY_ALL_CAME = """() => {
    const { buffered } = document.querySelector("video");
    return buffered.length > 0 && buffered.end(0) > 25;
}"""
LEFT_AT = """([lesson, at]) =>
    localStorage.setItem("places", JSON.stringify({ [lesson]: { at, of: 24, title: "", when: 1 } }))"""
AT = "document.querySelector('video').currentTime"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(
        tmp_path_factory.mktemp("library"), LADDER__START_RUNG="480", LADDER__PRESET="ultrafast", SERVER__WORKERS="1"
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
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    opened = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    opened.set_default_timeout(60_000)
    return opened


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
    expect(mini).to_contain_text("破篾", timeout=60_000)
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
    # The site is renewed while this tab is open: a page that is only read lets it play on, another is loaded whole.
    page.evaluate("document.querySelector('script[type=module]').setAttribute('src', '/static/former.js')")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="主题").click()
    expect(page).to_have_url(f"{library.site}/themes")
    expect(mini).to_contain_text("破篾")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的").click()
    expect(page).to_have_url(f"{library.site}/mine")
    expect(page.locator(".player")).to_have_count(0)


def test_two_taps_go_ten_seconds_and_who_falls_asleep_hears_this_lesson_only(
    page: Page, library: Library, parts: list[str]
) -> None:
    asked: list[str] = []
    page.goto(f"{library.site}/lessons/{parts[0]}")
    page.evaluate("localStorage.removeItem('places')")
    page.reload()
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=0)
    assert page.evaluate("[navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]") == [
        "选竹", "playing",
    ]  # fmt: skip
    page.evaluate(TWO_TAPS)
    page.wait_for_function(PLAYS_ON, arg=10)
    assert page.evaluate("window.whole") is False
    page.locator("[data-opens=more]").evaluate("(one) => one.click()")
    page.locator(".sleep select").select_option("end")
    page.keyboard.press("Escape")
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("document.querySelector('video').currentTime = 23")
    page.wait_for_function("() => document.querySelector('video').ended")
    page.evaluate("fetch('/healthz').then(() => true)")
    assert not any(parts[1] in one for one in asked)


def test_the_bar_shows_the_picture_of_a_place_before_it_goes_there(
    browser: Browser, library: Library, parts: list[str]
) -> None:
    page = plain_phone(browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/master.m3u8"):
        page.goto(f"{library.site}/lessons/{parts[0]}")
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=0)
    assert sum(one.endswith("/master.m3u8") for one in asked) == 1, "what came while the page was read is enough"
    page.evaluate("document.querySelector('video').pause()")
    before = page.evaluate(AT)
    peek, place = page.locator(".peek"), page.locator(".peek time")
    track = page.locator(".track").bounding_box()
    assert track is not None
    left, width, y = track["x"], track["width"], track["y"] + 2

    page.mouse.move(left + 1, y)
    expect(page.locator(".peek .frame")).to_have_css("background-image", re.compile("/sheets/0.jpg"))
    shown = peek.bounding_box()
    assert shown is not None and shown["x"] >= left - 1 and shown["width"] > 100, "all of it is seen at the edge too"
    page.mouse.move(left + 1, y + 200)
    expect(peek).to_be_hidden()

    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *shares: float) -> None:
        points = [{"x": left + share * width, "y": y} for share in shares]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.26)
    expect(place).to_have_text("0:06")
    touch("touchMove", 0.5)
    touch("touchMove", 0.76)
    expect(place).to_have_text("0:18")
    assert page.evaluate(AT) == before, "it goes there when the finger is lifted"
    touch("touchEnd")
    expect(peek).to_be_hidden()
    page.wait_for_function("() => Math.abs(document.querySelector('video').currentTime - 18.2) < 0.4")
    page.context.close()


def test_it_stops_by_itself_and_offers_the_sound_when_the_picture_does_not_come(
    browser: Browser, library: Library, parts: list[str]
) -> None:
    page = plain_phone(browser)
    page.route(re.compile(r"/v\d+/v\d+/(?:[3-9]|\d\d)\.m4s$"), lambda route: route.abort("internetdisconnected"))
    page.clock.install()
    page.goto(f"{library.site}/lessons/{parts[0]}")
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=0)
    page.get_by_role("button", name="播放设置").click()
    sleep = page.get_by_label("定时关闭")
    sleep.select_option("15")
    page.clock.fast_forward(14 * 60_000)
    assert page.evaluate("document.querySelector('video').paused") is False
    page.clock.fast_forward(60_000)
    page.wait_for_function("() => document.querySelector('video').paused")
    expect(sleep).to_have_value("")
    page.keyboard.press("Escape")

    page.evaluate("document.querySelector('video').currentTime = 10.5")
    page.locator(".bottom .toggle").click()
    page.wait_for_function(PLAYS_ON, arg=11.7)
    expect(page.locator(".player .status")).to_contain_text("网络")
    page.clock.fast_forward(8000)
    page.get_by_role("button", name="网太慢？先听声音").click()
    page.wait_for_function(PLAYS_ON, arg=12.5)
    expect(page.get_by_role("radio", name="只听声音")).to_be_checked()
    page.context.close()


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


def plain_phone(browser: Browser) -> Page:
    """A phone with a sharp screen and without a service worker, so that each request is seen from here."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", device_scale_factor=2, service_workers="block",
        has_touch=True,
    )  # fmt: skip
    context.set_default_timeout(60_000)
    return context.new_page()


def test_the_place_is_kept_through_an_outage(browser: Browser, library: Library, parts: list[str]) -> None:
    page, out = plain_phone(browser), True

    def answer(route: Route) -> None:
        number = int(route.request.url.rpartition("/")[2].partition(".")[0])
        if out and number >= 3:  # what lasts twelve seconds has come before
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/*.m4s", answer)
    page.goto(f"{library.site}/lessons/{parts[0]}")
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=0)
    page.evaluate("document.querySelector('video').currentTime = 10.5")
    page.wait_for_function(PLAYS_ON, arg=11.7)
    expect(page.locator(".player .status")).to_be_visible()
    stopped = page.evaluate(AT)
    assert stopped == pytest.approx(12, abs=0.3)
    page.reload()
    expect(page.locator(".start .from")).to_contain_text("接着来")
    page.locator("button.start").click()
    if stopped < 12:  # what is kept is a whole second, and the rest of that one is there
        page.wait_for_function(PLAYS_ON, arg=10)
    out = False
    page.evaluate("dispatchEvent(new Event('online'))")  # nobody presses anything
    page.wait_for_function(PLAYS_ON, arg=stopped + 0.5)
    page.context.close()


@pytest.fixture(scope="module")
def restless(library: Library) -> str:
    """A lesson whose smallest picture takes all that it may."""
    path = media.film(library.folder / "赶集.mp4", seconds=6, size="854x480", hertz=600, more=("-vf", "noise=alls=20"))
    (line,) = library.imported("--wait", "complete", path)
    return str(line["lesson"])


def test_listening_costs_a_fifth_of_the_bytes_at_most(browser: Browser, library: Library, restless: str) -> None:
    heard, watched = (bytes_for(browser, library, restless, mode) for mode in ("audio", "video"))
    assert heard <= 0.2 * watched


def test_the_sound_stands_in_for_a_picture_that_the_network_cannot_carry(
    browser: Browser, library: Library, restless: str
) -> None:
    page = plain_phone(browser)
    page.goto(f"{library.site}/lessons/{restless}")
    page.wait_for_function("() => window.Hls")
    network = page.context.new_cdp_session(page)
    network.send("Network.emulateNetworkConditions", NETWORK | {"downloadThroughput": 12_500})
    page.locator("button.start").click()
    note = page.locator(".player .spared")
    expect(note).to_contain_text("先听声音")
    page.wait_for_function(PLAYS_ON, arg=0.3)
    expect(page.get_by_role("radio", name="只听声音")).to_be_checked()
    assert page.evaluate("localStorage.getItem('mode')") is None, "nobody asked for it: the next one is seen"
    network.send("Network.emulateNetworkConditions", NETWORK)
    note.get_by_role("button", name="看视频").click()
    page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    expect(note).to_be_hidden()
    page.context.close()


@pytest.fixture(scope="module")
def fair(library: Library) -> str:
    """The same for long enough that its sound tells how fast the network is."""
    path = media.film(library.folder / "庙会.mp4", seconds=30, size="426x240", hertz=500, more=("-vf", "noise=alls=20"))
    (line,) = library.imported("--wait", "complete", path)
    return str(line["lesson"])


def test_the_picture_returns_when_the_network_can_carry_it_again(browser: Browser, library: Library, fair: str) -> None:
    page = plain_phone(browser)
    page.clock.install()
    page.goto(f"{library.site}/lessons/{fair}")
    page.wait_for_function("() => window.Hls")
    network = page.context.new_cdp_session(page)
    network.send("Network.emulateNetworkConditions", NETWORK | {"downloadThroughput": 12_500})
    page.locator("button.start").click()
    note = page.locator(".player .spared")
    expect(note).to_contain_text("先听声音")
    network.send("Network.emulateNetworkConditions", NETWORK | {"downloadThroughput": 500_000, "latency": 20})
    page.wait_for_function(NEARLY_ALL_CAME)
    page.clock.fast_forward(15_500)  # it has been calm for a while
    page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    expect(page.get_by_role("radio", name="看视频")).to_be_checked()
    expect(note).to_be_hidden()
    page.wait_for_function(PLAYS_ON, arg=page.evaluate(AT) + 0.3)
    page.context.close()


def bytes_for(browser: Browser, library: Library, lesson: str, mode: str) -> int:
    """What a phone that was used so the last time fetches of a lesson that it plays to its end, from the page on."""
    page = plain_phone(browser)
    page.goto(f"{library.site}/mine")
    page.evaluate("(mode) => localStorage.setItem('mode', JSON.stringify(mode))", mode)
    fetched: list[Request] = []
    page.on("requestfinished", lambda request: fetched.append(request))
    open_lesson(page, f"{library.site}/lessons/{lesson}")
    page.locator("button.start").click()
    page.wait_for_function("() => document.querySelector('video').ended")
    parts = [one for one in fetched if one.url.endswith((".m4s", ".mp4", ".m3u8"))]
    total: int = sum(one.sizes()["responseBodySize"] for one in parts)
    page.context.close()
    assert total > 0
    return total


def test_who_listens_is_spared_the_picture(page: Page, library: Library, parts: list[str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_lesson(page, f"{library.site}/lessons/{parts[2]}")
    page.get_by_role("radio", name="只听声音").click()
    # While the page was read, the beginning of its picture may have been fetched: nothing was chosen yet.
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


def test_who_stays_with_a_lesson_finds_what_is_played_first(
    browser: Browser, library: Library, parts: list[str]
) -> None:
    page = plain_phone(browser)
    page.goto(f"{library.site}/themes")
    page.evaluate(LEFT_AT, [parts[0], 13])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response(re.compile(r"/v\d+/v\d+/3\.m4s$")), page.expect_response("**/a64/3.m4s"):
        page.goto(f"{library.site}/lessons/{parts[0]}")
    page.wait_for_timeout(500)
    assert sum(one.endswith(".m4s") for one in asked) == 2, "nothing beyond that before anybody presses"
    page.locator("button.start").click()
    page.wait_for_function(PLAYS_ON, arg=13)
    assert sum(one.endswith("/3.m4s") for one in asked) == 2, "what has come is not fetched again"
    page.context.close()


def test_a_saved_lesson_plays_without_a_network(
    context: BrowserContext, page: Page, library: Library, parts: list[str]
) -> None:
    page.goto(library.site)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    open_lesson(page, f"{library.site}/lessons/{parts[2]}")
    page.evaluate("localStorage.removeItem('places')")
    page.get_by_role("link", name="存下来").click()
    page.get_by_role("radio", name="画面和声音").check()
    page.evaluate(BREAKS_OFF)
    page.get_by_role("button", name="现在就存").click()
    expect(page.get_by_text("没存成")).to_be_visible(timeout=60_000)
    assert page.evaluate(KEPT_PARTS) > 0
    page.evaluate("window.breaks = false; window.asked.length = 0")
    page.get_by_role("button", name="现在就存").click()
    expect(page.get_by_text("没网也能看")).to_be_visible(timeout=60_000)
    assert not [one for one in page.evaluate("window.asked") if one.endswith("/0.m4s") and "/v240/" in one]
    context.set_offline(True)
    try:
        page.goto(f"{library.site}/mine")
        page.locator(".kept").get_by_role("link", name="凉席").click()
        page.locator("button.start").click()
        page.wait_for_function(PLAYS_ON, arg=1)
        assert page.evaluate("document.querySelector('video').videoWidth") > 0
        page.locator(".captions select").select_option("zh")
        page.wait_for_function(SAYS, arg="凉席第一句")
        expect(page.locator(".transcript")).to_contain_text("凉席第一句")
        page.get_by_role("radio", name="只听声音").click()  # which was not saved by itself
        page.evaluate("document.querySelector('video').pause()")
        page.reload()
        page.locator("button.start").click()
        page.wait_for_function(PLAYS_ON, arg=1)
        page.get_by_role("radio", name="看视频").click()
        page.evaluate("document.querySelector('video').currentTime = 0")
        page.get_by_role("navigation", name="主导航").get_by_role("link", name="收听").click()
        # It was never seen: what this phone has is shown instead, and what plays plays on.
        expect(page.get_by_role("heading", name="我的")).to_be_visible()
        expect(page.get_by_text("现在没有网络")).to_be_visible()
        expect(page.locator(".kept").get_by_role("link", name="凉席")).to_be_visible()
        page.wait_for_function(PLAYS_ON, arg=page.evaluate(AT) + 0.3)
    finally:
        context.set_offline(False)
    page.goto(f"{library.site}/mine")
    kept = page.locator(".kept")
    kept.get_by_role("button", name="删掉").click()
    expect(kept.get_by_role("link", name="凉席")).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(kept.get_by_role("link", name="凉席")).to_have_count(1)
    assert page.evaluate(KEPT_PARTS) > 0
    kept.get_by_role("button", name="删掉").click()
    page.reload()
    expect(kept.get_by_role("link", name="凉席")).to_have_count(0)
    until(lambda: page.evaluate(KEPT_PARTS) == 0, seconds=30)
    page.evaluate("caches.open('lessons').then((one) => one.put('/media/gone/v1/v240/0.m4s', new Response('x')))")
    page.goto(f"{library.site}/mine")
    until(lambda: page.evaluate(KEPT_PARTS) == 0, seconds=30)  # nobody goes on with that one
