// Feeds a video element: the browser's own HLS on Apple devices, hls.js elsewhere, whole files as the last resort.

import { Pace } from "./pace.js";

const RETRY_SECONDS = [1, 2, 4, 8, 15, 15];
const FRESH_MS = 600_000; // what a lesson has may be more by then

// The server may take up to 20 s for a part that nobody has asked for before, and may say 503 meanwhile.
function patience(firstByteMs, wholeMs, tries) {
  return {
    default: {
      maxTimeToFirstByteMs: firstByteMs,
      maxLoadTimeMs: wholeMs,
      timeoutRetry: { maxNumRetry: 3, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: tries, retryDelayMs: 1000, maxRetryDelayMs: 8000, backoff: "exponential" },
    },
  };
}

const SETTINGS = {
  autoStartLoad: false,
  capLevelToPlayerSize: true,
  abrEwmaDefaultEstimate: 400_000,
  testBandwidth: false, // a first part to measure by would be fetched and thrown away
  // Reading far ahead would make the server encode what nobody may watch, and cost the viewer data.
  maxBufferLength: 30,
  maxMaxBufferLength: 40,
  maxBufferSize: 20_000_000,
  backBufferLength: 30,
  manifestLoadPolicy: patience(15_000, 20_000, 4),
  playlistLoadPolicy: patience(15_000, 20_000, 4),
  fragLoadPolicy: patience(30_000, 120_000, 8),
};

const scriptable = "MediaSource" in window || "ManagedMediaSource" in window;

function playsHlsItself(video) {
  const chromium = /Chrom(e|ium)\/|Android/.test(navigator.userAgent);
  const able = video.canPlayType("application/vnd.apple.mpegurl") !== "";
  return able && (!chromium || !scriptable);
}

let library;
function loadLibrary(address) {
  library = library ?? new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Hls);
    script.onerror = () => {
      library = undefined;
      script.remove();
      reject(new Error("network"));
    };
    document.head.append(script);
  });
  return library;
}

// `told` hears of what happens: status(key), failed(key), soundTracks(names, chosen); keys are those of data-says-….
export class Engine {
  #video;
  #told;
  #hls = null;
  #ready = null; // { hls, address, when } that knows what there is of a lesson, before anybody plays it
  #opened = null;
  #attempts = 0;
  #mediaErrors = 0;
  #timer = 0;
  #again = null;
  #wanted = false;
  #soundTrack = null;
  #pace = null;
  #quality = "auto";
  #ears = new AbortController();

  constructor(video, told) {
    this.#video = video;
    this.#told = told;
    const hls = playsHlsItself(video);
    this.whole = !hls && !scriptable;
    this.native = hls || this.whole;
    const { signal } = this.#ears;
    video.addEventListener("playing", () => (this.#attempts = 0), { signal });
    video.addEventListener("pause", () => (this.#wanted = false), { signal });
    video.addEventListener("error", () => this.native && video.src && this._retry("network"), { signal });
    addEventListener("online", () => this.#again || this.#hls?.startLoad(), { signal }); // or it waits for its next try
    this._followNativeTracks(signal);
  }

  get pace() {
    return this.#pace;
  }

  // `side` is the shorter side of the picture to begin with, `script` where hls.js lies.
  async open({ address, side, script, seconds, playing }) {
    this.#attempts = 0;
    this.#mediaErrors = 0;
    this.#opened = { address, side, script };
    this.#wanted = playing;
    await this._open(seconds, playing);
  }

  // What a lesson begins with, before anybody plays it: its playlists, and with `parts` what is played first from
  // `seconds` on, one part of its picture and one of its sound, so that who presses waits for next to nothing.
  async prepare({ address, side, script, seconds, parts }) {
    const Hls = await loadLibrary(script);
    this.forget();
    if (this.native || this.#opened || this.#ears.signal.aborted || !Hls?.isSupported()) return;
    const made = this._make(Hls, { startFragPrefetch: parts });
    this.#ready = { ...made, address, seconds, parts, quality: this.#quality, when: Date.now() };
    const { hls } = made;
    if (parts) hls.once(Hls.Events.MANIFEST_PARSED, () => this._begin(hls, side, seconds));
    hls.loadSource(address);
  }

  // What was prepared is not wanted any more.
  forget() {
    this._takeReady();
  }

  // The one that was prepared for this address, if it still holds; it is nobody's any more.
  _takeReady(address, seconds) {
    const ready = this.#ready;
    this.#ready = null;
    const holds = ready && ready.address === address && Date.now() - ready.when < FRESH_MS;
    if (holds && (!ready.parts || (ready.seconds === seconds && ready.quality === this.#quality))) return ready;
    ready?.hls.destroy();
    return null;
  }

  async _open(seconds, playing) {
    this._calm();
    this._drop();
    this.#told.status("waiting");
    if (this.native) this._openNative(seconds);
    else if (!(await this._openWithLibrary(seconds))) return;
    if (playing) this.#video.play().catch(() => {});
  }

  _drop() {
    this.#hls?.destroy();
    this.#hls = this.#pace = null;
  }

  close() {
    this._calm();
    this.#ears.abort();
    this.forget();
    this._drop();
    this.#opened = null;
    if (!this.native) return;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  setQuality(quality) {
    this.#quality = quality;
    this._applyQuality();
  }

  setSoundTrack(number) {
    this.#soundTrack = number;
    const hls = this.#hls ?? this.#ready?.hls;
    if (hls) hls.audioTrack = number;
    else [...(this.#video.audioTracks ?? [])].forEach((one, place) => (one.enabled = place === number));
  }

  _followNativeTracks(signal) {
    const tracks = this.#video.audioTracks;
    if (!this.native || !tracks) return;
    const tell = () => this.#told.soundTracks([...tracks].map((one) => one.label || one.language), [...tracks].findIndex((one) => one.enabled));
    for (const event of ["addtrack", "removetrack", "change"]) tracks.addEventListener(event, tell, { signal });
  }

  _openNative(seconds) {
    this.#video.src = this.#opened.address;
    if (seconds > 0) {
      this.#video.addEventListener("loadedmetadata", () => (this.#video.currentTime = seconds), { once: true, signal: this.#ears.signal });
    }
  }

  async _openWithLibrary(seconds) {
    let Hls;
    const opened = this.#opened;
    try {
      Hls = await loadLibrary(opened.script);
    } catch {
      this._retry("network");
      return false;
    }
    if (opened !== this.#opened || this.#ears.signal.aborted) return false;
    if (!Hls?.isSupported()) {
      this.#told.failed("unsupported");
      return false;
    }
    this._start(Hls, seconds);
    return true;
  }

  _start(Hls, seconds) {
    const { address, side } = this.#opened;
    const ready = this._takeReady(address, seconds);
    const { hls, pace } = ready ?? this._make(Hls, {});
    [this.#hls, this.#pace] = [hls, pace];
    const known = ready?.hls.levels.length;
    const begin = () => this._begin(hls, side, seconds);
    if (!ready?.parts) hls.once(known ? Hls.Events.MEDIA_ATTACHED : Hls.Events.MANIFEST_PARSED, begin);
    hls.attachMedia(this.#video);
    if (!ready) hls.loadSource(address);
  }

  _begin(hls, side, seconds) {
    const level = hls.levels.findIndex((one) => Math.min(one.width, one.height) === side);
    if (level >= 0) hls.startLevel = level;
    this._applyQuality(hls);
    hls.startLoad(seconds > 0 ? seconds : -1);
  }

  _make(Hls, more) {
    const hls = new Hls({ ...SETTINGS, ...more });
    const pace = new Pace(hls, Hls.Events);
    const ours = () => hls === this.#hls || hls === this.#ready?.hls;
    hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, (_event, { audioTracks }) => {
      const chosen = this.#soundTrack in audioTracks ? this.#soundTrack : Math.max(0, audioTracks.findIndex((one) => one.default));
      this.#told.soundTracks(audioTracks.map((one) => one.name), chosen);
      // Afterwards: hls.js itself now turns to the usual one.
      queueMicrotask(() => ours() && chosen === this.#soundTrack && (hls.audioTrack = chosen));
    });
    // What is one part alone is fetched once: there is nothing left that another quality could be better for.
    hls.on(Hls.Events.LEVEL_LOADED, (_event, { level, details }) => {
      if (!details.live && details.fragments.length === 1 && hls.autoLevelEnabled) hls.loadLevel = level;
    });
    hls.on(Hls.Events.FRAG_BUFFERED, () => (this.#attempts = 0));
    hls.on(Hls.Events.ERROR, (_event, error) => {
      if (!error.fatal) return;
      if (hls === this.#hls) this._mend(Hls, error);
      else if (hls === this.#ready?.hls) this._takeReady();
    });
    return { hls, pace };
  }

  // low: the smallest picture and nothing else; high: the largest that is there, whatever the size of the screen.
  _applyQuality(hls = this.#hls) {
    if (!hls?.levels.length) return;
    const last = hls.levels.length - 1;
    hls.capLevelToPlayerSize = this.#quality === "auto";
    hls.autoLevelCapping = this.#quality === "low" ? 0 : -1;
    if (this.#quality === "low") hls.startLevel = 0;
    hls.nextLevel = { low: 0, high: last }[this.#quality] ?? -1;
  }

  _mend(Hls, error) {
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && this.#mediaErrors < 3) {
      this.#mediaErrors += 1;
      this.#hls.recoverMediaError();
    } else if (error.type === Hls.ErrorTypes.NETWORK_ERROR) {
      if ([404, 410].includes(error.response?.code)) this._fail("missing");
      else this._retry("network");
    } else {
      this._fail("media");
    }
  }

  // Without anybody pressing anything: again after 1, 2, 4 ... seconds, and at once when the network is back.
  _retry(key) {
    const wait = RETRY_SECONDS[this.#attempts];
    if (wait === undefined) return this._fail(key);
    this.#attempts += 1;
    this.#wanted = this.#wanted || !this.#video.paused;
    this.#told.status("reconnecting");
    this.#again = () => this._open(this.#told.place(), this.#wanted);
    addEventListener("online", this.#again, { once: true });
    this.#timer = setTimeout(this.#again, wait * 1000);
    return undefined;
  }

  _calm() {
    clearTimeout(this.#timer);
    if (this.#again) removeEventListener("online", this.#again);
    this.#again = null;
  }

  _fail(key) {
    this._calm();
    this._drop();
    this.#told.failed(key);
  }
}
