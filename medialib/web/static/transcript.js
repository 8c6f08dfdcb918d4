// The words of a lesson beside it: they follow what is said until the reader scrolls, and lead to where it is said.

import { clock } from "./memory.js";

const AHEAD_SECONDS = 0.05;

// WebVTT as this library writes it: cues with hours, text with nothing but <i>, <b> and <u>.
function readCues(text) {
  const parsed = new DOMParser();
  const words = (html) => parsed.parseFromString(html.replace(/\n/g, " "), "text/html").body.textContent;
  return text.split(/\n\n+/).flatMap((block) => {
    const [, h, m, s, said] = /^(?:.*\n)?(?:(\d+):)?(\d\d):(\d\d\.\d+) --> [^\n]*\n([^]*)$/.exec(block) ?? [];
    return said ? [{ begin: Number(h ?? 0) * 3600 + m * 60 + Number(s), words: words(said) }] : [];
  });
}

function row({ begin, words }) {
  const line = document.createElement("li");
  const press = document.createElement("a");
  press.href = `#t=${begin}`;
  press.dataset.seconds = begin;
  const time = document.createElement("time");
  time.textContent = clock(begin);
  const text = document.createElement("span");
  text.textContent = words;
  press.append(time, text);
  line.append(press);
  return line;
}

function heading(title) {
  const line = document.createElement("li");
  line.className = "chapter";
  const text = document.createElement("span");
  text.textContent = title;
  line.append(text);
  return line;
}

export class Transcript {
  #player;
  #list;
  #follow;
  #following = true;
  #now = null;
  #lines = [];
  #language;

  constructor(player, panel, follow, signal) {
    this.#player = player;
    this.#list = panel.querySelector("ol");
    this.#follow = follow;
    this.#language = this.#list.lang;
    this._number();
    follow.addEventListener("click", () => this._setFollowing(!this.#following), { signal });
    // Only a hand scrolls by these: what the page does itself does not stop the following.
    for (const event of ["wheel", "touchmove"]) {
      addEventListener(event, () => this._started && this._setFollowing(false), { signal, passive: true });
    }
    addEventListener("keydown", (event) => ["PageDown", "PageUp"].includes(event.key) && this._setFollowing(false), { signal });
    player.video.addEventListener("timeupdate", () => this._show(), { signal });
    if (!this.#lines.length) this.speak(this.#language);
  }

  get _started() {
    return this.#player.started && !this.#player.video.paused;
  }

  // Show the words in the language of the captions that are on.
  async speak(language) {
    const address = JSON.parse(this.#list.dataset.languages)[language];
    if (!address || (language === this.#language && this.#lines.length)) return;
    this.#language = language;
    try {
      const answer = await fetch(address);
      if (!answer.ok || language !== this.#language) return;
      this._fill(readCues(await answer.text()));
    } catch {
      // The network is away: what is shown stays, and the captions say themselves when they come.
    }
  }

  _fill(cues) {
    const chapters = JSON.parse(this.#list.dataset.chapters);
    const rows = cues.map((cue) => [cue.begin, row(cue)]);
    const heads = chapters.map((one) => [one.start_seconds - AHEAD_SECONDS, heading(one.title)]);
    const all = [...heads, ...rows].sort(([a], [b]) => a - b).map(([, line]) => line);
    this.#list.lang = this.#language;
    this.#list.replaceChildren(...all);
    this._number();
    this._show();
  }

  _number() {
    this.#now = null;
    this.#lines = [...this.#list.querySelectorAll("[data-seconds]")].map((link) => ({ at: Number(link.dataset.seconds), line: link.parentElement }));
  }

  _setFollowing(following) {
    this.#following = following;
    this.#follow.setAttribute("aria-pressed", String(following));
    if (following) this._bring();
  }

  _show() {
    const at = this.#player.video.currentTime + AHEAD_SECONDS;
    const place = this.#lines.filter((one) => one.at <= at).length - 1;
    const now = this.#lines[place]?.line ?? null;
    if (now === this.#now) return;
    this.#now?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
    this.#lines.forEach(({ line }, number) => line.classList.toggle("past", number < place));
    this.#now = now;
    if (this.#following && this._started) this._bring();
  }

  _bring() {
    if (!this.#now?.offsetParent || this.#player.docked) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#now.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }
}

// Chapters, lines of the transcript and marks: whatever bears its second leads there.
export function bindSeconds(player, root, signal) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seconds]");
    if (!link) return;
    event.preventDefault();
    player.playFrom(Number(link.dataset.seconds));
  }, { signal });
}

export function bindChapters({ video }, list, signal) {
  const links = [...list.querySelectorAll("[data-seconds]")];
  video.addEventListener("timeupdate", () => {
    const begun = links.filter((one) => Number(one.dataset.seconds) <= video.currentTime + AHEAD_SECONDS);
    for (const link of links) {
      if (link === begun[begun.length - 1]) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { signal });
}
