// Tells how much of a lesson was played, without telling by whom: no cookie, no name, only sums.
//
// It listens to every player that lies in an element with data-count (the address to tell), data-lesson, data-seconds
// and, where they are so, data-collection and data-surface; .sound on that element means that it is only listened to.

const PARTS = 20;
const TELL_SECONDS = 60;
const BEGUN_SECONDS = 10;
const LONGEST_STEP_SECONDS = 3;
const MOST_WAITING = 50;
const KEPT = "counts-to-tell";

const players = new WeakMap();

function listenOnly(box, media) {
  return box.classList.contains("sound") || box.classList.contains("audio") || media.localName === "audio";
}

function about(box, media) {
  const { lesson, collection = "", surface = "page" } = box.dataset;
  return { lesson, way: listenOnly(box, media) ? "listened" : "watched", collection, surface };
}

class Play {
  #address;
  #about;
  #seconds;
  #parts = new Array(PARTS).fill(0);
  #begun = false;
  at;

  constructor(address, told, seconds) {
    this.#address = address;
    this.#about = told;
    this.#seconds = seconds;
  }

  is(told) {
    return Object.keys(told).every((key) => told[key] === this.#about[key]);
  }

  get _played() {
    return this.#parts.reduce((sum, one) => sum + one, 0);
  }

  // From where it was told last to here, when that was played and not jumped over.
  reach(seconds, speed) {
    const step = seconds - (this.at ?? seconds);
    this.at = seconds;
    if (step <= 0 || step > LONGEST_STEP_SECONDS * Math.max(1, speed)) return;
    this.#parts[Math.min(PARTS - 1, Math.floor((seconds / this.#seconds) * PARTS))] += step;
    if (this._played >= TELL_SECONDS) this.tell();
  }

  tell() {
    const played = this._played;
    const least = this.#begun ? 1 : Math.min(BEGUN_SECONDS, this.#seconds / 2);
    if (played < least) return;
    const parts = this.#parts.map((one) => Math.round(one * 10) / 10);
    send(this.#address, JSON.stringify({ ...this.#about, begun: !this.#begun, parts }));
    this.#begun = true;
    this.#parts.fill(0);
  }
}

function send(address, body) {
  if (navigator.onLine === false) return keep(address, body);
  if (navigator.sendBeacon?.(address, new Blob([body], { type: "application/json" }))) return undefined;
  const headers = { "Content-Type": "application/json" };
  fetch(address, { method: "POST", body, headers, keepalive: true }).catch(() => keep(address, body));
  return undefined;
}

// What was heard without a network is told when there is one again.
function waiting() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}

function keep(address, body) {
  try {
    localStorage.setItem(KEPT, JSON.stringify([...waiting(), [address, body]].slice(-MOST_WAITING)));
  } catch {
    // A phone that keeps nothing: then this is not counted.
  }
}

function tellWhatWaits() {
  const all = waiting();
  if (!all.length || navigator.onLine === false) return;
  localStorage.removeItem(KEPT);
  for (const [address, body] of all) send(address, body);
}

function playOf(media) {
  const box = media.closest?.("[data-count]");
  const seconds = Number(box?.dataset.seconds) || media.duration;
  if (!box?.dataset.lesson || !(seconds > 0)) return undefined;
  const told = about(box, media);
  const known = players.get(media);
  if (known?.is(told)) return known;
  known?.tell();
  const play = new Play(box.dataset.count, told, seconds);
  players.set(media, play);
  playing.add(media);
  return play;
}

const playing = new Set();

function tellAll() {
  for (const media of playing) players.get(media)?.tell();
}

// These events do not bubble; while they go down to their player they can be heard here.
document.addEventListener("timeupdate", ({ target }) => {
  if (!target.paused && !target.seeking) playOf(target)?.reach(target.currentTime, target.playbackRate);
}, true);
document.addEventListener("seeked", ({ target }) => {
  const play = players.get(target);
  if (play) play.at = target.currentTime;
}, true);
for (const event of ["pause", "emptied"]) document.addEventListener(event, ({ target }) => players.get(target)?.tell(), true);
document.addEventListener("ended", ({ target }) => {
  players.get(target)?.tell();
  players.delete(target); // whoever begins it again plays it again
  playing.delete(target);
}, true);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tellAll());
addEventListener("pagehide", tellAll);
addEventListener("online", tellWhatWaits);
tellWhatWaits();
