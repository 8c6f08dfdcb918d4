"""A channel of lessons that have nothing in common, by real players; and a television that nobody touches.

Its network goes, its server goes, and it is found playing again each time; arrows, OK and Back reach everything.
"""

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import media
import pytest
import requests
from playwright.sync_api import Page, Route

from medialib.catalogue import channel_edits, collecting, tokens
from medialib.catalogue.screens import Screen
from medialib.catalogue.timetables import Show, Timetable
from medialib.services import open_with
from medialib.settings import Settings, Store
from medialib.web.screen.pages import page_version

from .browsing import chromium
from .running import Library, until

RUNGS = "[{short_side: 240, max_bits_per_second: 300000, crf: 28}]"
TOKEN = "a-television-of-the-tests"
SLUG = "field"
KEEPS = """async () => {
    const { addressOf, fetchAhead, kept } = await import("/static/tv/keeping.js");
    const shelves = await (await fetch("/tv/shelves.json")).json();
    const card = shelves.rows.flatMap((row) => row.cards).find((one) => one.lesson);
    const gone = Object.assign({}, card, { lesson: "gone", master: "/media/gone/master.m3u8" });
    const number = await fetchAhead([gone, card], 100);
    const first = addressOf(kept()[0]);
    addressOf(kept()[0]);
    const told = [number, kept()[0].lesson === card.lesson, await fetch(first).then(() => "there", () => "given back")];
    const renamed = Object.assign({}, card, { title: "renamed" });
    await fetchAhead([renamed], 100);
    told.push(kept()[0].title);
    await fetchAhead([Object.assign({}, gone, { lesson: card.lesson })], 100); // its new recording cannot be had
    told.push(kept().length);
    await fetchAhead([card], 0);
    told.push(kept().length, (await (await caches.open("medialib-lessons")).keys()).length);
    return [...told, await fetchAhead([card], 0.00001)]; // a budget that is used up at once
}"""


WAKES = """Object.defineProperty(navigator, "wakeLock", {
    value: { request: (what) => { window.woken = what; return Promise.resolve(); } },
})"""
KEEP = """async () => {
    const { fetchAhead } = await import("/static/tv/keeping.js");
    const shelves = await (await fetch("/tv/shelves.json")).json();
    return await fetchAhead(shelves.rows[0].cards, 100);
}"""
WAITS_LONGER_EACH_TIME = """async () => {
    const { Player } = await import("/static/tv/player.js");
    const player = new Player(document.createElement("video"), { stuck() {}, moved() {}, ended() {}, muted() {} });
    player.address = "slow";
    player.failures = 2;
    player.place = 0;
    const failuresAfter = (seconds) => {
        player.moved_at = Date.now() - seconds * 1000;
        player.look();
        return player.failures;
    };
    const told = [failuresAfter(40), failuresAfter(60)];
    player.stop();
    return told;
}"""
WANTED_OF = """async versions => {
    const { Renewal } = await import("/static/tv/renewing.js");
    const page = { isInUse: () => true, isBetween: () => false, stored: (name) => localStorage.getItem(name) };
    const renewal = new Renewal(document.body.dataset.version, page);
    return versions.map((version) => { renewal.told(version); return renewal.wanted; });
}"""
ORDERS_WHAT_NEVER_COMES = """async () => {
    const { Renewal } = await import("/static/tv/renewing.js");
    window.before = true;
    const page = { isInUse: () => true, isBetween: () => true, store: () => {}, stored: () => "" };
    window.renewal = new Renewal("former", page);
    window.renewal.order("given up meanwhile");
}"""
IN_HAND = """() => {
    const { buffered, currentTime } = document.querySelector("video");
    return buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
}"""
GOES_WRONG = """() => new Promise((opened) => {
    const video = document.querySelector("video");
    video.addEventListener("emptied", opened, { once: true });
    video.dispatchEvent(new Event("error"));
}).then(() => true)"""
# The page looks twice a second at how much there is.
HAS_ENOUGH = f"""() => ({IN_HAND})() > 8 &&
    new Promise((looked) => setTimeout(looked, 600)).then(() => ({IN_HAND})() > 6)"""
ALMOST_USED_UP = f"""() => {{
    performance.setResourceTimingBufferSize(5000);
    const video = document.querySelector("video"), inHand = {IN_HAND};
    const pictures = (window.pictures = {{ emptied: [], in_hand: 0 }});
    const use_up = () => {{
        if (pictures.emptied.length) return;
        if (inHand() > 3.5) video.currentTime += inHand() - 3.1; // also what was still on its way
        pictures.in_hand = inHand();
    }};
    video.addEventListener("timeupdate", use_up);
    video.addEventListener("emptied", () => {{ pictures.emptied.push(performance.now()); }});
    video.playbackRate = 0.0625; // what is in hand lasts on a busy machine too
    use_up();
}}"""
PACE = """(pace) => {
    const video = document.querySelector("video");
    video.playbackRate = video.defaultPlaybackRate = pace;
}"""
KEPT_IS_SAID = "() => JSON.parse(document.body.dataset.words).kept === document.getElementById('notice').textContent"
WAITING_IS_SAID = (
    "() => JSON.parse(document.body.dataset.words).waiting === document.getElementById('b-body').textContent"
)
PLACE_OF_THE_FIRST = "document.querySelector('.b-card').getBoundingClientRect().x"
IS_BACK = "() => { window.pictures.back = performance.now(); }"
CHANNEL_IS_SHOWN = f"""() => {{
    const asked = performance.getEntriesByType("resource")
        .filter((one) => one.name.endsWith("/channels/{SLUG}.m3u8") && one.startTime > window.pictures.back);
    return document.getElementById("notice").hidden && {{ asked: asked.map((one) => one.startTime) }};
}}"""
TELLS = "times => times.includes(document.querySelector('.clock').textContent)"
PAGE_KEPT = "caches.open('medialib-page').then((cache) => cache.match('/tv')).then(Boolean)"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(
        tmp_path_factory.mktemp("library"), LADDER__START_RUNG="240", LADDER__PRESET="superfast",
        LADDER__SEGMENT_SECONDS="2", LADDER__RUNGS=RUNGS, SERVER__WORKERS="1", SCREENS__BEAT_SECONDS="5",
    )  # fmt: skip
    opened.start()
    folder = opened.folder
    media.film(folder / "upright.mp4", seconds=5, size="360x640", rate="25")
    media.film(folder / "竹编.mp4", seconds=4.4, size="640x360", rate="30", hertz=700)
    media.film(folder / "silent.mp4", seconds=4, size="426x240", sound_seconds=0)
    media.tone(folder / "heard.mp3", seconds=4.2)
    files = [folder / name for name in ("upright.mp4", "竹编.mp4", "silent.mp4", "heard.mp3")]
    lines = opened.imported("--wait", "complete", *files)
    assert all(line["status"] == "complete" for line in lines)
    services = open_with(Settings(store=Store(url=str(opened.store))))
    with services.database.begin() as session:
        table = Timetable(filler=Show(kind="latest"))
        channel_edits.add(session, title=SLUG, timetable=table, target_seconds=4, by=None)
        series = collecting.create(session, kind="series", title="竹子", description="", dated=None)
        session.flush()
        collecting.add(session, series, [lines[1]["lesson"]])
        collecting.publish(session, series)
        session.add(
            Screen(
                id="television", name="清水村服务室", created_at=time.time(), channel_slug=SLUG,
                token_digest=tokens.digest(TOKEN),
            )
        )  # fmt: skip
    services.database.close()
    yield opened
    opened.stop()


def test_ffmpeg_takes_picture_and_sound_through_every_join(library: Library, tmp_path: Path) -> None:
    took = tmp_path / "took.ts"
    address = f"{library.site}/channels/{SLUG}.ts.m3u8"
    argv = [
        media.tools().ffmpeg,
        "-v",
        "warning",
        "-nostdin",
        "-i",
        address,
        "-t",
        "14",
        "-c",
        "copy",
        "-f",
        "mpegts",
        str(took),
    ]
    subprocess.run(argv, check=True, timeout=60, capture_output=True)
    for stream in ("v:0", "a:0"):
        told = media.ask(took, "-select_streams", stream, "-show_entries", "packet=pts_time")["packets"]
        times = sorted(float(one["pts_time"]) for one in told if "pts_time" in one)
        gaps = [b - a for a, b in pairwise(times)]
        assert times[-1] - times[0] > 12
        assert max(gaps) < 0.5, (stream, max(gaps))


@pytest.mark.skipif(shutil.which("cvlc") is None, reason="NOT TESTED: no VLC here (Debian: apt install vlc)")
def test_vlc_reads_the_list_of_channels_and_plays_its_first(library: Library) -> None:
    other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    silent = ("--vout=dummy", "--aout=dummy", "--no-xlib", "--intf=rc", "--rc-fake-tty")
    argv = [*other, "env", "HOME=/nonexistent", "cvlc", *silent, f"{library.site}/channels.m3u"]
    nowhere, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=nowhere, text=True) as vlc:
        assert vlc.stdin and vlc.stdout
        told: list[str] = []
        threading.Thread(target=_listen, args=[vlc.stdout, told], daemon=True).start()
        try:
            until(lambda: _asked(vlc, told, "stats", r"video decoded *: *(\d+)") > 50, seconds=60)
            assert _asked(vlc, told, "stats", r"audio decoded *: *(\d+)") > 50
            assert _asked(vlc, told, "playlist", rf"\|.* - {SLUG} ()") >= 0, "\n".join(told)
        finally:
            vlc.kill()


def _listen(answers: IO[str], told: list[str]) -> None:
    for line in answers:
        told.append(line)


def _asked(vlc: "subprocess.Popen[str]", told: list[str], question: str, answer: str) -> int:
    """The number in VLC's answer, or 0 when only that it was found; -1 while it says nothing of the kind."""
    told.clear()
    assert vlc.stdin
    vlc.stdin.write(f"{question}\n")
    vlc.stdin.flush()
    time.sleep(0.5)
    found = re.search(answer, "".join(told))
    return int(found[1] or 0) if found else -1


@contextmanager
def television(library: Library, **how: Any) -> Iterator[Page]:
    with chromium() as browser:
        # The page is as large as its glass; a small one is drawn with a quarter of the work.
        context = browser.new_context(viewport={"width": 640, "height": 360}, locale="zh-CN", bypass_csp=True, **how)
        context.add_init_script(WAKES)
        page = context.new_page()
        page.goto(f"{library.site}/tv")
        page.evaluate("token => localStorage.setItem('medialib-screen', token)", TOKEN)
        page.reload()
        yield page


def plays(page: Page, *, seconds: float = 40) -> None:
    """The picture moves on."""
    before = place(page)
    until(lambda: place(page) not in (before, 0), seconds=seconds)
    again = place(page)
    until(lambda: place(page) != again, seconds=seconds)


def place(page: Page) -> Any:
    return page.evaluate("document.querySelector('video').currentTime")


def rings(page: Page) -> int:
    return len(page.query_selector_all(".b-card.on, .key.on"))


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_television_plays_on_after_network_and_server_were_gone(library: Library) -> None:
    with television(library) as page:
        plays(page)
        page.context.set_offline(True)
        page.wait_for_timeout(3000)
        page.context.set_offline(False)
        plays(page)
        with requests.Session() as quiet:
            quiet.get(f"{library.site}/healthz", timeout=20)
            library.stop()
        assert "graceful timeout" not in library.log, "nobody who asks nothing is waited for"
        library.start()
        plays(page, seconds=60)
        assert page.evaluate("document.getElementById('pairing').hidden"), "it is the screen that it was"


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_one_lesson_that_cannot_be_kept_does_not_keep_the_others_away(library: Library) -> None:
    with television(library) as page:
        assert page.evaluate(KEEPS) == [1, True, "given back", "renamed", 1, 0, 0, 0]


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_television_gets_over_a_mistake_and_plays_what_it_keeps_when_it_starts_without_a_network(
    library: Library,
) -> None:
    with television(library) as page:
        plays(page)
        assert page.evaluate("window.woken") == "screen", "it stays awake"
        assert page.evaluate("document.querySelector('.overlay .shift').style.transform"), "nothing burns in"
        assert page.evaluate(GOES_WRONG), "it opens the channel anew"
        plays(page)
        assert page.evaluate(WAITS_LONGER_EACH_TIME) == [2, 3]
        assert page.evaluate(KEEP) > 0
        until(lambda: bool(page.evaluate(PAGE_KEPT)), seconds=30)
        what_is_kept_goes_on_and_the_channel_comes_back(page)
        page.context.set_offline(True)
        page.reload()
        page.wait_for_function("() => !document.getElementById('notice').hidden", timeout=30_000)
        plays(page)
        page.keyboard.press("Enter")
        page.wait_for_selector(".b-card img")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.getElementById('browse').hidden")
        plays(page)
        page.context.set_offline(False)


def what_is_kept_goes_on_and_the_channel_comes_back(page: Page) -> None:
    """Neither takes the picture away before it can be shown itself."""
    page.wait_for_function(HAS_ENOUGH, timeout=60_000)
    page.context.set_offline(True)
    page.evaluate(ALMOST_USED_UP)
    page.wait_for_function(KEPT_IS_SAID, timeout=30_000)
    assert page.evaluate("window.pictures.in_hand") > 0, "it did not wait until nothing was left"
    plays(page)
    page.evaluate(IS_BACK)
    page.context.set_offline(False)
    asked = page.wait_for_function(CHANNEL_IS_SHOWN, timeout=60_000).evaluate("(shown) => shown.asked")
    plays(page)
    assert asked, "it was not shown before it was fetched"
    assert asked[-1] < page.evaluate("window.pictures.emptied.at(-1)"), "it was fetched beside what played"


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_page_that_came_in_part_is_asked_for_again_and_one_that_is_too_old_is_told_so(library: Library) -> None:
    with television(library, service_workers="block") as page:
        page.route("**/tv/ticker.js", lambda route: route.abort(), times=1)
        page.clock.install()
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url) if one.is_navigation_request() else None)
        page.reload()
        page.clock.fast_forward(20_000)
        page.wait_for_function("() => document.body.dataset.lives", timeout=30_000)
        assert asked == [f"{library.site}/tv"] * 2, "it did not live at first, and loaded itself anew"
        plays(page)
        assert page.is_hidden("#too-old")
        page.add_init_script("delete window.AbortController")
        page.reload()
        assert page.is_visible("#too-old")


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_set_that_thinks_it_is_1970_and_elsewhere_tells_the_right_time(library: Library) -> None:
    with television(library, service_workers="block", timezone_id="America/New_York") as page:
        page.clock.install(time=0)
        page.reload()
        here = ZoneInfo(Settings().screens.zone)
        page.wait_for_function(TELLS, arg=[f"{datetime.now(here) + timedelta(minutes=one):%H:%M}" for one in (0, 1)])


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_set_without_a_channel_says_what_it_waits_for_and_begins_when_it_has_one(library: Library) -> None:
    with television(library, service_workers="block") as page:
        page.route("**/tv/beat", _without_a_channel)
        page.reload()
        page.wait_for_selector("#idle")
        assert page.inner_text("#idle h1") == "清水村服务室"
        page.keyboard.press("Enter")
        page.wait_for_selector(".b-card.on")
        page.keyboard.press("Escape")
        assert page.is_visible("#idle")
        page.unroute("**/tv/beat")
        page.wait_for_selector("#idle", state="hidden")
        plays(page)


def _without_a_channel(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "channel": None})


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_page_is_loaded_anew_when_the_office_orders_it(library: Library) -> None:
    with television(library) as page:
        plays(page)
        page.evaluate("window.before = true")
        order(library, {"reload": True, "number": time.time()})
        page.wait_for_function("() => !window.before", timeout=60_000)  # lasts over the loading, unlike a question
        assert page.evaluate("window.before === undefined"), "it is another page"
        plays(page)
        with page.expect_response("**/tv"):
            page.evaluate(ORDERS_WHAT_NEVER_COMES)
        page.wait_for_timeout(500)
        assert page.evaluate("window.before"), "what was ordered is not there"
        page.evaluate("version => window.renewal.told(version)", page_version(Settings()))
        page.wait_for_function("() => !window.before", timeout=60_000)
    order(library, {})  # a television that remembers nothing, as that of the next test, would do it again


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_a_new_version_is_loaded_once_nobody_chooses_any_more(library: Library) -> None:
    held: list[Route] = []
    with television(library, service_workers="block") as page:
        page.route("**/tv", _as_a_former_version, times=1)
        page.route("**/tv/beat", lambda route: held.append(route))
        page.reload()
        page.evaluate("window.before = true")
        assert page.evaluate("document.body.dataset.version") == "former"
        page.keyboard.press("Enter")
        page.wait_for_selector(".b-card.on")
        while not held:
            page.wait_for_timeout(100)
        with page.expect_response("**/tv/beat"):
            held.pop().continue_()
        page.unroute("**/tv/beat")
        page.wait_for_timeout(3500)  # it looks every two seconds
        assert page.evaluate("window.before"), "it waits for whoever chooses"
        page.route("**/tv", lambda route: held.append(route), times=1)
        page.keyboard.press("Escape")
        while not held:
            page.wait_for_timeout(100)
        page.keyboard.press("Enter")  # while the new page is asked for
        with page.expect_response("**/tv"):
            held.pop().continue_()
        page.wait_for_timeout(300)
        assert page.evaluate("window.before")
        page.keyboard.press("Escape")
        page.wait_for_function("() => !window.before", timeout=60_000)
        page.wait_for_load_state()
        assert page.evaluate("document.body.dataset.version") == page_version(Settings())
        plays(page)
        assert page.evaluate(WANTED_OF, ["former", "next"]) == ["", "next"], "it does not go back to a server of before"
        told = [*["former"] * 7, page_version(Settings()), *["former"] * 8]
        wanted = page.evaluate(WANTED_OF, told)
        assert wanted == [""] * 15 + ["former"], "unless no other answers any more"


def _as_a_former_version(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace(page_version(Settings()), "former"))


def order(library: Library, orders: dict[str, Any]) -> None:
    services = open_with(Settings(store=Store(url=str(library.store))))
    with services.database.begin() as session:
        session.get_one(Screen, "television").orders = orders
    services.database.close()


@pytest.mark.skipif(media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)")
def test_everything_is_reached_by_arrows_ok_and_back(library: Library) -> None:
    with television(library, service_workers="block") as page:
        plays(page)
        page.keyboard.press("ArrowUp")
        page.wait_for_function("() => !document.getElementById('overlay').hidden")
        page.keyboard.press("Enter")
        page.wait_for_selector(".b-card img")
        assert rings(page) == 1
        for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft"):
            page.keyboard.press(key)
            assert rings(page) == 1, key
        at = page.evaluate(PLACE_OF_THE_FIRST)
        for key in ("ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        assert page.evaluate(PLACE_OF_THE_FIRST) == at, "four lessons fit"
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.getElementById('browse').hidden")
        assert page.text_content("#channel-name") == "新上的课", "it tells where it was chosen"
        page.evaluate(PACE, 0.0625)  # four seconds last on a busy machine too
        plays(page)
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('video').paused"), "OK holds a lesson"
        page.keyboard.press("Enter")
        plays(page)
        page.evaluate(PACE, 1)
        page.keyboard.press("Backspace")
        page.wait_for_selector(".b-card img")
        for _ in range(12):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        what_comes_late_or_never_leads_nobody_astray(page)
        page.keyboard.press("Enter")  # the series, the last shelf
        page.wait_for_function("() => document.querySelectorAll('.b-card').length === 1")
        page.keyboard.press("Escape")
        for _ in range(12):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_selector("#keyboard .key.on")
        assert rings(page) == 1
        # z and b, the first letters of 竹编
        for key in (*["ArrowDown"] * 4, "ArrowRight", "Enter", *["ArrowUp"] * 4, "Enter"):
            page.keyboard.press(key)
        page.wait_for_selector(".b-card img")
        assert page.inner_text("#typed") == "zb"
        for key in (*["ArrowDown"] * 4, "ArrowRight", "Enter"):  # one back
            page.keyboard.press(key)
        assert page.inner_text("#typed") == "z"
        for key in ("ArrowRight", "Enter"):  # all of them
            page.keyboard.press(key)
        assert "hint" in (page.get_attribute("#typed", "class") or "")
        for key in (*["ArrowLeft"] * 2, "Enter", *["ArrowUp"] * 4, "Enter"):
            page.keyboard.press(key)
        page.wait_for_selector(".b-card img")
        while page.query_selector(".key.on"):
            page.keyboard.press("ArrowRight")
        assert rings(page) == 1
        assert page.inner_text("#b-title") == page.inner_text(".b-card.on h3"), "however long it is"
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_function("() => document.getElementById('browse').hidden")
        plays(page)


def what_comes_late_or_never_leads_nobody_astray(page: Page) -> None:
    """The ring is on the series."""
    cards = page.locator(".b-card").count()
    page.route("**/tv/list.json*", lambda route: route.abort(), times=1)
    page.keyboard.press("Enter")
    page.wait_for_function(WAITING_IS_SAID)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert (rings(page), page.locator(".b-card").count()) == (1, cards)
    held: list[Route] = []
    page.route("**/tv/list.json*", lambda route: held.append(route), times=1)
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(50)
    page.keyboard.press("Escape")
    with page.expect_response("**/tv/list.json*"):
        held.pop().continue_()
    page.wait_for_timeout(200)
    assert (rings(page), page.locator(".b-card").count()) == (1, cards)
