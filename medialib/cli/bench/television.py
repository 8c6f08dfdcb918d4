"""A television's page plays its channel for half an hour; its network is cut and its server killed meanwhile."""

import shutil
import subprocess
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
from playwright.sync_api import Page, sync_playwright

from medialib.catalogue import tokens
from medialib.catalogue.screens import Screen
from medialib.cli.bench.browser import ARGUMENTS
from medialib.cli.bench.channels import make_channel
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.family import at_work
from medialib.cli.bench.library import BenchLibrary, make_library, running
from medialib.cli.bench.report import Figure
from medialib.cli.bench.stalls import Stalls, begin_to_watch, stalls_of
from medialib.errors import ToolFailed
from medialib.services import open_with
from medialib.settings import Settings, Store

SECONDS = 1800
_QUICK_SECONDS = 150
_CUT_SECONDS = 120
_KEEP_SECONDS = 300
_LEAST_KEPT = 4
_PLAYS_KEPT = "JSON.parse(document.body.dataset.words).kept === document.getElementById('notice').textContent"


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """Killed at a sixth and at two thirds of the time, without a network for two minutes from a third on."""
    seconds = extent.seconds(SECONDS, quick=_QUICK_SECONDS)
    cut = min(_CUT_SECONDS, seconds // 4)
    hour = datetime.now(ZoneInfo(Settings().screens.zone)).hour
    keeping = {"SCREENS__KEEP_FROM_HOUR": str(hour), "SCREENS__KEEP_UNTIL_HOUR": str((hour + 2) % 24)}
    library = make_library(folder, "television", {"SCREENS__BEAT_SECONDS": "5", **keeping})
    with running(library) as supervisor:
        token = _pair(library, make_channel(library, folder, extent))
        found, kept, killed = _watch(library, supervisor, token, seconds, cut)
        silent = max((one.seconds for one in library.plans().values() if not one.audio), default=0.0)
    group = f"television's page, {seconds} s"
    return [
        Figure(
            group=group, what="longest stall, without sound", value=str(found), bar="1 s",
            yardstick=f"{silent:.1f} s of a kept recording that has no sound" if silent else "",
        ),
        Figure(group=group, what=f"network cut for {cut} s: played what it keeps", value=kept, bar="yes"),
        Figure(group=group, what="server killed, and there again", value=f"{killed} times", bar="2 times"),
    ]  # fmt: skip


def _pair(library: BenchLibrary, slug: str) -> str:
    services, token = open_with(Settings(store=Store(url=str(library.folder)))), tokens.new_token()
    with services.database.begin() as session:
        digest = tokens.digest(token)
        session.add(Screen(id="bench", name="bench", created_at=time.time(), channel_slug=slug, token_digest=digest))
    services.database.close()
    return token


def _watch(
    library: BenchLibrary, supervisor: "subprocess.Popen[bytes]", token: str, seconds: int, cut: int
) -> tuple[Stalls, str, int]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1280, "height": 720}, bypass_csp=True).new_page()
        page.goto(f"{library.address}/tv")
        page.evaluate("token => localStorage.setItem('medialib-screen', token)", token)
        page.reload()
        _until_kept(page)
        begin_to_watch(page)
        began = time.monotonic()
        _wait(page, began + seconds / 6)
        killed = _kill_server(library, supervisor)
        _wait(page, began + seconds / 3)
        page.context.set_offline(True)
        _wait(page, began + seconds / 3 + cut - 5)
        kept = "yes" if page.evaluate(_PLAYS_KEPT) else "no"
        _wait(page, began + seconds / 3 + cut)
        page.context.set_offline(False)
        _wait(page, began + seconds * 2 / 3)
        killed += _kill_server(library, supervisor)
        _wait(page, began + seconds)
        found = stalls_of(page)
        browser.close()
    return found, kept, killed


def _until_kept(page: Page) -> None:
    """The set has kept some lessons, and plays; raises ToolFailed."""
    end = time.monotonic() + _KEEP_SECONDS
    kept = "JSON.parse(localStorage.getItem('medialib-kept') || '[]').length"
    while page.evaluate(kept) < _LEAST_KEPT or not page.evaluate("document.querySelector('video').currentTime > 5"):
        if time.monotonic() > end:
            raise ToolFailed("The television keeps nothing.", detail=f"{page.evaluate(kept)} lessons")
        page.wait_for_timeout(1000)


def _wait(page: Page, until: float) -> None:
    """The page's own timers go on: Playwright answers to them."""
    page.wait_for_timeout(max(0.0, until - time.monotonic()) * 1000)


def _kill_server(library: BenchLibrary, supervisor: "subprocess.Popen[bytes]") -> int:
    """kill -9 of every process that answers; 1 when they are there again within a minute."""
    family = psutil.Process(supervisor.pid).children(recursive=True)
    killed = at_work("serve", family)
    for one in killed:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    end = time.monotonic() + 60
    while killed and time.monotonic() < end:
        try:
            library.get("/readyz")
        except OSError:
            time.sleep(0.2)
        else:
            return 1
    return 0
