"""The pictures of televisions and of the desk's screens, of a library that is running."""

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page

from medialib.catalogue import channel_edits, lookups, people_edits, tokens, unit_tree
from medialib.catalogue.screens import Screen
from medialib.catalogue.timetables import Part, Quiet, Show, Special, Timetable
from medialib.services import open_with
from medialib.settings import Settings, Store

from .pictures import new_page, take
from .running import until

# The pictures are of a morning, whenever they are taken: at night a channel rests.
_HOURS_LATER = (10 - datetime.now(UTC).hour + 12) % 24 - 12
ZONE = f"Etc/GMT{-_HOURS_LATER:+d}"
_TOKEN, _PASSWORD = "a-television-of-the-pictures", "竹海听风 2023"
_TOWNS = {
    "鲊埠回族乡": 31, "武潭镇": 52, "三堂街镇": 56, "修山镇": 48, "桃花江镇": 78, "马迹塘镇": 54, "大栗港镇": 50,
    "沾溪镇": 30, "浮邱山乡": 38, "石牛江镇": 44, "鸬鹚渡镇": 37, "高桥镇": 34, "灰山港镇": 66, "松木塘镇": 34,
    "牛田镇": 28,
}  # fmt: skip
_ROOMS = ("清水村", "新塘村", "渡口", "五羊坪村", "老街", "竹山村", "石桥村", "长塘村", "大坪村", "枫树村")


DESK = {
    "desk-todo": "/desk/todo",
    "desk-lessons": "/desk/lessons",
    "desk-upload": "/desk/upload",
    "desk-collections": "/desk/collections",
    "desk-screens": "/desk/screens",
    "desk-channel": "/desk/channels/tianjianpindao",
    "desk-statistics": "/desk/statistics",
    "desk-settings": "/desk/settings",
}


def take_television(browser: Browser, site: str) -> None:
    """Of a library that is prepared."""
    page = new_page(browser, 1920, 1080, locale="zh-CN", timezone_id=ZONE, bypass_csp=True)
    page.goto(f"{site}/tv")
    page.wait_for_selector("#code b")
    take(page, "tv-pair")
    page.evaluate("token => localStorage.setItem('medialib-screen', token)", _TOKEN)
    page.reload()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0")
    until(lambda: _says_what_is_on(page), seconds=180)
    take(page, "tv-play")
    _browse(page)
    page.context.close()


def take_desk(browser: Browser, site: str) -> None:
    """Of a library that is prepared."""
    desk = new_page(browser, 1440, 900, locale="zh-CN", timezone_id=ZONE)
    desk.goto(f"{site}/sign-in")
    desk.fill("[name=login]", "televisions")
    desk.fill("[name=password]", _PASSWORD)
    desk.press("[name=password]", "Enter")
    desk.wait_for_url("**/desk/**")
    for name, address in DESK.items():
        desk.goto(site + address)
        take(desk, name)
    desk.context.close()


def _says_what_is_on(page: Page) -> bool:
    """Whether the lower third is there, which a key brings."""
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(700)
    return bool(page.evaluate("!document.getElementById('overlay').hidden"))


def _browse(page: Page) -> None:
    page.keyboard.press("Enter")
    page.wait_for_selector(".b-card img")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(800)
    take(page, "tv-browse")
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".key.on")
    for key in (*["ArrowDown"] * 3, "Enter", "ArrowDown", "ArrowRight", "Enter"):  # sz, as in 笋竹
        page.keyboard.press(key)
    page.wait_for_timeout(1500)
    take(page, "tv-search")


def prepare(store: Path) -> None:
    """Makes a channel, 680 screens and an account in the library."""
    services = open_with(Settings(store=Store(url=str(store))))
    lot, now = random.Random(7), time.time()
    with services.database.begin() as session:
        people_edits.add_person(
            session, login="televisions", name="放映组", role="curator", unit_slug=None, password=_PASSWORD, by=None
        )
        channel_edits.add(session, title="田间频道", timetable=_week(), target_seconds=4, by=None)
        county = unit_tree.add(session, name="桃江县", parent_slug=None, by=None)
        lessons = [one.id for one in lookups.all_lessons(session)]
        session.flush()
        for town, (name, count) in enumerate(_TOWNS.items()):
            known = unit_tree.add(session, name=name, parent_slug=county.slug, by=None)
            session.flush()
            for number in range(count):
                gone = 90_000 if number < (6 if name == "鸬鹚渡镇" else town % 3 == 1) else 50
                gone = 4_500 if gone == 50 and number < 4 and town % 2 else gone
                session.add(
                    Screen(
                        id=f"s{town:02}{number:03}", name=f"{_ROOMS[number % 10]}服务室", created_at=now,
                        token_digest=tokens.digest(_TOKEN if (town, number) == (5, 20) else f"{town}-{number}"),
                        channel_slug="tianjianpindao", unit_slug=known.slug, seen_at=now - gone - number,
                        playing={"lesson": lot.choice(lessons), "offline": gone == 4_500},
                    )
                )  # fmt: skip
    services.database.close()


def _week() -> Timetable:
    new, shuffled = Show(kind="latest", order="newest"), Show(kind="latest", order="shuffle")
    skills = Show(kind="themes", slug="skills", order="newest")
    farming = Show(kind="search", words="竹", order="listed")
    evening = f"{datetime.now(ZoneInfo(ZONE)) + timedelta(days=1):%Y-%m-%dT19:30}"
    return Timetable(
        zone=ZONE,
        parts=(
            Part(begins=8 * 60, ends=11 * 60 + 30, show=skills),
            Part(begins=14 * 60, ends=17 * 60 + 30, show=farming, days=(0, 1, 2, 3, 4)),
            Part(begins=19 * 60, ends=21 * 60, show=new, exact=True),
        ),
        quiet=(Quiet(begins=22 * 60, ends=6 * 60),),
        specials=(Special(at=evening, minutes=60, show=shuffled),),
        filler=shuffled,
    )
