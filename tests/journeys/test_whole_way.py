"""The whole way of a recording in a browser: sent, returned or published, collected, found, played and counted."""

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import media
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from sqlalchemy import update

from medialib.catalogue import lookups
from medialib.catalogue.lessons import LONGEST_REST_SECONDS, StepLeft
from medialib.services import open_with
from medialib.settings import Settings, Store

from .browsing import await_script, chromium
from .running import FOUND, Library, until
from .sending import Line, digest, kill_servers, padded, until_sent

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)

PASSWORD = "竹海听风 2023"
FILM, SOUND, LONG = "竹林怎样松土施肥", "秋茶采摘要点", "小龙虾怎样过冬"
HOUSEHOLDS = 2
"""So many more households play each lesson: fewer than five plays in all are told to nobody."""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    # A slow way of encoding: the ladder of a minute is not made before it is put off.
    made = Library(tmp_path, LADDER__START_RUNG="240", LADDER__PRESET="medium", SERVER__WORKERS="1", **FOUND)
    made.start()
    yield made
    made.stop()


class People:
    """Everybody's browser; nothing of ours may stumble in any."""

    def __init__(self, browser: Browser, library: Library):
        self._browser = browser
        self._site = library.site
        self.errors: list[str] = []

    def office(self) -> Page:
        return self._opened({"width": 1440, "height": 900}, is_mobile=False)

    def phone(self) -> Page:
        return self._opened({"width": 360, "height": 740}, is_mobile=True)

    def _opened(self, viewport: ViewportSize, *, is_mobile: bool) -> Page:
        context: BrowserContext = self._browser.new_context(
            base_url=self._site, viewport=viewport, locale="zh-CN", is_mobile=is_mobile, has_touch=is_mobile
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if "Content Security" in said.text else None)
        return page


def test_from_an_invitation_to_the_statistics(library: Library) -> None:
    files = [
        padded(media.film(library.folder / f"{FILM}.mp4", seconds=7), 1_800_000),
        padded(media.tone(library.folder / f"{SOUND}.m4a", seconds=7), 1_500_000),
        media.film(library.folder / "VID_0003.mp4", seconds=60, size="1280x720", rate="10", more=("-crf", "40")),
    ]
    with chromium() as browser:
        people = People(browser, library)
        admin, editor, curator = people.office(), people.phone(), people.office()
        begin(admin, library)
        join(editor, invite(admin, "镇里小王", "单位编辑", "马迹塘镇"), "13800000000")
        join(curator, invite(admin, "县里老周", "县里办公室", None), "13900000000")
        send(editor, library, files)
        put_off_the_ladder(library)
        tell(editor)
        play_before_the_ladder(editor)
        submit(editor)
        review(curator)
        feature(curator)
        package(curator)
        find_and_play(people.phone())
        for member in [people.phone() for _ in range(HOUSEHOLDS)]:
            for title in (FILM, SOUND):
                play_at_home(member, title)
        look_back(admin)
    assert people.errors == []
    kept = [digest(one) for one in library.store.glob("lessons/*/*/source*")]
    assert sorted(kept) == sorted(digest(one) for one in files), "bit for bit, through all that"


def begin(admin: Page, library: Library) -> None:
    """The first link leads to the administrator, who puts the units in."""
    until(lambda: "/password/" in library.log, seconds=60)
    link = re.search(r"http://\S+/password/\S+", library.log)
    assert link
    admin.goto(link[0])
    admin.get_by_label("新密码").fill(PASSWORD)
    admin.get_by_label("再输一遍").fill(PASSWORD)
    admin.keyboard.press("Enter")
    admin.wait_for_url("**/desk/todo")
    admin.goto("/desk/units")
    for name, parent in (("桃江县", ""), ("马迹塘镇", "桃江县")):
        admin.get_by_label("名称").fill(name)
        if parent:
            choose(admin, "select[name=parent]", parent)
        admin.get_by_role("button", name="加上").click()
        admin.locator(".tree b", has_text=name).wait_for()  # the address may be as before


def choose(page: Page, select: str, words: str) -> None:
    """The choice that these words are in, indented or not."""
    page.select_option(select, page.locator(f"{select} option", has_text=words).get_attribute("value"))


def invite(admin: Page, name: str, role: str, unit: str | None) -> str:
    admin.goto("/desk/people")
    admin.get_by_role("link", name="邀请人").click()
    admin.get_by_label("给谁").fill(name)
    admin.get_by_label(role).check()
    if unit:
        choose(admin, "select[name=unit]", unit)
    admin.get_by_role("button", name="做链接").click()
    return admin.get_by_label("链接", exact=True).input_value()


def join(page: Page, invitation: str, login: str) -> None:
    page.goto(invitation)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一遍").fill(PASSWORD)
    page.get_by_role("button", name="开通账号").click()
    page.wait_for_url("**/desk/todo")


def send(editor: Page, library: Library, files: list[Path]) -> None:
    """Three files, with the network cut twice and the server killed in between."""
    editor.goto("/desk/upload")
    line = Line(editor.context, editor, bytes_per_second=400_000)
    editor.set_input_files("#chooser", [str(one) for one in files])
    size_bytes = sum(one.stat().st_size for one in files)
    until_sent(editor, size_bytes // 6, files)
    cut(editor, line)
    until_sent(editor, size_bytes // 3, files)
    assert kill_servers(library) >= 1
    until_sent(editor, size_bytes // 2, files)
    cut(editor, line)
    line.go_on(bytes_per_second=1_500_000)
    editor.locator("#files .tag", has_text="现在就能").nth(2).wait_for()


def put_off_the_ladder(library: Library) -> None:
    """Of the minute that has just arrived, for longer than anything here takes: as if the machine were so busy."""
    services = open_with(Settings(store=Store(url=str(library.store))))
    with services.database.begin() as session:
        names = {lookups.source(session, one.id).name: one.id for one in lookups.all_lessons(session)}
        sizes = update(StepLeft).where(StepLeft.lesson_id == names["VID_0003.mp4"], StepLeft.step == "rungs")
        session.execute(sizes.values(retry_at=time.time() + LONGEST_REST_SECONDS - 10))
    services.database.close()


def cut(editor: Page, line: Line) -> None:
    line.cut()
    editor.get_by_text("网断了").first.wait_for()
    line.go_on()


def row(editor: Page, name: str) -> Page:
    return editor.locator("#files > li", has_text=name)  # type: ignore[return-value]


def tell(editor: Page) -> None:
    """The details, file by file; each is kept before the next one is looked at."""
    for name, title, words in (
        (FILM, FILM, "三步管好一片林。"),
        (SOUND, SOUND, "一芽两叶，趁早采。"),
        ("VID_0003", LONG, "水深一米，过冬不愁。"),
    ):
        row(editor, name).locator(".name").click()
        editor.get_by_label("标题").fill(title)
        editor.locator("#details [name=speaker]").fill("李师傅")
        editor.get_by_label("哪月拍的").fill("2023-05")
        editor.get_by_label("一句话介绍").fill(words)
        editor.get_by_text("都存好了").wait_for()


def play_before_the_ladder(editor: Page) -> None:
    """The minute that has just arrived is played while its sizes are still being made."""
    row(editor, "VID_0003").get_by_role("link", name="看一看").click()
    editor.wait_for_url("**/lessons/*")
    editor.locator("button.start").click()
    editor.wait_for_function("() => document.querySelector('video').currentTime > 1")
    state = editor.request.get(f"/api/lessons/{editor.url.rpartition('/')[2]}").json()["state"]
    assert state == "published", "it is listed and plays, and is not complete"


def submit(editor: Page) -> None:
    editor.goto("/desk/upload")
    for name, title in ((FILM, FILM), (SOUND, SOUND), ("VID_0003", LONG)):
        row(editor, name).locator(".name").click()
        editor.get_by_role("button", name="送去审核").click()
        editor.locator("#done li", has_text=title).get_by_text("等审核").wait_for()


def review(curator: Page) -> None:
    """Themes are taken as they are proposed; two go out, one goes back with its reason."""
    curator.goto("/desk/todo")
    curator.get_by_role("link", name="开始审核").click()
    for title, theme in ((FILM, "竹笋竹林"), (SOUND, "茶叶种植与制作")):
        assert curator.locator(".decide [name=title]").input_value() == title, "those that wait longest come first"
        proposed = curator.locator("[data-themes] > .chips label", has_text=theme)
        assert proposed.get_attribute("title"), "it says for which words"
        proposed.click()
        curator.locator("button.start").wait_for()  # with the scripts that listen to keys
        curator.evaluate("document.activeElement.blur()")  # away from what is ticked
        curator.keyboard.press("Space")
        curator.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
        curator.keyboard.press("p")
        curator.locator("[data-toast]", has_text=title).wait_for()
    assert curator.locator(".decide [name=title]").input_value() == LONG
    curator.locator("button.start").click()
    curator.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    curator.get_by_role("button", name="声音太小").click()
    curator.get_by_role("button", name="退回").click()
    curator.get_by_text("没有课等着审核").wait_for()


def feature(curator: Page) -> None:
    """One lesson on the first page's shelf: found by a few characters, put in, published."""
    curator.goto("/desk/collections")
    curator.get_by_label("名称").first.fill("秋天看什么")
    curator.locator("input[name=kind][value=featured]").check()
    curator.get_by_role("button", name="建好").click()
    curator.wait_for_url("**/desk/collections/*")  # with the script that looks for what is typed

    def found() -> bool:
        """It was published a moment ago; what is typed is looked for once."""
        curator.locator("#find").fill("")
        with curator.expect_response(lambda answer: "find=" in answer.url or "q=" in answer.url):
            curator.locator("#find").fill("松土")
        return curator.locator("#found", has_text=FILM).count() > 0

    until(found, seconds=60)
    curator.locator("#found").get_by_role("button", name="放进来").first.click()
    curator.locator("[data-order] > li", has_text=FILM).wait_for()
    curator.get_by_role("button", name="发布", exact=True).click()
    curator.get_by_text("一个网址，六种用法").wait_for()


def package(curator: Page) -> None:
    """This month's: both lessons from the table of lessons, and what is to be done with them."""
    curator.goto("/desk/collections")
    curator.get_by_label("名称").first.fill("秋后管竹采茶")
    curator.locator("input[name=kind][value=package]").check()
    curator.get_by_label("哪个月").first.fill(date.today().strftime("%Y-%m"))
    curator.get_by_role("button", name="建好").click()
    curator.wait_for_url("**/desk/collections/*")
    address = curator.url
    curator.goto("/desk/lessons?stage=published")
    for title in (FILM, SOUND):
        curator.locator(f"tbody .check[aria-label='{title}']").check()
    curator.get_by_text("放进合集").click()
    choose(curator, ".bulk select[name=collection]", "秋后管竹采茶")
    curator.get_by_role("button", name="放进去").click()
    curator.locator("[data-toast]", has_text="2 课").wait_for()
    curator.goto(address)
    curator.get_by_text("加一件要做的事").click()
    task = curator.locator(".extra[open]")
    task.get_by_label("要做什么").fill("给自家竹林松一次土")
    task.get_by_role("button", name="放进来").click()
    curator.locator("[data-order] > li", has_text="给自家竹林松一次土").wait_for()
    curator.get_by_role("button", name="发布", exact=True).click()
    curator.get_by_text("一个网址，六种用法").wait_for()


def find_and_play(member: Page) -> None:
    """Somebody without an account: the shelf, the search by initials, the package."""
    member.goto("/")
    assert member.locator("[aria-labelledby=h-featured]", has_text=FILM).is_visible()

    def found() -> bool:
        member.goto("/search?q=songtu")
        return member.get_by_role("link", name=FILM).count() > 0

    until(found, seconds=30)
    member.get_by_role("link", name=FILM).first.click()
    play_through(member)
    member.goto("/")
    member.get_by_role("link", name="秋后管竹采茶").first.click()
    assert member.get_by_text("给自家竹林松一次土").is_visible()
    assert member.get_by_text(LONG).count() == 0
    member.locator(".steps").get_by_role("link", name=SOUND).click()
    play_through(member, last=FILM)
    assert "person" not in {one["name"] for one in member.context.cookies()}, "nobody is signed in here"


def play_at_home(member: Page, title: str) -> None:
    member.goto(f"/search?q={title}")
    member.get_by_role("link", name=title).first.click()
    play_through(member)


def play_through(member: Page, *, last: str = "") -> None:
    """At twice its speed, to its end; leaving the page tells that it was played.

    A package goes on by itself with its next lesson, up to its `last` one.
    """
    await_script(member)
    member.locator(".speed:not(.sound-track):not(.captions) select").select_option("2")
    member.locator("button.start").click()
    member.wait_for_function(
        """(last) => {
            const box = document.querySelector("main [data-player]");
            return box?.querySelector("video, audio").ended && (!last || box.dataset.title === last);
        }""",
        arg=last,
    )
    member.goto("about:blank")


def look_back(admin: Page) -> None:
    admin.goto("/desk/log")
    told = admin.locator("table.log tbody tr").all_inner_texts()
    for who, act, what in (
        ("镇里小王", "上传了录像", FILM),
        ("镇里小王", "送审了课", LONG),
        ("县里老周", "发布了课", FILM),
        ("县里老周", "发布了课", SOUND),
        ("县里老周", "退回了课", LONG),
        ("县里老周", "发布了合集", "秋天看什么"),
        ("县里老周", "发布了合集", "秋后管竹采茶"),
    ):
        assert any(who in line and act in line and what in line for line in told), (who, act, what)
    assert any("邀请了" in line and "镇里小王" in line for line in told)

    # In the package the second lesson followed the first; what was played before it was out is no play.
    plays = 1 + 2 + 2 * HOUSEHOLDS

    def counted() -> bool:
        admin.goto("/desk/statistics")
        return f"30 天播放了 {plays} 次" in admin.inner_text("h1")

    until(counted, seconds=30)
