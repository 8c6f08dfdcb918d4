// A player that nobody has to help: whatever stops it, it begins again by itself.

const LOOK_SECONDS = 4, PATIENCE_SECONDS = 16, STARVING_SECONDS = 1.5;

export class Player {
  constructor(video, told) {
    this.video = video;
    this.told = told; // {stuck(times), moved(), ended(), muted()}
    this.address = "";
    this.hls = null;
    this.failures = 0;
    this.moved_at = Date.now();
    this.place = -1;
    video.addEventListener("ended", () => this.told.ended());
    video.addEventListener("error", () => this.failed("video " + (video.error && video.error.code)));
    setInterval(() => this.look(), LOOK_SECONDS * 1000);
  }

  play(address, begin, live) {
    this.address = address;
    this.begin = begin || 0;
    this.live = Boolean(live);
    this.failures = 0;
    this.held = false;
    this.forget();
    this.open();
  }

  stop() {
    this.address = "";
    this.forget();
    this.close();
  }

  // What was to be opened again is not, when something else is wanted.
  forget() {
    clearTimeout(this.again);
    this.again = null;
  }

  open() {
    this.close();
    this.moved_at = Date.now();
    this.place = -1;
    const Hls = window.Hls;
    if (Hls && Hls.isSupported()) {
      const hls = this.hls = new Hls({
        liveSyncDuration: 22, liveMaxLatencyDuration: 90, maxBufferLength: 60, maxMaxBufferLength: 90, backBufferLength: 12,
        lowLatencyMode: false, startPosition: this.live ? -1 : this.begin, capLevelToPlayerSize: true,
        manifestLoadPolicy: retrying(), playlistLoadPolicy: retrying(), fragLoadPolicy: retrying(),
      });
      this.mended = 0;
      this.lost = false;
      hls.on(Hls.Events.FRAG_LOADED, () => { this.lost = false; });
      hls.on(Hls.Events.ERROR, (_, data) => {
        if (data.type === Hls.ErrorTypes.NETWORK_ERROR) this.lost = true;
        if (!data.fatal) return;
        // What is in hand is played to its end while the network is looked for.
        if (data.type === Hls.ErrorTypes.NETWORK_ERROR && this.inHand() > 1) setTimeout(() => { if (this.hls === hls) hls.startLoad(); }, 2000);
        else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.mended++ < 2) hls.recoverMediaError();
        else this.failed(data.details);
      });
      hls.loadSource(this.address);
      hls.attachMedia(this.video);
    } else {
      this.video.src = this.address;
      if (!this.live && this.begin) this.video.currentTime = this.begin;
    }
    this.start();
  }

  // Browsers that allow no sound before somebody pressed a key play without it first.
  start() {
    const video = this.video, asked = video.play();
    if (!asked) return;
    asked.catch((error) => {
      if (error.name !== "NotAllowedError" || video.muted) return;
      video.muted = true;
      this.told.muted();
      video.play().catch(() => undefined);
    });
  }

  inHand() {
    const ranges = this.video.buffered, at = this.video.currentTime;
    for (let n = 0; n < ranges.length; n++) if (ranges.start(n) <= at + 0.5 && at < ranges.end(n)) return ranges.end(n) - at;
    return 0;
  }

  // The network is gone, and what is in hand is nearly used up.
  isStarving() { return Boolean(this.hls && this.lost && this.inHand() < STARVING_SECONDS); }

  close() {
    if (this.hls) this.hls.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  failed(what) {
    if (!this.address || this.again) return;
    this.failures += 1;
    this.problem = String(what);
    console.warn("the player stopped:", what);
    this.told.stuck(this.failures);
    this.again = setTimeout(() => { this.again = null; if (this.address) this.open(); }, Math.min(30, 2 * this.failures) * 1000);
  }

  look() {
    if (!this.address || this.again) return;
    const video = this.video;
    if (video.currentTime !== this.place) {
      this.place = video.currentTime;
      this.moved_at = Date.now();
      if (this.failures && video.readyState > 2) { this.failures = 0; this.problem = ""; }
      this.told.moved();
    } else if (video.paused && !this.held) {
      this.start();
    }
    if (this.held) this.moved_at = Date.now();
    if (Date.now() - this.moved_at > PATIENCE_SECONDS * 1000 && !video.ended) this.failed("it stands still");
  }

  hold() {
    this.held = !this.held;
    if (this.held) this.video.pause();
    else this.start();
  }
}

function retrying() {
  const retry = { maxNumRetry: 6, retryDelayMs: 1000, maxRetryDelayMs: 8000, backoff: "linear" };
  return { default: { maxTimeToFirstByteMs: 20000, maxLoadTimeMs: 60000, timeoutRetry: retry, errorRetry: retry } };
}
