// One file on its way to the server: in parts that fit the network, each with its checksum, and on again by itself after
// anything that passes: a lost network, a server that starts again, another page that holds the upload.

import { checksum } from "./upload-bytes.js";

const LEAST_BYTES = 256 * 1024;
const MOST_BYTES = 8 * 1024 * 1024;
// A part takes about so long: what is lost when the network is cut in the middle of it.
const PART_SECONDS = 4;
const LONGEST_PAUSE_SECONDS = 30;
// Another page holds the upload, or has gone on with it meanwhile: when it is closed, this one goes on.
const ELSEWHERE = [423, 409];
// So long after a cut it may be this page's own connection that the server still waits for.
const OWN_SECONDS = 30;
const LONGEST_PAUSE_ELSEWHERE_SECONDS = 8;
const SPEED_WEIGHT = 0.3;

export class Sending {
  // `told` is called whenever something has changed; `state` is sending, offline, busy, elsewhere (another page sends it), paused,
  // done or over.
  constructor(file, address, token, told) {
    this.file = file;
    this.state = "paused";
    this.sent = 0;
    this.bytesPerSecond = 0;
    this.problem = null;
    this.told = told;
    this.failures = 0;
    this.run = 0; // a start, or an end of one
    this.upload = new window.tus.Upload(file, {
      uploadUrl: address,
      chunkSize: 2 * LEAST_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": token },
      onBeforeRequest: (request) => this.addChecksum(request),
      onProgress: (sent) => this.progress(sent),
      onChunkComplete: (size) => this.partDone(size),
      onError: (error) => this.failed(error),
      onSuccess: () => this.change("done"),
    });
    this.wake = () => this.state === "offline" && this.retry();
    addEventListener("online", this.wake);
  }

  start() {
    clearTimeout(this.timer);
    this.run += 1;
    this.begun = null;
    this.change("sending");
    this.upload.start();
  }

  pause() {
    clearTimeout(this.timer);
    this.run += 1;
    if (this.state !== "paused") this.upload.abort();
    this.change("paused");
  }

  stop() {
    removeEventListener("online", this.wake);
    clearTimeout(this.timer);
    this.run += 1;
    this.upload.abort();
    this.state = "over";
  }

  retry() {
    if (this.waits) this.start();
  }

  // For something that passes by itself.
  get waits() {
    return ["offline", "busy", "elsewhere"].includes(this.state);
  }

  async addChecksum(request) {
    if (request.getMethod() !== "PATCH") return;
    const { run } = this;
    const from = Number(request.getHeader("Upload-Offset"));
    const part = this.file.slice(from, from + this.upload.options.chunkSize);
    const sum = await checksum(part).catch(() => {
      throw Object.assign(new Error("the file cannot be read"), { unreadable: true });
    });
    // Who paused meanwhile took the request its other headers: sent now, it would be refused in the name of the next one.
    if (run !== this.run) await new Promise(() => {});
    request.setHeader("Upload-Checksum", sum);
    this.begun = performance.now();
  }

  progress(sent) {
    const now = performance.now();
    if (this.mark && sent > this.mark.sent && now - this.mark.at > 500) {
      const speed = ((sent - this.mark.sent) * 1000) / (now - this.mark.at);
      this.bytesPerSecond += (speed - this.bytesPerSecond) * (this.bytesPerSecond ? SPEED_WEIGHT : 1);
    }
    if (!this.mark || sent < this.mark.sent || now - this.mark.at > 500) this.mark = { sent, at: now };
    this.sent = sent;
    this.told(this);
  }

  partDone(size) {
    this.failures = 0;
    if (!this.begun) return;
    const fitting = (size * PART_SECONDS * 1000) / Math.max(1, performance.now() - this.begun);
    // Not more than twice as much at once: one lucky part says little.
    const next = Math.min(fitting, this.upload.options.chunkSize * 2, MOST_BYTES);
    this.upload.options.chunkSize = Math.round(Math.max(next, LEAST_BYTES));
  }

  failed(error) {
    if (this.state === "paused" || this.state === "over") return;
    this.mark = null;
    this.bytesPerSecond = 0;
    this.upload.options.chunkSize = Math.max(LEAST_BYTES, Math.round(this.upload.options.chunkSize / 2));
    const status = error.originalResponse?.getStatus() ?? 0;
    if (error.unreadable || error.causingError?.unreadable) return this.stopWith({ kind: "unreadable" });
    const held = ELSEWHERE.includes(status);
    if (status === 0) this.cut = Date.now();
    const elsewhere = held && Date.now() - (this.cut ?? 0) > OWN_SECONDS * 1000;
    if (status === 0 || held || status === 460 || (status >= 500 && status !== 507)) {
      const longest = held ? LONGEST_PAUSE_ELSEWHERE_SECONDS : LONGEST_PAUSE_SECONDS;
      const pause = Math.min(2 ** this.failures, longest) * (0.75 + Math.random() / 2);
      this.failures += 1;
      this.timer = setTimeout(() => this.retry(), pause * 1000);
      return this.change(status === 0 ? "offline" : elsewhere ? "elsewhere" : "busy");
    }
    if (status === 401) return this.stopWith({ kind: "signedOut" });
    if (status === 404 || status === 410) return this.stopWith({ kind: "gone" });
    return this.stopWith({ kind: "refused", sentence: sentenceOf(error.originalResponse?.getBody()) });
  }

  stopWith(problem) {
    this.problem = problem;
    this.change("over");
  }

  change(state) {
    this.state = state;
    if (state === "sending") this.problem = null;
    if (state === "done" || state === "over") removeEventListener("online", this.wake);
    this.told(this);
  }
}

export function sentenceOf(body) {
  try {
    return JSON.parse(body).error ?? "";
  } catch {
    return "";
  }
}
