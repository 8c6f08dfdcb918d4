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
  #peek;
  #place = 0;
  #held = false;

  constructor(player, canvas, { peaks, seconds }, signal) {
    this.#player = player;
    this.#canvas = canvas;
    this.#peek = canvas.parentElement.querySelector(".peek");
    this.#peaks = peaks;
    this.#seconds = seconds;
    canvas.hidden = false;
    new ResizeObserver(() => this._draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this._draw(), { signal });
    for (const event of ["timeupdate", "seeking"]) player.video.addEventListener(event, () => this._follow(), { signal });
    canvas.addEventListener("pointerdown", (event) => this._grasp(event));
    canvas.addEventListener("pointermove", (event) => this._move(event));
    canvas.addEventListener("pointerup", (event) => this._release(event));
    canvas.addEventListener("pointercancel", () => this._drop());
    canvas.addEventListener("pointerleave", () => this.#held || this._drop());
    canvas.addEventListener("keydown", (event) => this._key(event));
  }

  _follow() {
    if (!this.#held) this._show(this.#player.video.currentTime);
  }

  _at(event) {
    const { left, width } = this.#canvas.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1) * this.#seconds;
  }

  _grasp(event) {
    if (event.button !== 0) return;
    this.#held = true;
    this.#canvas.setPointerCapture(event.pointerId);
    this._move(event);
  }

  // What would be heard from here; a finger that only passes asks nothing.
  _move(event) {
    if (!this.#held && event.pointerType === "touch") return;
    const at = this._at(event);
    if (this.#held) this._show(at);
    this.#peek.hidden = false;
    this.#peek.textContent = clock(at);
    const [half, wide] = [this.#peek.offsetWidth / 2, this.#canvas.clientWidth];
    this.#peek.style.left = `${Math.min(Math.max((at / this.#seconds) * wide, half), wide - half)}px`;
  }

  _release(event) {
    if (!this.#held) return;
    this._drop();
    this._go(this._at(event));
  }

  _drop() {
    this.#held = false;
    this.#peek.hidden = true;
  }

  _key(event) {
    const tenth = this.#seconds / 10;
    const steps = {
      ArrowLeft: -STEP_SECONDS, ArrowDown: -STEP_SECONDS, ArrowRight: STEP_SECONDS, ArrowUp: STEP_SECONDS,
      PageDown: -tenth, PageUp: tenth, Home: -Infinity, End: Infinity,
    };
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this._go(Math.min(Math.max(this.#place + steps[event.key], 0), Math.max(this.#seconds - 1, 0)));
  }

  _go(seconds) {
    this._show(seconds);
    this.#player.seek(seconds);
  }

  _show(seconds) {
    this.#place = seconds;
    this.#canvas.setAttribute("aria-valuenow", String(Math.round(seconds)));
    this.#canvas.setAttribute("aria-valuetext", clock(seconds));
    this._draw();
  }

  // One bar for as many peaks as share its place: the highest of them.
  _draw() {
    const ratio = devicePixelRatio || 1;
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const [played, rest] = [style.color, style.borderColor];
    const bars = Math.max(1, Math.floor((width + GAP) / (BAR_WIDTH + GAP)));
    const pitch = bars > 1 ? (width - BAR_WIDTH) / (bars - 1) : 0; // the last one ends where the page's text does
    const loudest = Math.max(1, ...this.#peaks);
    const reached = this.#seconds > 0 ? (this.#place / this.#seconds) * bars : 0;
    for (let bar = 0; bar < bars; bar += 1) {
      const first = Math.floor((bar * this.#peaks.length) / bars);
      const end = Math.max(first + 1, Math.floor(((bar + 1) * this.#peaks.length) / bars));
      const tall = Math.max(BAR_WIDTH, (Math.max(...this.#peaks.slice(first, end)) / loudest) * height);
      const left = Math.round((bar * pitch) * ratio) / ratio; // on whole points of the screen: its edges are sharp
      pen.fillStyle = bar < reached ? played : rest;
      pen.fillRect(left, (height - tall) / 2, BAR_WIDTH, tall);
    }
  }
}

export function bindWaveform(player, canvas, signal) {
  fetch(canvas.dataset.peaks)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((sound) => signal.aborted || new Waveform(player, canvas, sound, signal))
    .catch(() => canvas.remove()); // the player's own bar is there all the same
}
