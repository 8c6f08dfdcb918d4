"""A member searches with a browser: one letter, a suggestion, filters, and a line of captions that plays."""

from collections.abc import Iterator

import media
import pytest
from playwright.sync_api import Browser, Page, expect

from .browsing import chromium
from .running import Library, library_here, until

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)
SRT = (
    "1\n00:00:01,000 --> 00:00:03,000\n选竹要选三年的\n\n"
    "2\n00:00:09,000 --> 00:00:12,000\n边师傅说，编织到边上要留两指宽\n"
)
ABOUT = "title: {title}\nspeaker: 边师傅\nunit: 马迹塘镇\nrecorded: {year}\nthemes: [weaving]\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_here(
        tmp_path_factory.mktemp("library"), LADDER__START_RUNG="240", LADDER__PRESET="ultrafast"
    ) as opened:
        film = media.film(opened.folder / "a.mp4", seconds=16, size="320x180")
        film.with_suffix(".yaml").write_text(ABOUT.format(title="凉席入门", year=2023), encoding="utf-8")
        film.with_suffix(".srt").write_text(SRT, encoding="utf-8")
        tone = media.tone(opened.folder / "b.mp3", seconds=2)
        tone.with_suffix(".yaml").write_text(ABOUT.format(title="斗笠的歌", year=2022), encoding="utf-8")
        lines = opened.imported("--wait", "complete", film, tone)
        assert [line["status"] for line in lines] == ["complete", "complete"]
        until(lambda: opened.get("/api/lessons?q=边师傅").json()["total"] == 2, seconds=60)
        until(lambda: len(opened.get("/api/suggestions?q=b").json()["suggestions"]) > 0, seconds=60)
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def phone(browser: Browser, *, scripts: bool = True) -> Page:
    """A phone of its own, with nothing remembered on it."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", has_touch=True, java_script_enabled=scripts
    )
    context.set_default_timeout(60_000)
    return context.new_page()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which no script fails or is refused."""
    opened = phone(browser)
    troubles: list[str] = []
    opened.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    opened.context.close()
    assert not troubles


def test_from_one_letter_to_the_second_at_which_it_is_said(page: Page, library: Library) -> None:
    page.goto(library.site)
    box = page.get_by_role("combobox", name="搜索")
    box.focus()
    page.keyboard.press("b")
    speaker = page.get_by_role("option", name="边师傅")
    expect(speaker).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    while speaker.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", speaker.get_attribute("id") or "none")
    page.keyboard.press("Enter")
    count = page.locator(".toolbar .count")
    expect(count).to_have_text("2 课")
    assert "/search?" in page.url

    choices = page.get_by_text("筛选", exact=True)
    choices.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="2023年 1")).to_be_hidden()
    choices.click()
    page.get_by_role("link", name="2023年 1").click()
    expect(count).to_have_text("1 课")
    page.get_by_role("link", name="去掉：2023年").click()
    expect(count).to_have_text("2 课")

    hit = page.locator(".caption-hit")
    expect(hit).to_have_text("0:09边师傅说，编织到边上要留两指宽")
    expect(hit.locator("mark").first).to_have_text("边师傅")
    hit.click()
    page.wait_for_url("**/lessons/*?t=9&in=*")
    page.get_by_role("button", name="从 0:09 开始放").click()
    begun = page.wait_for_function(
        "() => { const v = document.querySelector('video'); return !v.paused && v.currentTime > 9.2 && v.currentTime; }"
    )
    assert begun.json_value() < 14


@pytest.mark.parametrize("words", ["凉席", "liangxi", "lxrm", "涼席"])
def test_two_characters_pinyin_initials_and_the_traditional_form_find_it(
    page: Page, library: Library, words: str
) -> None:
    page.goto(library.site)
    page.get_by_role("combobox", name="搜索").fill(words)
    page.get_by_role("button", name="搜索").click()
    expect(page.locator(".hits h2").first).to_have_text("凉席入门")


def test_what_was_searched_for_is_offered_again_until_it_is_taken_away(page: Page, library: Library) -> None:
    for words in ("凉席", "斗笠", "qqqqq"):
        page.goto(f"{library.site}/search?q={words}")
    page.goto(library.site)
    box = page.get_by_role("combobox", name="搜索")
    box.click()
    options = page.get_by_role("option")
    expect(options.nth(0)).to_have_text("斗笠")
    expect(options.nth(1)).to_have_text("凉席")
    expect(page.get_by_role("option", name="qqqqq")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(options.nth(0)).to_have_text("凉席")
    page.get_by_role("button", name="不再记着：凉席").tap()
    expect(page.get_by_role("option", name="凉席")).to_have_count(0)
    box.fill("")
    page.evaluate("localStorage.setItem('searches', 'no list')")
    page.reload()
    box.click()
    expect(options).to_have_count(0)


def test_escape_closes_the_list_and_letters_of_an_input_method_wait(page: Page, library: Library) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/suggestions" in request.url else None)
    page.goto(library.site)
    box = page.get_by_role("combobox", name="搜索")
    box.focus()
    compose = """(input) => {
        input.dispatchEvent(new CompositionEvent('compositionstart'));
        input.value = 'dou';
        input.dispatchEvent(new InputEvent('input', { isComposing: true }));
    }"""
    box.evaluate(compose)
    page.wait_for_timeout(400)
    assert asked == []
    box.evaluate("""(input) => { input.value = '斗'; input.dispatchEvent(new CompositionEvent('compositionend')); }""")
    expect(page.get_by_role("option", name="斗笠的歌")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_value("斗")
    box.fill("边")
    page.get_by_role("option", name="边师傅").tap()
    page.wait_for_url("**/search?q=*")


def test_without_scripts_everything_but_suggestions_is_there(browser: Browser, library: Library) -> None:
    page = phone(browser, scripts=False)
    page.goto(library.site)
    page.get_by_role("searchbox", name="搜索").fill("边师傅")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator(".toolbar .count")).to_have_text("2 课")
    page.get_by_label("排序").select_option("oldest")
    page.get_by_role("button", name="看结果").click()
    page.wait_for_url("**sort=oldest**")
    page.get_by_text("筛选", exact=True).click()
    page.get_by_role("link", name="2022年 1").click()
    expect(page.locator(".toolbar .count")).to_have_text("1 课")
    expect(page.get_by_role("link", name="去掉：2022年")).to_be_visible()
    page.goto(f"{library.site}/search?q=编织")
    page.locator(".caption-hit").click()
    source = page.locator("video source").first
    assert (source.get_attribute("src") or "").endswith("/master.m3u8#t=9")
    page.context.close()
