// The search box: while somebody types, a list of what they may mean; before that, what was searched for on this phone.
// Keyboard, touch and screen readers as in the ARIA combobox pattern. Without this script it is a plain form.

import { stage } from "./stage.js";

const PAUSE_MS = 120;
const MOST = 8;
const KEPT = "searches";
const MOST_KEPT = 8;
const ICONS = { lesson: "film", series: "series", theme: "themes", speaker: "person", unit: "unit", recent: "recent" };

// Searches are kept on this phone only, and are gone when somebody takes them away.
function recentSearches() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string").slice(0, MOST_KEPT) : [];
  } catch {
    return []; // no storage in private windows, or somebody else wrote there
  }
}

function keep(searches) {
  try {
    if (searches.length) localStorage.setItem(KEPT, JSON.stringify(searches.slice(0, MOST_KEPT)));
    else localStorage.removeItem(KEPT);
  } catch {
    // then nothing is remembered
  }
}

function remember(words) {
  keep([words, ...recentSearches().filter((one) => one !== words)]);
}

function forget(words) {
  keep(recentSearches().filter((one) => one !== words));
}

function forgetAll() {
  keep([]);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawn(sprite, name) {
  const [icon, use] = ["svg", "use"].map((one) => document.createElementNS("http://www.w3.org/2000/svg", one));
  icon.setAttribute("class", "i s");
  icon.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  icon.append(use);
  return icon;
}

// Marks are [start, end) in characters, which are not what JavaScript counts beyond the usual plane.
function marked(text, marks) {
  const characters = [...text];
  const pieces = [];
  let at = 0;
  for (const [start, end] of marks) {
    pieces.push(characters.slice(at, start).join(""), element("mark", {}, characters.slice(start, end).join("")));
    at = end;
  }
  return [...pieces, characters.slice(at).join("")];
}

class SearchBox {
  #form;
  #signal;
  #input;
  #says;
  #sprite;
  #panel;
  #list;
  #clear;
  #status;
  #entries = [];
  #active = -1;
  #timer = 0;
  #asking = null;
  #answers = new Map();

  constructor(form, signal) {
    this.#form = form;
    this.#signal = signal;
    this.#input = form.querySelector("input[name=q]");
    this.#says = form.dataset;
    this.#sprite = form.querySelector("use").getAttribute("href").split("#")[0];
    this._build();
    this._listen();
  }

  _build() {
    this.#list = element("ul", { role: "listbox", id: "suggestions", "aria-label": this.#says.saysList });
    this.#clear = element("button", { type: "button", class: "clear" }, this.#says.saysForgetAll);
    this.#panel = element("div", { class: "suggestions" }, this.#list, this.#clear);
    this.#panel.hidden = true;
    this.#status = element("p", { class: "sr", role: "status" });
    this.#form.append(this.#panel, this.#status);
    const wanted = { role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", autocomplete: "off" };
    for (const [key, value] of Object.entries(wanted)) this.#input.setAttribute(key, value);
  }

  _listen() {
    // Letters of an input method are no question yet: what they become is.
    this.#input.addEventListener("input", (event) => event.isComposing || this._later());
    this.#input.addEventListener("compositionend", () => this._later());
    this.#input.addEventListener("keydown", (event) => this._key(event));
    for (const event of ["focus", "click"]) this.#input.addEventListener(event, () => this.#panel.hidden && this._begin());
    this.#form.addEventListener("focusout", (event) => this.#form.contains(event.relatedTarget) || this._close());
    this.#form.addEventListener("submit", () => this._close());
    // A press in the list leaves the keyboard of the phone where it is.
    this.#panel.addEventListener("mousedown", (event) => event.preventDefault());
    this.#panel.addEventListener("click", (event) => this._press(event));
    addEventListener("pageshow", () => this._close(), { signal: this.#signal });
  }

  get _words() {
    return this.#input.value.trim();
  }

  // Where somebody comes to a box with words in it, nothing covers what they look at until they type.
  _begin() {
    if (!this._words) this._showRecent();
  }

  _later() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (!this._words) return this._showRecent();
    const known = this.#answers.get(this._words);
    if (known) return this._show(known);
    this.#timer = setTimeout(() => this._ask(this._words), PAUSE_MS);
    return undefined;
  }

  async _ask(words) {
    const asking = (this.#asking = new AbortController());
    const address = `${this.#says.suggestions}?${new URLSearchParams({ q: words, limit: MOST })}`;
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { suggestions } = await answer.json();
      this.#answers.set(words, suggestions);
      if (asking === this.#asking && words === this._words) this._show(suggestions);
    } catch {
      // Overtaken by the next letter, or the network is away: the form itself still works.
      if (asking === this.#asking) this._close();
    }
  }

  _showRecent() {
    const entries = recentSearches().map((text) => {
      const address = `${this.#form.action}?${new URLSearchParams({ q: text })}`;
      return { text, kind: "recent", url: address, marks: [] };
    });
    this._show(entries);
  }

  _show(entries) {
    this.#entries = entries;
    this.#list.replaceChildren(...entries.map((one, place) => this._row(one, place)));
    this.#clear.hidden = entries[0]?.kind !== "recent";
    if (!entries.length || !this.#form.contains(document.activeElement)) return this._close();
    this.#panel.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this._activate(-1);
    this.#status.textContent = this.#says.saysCount.replace("{}", entries.length);
    return undefined;
  }

  _row(entry, place) {
    const { text, kind, url, marks } = entry;
    const icon = drawn(this.#sprite, ICONS[kind] ?? "search");
    const words = element("span", {}, ...marked(text, marks));
    const option = element("a", { role: "option", id: `suggestion-${place}`, href: url, tabindex: "-1", "aria-selected": "false" }, icon, words);
    const said = this.#says[`says${kind[0].toUpperCase()}${kind.slice(1)}`];
    if (said) option.append(element("small", {}, said));
    const row = element("li", { role: "none" }, option);
    if (kind === "recent") row.append(this._remover(text));
    return row;
  }

  _remover(text) {
    const name = `${this.#says.saysForget}${text}`;
    const attributes = { type: "button", class: "icon-btn", tabindex: "-1", "aria-label": name, "data-forget": text };
    return element("button", attributes, drawn(this.#sprite, "close"));
  }

  _press(event) {
    const remover = event.target.closest("[data-forget]");
    if (remover) forget(remover.dataset.forget);
    else if (event.target.closest(".clear")) forgetAll();
    else return;
    this._showRecent();
    this.#input.focus();
  }

  _key(event) {
    if (event.isComposing || event.keyCode === 229) return; // the key belongs to the input method
    const open = !this.#panel.hidden;
    const acts = {
      ArrowDown: () => (open ? this._activate(this.#active + 1) : this._later()),
      ArrowUp: () => open && this._activate(this.#active - 1),
      Enter: () => open && this.#active >= 0 && this._follow(),
      Escape: () => open && (this._close(), true),
      Delete: () => open && this.#entries[this.#active]?.kind === "recent" && this._forgetActive(),
    };
    // What an act leaves alone (false) the browser does: Enter in the box asks the server.
    if (event.key in acts && acts[event.key]() !== false) event.preventDefault();
  }

  _follow() {
    const address = this.#entries[this.#active].url;
    if (stage.player) stage.go.to(address);
    else location.assign(address);
  }

  _forgetActive() {
    const place = this.#active;
    forget(this.#entries[place].text);
    this._showRecent();
    if (this.#entries.length) this._activate(Math.min(place, this.#entries.length - 1));
  }

  // Round and round, with the box itself (-1) between the last and the first.
  _activate(place) {
    const count = this.#entries.length + 1;
    this.#active = ((place + 1 + count) % count) - 1;
    const options = this.#list.querySelectorAll("[role=option]");
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === this.#active)));
    const active = options[this.#active];
    if (active) this.#input.setAttribute("aria-activedescendant", active.id);
    else this.#input.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  _close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#panel.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#status.textContent = "";
    this.#active = -1;
  }
}

export function start(root, signal) {
  const form = root.querySelector("form.search[data-suggestions]");
  if (form) new SearchBox(form, signal);
  // Words that found something are worth offering again.
  const searched = root.querySelector("[data-searched]");
  if (searched) remember(searched.dataset.searched);
}
