// A player that nobody has to help: whatever stops it, it begins again by itself; what shall follow is opened beside it.

const LOOK_SECONDS = 2, PATIENCE_SECONDS = 16, STUCK_SECONDS = 8, STARVING_SECONDS = 3, FOLLOW_SECONDS = 40, JOIN_SECONDS = 0.5, BEHIND = 3, ENDING_SECONDS = 6, MOST_PATIENCE = 4;

export class Player {
  constructor(video, told) {
    this.video = video;
    this.told = told; // {stuck(times), moved(), ended(), muted()}
    this.address = "";
    this.hls = null;
    this.coming = null;
    this.rate = 0; // bits a second, as far as it is known
    this.failures = 0;
    this.moved_at = Date.now();
    this.place = -1;
    video.addEventListener("ended", () => this.ended());
    video.addEventListener("error", () => this.failed("video " + (video.error && video.error.code)));
    setInterval(() => this.look(), LOOK_SECONDS * 1000);
  }

  play(address, begin, live) {
    this.want(address, begin, live);
    this.open();
  }

  // Opened beside what plays, whose place it takes once it can be shown, or at its end; `begun` is called then. What
  // cannot be had leaves everything as it is.
  follow(address, begin, live, begun, atEnd) {
    if (!this.hls) {
      if (atEnd) return;
      this.play(address, begin, live);
      begun();
      return;
    }
    this.leave();
    const hls = this.made(begin, live, { startFragPrefetch: true });
    const coming = this.coming = { hls: hls, atEnd: atEnd, missing: ["main"], first: {}, take: () => { this.take(hls, address, begin, live); begun(); } };
    const Hls = window.Hls, leave = () => { if (this.coming === coming) this.leave(); };
    hls.on(Hls.Events.MANIFEST_PARSED, (_, data) => { if (data.altAudio) coming.missing.push("audio"); });
    hls.on(Hls.Events.FRAG_LOADED, (_, { frag }) => {
      if (this.coming !== coming || typeof frag.sn !== "number") return;
      coming.missing = coming.missing.filter((one) => one !== frag.type);
      coming.first[frag.type] = frag.sn;
      if (coming.missing.length || coming.ready) return;
      coming.ready = live ? fetchBehind(hls, coming.first) : Promise.resolve();
      coming.ready.then(() => { if (this.coming === coming && (!atEnd || this.video.ended)) this.takeComing(); }, leave);
    });
    hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) leave(); });
    if (!atEnd) setTimeout(leave, FOLLOW_SECONDS * 1000);
    hls.loadSource(address);
  }

  isFollowed() { return Boolean(this.coming); }

  takeComing() {
    const coming = this.coming;
    this.coming = null;
    coming.take();
  }

  take(hls, address, begin, live) {
    this.want(address, begin, live);
    this.close();
    this.attach(hls);
    this.patience = STARVING_SECONDS; // it had enough
  }

  leave() {
    if (this.coming) this.coming.hls.destroy();
    this.coming = null;
  }

  ended() {
    if (this.coming && this.coming.atEnd && !this.coming.missing.length) this.takeComing();
    else this.told.ended();
  }

  want(address, begin, live) {
    this.address = address;
    this.begin = begin || 0;
    this.live = Boolean(live);
    this.failures = 0;
    this.held = false;
    this.forget();
  }

  stop() {
    this.address = "";
    this.forget();
    this.close();
  }

  // What was to be opened, or opened again, is not, when something else is wanted.
  forget() {
    clearTimeout(this.again);
    this.again = null;
    this.leave();
  }

  open() {
    this.close();
    if (window.Hls && window.Hls.isSupported()) {
      const hls = this.made(this.begin, this.live);
      hls.loadSource(this.address);
      this.attach(hls);
    } else {
      this.video.src = this.address;
      if (!this.live && this.begin) this.video.currentTime = this.begin;
      this.start();
    }
  }

  made(begin, live, more) {
    return new window.Hls(Object.assign({
      liveSyncDuration: 22, liveMaxLatencyDuration: 90, maxBufferLength: 60, maxMaxBufferLength: 90, backBufferLength: 12,
      lowLatencyMode: false, startPosition: live ? -1 : begin || 0, capLevelToPlayerSize: true,
      manifestLoadPolicy: retrying(), playlistLoadPolicy: retrying(), fragLoadPolicy: retrying(),
    }, this.rate ? { abrEwmaDefaultEstimate: this.rate, testBandwidth: false } : {}, more));
  }

  attach(hls) {
    const Hls = window.Hls;
    this.hls = hls;
    this.opened_at = this.moved_at = Date.now();
    this.place = -1;
    this.mended = 0;
    this.lost = this.filled = false;
    this.patience = PATIENCE_SECONDS;
    this.measures = this.live; // what is kept comes faster than any network
    hls.on(Hls.Events.FRAG_LOADED, () => { this.lost = false; });
    hls.on(Hls.Events.ERROR, (_, data) => {
      if (this.hls !== hls) return;
      const network = data.type === Hls.ErrorTypes.NETWORK_ERROR;
      if (network) this.lost = true;
      if (!data.fatal) return;
      // What is in hand is played to its end while the network is looked for.
      if (network && this.inHand() > 1) setTimeout(() => { if (this.hls === hls) hls.startLoad(); }, 2000);
      else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.mended++ < 2) hls.recoverMediaError();
      else this.failed(data.details);
    });
    hls.attachMedia(this.video);
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

  // Seconds that can be played without anything more; a hole that the player leaps over is none.
  inHand() {
    const ranges = this.video.buffered, at = this.video.currentTime;
    let end = at;
    for (let n = 0; n < ranges.length; n++) if (ranges.start(n) <= end + JOIN_SECONDS && end < ranges.end(n)) end = ranges.end(n);
    return end - at;
  }

  isEnding() { return !this.live && this.video.duration - this.video.currentTime < ENDING_SECONDS; }

  // Nothing more arrives, for whatever reason, and what is in hand is nearly used up.
  isStarving() {
    if (!this.hls || this.held) return false;
    const seconds = this.inHand();
    if (seconds > 2 * STARVING_SECONDS) this.filled = true;
    if (seconds >= STARVING_SECONDS) return false;
    if (this.live) return this.filled || Date.now() - this.opened_at > this.patience * 1000;
    return this.lost && this.video.currentTime + seconds < this.video.duration - 1;
  }

  close() {
    if (this.hls && this.measures && this.hls.bandwidthEstimate > 0) this.rate = this.hls.bandwidthEstimate;
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
    this.again = setTimeout(() => { this.again = null; if (this.address) this.open(); }, Math.min(30, 2 * this.failures) * 1000);
    this.told.stuck(this.failures);
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
    // What a slow network brings is waited for, each time longer; what is in hand ought to move.
    const seconds = this.inHand() > STARVING_SECONDS ? STUCK_SECONDS : PATIENCE_SECONDS * Math.min(1 + this.failures, MOST_PATIENCE);
    if (Date.now() - this.moved_at > seconds * 1000 && !video.ended) this.failed("it stands still");
  }

  hold() {
    this.held = !this.held;
    if (this.held) this.video.pause();
    else this.start();
  }
}

// What comes behind the first segments lies in the browser's cache before it is needed: a player without a picture
// fetches one of each only.
function fetchBehind(hls, first) {
  const track = hls.audioTracks[hls.audioTrack], level = hls.levels[hls.loadLevel];
  const behind = (list, sn) => list && list.details ? list.details.fragments.filter((one) => one.sn > sn && one.sn <= sn + BEHIND) : [];
  const fetched = behind(level, first.main).concat(behind(track, first.audio)).map((one) => fetch(one.url).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.arrayBuffer();
  }));
  return Promise.all(fetched);
}

function retrying() {
  const retry = { maxNumRetry: 6, retryDelayMs: 1000, maxRetryDelayMs: 8000, backoff: "linear" };
  return { default: { maxTimeToFirstByteMs: 20000, maxLoadTimeMs: 60000, timeoutRetry: retry, errorRetry: retry } };
}
