// The sound of a lesson as a picture: bars, how far it has played, and a way to anywhere by finger, mouse or keys.

import { clock } from "./memory.js";

const STEP_SECONDS = 5;
const BAR_WIDTH = 3;
const GAP = 2;

class Waveform {
  #player;
  #canvas;
  #peaks;
  #seconds;
  #place = 0;
  #held = false;

  constructor(player, canvas, { peaks, seconds }, signal) {
    this.#player = player;
    this.#canvas = canvas;
    this.#peaks = peaks;
    this.#seconds = seconds;
    canvas.hidden = false;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(), { signal });
    for (const event of ["timeupdate", "seeking"]) player.video.addEventListener(event, () => this.#follow(), { signal });
    canvas.addEventListener("pointerdown", (event) => this.#grasp(event));
    canvas.addEventListener("pointermove", (event) => this.#held && this.#show(this.#at(event)));
    canvas.addEventListener("pointerup", (event) => this.#release(event));
    canvas.addEventListener("pointercancel", () => (this.#held = false));
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #follow() {
    if (!this.#held) this.#show(this.#player.video.currentTime);
  }

  #at(event) {
    const { left, width } = this.#canvas.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1) * this.#seconds;
  }

  #grasp(event) {
    if (event.button !== 0) return;
    this.#held = true;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#show(this.#at(event));
  }

  #release(event) {
    if (!this.#held) return;
    this.#held = false;
    this.#go(this.#at(event));
  }

  #key(event) {
    const tenth = this.#seconds / 10;
    const steps = {
      ArrowLeft: -STEP_SECONDS, ArrowDown: -STEP_SECONDS, ArrowRight: STEP_SECONDS, ArrowUp: STEP_SECONDS,
      PageDown: -tenth, PageUp: tenth, Home: -Infinity, End: Infinity,
    };
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#go(Math.min(Math.max(this.#place + steps[event.key], 0), Math.max(this.#seconds - 1, 0)));
  }

  #go(seconds) {
    this.#show(seconds);
    this.#player.seek(seconds);
  }

  #show(seconds) {
    this.#place = seconds;
    this.#canvas.setAttribute("aria-valuenow", String(Math.round(seconds)));
    this.#canvas.setAttribute("aria-valuetext", clock(seconds));
    this.#draw();
  }

  // One bar for as many peaks as share its place: the highest of them.
  #draw() {
    const ratio = devicePixelRatio || 1;
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const [played, rest] = [style.color, style.borderColor];
    const bars = Math.max(1, Math.floor(width / (BAR_WIDTH + GAP)));
    const loudest = Math.max(1, ...this.#peaks);
    const reached = this.#seconds > 0 ? (this.#place / this.#seconds) * bars : 0;
    for (let bar = 0; bar < bars; bar += 1) {
      const first = Math.floor((bar * this.#peaks.length) / bars);
      const end = Math.max(first + 1, Math.floor(((bar + 1) * this.#peaks.length) / bars));
      const tall = Math.max(BAR_WIDTH, (Math.max(...this.#peaks.slice(first, end)) / loudest) * height);
      pen.fillStyle = bar < reached ? played : rest;
      pen.fillRect(bar * (BAR_WIDTH + GAP), (height - tall) / 2, BAR_WIDTH, tall);
    }
  }
}

export function bindWaveform(player, canvas, signal) {
  fetch(canvas.dataset.peaks)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((sound) => signal.aborted || new Waveform(player, canvas, sound, signal))
    .catch(() => canvas.remove()); // the player's own bar is there all the same
}
