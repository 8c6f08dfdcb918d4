// Loads the page anew: for a new version at a moment when nobody misses anything, by order at once.

import { ask } from "./server.js";

const LOOK_SECONDS = 2, PATIENCE_SECONDS = 600, AGAIN_SECONDS = 6, LEFT_SECONDS = 3600;
const IN_A_ROW = 8; // answers; by then it is no turn of an old server any more
const LEFT = "medialib-left";

export class Renewal {
  constructor(version, page) {
    this.version = version;
    this.page = page; // {isInUse(), isBetween(), stored(name), store(name, value)}
    this.wanted = "";
    this.ordered = false;
    this.by = 0; // at this moment no pause is waited for any longer
    this.next = 0; // and not before this one is the server asked again
    this.again = 0; // how often the version that this set has left was told without another
    setInterval(() => this.look(), LOOK_SECONDS * 1000);
  }

  // `version` is what the server has now.
  told(version) {
    if (this.ordered) { this.wanted = version; return; } // even if it is the one that is here
    this.again = this.hasLeft(version) ? this.again + 1 : 0;
    if (version === this.version || this.again && this.again < IN_A_ROW) { this.wanted = ""; return; }
    if (!this.wanted) this.by = Date.now() + PATIENCE_SECONDS * 1000;
    this.wanted = version;
  }

  order(version) {
    this.wanted = version;
    this.ordered = true;
    this.by = this.next = 0;
  }

  // While servers are renewed one by one, old and new ones answer by turns: a set goes on, and not to and fro. When
  // none but old ones answer, the new version was taken back.
  hasLeft(version) {
    const left = (this.page.stored(LEFT) || "").split(" ");
    return left[0] === version && Math.abs(Date.now() - Number(left[1])) < LEFT_SECONDS * 1000;
  }

  disturbs() { return this.page.isInUse() && !this.ordered; }

  // Never by itself while somebody chooses, or watches what was chosen; between two lessons if one ends soon enough.
  look() {
    const now = Date.now();
    if (!this.wanted || now < this.next || now < this.by && !this.page.isBetween() || this.disturbs()) return;
    this.next = now + AGAIN_SECONDS * 1000;
    const here = 'data-version="' + this.wanted + '"'; // the page is really there, and not one that is kept
    ask("/tv", { cache: "no-store" }).then((answer) => answer.ok ? answer.text() : "")
      .then((text) => { if (text.indexOf(here) > 0 && !this.disturbs()) this.leave(); }).catch(() => undefined);
  }

  leave() {
    if (this.wanted !== this.version) this.page.store(LEFT, this.version + " " + Date.now());
    location.reload();
  }
}
