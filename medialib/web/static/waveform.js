// The sound of a lesson as a picture: bars, how far it has played, and a way to anywhere by finger, mouse or keys.

const canvas = document.querySelector("canvas[data-peaks]");
const box = document.querySelector("[data-player]");
const video = box?.querySelector("video");
const STEP_SECONDS = 5;
const BAR_WIDTH = 3;
const GAP = 2;

function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

class Waveform {
  #peaks;
  #seconds;
  #place = 0;
  #held = false;

  constructor({ peaks, seconds }) {
    this.#peaks = peaks;
    this.#seconds = seconds;
    canvas.hidden = false;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    for (const event of ["timeupdate", "seeking"]) video.addEventListener(event, () => this.#follow());
    canvas.addEventListener("pointerdown", (event) => this.#grasp(event));
    canvas.addEventListener("pointermove", (event) => this.#held && this.#show(this.#at(event)));
    canvas.addEventListener("pointerup", (event) => this.#release(event));
    canvas.addEventListener("pointercancel", () => (this.#held = false));
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #follow() {
    if (!this.#held) this.#show(video.currentTime);
  }

  #at(event) {
    const { left, width } = canvas.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1) * this.#seconds;
  }

  #grasp(event) {
    if (event.button !== 0) return;
    this.#held = true;
    canvas.setPointerCapture(event.pointerId);
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
    box.dispatchEvent(new CustomEvent("seek-to", { detail: seconds }));
  }

  #show(seconds) {
    this.#place = seconds;
    canvas.setAttribute("aria-valuenow", String(Math.round(seconds)));
    canvas.setAttribute("aria-valuetext", clock(seconds));
    this.#draw();
  }

  // One bar for as many peaks as share its place: the highest of them.
  #draw() {
    const ratio = devicePixelRatio || 1;
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

if (canvas && video) {
  fetch(canvas.dataset.peaks)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((sound) => new Waveform(sound))
    .catch(() => canvas.remove()); // the player's own bar is there all the same
}
