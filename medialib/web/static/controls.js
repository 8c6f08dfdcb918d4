// The player's own buttons and bar: thumbnails while scrubbing, ten seconds by double tap, keys, the whole screen.

import { clock, lengthOf } from "./memory.js";
import { bindSlowness } from "./slowness.js";

const STEP_SECONDS = 10;
const QUIET_MS = 3000;
const DOUBLE_MS = 320;

// A storyboard in WebVTT: from when to when, and which part of which picture.
function readThumbnails(text, base) {
  const line = /(\d+):(\d+):(\d+)\.(\d+) --> (\d+):(\d+):(\d+)\.(\d+)\s+(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;
  const time = (h, m, s, ms) => h * 3600 + m * 60 + +s + ms / 1000;
  return [...text.matchAll(line)].map(([, a, b, c, d, e, f, g, h, picture, ...box]) => {
    const [x, y, width, height] = box.map(Number);
    return { begin: time(a, b, c, d), end: time(e, f, g, h), picture: new URL(picture, base).href, x, y, width, height };
  });
}

class Bar {
  #player;
  #part;
  #held = null;
  #thumbnails = null;

  constructor(player) {
    this.#player = player;
    this.#part = (name) => player.box.querySelector(name);
    const { video, signal } = player;
    const seek = this.#part(".seek");
    for (const event of ["timeupdate", "seeking", "durationchange", "progress"]) video.addEventListener(event, () => this.draw(), { signal });
    seek.addEventListener("pointerdown", (event) => this._grasp(event), { signal });
    seek.addEventListener("pointermove", (event) => this._move(event), { signal });
    seek.addEventListener("pointerup", (event) => this._release(event), { signal });
    seek.addEventListener("pointercancel", () => this._drop(), { signal });
    seek.addEventListener("pointerleave", () => this.#held === null && this._drop(), { signal });
    this._ticks();
    this.draw();
  }

  _at(event) {
    const { left, width } = this.#part(".track").getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1) * this.#player.seconds;
  }

  _grasp(event) {
    if (event.button !== 0) return;
    this.#part(".seek").setPointerCapture(event.pointerId);
    this.#held = this._at(event);
    this._peek(this.#held);
    this.draw();
  }

  _move(event) {
    if (this.#held === null && event.pointerType === "touch") return;
    const at = this._at(event);
    if (this.#held !== null) this.#held = at;
    this._peek(at);
    this.draw();
  }

  _release(event) {
    if (this.#held === null) return;
    const at = this._at(event);
    this._drop();
    this.#player.seek(at);
  }

  _drop() {
    this.#held = null;
    this.#part(".peek").hidden = true;
  }

  async _peek(at) {
    const [peek, frame] = [this.#part(".peek"), this.#part(".frame")];
    const place = () => {
      const [half, wide] = [peek.offsetWidth / 2, this.#part(".track").offsetWidth];
      peek.style.left = `${Math.min(Math.max((at / this.#player.seconds) * wide, half), wide - half)}px`;
    };
    peek.hidden = false;
    peek.querySelector("time").textContent = clock(at);
    place();
    const found = (await this._storyboard()).find((one) => at < one.end);
    frame.hidden = !found || this.#player.mode === "audio";
    if (!found) return;
    Object.assign(frame.style, {
      width: `${found.width}px`, height: `${found.height}px`,
      backgroundImage: `url("${found.picture}")`, backgroundPosition: `-${found.x}px -${found.y}px`,
    });
    place(); // with a picture in it, it is wider
  }

  _storyboard() {
    const address = this.#player.says.thumbnails;
    this.#thumbnails = this.#thumbnails ?? (address
      ? fetch(address)
          .then(async (answer) => (answer.ok ? readThumbnails(await answer.text(), answer.url) : []))
          .catch(() => [])
      : Promise.resolve([]));
    return this.#thumbnails;
  }

  _ticks() {
    const marks = JSON.parse(this.#player.says.chapters || "[]");
    for (const seconds of marks.filter((one) => one > 0)) {
      const tick = document.createElement("i");
      tick.className = "tick";
      tick.style.left = `${(seconds / this.#player.seconds) * 100}%`;
      this.#part(".track").append(tick);
    }
  }

  draw() {
    const { video, seconds } = this.#player;
    const at = this.#held ?? (this.#player.started ? video.currentTime : this.#player.place);
    const share = (one) => `${Math.min(100, (one / seconds) * 100)}%`;
    const buffered = [...Array(video.buffered.length).keys()].filter((one) => video.buffered.start(one) <= at + 0.5);
    this.#part(".pos").style.width = share(at);
    this.#part(".buf").style.width = share(buffered.length ? video.buffered.end(buffered[buffered.length - 1]) : 0);
    this.#part(".miniline").style.width = share(at);
    // As long as the page says that it is, also at its end: its parts may sum up to a moment more.
    const length = Number(this.#player.says.seconds);
    const told = `${at > length - 0.5 ? lengthOf(length) : clock(at)} / ${lengthOf(length)}`;
    for (const place of this.#player.box.querySelectorAll(".clock")) place.textContent = told;
    const seek = this.#part(".seek");
    seek.setAttribute("aria-valuenow", String(Math.round(at)));
    seek.setAttribute("aria-valuetext", clock(at));
  }
}

// Everything that shows at a glance whether it plays.
function bindButtons(player) {
  const { box, video, signal, says } = player;
  const press = (name, act) => box.querySelectorAll(name).forEach((one) => one.addEventListener("click", act, { signal }));
  press(".toggle", () => player.toggle());
  press(".back10", () => player.skip(-STEP_SECONDS));
  press(".on10", () => player.skip(STEP_SECONDS));
  press(".full", () => wholeScreen(player));
  const show = () => {
    for (const one of box.querySelectorAll(".toggle")) one.setAttribute("aria-label", video.paused ? says.saysPlay : says.saysPause);
  };
  for (const event of ["play", "playing", "pause", "ended"]) video.addEventListener(event, show, { signal });
  show();
}

function wholeScreen({ box, video }) {
  if (document.fullscreenElement) return document.exitFullscreen();
  if (box.requestFullscreen) return box.requestFullscreen().catch(() => {});
  return video.webkitEnterFullscreen?.();
}

// On the picture: a tap shows the buttons, two at its side go ten seconds, a click of the mouse pauses.
function bindPicture(player) {
  const { box, video, signal } = player;
  let last = { when: 0, side: 0 };
  let quiet = 0;
  const stir = () => {
    clearTimeout(quiet);
    box.classList.remove("quiet");
    quiet = setTimeout(() => {
      // Who scrubs or goes by keys still needs them.
      if (box.querySelector(".bar :focus-visible, .peek:not([hidden])")) stir();
      else box.classList.toggle("quiet", !video.paused);
    }, QUIET_MS);
  };
  const tap = (event) => {
    const { left, width } = box.getBoundingClientRect();
    const share = (event.clientX - left) / width;
    const side = share < 0.35 ? -1 : share > 0.65 ? 1 : 0;
    const double = event.timeStamp - last.when < DOUBLE_MS && side === last.side;
    last = { when: event.timeStamp, side };
    if (double && side) {
      player.skip(side * STEP_SECONDS);
      flash(box, side);
      stir();
    } else if (box.classList.contains("quiet")) stir();
    else box.classList.add("quiet");
  };
  let byMouse = false;
  video.addEventListener("pointerup", (event) => {
    if (!player.started || player.docked) return;
    byMouse = event.pointerType === "mouse";
    if (byMouse) player.toggle();
    else tap(event);
  }, { signal });
  // Two taps of a finger are one of these too, and mean ten seconds.
  video.addEventListener("dblclick", () => byMouse && player.started && wholeScreen(player), { signal });
  for (const event of ["pointermove", "focusin"]) box.addEventListener(event, stir, { signal });
  for (const event of ["playing", "pause"]) video.addEventListener(event, stir, { signal });
}

function flash(box, side) {
  const sign = box.querySelector(side < 0 ? ".skipped.left" : ".skipped.right");
  sign.hidden = false;
  setTimeout(() => (sign.hidden = true), 600);
}

function bindKeys(player) {
  const { video, signal } = player;
  const acts = {
    " ": () => player.toggle(), k: () => player.toggle(),
    ArrowLeft: () => player.skip(-STEP_SECONDS), j: () => player.skip(-STEP_SECONDS),
    ArrowRight: () => player.skip(STEP_SECONDS), l: () => player.skip(STEP_SECONDS),
    f: () => wholeScreen(player), m: () => (video.muted = !video.muted),
    Home: () => player.seek(0), End: () => player.seek(player.seconds),
  };
  document.addEventListener("keydown", (event) => {
    if (player.docked || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]") || event.target.closest("input, select, textarea, [role=radio], [role=tab], canvas")) return;
    if (event.key === " " && event.target.closest("a, button, summary")) return;
    if (["Home", "End"].includes(event.key) && !event.target.closest(".player")) return;
    const act = /^\d$/.test(event.key) ? () => player.seek((player.seconds * event.key) / 10) : acts[event.key];
    if (!act || !player.started) return;
    event.preventDefault();
    act();
  }, { signal });
}

export function bindControls(player) {
  new Bar(player);
  bindButtons(player);
  bindPicture(player);
  bindSlowness(player);
  bindKeys(player);
}
