// A lesson's player: starts, goes on where it was left, keeps its place, changes between picture and sound, ends in the
// next lesson. It outlives its page: `dock` makes the small one of it above the bar.

import { Engine } from "./engine.js";
import { clock, keep, keepPlace, placeIn, recall } from "./memory.js";
import { stage } from "./stage.js";

const SLOW_MS = 2000;
const KEPT_EVERY_SECONDS = 5;
const STEP_SECONDS = 10;
const IDLE_MS = 1500;
const RESTED_MS = 4000;

export class Player extends EventTarget {
  #engine;
  #slow = 0;
  #kept = 0;
  #at = 0;
  #begin = 0;
  #ears = new AbortController();

  // `video` is the element of the lesson before: a phone whose screen is off lets only that one play on.
  constructor(box, video = null) {
    super();
    this.box = box;
    this.says = box.dataset;
    this.id = this.says.lesson;
    if (video) box.querySelector("video").replaceWith(video);
    this.video = box.querySelector("video");
    this.video.replaceChildren();
    this.video.controls = false;
    this.video.poster = this.says.art;
    this.#begin = Number(this.says.begin) || 0;
    this.#engine = new Engine(this.video, {
      status: (key) => (key === "waiting" ? this._waitQuietly() : this._status(this._sentence(key))),
      failed: (key) => this._fail(this._sentence(key)),
      place: () => this.place,
      soundTracks: (names, chosen) => this._offerSounds(names, chosen),
    });
    this.mode = this.says.kind === "audio" ? "audio" : "video";
    if (this.says.audio && this.mode === "video" && recall("mode") === "audio") this.mode = "audio";
    this.quality = recall("quality", navigator.connection?.saveData || recall("saving") ? "low" : "auto");
    this.speed = recall("speed", 1);
    this.stopAtEnd = false;
    this.sound = 0; // the sound track, counted as the lesson's playlists and page do
    this._offerSounds([], 0);
    this._dress();
    this._listen();
  }

  get signal() {
    return this.#ears.signal;
  }

  get started() {
    return this._part(".start").hidden;
  }

  get docked() {
    return this.box.classList.contains("mini");
  }

  // Whole seconds of the lesson, known before anything is loaded.
  get seconds() {
    const told = Number(this.says.seconds);
    return Number.isFinite(this.video.duration) && this.video.duration > 0 ? this.video.duration : told;
  }

  // Where playing goes on: where it plays, else where it was interrupted, else where the address or the memory says.
  get place() {
    return this.video.currentTime || this.#at || this.#begin;
  }

  get canChooseQuality() {
    return !this.#engine.native;
  }

  // How fast it comes, where a script can tell; else null.
  get pace() {
    return this.#engine.pace;
  }

  _part(name) {
    return this.box.querySelector(name);
  }

  _sentence(key) {
    return this.says[`says${key[0].toUpperCase()}${key.slice(1)}`];
  }

  _dress() {
    const start = this._part(".start");
    const known = placeIn(this.id);
    if (!this.#begin && known?.at >= STEP_SECONDS && known.at < Number(this.says.seconds) - STEP_SECONDS) {
      this.#begin = known.at;
      const label = this._part(".from") ?? start.appendChild(document.createElement("span"));
      label.className = "from";
      label.textContent = this.says.saysContinue.replace("{}", clock(known.at));
      start.removeAttribute("aria-label");
    }
    start.hidden = false;
    this.box.classList.toggle("sound", this.mode === "audio");
  }

  _listen() {
    const { video, signal } = this;
    const on = (names, act) => names.split(" ").forEach((name) => video.addEventListener(name, act, { signal }));
    this._part(".start").addEventListener("click", () => this.play(), { signal });
    this._part(".failed button").addEventListener("click", () => this.play(), { signal });
    on("waiting stalled", () => this._waitQuietly());
    on("playing pause seeked", () => this._status(""));
    on("playing", () => (this.#begin = 0));
    on("timeupdate", () => this._follow());
    on("pause", () => this._keepPlace());
    on("ended", () => this._end());
    on("playing pause", () => this.box.classList.toggle("playing", !video.paused));
    addEventListener("pagehide", () => this._keepPlace(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this._keepPlace(), { signal });
  }

  _follow() {
    if (this.video.readyState < 1 || this.video.seeking) return;
    this.#at = this.video.currentTime;
    if (Math.abs(this.#at - this.#kept) >= KEPT_EVERY_SECONDS) this._keepPlace();
  }

  _keepPlace() {
    if (!this.started || !this.#at) return;
    this.#kept = this.#at;
    const { title, art, kind, unit, address } = this.says;
    keepPlace(this.id, { at: this.#at, of: this.seconds, title, art, kind, unit, address });
  }

  _end() {
    this.#at = this.seconds;
    this._keepPlace();
    this.#at = this.#begin = 0;
    const stop = this.stopAtEnd;
    this.stopAtEnd = false;
    this.dispatchEvent(new Event("over"));
    if (this.says.next && this.says.serial && !stop) stage.go?.next(this.says.next);
  }

  async play() {
    if (stage.player !== this) stage.player?.retire();
    stage.player = this;
    this._reveal();
    [...this.box.querySelectorAll(".toggle")].find((one) => one.offsetParent)?.focus({ preventScroll: true });
    await this._open(this.place, true);
    this.dispatchEvent(new Event("started"));
  }

  async seek(seconds) {
    const to = Math.min(Math.max(seconds, 0), Math.max(this.seconds - 0.5, 0));
    if (this.started && this.video.readyState > 0) {
      this.video.currentTime = this.#at = to;
      return;
    }
    this.#begin = this.#at = to;
    await this.play();
  }

  // To a place and on from there, as chapters, lines of the transcript and marks in a link ask.
  async playFrom(seconds) {
    await this.seek(seconds);
    if (this.video.paused) this.video.play().catch(() => {});
  }

  skip(seconds) {
    return this.seek(this.place + seconds);
  }

  toggle() {
    if (!this.started) return this.play();
    if (!this.video.paused) return this.video.pause();
    return this.video.play().catch(() => {});
  }

  // `kept`: it is how somebody likes to have it from now on.
  async setMode(mode, { kept = true } = {}) {
    this.mode = mode;
    if (kept) keep("mode", mode);
    this.box.classList.toggle("sound", mode === "audio");
    this.dispatchEvent(new Event("mode"));
    this._offerSounds([], 0);
    if (this.started) return this._open(this.place, !this.video.paused);
    this.#engine.forget();
    return this.prepare();
  }

  setSpeed(speed) {
    this.speed = speed;
    keep("speed", speed);
    this.video.defaultPlaybackRate = this.video.playbackRate = speed;
  }

  setQuality(quality) {
    this.quality = quality;
    keep("quality", quality);
    this.#engine.setQuality(quality);
  }

  async setSoundTrack(number) {
    this.sound = number;
    this.#engine.setSoundTrack(number);
    if (this.started && this._sounds.length) await this._open(this.place, !this.video.paused);
  }

  // Who only listens is given a playlist for each sound track; beside a picture its own playlist knows them all.
  get _sounds() {
    return this.mode === "audio" && !this.#engine.whole ? JSON.parse(this.says.sounds ?? "[]") : [];
  }

  // The page says them in its reader's language, a playlist each in its own.
  _offerSounds(names, chosen) {
    const said = JSON.parse(this.says.sounds ?? "[]").map((one) => one.name);
    if (this._sounds.length) this.soundTracks = { names: said, chosen: this.sound };
    else this.soundTracks = { names: said.length === names.length ? said : names, chosen };
    this.dispatchEvent(new Event("sound-tracks"));
  }

  // What is needed to play, fetched while somebody reads what the lesson is about.
  prepare() {
    if (this.#engine.native || navigator.connection?.saveData || recall("saving")) return;
    const later = window.requestIdleCallback ?? ((act) => setTimeout(act, IDLE_MS));
    later(() => this.signal.aborted || this._warm().catch(() => {}), { timeout: IDLE_MS });
  }

  async _warm() {
    // Who only listens is spared every byte of the picture; the choice may be made meanwhile.
    const wanted = (address) => this.mode === "video" || !/\/v\d+\/v\d+\//.test(address);
    const told = (this.says.warm?.split(" ") ?? []).filter(wanted);
    await Promise.all([this.says.hls, ...told].map(async (address) => (await fetch(address, { priority: "low" })).blob()));
    // It has come, but is run only when the page has come to rest: that holds a slow phone up.
    await new Promise((done) => setTimeout(done, RESTED_MS - performance.now()));
    if (this.signal.aborted || this.started) return;
    this.#engine.setQuality(this.quality);
    // Who stays may well play it. Parts that are still to be made are nothing to fetch ahead, nor is anything beside what plays.
    // What is made already is one picture; who chose its quality may get another.
    const chosen = this.mode === "video" && this.quality !== "auto";
    const parts = Boolean(this.says.begins) && !chosen && !stage.player && !document.hidden;
    await this.#engine.prepare({ ...this._lesson(), seconds: this.place, parts });
  }

  _lesson() {
    return { address: this._source(), side: Number(this.says.startSide), script: this.says.hls };
  }

  async _open(seconds, playing) {
    this._part(".failed").hidden = true;
    this.#at = seconds;
    this.video.defaultPlaybackRate = this.video.playbackRate = this.speed;
    this.#engine.setQuality(this.quality);
    await this.#engine.open({ ...this._lesson(), seconds, playing });
  }

  // Where there is neither HLS nor a way to feed it by script, one whole file is better than nothing.
  _source() {
    const { audio, master, film, recording } = this.says;
    const listening = this.mode === "audio";
    if (this.#engine.whole) return (listening ? recording : film ?? recording) ?? master;
    return listening ? this._sounds[this.sound]?.address ?? audio ?? master : master;
  }

  _reveal() {
    this._part(".start").hidden = true;
    this._part(".bar").hidden = false;
    this.box.classList.add("started");
  }

  dock(place) {
    place.append(this.box);
    this.box.classList.add("mini");
    this._part(".minibar").hidden = false;
    this.dispatchEvent(new Event("docked"));
  }

  undock(fresh) {
    fresh.replaceWith(this.box);
    this.box.classList.remove("mini");
    this._part(".minibar").hidden = true;
    this.dispatchEvent(new Event("docked"));
  }

  // Ends for good; the place is kept, and its element is free for the next lesson.
  retire() {
    if (this.signal.aborted) return this.video;
    this._keepPlace();
    this.video.pause();
    this.#engine.close();
    this.#ears.abort();
    clearTimeout(this.#slow);
    if (stage.player === this) stage.player = null;
    if (this.docked) this.box.remove();
    this.dispatchEvent(new Event("retired"));
    return this.video;
  }

  _fail(sentence) {
    this._status("");
    this._part(".failed p").textContent = sentence;
    this._part(".failed").hidden = false;
    if (!this.docked) this._part(".failed button").focus({ preventScroll: true });
  }

  _waitQuietly() {
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => this._status(this.says.saysWaiting), SLOW_MS);
  }

  _status(sentence) {
    clearTimeout(this.#slow);
    const status = this._part(".status");
    status.textContent = sentence;
    status.hidden = sentence === "";
  }
}
