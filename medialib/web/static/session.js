// What goes on when nobody looks at the page: the lock screen's buttons, and falling asleep.

const STEP_SECONDS = 10;
const MINUTE_MS = 60_000;

// Buttons on the lock screen, in the notification and on earphones.
export function bindLockScreen(player, next) {
  const session = navigator.mediaSession;
  if (!session || !window.MediaMetadata) return;
  const { video, says, signal } = player;
  const told = () => {
    session.metadata = new MediaMetadata({
      title: says.title, artist: says.unit || says.site, album: says.series || says.site,
      artwork: [{ src: new URL(says.art, location.href).href, sizes: says.kind === "audio" ? "640x640" : "640x360" }],
    });
    const acts = {
      play: () => video.play().catch(() => {}), pause: () => video.pause(), stop: () => video.pause(),
      seekbackward: ({ seekOffset }) => player.skip(-(seekOffset || STEP_SECONDS)),
      seekforward: ({ seekOffset }) => player.skip(seekOffset || STEP_SECONDS),
      seekto: ({ seekTime }) => player.seek(seekTime),
      nexttrack: says.next ? () => next(says.next) : null,
      previoustrack: says.before ? () => next(says.before) : null,
    };
    for (const [name, act] of Object.entries(acts)) {
      try {
        session.setActionHandler(name, act);
      } catch {
        // this browser does not know that button
      }
    }
  };
  const place = () => {
    session.playbackState = video.paused ? "paused" : "playing";
    if (!(video.duration > 0) || !Number.isFinite(video.duration)) return;
    session.setPositionState?.({ duration: video.duration, playbackRate: video.playbackRate, position: Math.min(video.currentTime, video.duration) });
  };
  video.addEventListener("playing", told, { signal });
  for (const event of ["playing", "pause", "seeked", "ratechange"]) video.addEventListener(event, place, { signal });
  // One that was never started leaves the screen to the one that plays.
  player.addEventListener("retired", () => player.started && (session.metadata = null));
}

// Until then it plays; then it pauses, and the place is kept. One timer, whichever lesson plays by then; who shows the
// choice hears "chosen" when it changes.
class Sleep extends EventTarget {
  #timer = 0;
  #choice = "";

  get choice() {
    return this.#choice;
  }

  set(choice, stage) {
    clearTimeout(this.#timer);
    this.#choice = choice;
    if (stage.player) stage.player.stopAtEnd = choice === "end";
    this.dispatchEvent(new Event("chosen"));
    if (!Number(choice)) return;
    this.#timer = setTimeout(() => {
      this.set("", stage);
      stage.player?.video.pause();
    }, Number(choice) * MINUTE_MS);
  }
}

export const sleep = new Sleep();
