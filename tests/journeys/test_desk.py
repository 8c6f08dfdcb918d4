"""The first administrator, an invited editor and a disabled one, in Chromium, on a phone and on an office PC."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from playwright.sync_api import Page, expect

from .browsing import chromium
from .running import Library, until

pytestmark = pytest.mark.skipif(
    media.CHROMIUM is None, reason="NOT TESTED: no chromium here (Debian: apt install chromium)"
)

PASSWORD = "竹海听风 2023"
# Where pictures of the pages are put, for people to look at.
PICTURES = os.environ.get("MEDIALIB_PICTURES")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path, SERVER__WORKERS="1")
    made.start()
    yield made
    made.stop()


def shoot(page: Page, name: str) -> None:
    """Nothing runs over the edge; and a picture, when somebody wants to look."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_the_first_link_leads_to_an_invited_editor_who_is_disabled(library: Library) -> None:
    until(lambda: "/password/" in library.log, seconds=60)
    link = re.search(r"http://\S+/password/\S+", library.log)
    assert link
    assert len(re.findall("/password/", library.log)) == 1, "the server that `run` starts prints no other"
    with chromium() as browser:
        office = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
        phone = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", is_mobile=True).new_page()
        errors: list[str] = []
        for page in (office, phone):
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        office.goto(link[0])
        shoot(office, "password")
        office.get_by_label("新密码").fill(PASSWORD)
        office.get_by_label("再输一遍").fill(PASSWORD)
        office.keyboard.press("Enter")
        office.wait_for_url("**/desk/todo")
        office.goto(f"{library.site}/desk/units")
        for name, parent in (("桃江县", ""), ("马迹塘镇", "桃江县"), ("京华村", "马迹塘镇"), ("高桥镇", "桃江县")):
            office.get_by_label("名称").fill(name)
            if parent:
                option = office.locator("select[name=parent] option", has_text=parent)
                office.select_option("select[name=parent]", option.get_attribute("value"))
            office.get_by_role("button", name="加上").click()
            office.locator(".tree b", has_text=name).wait_for()  # the address may be as before
        shoot(office, "units")
        office.get_by_role("button", name="把高桥镇往上移").click()
        expect(office.locator(".tree b")).to_have_text(["桃江县", "高桥镇", "马迹塘镇", "京华村"])
        office.get_by_role("link", name="京华村").click()
        office.wait_for_url("**/desk/units/*")
        shoot(office, "unit")

        office.goto(f"{library.site}/desk/people")
        office.get_by_role("link", name="邀请人").click()
        office.wait_for_url("**/desk/people/invite")
        office.get_by_label("给谁").fill("镇里小王")
        office.get_by_label("单位编辑").check()
        value = office.locator("select[name=unit] option", has_text="马迹塘镇").get_attribute("value")
        office.select_option("select[name=unit]", value)
        shoot(office, "invite")
        office.get_by_role("button", name="做链接").click()
        invitation = office.get_by_label("链接", exact=True).input_value()
        assert office.locator("svg.qr").bounding_box()
        shoot(office, "link")

        phone.goto(invitation)
        shoot(phone, "phone-invitation")
        phone.get_by_label("登录名").fill("13800000000")
        phone.get_by_label("新密码").fill(PASSWORD)
        phone.get_by_label("再输一遍").fill(PASSWORD)
        phone.get_by_role("button", name="开通账号").click()
        phone.wait_for_url("**/desk/todo")
        phone.goto(f"{library.site}/desk/account")
        assert "马迹塘镇" in phone.inner_text("body")
        shoot(phone, "phone-account")
        assert phone.goto(f"{library.site}/desk/people").status == 403  # type: ignore[union-attr]
        shoot(phone, "phone-refused")

        office.goto(f"{library.site}/desk/people")
        office.keyboard.press("/")
        assert office.evaluate("document.activeElement.name") == "q"
        shoot(office, "people")
        office.get_by_role("link", name="镇里小王").click()
        office.get_by_role("button", name="停用").wait_for()
        shoot(office, "person")
        office.get_by_role("button", name="停用").click()
        expect(office.locator("main")).to_contain_text("这个账号停用了")
        phone.goto(f"{library.site}/desk/account")
        assert "/sign-in" in phone.url
        shoot(phone, "phone-sign-in")
        office.goto(f"{library.site}/desk/log")
        told = office.inner_text("table")
        for act in ("停用了账号", "新开了账号", "邀请了", "换了单位的顺序", "加了单位", "设了新密码"):
            assert act in told, act
        shoot(office, "log")
        office.goto(f"{library.site}/desk/account")
        shoot(office, "account")
        office.set_viewport_size({"width": 360, "height": 740})
        for name in ("people", "people/invite", "units", "log", "account"):
            office.goto(f"{library.site}/desk/{name}")
            shoot(office, f"phone-{name.replace('/', '-')}")
        office.get_by_role("button", name="退出", exact=True).click()
        office.wait_for_url(f"{library.site}/")
    assert errors == []
