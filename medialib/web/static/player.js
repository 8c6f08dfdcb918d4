// Plays a lesson: the browser's own HLS on Apple devices, hls.js elsewhere, fetched when play is pressed.

const RETRY_SECONDS = [1, 2, 4, 8, 15, 15];
const SLOW_MS = 2000;

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
  library ??= new Promise((resolve, reject) => {
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

class Player {
  #box;
  #video;
  #says;
  #hls = null;
  #mode = "video";
  #attempts = 0;
  #mediaErrors = 0;
  #timer = 0;
  #slow = 0;
  #soundTrack = null;
  #begin = 0;
  #tellSoundTracks = () => {};

  constructor(box) {
    this.#box = box;
    this.#video = box.querySelector("video");
    this.#says = box.dataset;
    this.#begin = Number(this.#says.begin) || 0;
    const hls = playsHlsItself(this.#video);
    this.#whole = !hls && !scriptable;
    this.#native = hls || this.#whole;
    this.#video.replaceChildren();
    this.#video.controls = false;
    this.#listen();
  }

  #native;
  #whole;

  #part(name) {
    return this.#box.querySelector(name);
  }

  #listen() {
    const start = this.#part(".start");
    start.hidden = false;
    start.addEventListener("click", () => this.play());
    this.#part(".failed button").addEventListener("click", () => this.play());
    for (const event of ["waiting", "stalled"]) this.#video.addEventListener(event, () => this.#waitQuietly());
    for (const event of ["playing", "pause", "seeked"]) this.#video.addEventListener(event, () => this.#status(""));
    this.#video.addEventListener("playing", () => (this.#attempts = this.#begin = 0));
    this.#video.addEventListener("error", () => this.#native && this.#video.src && this.#retry(this.#says.saysNetwork));
  }

  get started() {
    return this.#part(".start").hidden;
  }

  setSpeed(speed) {
    this.#video.defaultPlaybackRate = this.#video.playbackRate = speed;
  }

  // `tell` hears of the names of the sound tracks, and which is playing, whenever there are others.
  onSoundTracks(tell) {
    this.#tellSoundTracks = tell;
    if (!this.#native || !this.#video.audioTracks) return;
    const tracks = this.#video.audioTracks;
    const told = () => tell([...tracks].map((one) => one.label || one.language), [...tracks].findIndex((one) => one.enabled));
    for (const event of ["addtrack", "removetrack", "change"]) tracks.addEventListener(event, told);
  }

  setSoundTrack(number) {
    this.#soundTrack = number;
    if (this.#hls) this.#hls.audioTrack = number;
    else [...(this.#video.audioTracks ?? [])].forEach((one, place) => (one.enabled = place === number));
  }

  async setMode(mode) {
    this.#mode = mode;
    this.#box.classList.toggle("sound", mode === "audio");
    if (this.started) await this.#open(this.#place(), !this.#video.paused);
  }

  async play() {
    this.#attempts = 0;
    this.#mediaErrors = 0;
    this.#part(".start").hidden = true;
    this.#video.controls = true;
    this.#video.focus({ preventScroll: true });
    await this.#open(this.#place(), true);
  }

  // Where playing goes on. At first that is where the address says, until a chapter is chosen or something plays.
  #place() {
    return this.#video.currentTime || this.#begin;
  }

  // To a place in the lesson, from the beginning of playing or while it plays.
  async seek(seconds) {
    if (this.started && this.#video.readyState > 0) {
      this.#video.currentTime = seconds;
      return;
    }
    this.#begin = 0;
    this.#part(".start").hidden = true;
    this.#video.controls = true;
    await this.#open(seconds, true);
  }

  async #open(seconds, playing) {
    clearTimeout(this.#timer);
    this.#part(".failed").hidden = true;
    const source = this.#source();
    this.#hls?.destroy();
    this.#hls = null;
    if (this.#native) this.#openNative(source, seconds);
    else if (!(await this.#openWithLibrary(source, seconds))) return;
    if (playing) this.#video.play().catch(() => {});
  }

  // Where there is neither HLS nor a way to feed it by script, one whole file is better than nothing.
  #source() {
    const { audio, master, film, recording } = this.#says;
    const listening = this.#mode === "audio";
    if (this.#whole) return (listening ? recording : film ?? recording) ?? master;
    return listening ? audio : master;
  }

  #openNative(source, seconds) {
    this.#video.src = source;
    if (seconds > 0) {
      this.#video.addEventListener("loadedmetadata", () => (this.#video.currentTime = seconds), { once: true });
    }
    this.#waitQuietly();
  }

  async #openWithLibrary(source, seconds) {
    this.#waitQuietly();
    let Hls;
    try {
      Hls = await loadLibrary(this.#says.hls);
    } catch {
      this.#fail(this.#says.saysNetwork);
      return false;
    }
    if (!Hls?.isSupported()) {
      this.#fail(this.#says.saysUnsupported);
      return false;
    }
    const hls = (this.#hls = new Hls(SETTINGS));
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      const side = Number(this.#says.startSide);
      const level = hls.levels.findIndex((one) => Math.min(one.width, one.height) === side);
      if (level >= 0) hls.startLevel = level;
      hls.startLoad(seconds > 0 ? seconds : -1);
    });
    hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, (_event, { audioTracks }) => {
      const chosen = this.#soundTrack in audioTracks ? this.#soundTrack : Math.max(0, audioTracks.findIndex((one) => one.default));
      this.#tellSoundTracks(audioTracks.map((one) => one.name), chosen);
      // Afterwards: hls.js itself now turns to the usual one.
      queueMicrotask(() => hls === this.#hls && chosen === this.#soundTrack && (hls.audioTrack = chosen));
    });
    hls.on(Hls.Events.FRAG_BUFFERED, () => (this.#attempts = 0));
    hls.on(Hls.Events.ERROR, (_event, error) => error.fatal && hls === this.#hls && this.#mend(Hls, error));
    hls.attachMedia(this.#video);
    hls.loadSource(source);
    return true;
  }

  #mend(Hls, error) {
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && this.#mediaErrors < 3) {
      this.#mediaErrors += 1;
      this.#hls.recoverMediaError();
    } else if (error.type === Hls.ErrorTypes.NETWORK_ERROR) {
      if ([404, 410].includes(error.response?.code)) this.#fail(this.#says.saysMissing);
      else this.#retry(this.#says.saysNetwork);
    } else {
      this.#fail(this.#says.saysMedia);
    }
  }

  // Without anybody pressing anything: again after 1, 2, 4 ... seconds, and at once when the network is back.
  #retry(sentence) {
    const wait = RETRY_SECONDS[this.#attempts];
    if (wait === undefined) return this.#fail(sentence);
    this.#attempts += 1;
    this.#status(this.#says.saysReconnecting);
    const again = () => {
      removeEventListener("online", again);
      clearTimeout(this.#timer);
      this.#open(this.#place(), true);
    };
    addEventListener("online", again, { once: true });
    this.#timer = setTimeout(again, wait * 1000);
    return undefined;
  }

  #fail(sentence) {
    this.#status("");
    this.#hls?.destroy();
    this.#hls = null;
    this.#part(".failed p").textContent = sentence;
    this.#part(".failed").hidden = false;
    this.#part(".failed button").focus({ preventScroll: true });
  }

  #waitQuietly() {
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => this.#status(this.#says.saysWaiting), SLOW_MS);
  }

  #status(sentence) {
    clearTimeout(this.#slow);
    const line = this.#part(".status");
    line.textContent = sentence;
    line.hidden = !sentence;
  }
}

function bindSwitch(player, group) {
  const options = [...group.querySelectorAll("[data-mode]")];
  const choose = (chosen) => {
    for (const one of options) {
      one.setAttribute("aria-checked", String(one === chosen));
      one.tabIndex = one === chosen ? 0 : -1;
    }
    player.setMode(chosen.dataset.mode);
  };
  for (const option of options) {
    option.addEventListener("click", () => option.getAttribute("aria-checked") === "true" || choose(option));
    option.addEventListener("keydown", (event) => {
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const other = options.find((one) => one !== option);
      other.focus();
      choose(other);
    });
  }
  group.hidden = false;
}

function bindSoundTracks(player, label) {
  const select = label.querySelector("select");
  player.onSoundTracks((names, chosen) => {
    select.replaceChildren(...names.map((name, place) => new Option(name, place)));
    select.selectedIndex = chosen;
    label.hidden = names.length < 2;
  });
  select.addEventListener("change", () => player.setSoundTrack(select.selectedIndex));
}

const box = document.querySelector("[data-player]");
if (box) {
  const player = new Player(box);
  box.addEventListener("seek-to", (event) => player.seek(event.detail));
  const group = document.querySelector(".listen-switch");
  if (group) bindSwitch(player, group);
  bindSoundTracks(player, document.querySelector(".sound-track"));
  const speed = document.querySelector(".speed:not(.sound-track)");
  speed.hidden = false;
  speed.querySelector("select").addEventListener("change", (event) => player.setSpeed(Number(event.target.value)));
}
