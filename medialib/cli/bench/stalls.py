"""How long a video of a page stood still, and was without sound: a script that looks ten times a second."""

from dataclasses import dataclass

from playwright.sync_api import Page

LONGEST_SECONDS = 1.0
_MOST_TOLD = 5


@dataclass(frozen=True, kw_only=True)
class Stalls:
    """In seconds; `told` are those over LONGEST_SECONDS, as (after how long, for how long, what)."""

    still: float
    quiet: float
    played: float
    told: tuple[tuple[float, float, str], ...]

    def __str__(self) -> str:
        first = ", ".join(f"{long:.1f} s {what} after {after:.0f} s" for after, long, what in self.told[:_MOST_TOLD])
        return f"{self.still:.1f} s, {self.quiet:.1f} s of {self.played:.0f} s" + (f" ({first})" if first else "")


def begin_to_watch(page: Page) -> None:
    """From the first picture on; calling it again begins anew. What never plays is still and quiet all the time."""
    page.evaluate(_WATCH, LONGEST_SECONDS)


def stalls_of(page: Page) -> Stalls:
    found = page.evaluate("window.stalls()")
    return Stalls(**(found | {"told": tuple(tuple(one) for one in found["told"])}))


# A new source begins its counts anew: any change is a movement. Only a track that is decoded counts up.
_WATCH = """(longest) => {
  clearInterval(window.looking);
  const video = document.querySelector("video"), began = performance.now(), told = [];
  const tracks = {
    still: { read: () => video.currentTime, longest: 0 },
    quiet: { read: () => video.webkitAudioDecodedByteCount, longest: 0 },
  };
  let first = 0, looked = began;
  const look = () => {
    const now = performance.now(), away = now - looked;
    looked = now;
    if (away > longest * 1000) {  // the whole machine was held, or this page: nobody saw whether it played
      told.push([(now - away - began) / 1000, away / 1000, "unseen"]);
      for (const one of Object.values(tracks)) Object.assign(one, { value: one.read(), since: now });
    }
    for (const [name, one] of Object.entries(tracks)) {
      const value = one.read();
      if (value !== one.value) {
        const long = (now - (one.since ?? now)) / 1000;
        if (long > longest) told.push([(one.since - began) / 1000, long, name]);
        Object.assign(one, { value, since: now });
      }
      one.longest = Math.max(one.longest, now - one.since);
    }
    if (!first && video.currentTime > 0) {
      first = now;
      told.length = 0;
      for (const one of Object.values(tracks)) Object.assign(one, { longest: 0, since: now });
    }
  };
  look();
  window.looking = setInterval(look, 100);
  window.stalls = () => ({
    still: tracks.still.longest / 1000, quiet: tracks.quiet.longest / 1000,
    played: first ? (performance.now() - first) / 1000 : 0, told,
  });
}"""
