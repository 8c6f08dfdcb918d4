// Where the picture keeps somebody waiting: the sound alone is offered, and taken by itself where the network cannot
// carry the picture at all. The picture comes back when somebody asks for it, or when there is plenty of network.

import { stage } from "./stage.js";

const PATIENCE_MS = 8000; // of standing still in all, until the sound is offered
const LEAST_MS = 1000; // … and at a time
const SPARED_MS = 3000; // the same until it is taken
const FIRST_MS = 4500; // … before the first picture
const LOOK_MS = 500;
const SILENT_MS = 2000; // where nothing comes for so long, the sound would not come either
const KEEPS_UP = 0.9;
const PLENTY = 2.5; // times what the picture takes: the change is a moment of silence
const CALM_MS = 15_000;
const CHANGES = 3;

class Slowness {
  #player;
  #offer;
  #note;
  #waited = 0;
  #since = 0;
  #looking = 0;
  #hiding = 0;
  #bytes = 0;
  #came = 0;
  #needed = 0; // by the picture that the sound stands in for
  #changed = 0;
  #changes = 0;

  constructor(player, offer, note) {
    [this.#player, this.#offer, this.#note] = [player, offer, note];
    const { video, signal } = player;
    player.addEventListener("started", () => this._wait(), { signal });
    video.addEventListener("waiting", () => this._wait(), { signal });
    for (const event of ["playing", "pause", "ended"]) video.addEventListener(event, () => this._go(PATIENCE_MS), { signal });
    player.addEventListener("mode", () => this._settle(), { signal });
    player.addEventListener("retired", () => clearInterval(this.#looking));
    offer.addEventListener("click", () => player.setMode("audio"), { signal });
    note.querySelector("button").addEventListener("click", () => this._insist(), { signal });
    // The lesson before this one was heard for the same reason.
    if (stage.spared && player.mode === "video") this._spare(stage.spared);
  }

  _look(act) {
    clearInterval(this.#looking);
    this.#looking = setInterval(act, LOOK_MS);
  }

  _wait() {
    const { video, mode } = this.#player;
    if (this.#since || mode === "audio" || video.ended || (!video.paused && video.readyState > 2)) return;
    this.#since = this.#came = performance.now();
    this._look(() => this._judge());
  }

  _go(after) {
    if (this.#since) this.#waited += performance.now() - this.#since;
    this.#since = 0;
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => (this.#offer.hidden = true), after);
    if (!this.#needed) clearInterval(this.#looking);
  }

  // Looked at while it stands still.
  _judge() {
    const now = performance.now();
    const { video, pace } = this.#player;
    if (pace?.bytes > this.#bytes) this.#came = now;
    this.#bytes = pace?.bytes ?? 0;
    const waited = this.#waited + now - this.#since;
    const tooLittle = pace?.bits && now - this.#came < SILENT_MS && pace.bits < pace.needed * KEEPS_UP;
    if (tooLittle && this.#changes < CHANGES && waited >= (video.currentTime ? SPARED_MS : FIRST_MS)) {
      this._spare(pace.needed);
    } else if (video.currentTime && waited >= PATIENCE_MS && now - this.#since >= LEAST_MS) {
      clearTimeout(this.#hiding);
      this.#offer.hidden = false;
    }
  }

  _spare(needed) {
    stage.spared = needed;
    this.#player.setMode("audio", { kept: false });
    [this.#needed, this.#changed, this.#waited] = [needed, performance.now(), 0];
    this.#changes += 1;
    this.#note.hidden = false;
    this._look(() => this._regain());
  }

  _regain() {
    const calm = performance.now() - this.#changed > CALM_MS;
    if (calm && this.#changes < CHANGES && this.#player.pace?.bits > this.#needed * PLENTY) this.#player.setMode("video", { kept: false });
  }

  _insist() {
    this.#changes = CHANGES;
    this.#player.setMode("video");
  }

  // Whoever changed it, what stood here for the other way is over.
  _settle() {
    this._go(0);
    clearInterval(this.#looking);
    this.#needed = 0;
    this.#note.hidden = true;
    if (this.#player.mode === "video") stage.spared = 0;
  }
}

export function bindSlowness(player) {
  const [offer, note] = [".offer", ".spared"].map((name) => player.box.querySelector(name));
  if (offer && player.says.audio) new Slowness(player, offer, note);
}
