// How fast the parts of a lesson come, by the latest of them: what its picture would need is known beside it.

const LATELY_MS = 20_000;
const LEAST_MS = 500; // of bytes coming, before anything can be told of few of them
const MANY_BYTES = 100_000;
const KEPT_MS = 10; // whatever comes sooner than that was in the browser's cache
const PARTS = 10;

export class Pace {
  #hls;
  #parts = [];

  constructor(hls, { FRAG_LOADING, ERROR }) {
    this.#hls = hls;
    hls.on(FRAG_LOADING, (_event, { frag }) => (this.#parts = [...this._without(frag).slice(1 - PARTS), frag]));
    // One that failed says nothing: when it ended is not told.
    hls.on(ERROR, (_event, { frag }) => (this.#parts = this._without(frag)));
  }

  _without(gone) {
    return this.#parts.filter((one) => one !== gone);
  }

  // Bits per second that the smallest picture takes with its sound; 0 where there is none.
  get needed() {
    const [first] = this.#hls.levels;
    return first?.width ? first.averageBitrate : 0;
  }

  get bytes() {
    return this.#parts.reduce((sum, { stats }) => sum + stats.loaded, 0);
  }

  // Bits per second while something was coming; null as long as that cannot be told.
  get bits() {
    const now = performance.now();
    const spans = this.#parts.map(({ stats }) => ({ begin: stats.loading.first, end: stats.loading.end || now, ...stats }));
    const told = spans.filter((one) => one.loaded && !one.aborted && one.end > now - LATELY_MS && one.end - one.begin > KEPT_MS);
    let [bytes, busy, until] = [0, 0, 0];
    for (const one of told.sort((a, b) => a.begin - b.begin)) {
      busy += Math.max(0, one.end - Math.max(one.begin, until));
      until = Math.max(until, one.end);
      bytes += one.loaded;
    }
    return busy < LEAST_MS && bytes < MANY_BYTES ? null : (bytes * 8000) / busy;
  }
}
