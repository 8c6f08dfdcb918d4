"""Real Chromium for the measurements: a phone's page, and watching a lesson to its end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
]  # fmt: skip
_FASTEST = 8  # Chromium shows fewer pictures when it plays fast, but decodes every one
_AT_OWN_SPEED_SECONDS = 20
_TOLERANCE_SECONDS = 0.3

# Notes what hls.js reports on whatever player the page makes: it is put into window.Hls by its script.
_NOTES = """(() => {
  const notes = (window.notes = { faults: [], buffered: {}, parts: 0 });
  let held;
  Object.defineProperty(window, "Hls", {
    get: () => held,
    set: (Hls) => {
      held = class extends Hls {
        constructor(...settings) {
          super(...settings);
          this.on(Hls.Events.LEVEL_LOADED, (_, { details }) => (notes.parts = details.fragments.length));
          this.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
            if (typeof frag.sn === "number") (notes.buffered[frag.type] ??= {})[frag.sn] = true;
          });
          this.on(Hls.Events.ERROR, (_, { fatal, type, details }) => {
            const harmless = /Stalled|Nudge|SeekOverHole/.test(details);  // waiting for data, not a fault in it
            if (fatal || (type === Hls.ErrorTypes.MEDIA_ERROR && !harmless)) notes.faults.push(`hls.js: ${details}`);
          });
        }
      };
    },
  });
})()"""

_START = """([speed, playlist]) => {
  const video = document.querySelector("video");
  const { dataset } = document.querySelector("[data-master]");
  dataset.master = playlist;
  delete dataset.next;  // of a series the next part would follow
  document.querySelector("button.start").click();
  video.defaultPlaybackRate = video.playbackRate = speed;
}"""

_OVER = """() => {
  const video = document.querySelector("video");
  return video.ended || video.error !== null || !document.querySelector(".failed").hidden;
}"""

_STATE = """() => {
  const video = document.querySelector("video"), pictures = video.getVideoPlaybackQuality();
  return {
    ...window.notes, ended: video.ended, seconds: video.currentTime, ready: video.readyState,
    error: video.error && video.error.message,
    pictures: pictures.totalVideoFrames, corrupted: pictures.corruptedVideoFrames,
  };
}"""


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def opened_page(program: str) -> Iterator[Page]:
    """An empty page as wide as a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser.new_page(viewport={"width": 360, "height": 740})
        finally:
            browser.close()


def open_lesson(page: Page, address: str) -> None:
    """Go there, and wait for the button that starts it: it shows once the page hears it, and a press before is lost."""
    page.goto(address)
    page.wait_for_selector("button.start:visible")


def watch(program: str, address: str, line: dict[str, Any], key: str) -> tuple[bool, list[str]]:
    """Play a lesson from its page, by the playlist line[key]: whether it came to its end, and what went wrong."""
    troubles: list[str] = []
    speed = 1 if line["seconds"] <= _AT_OWN_SPEED_SECONDS else _FASTEST
    with opened_page(program) as page:
        page.on("pageerror", lambda error: troubles.append(f"page: {error}"))
        page.on("console", lambda said: troubles.append(f"console: {said.text}") if said.type == "error" else None)
        page.add_init_script(_NOTES)
        open_lesson(page, address + line["page"])
        page.evaluate(_START, [speed, line[key]])
        try:
            page.wait_for_function(_OVER, timeout=(60 + 2 * line["seconds"]) * 1000)
        except Error as error:
            troubles.append(f"waiting for the end: {error.message.splitlines()[0]}")
        state = page.evaluate(_STATE)
    if not state["ended"]:
        troubles.append(f"it stayed at {state['seconds']:.1f} s (readyState {state['ready']})")
    ended = state["ended"] and abs(state["seconds"] - line["seconds"]) <= _TOLERANCE_SECONDS
    return ended, troubles + _troubles_of(state, line)


def _troubles_of(state: dict[str, Any], line: dict[str, Any]) -> list[str]:
    found: list[str] = list(state["faults"])
    if state["error"]:
        found.append(f"video: {state['error']}")
    if state["corrupted"]:
        found.append(f"{state['corrupted']} corrupted pictures")
    if line["kind"] == "video" and not state["pictures"]:
        found.append("no picture was decoded")
    if not state["buffered"]:
        found.append("no segment was loaded")
    for track, numbers in state["buffered"].items():
        if missing := set(map(str, range(state["parts"]))) - set(numbers):
            found.append(f"{track}: {len(missing)} of {state['parts']} segments were not loaded")
    return found
