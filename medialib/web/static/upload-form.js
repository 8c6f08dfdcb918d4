// The details of each file: typed beside the one that is chosen, kept on the server from the first letter on, and on this
// device until the server has them, whichever file is chosen by then.

const SAVE_AFTER_MS = 400;
const TRY_AGAIN_MS = 4000;
const SHORT_LETTERS = 60;
const FIELDS = ["title", "unit", "recorded", "speaker", "description"];

const storageKey = (entry) => `upload-typed:${entry.row.id ?? entry.row.fingerprint}`;

export class Details {
  // `post` sends JSON for an entry and answers its new row, or throws: {status, sentence}; `entries` are all there are.
  constructor({ entries, words, themes, proposeAt, post, changed }) {
    Object.assign(this, { entries, words, themes, proposeAt, post, changed });
    this.form = document.getElementById("details");
    this.chips = document.getElementById("chips");
    this.proposed = [];
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("more-themes").addEventListener("change", (event) => this.addTheme(event.target));
    document.getElementById("submit").addEventListener("click", () => this.toggleSubmit());
    document.getElementById("keep").addEventListener("click", () => this.saveAll());
    addEventListener("online", () => this.saveAll());
    addEventListener("pagehide", () => this.saveAll());
    const choices = document.getElementById("more-themes");
    for (const { slug, name } of themes) choices.add(new Option(name, slug));
  }

  show(entry) {
    this.saveAll();
    this.entry = entry;
    // Another recording for a lesson brings no details of its own.
    this.form.hidden = !entry || Boolean(entry.row.replaces);
    if (this.form.hidden) return void (this.entry = null);
    entry.typed ??= { themes: [], ...entry.row.typed, unit: entry.row.unit };
    for (const name of FIELDS) this.form.elements[name].value = entry.typed[name] ?? "";
    // A month says enough here; a day that the recording itself knew stays as it is unless somebody chooses another.
    this.form.elements.recorded.value = (entry.typed.recorded ?? "").slice(0, 7);
    this.proposed = [];
    this.tell(entry.unsaved ? this.words.saving : "");
    this.problem(entry.untaken ?? "");
    this.draw();
    this.propose();
  }

  draw() {
    const { entry, words } = this;
    if (!entry) return;
    document.getElementById("details-of").textContent = entry.row.name;
    this.drawChips();
    this.drawCovers();
    const letters = [...this.form.elements.description.value].length;
    const count = document.getElementById("letters");
    count.textContent = letters ? `${letters} / ${SHORT_LETTERS}` : "";
    count.classList.toggle("late", letters > SHORT_LETTERS);
    const submit = document.getElementById("submit");
    submit.textContent = entry.row.submits ? words.withdraw : words.submit;
    submit.className = `btn ${entry.row.submits ? "plain" : "primary"}`;
    submit.disabled = !entry.row.id || entry.row.state === "duplicate";
    submit.hidden = ["published", "archived"].includes(entry.row.lesson?.stage);
    if (entry.row.submits && !entry.saving && !entry.unsaved) this.tell(entry.row.state === "made" ? words.submitted : words.submitsLater);
  }

  drawChips() {
    const picked = this.entry.typed.themes.map((slug) => this.themes.find((one) => one.slug === slug)).filter(Boolean);
    const guessed = this.proposed.filter(({ slug }) => !this.entry.typed.themes.includes(slug));
    document.getElementById("guessed").hidden = guessed.length === 0;
    const focused = document.activeElement?.dataset?.theme;
    this.chips.replaceChildren(...[...picked.map((one) => [one, true]), ...guessed.map((one) => [one, false])].map(([one, on]) => {
      const chip = document.getElementById("chip-template").content.firstElementChild.cloneNode(true);
      chip.querySelector("span").textContent = one.name;
      chip.setAttribute("aria-pressed", on);
      chip.dataset.theme = one.slug;
      chip.addEventListener("click", () => this.pick(one.slug, !on));
      return chip;
    }));
    if (focused) this.chips.querySelector(`[data-theme="${CSS.escape(focused)}"]`)?.focus();
  }

  drawCovers() {
    const lesson = this.entry.row.state === "made" ? this.entry.row.lesson : null;
    const covers = lesson?.covers ?? [];
    document.getElementById("covers-field").hidden = covers.length < 2;
    const place = document.getElementById("covers");
    if (place.dataset.shown !== covers.join()) {
      place.dataset.shown = covers.join();
      place.replaceChildren(...covers.map((address, number) => {
        const button = Object.assign(document.createElement("button"), { type: "button" });
        button.setAttribute("aria-label", String(number + 1));
        button.append(Object.assign(new Image(), { src: address, alt: "" }));
        button.addEventListener("click", () => this.save(this.entry, { cover: number }));
        return button;
      }));
    }
    [...place.children].forEach((one, number) => one.setAttribute("aria-pressed", number === (lesson?.choice ?? 0)));
  }

  pick(slug, on) {
    const others = this.entry.typed.themes.filter((one) => one !== slug);
    this.entry.typed.themes = on ? [...others, slug] : others;
    if (!on && !this.proposed.some((one) => one.slug === slug)) this.proposed.push(this.themes.find((one) => one.slug === slug));
    this.drawChips();
    this.typedLater();
  }

  addTheme(choices) {
    if (choices.value) this.pick(choices.value, true);
    choices.value = "";
  }

  typed() {
    for (const name of FIELDS) {
      const { value } = this.form.elements[name];
      if (name === "recorded" && value === (this.entry.typed.recorded ?? "").slice(0, 7)) continue;
      this.entry.typed[name] = value;
    }
    this.draw();
    this.typedLater();
    clearTimeout(this.proposeTimer);
    this.proposeTimer = setTimeout(() => this.propose(), 900);
  }

  typedLater() {
    const { entry } = this;
    entry.unsaved = true;
    entry.untaken = "";
    remember(entry);
    this.tell(this.words.saving);
    this.saveIn(SAVE_AFTER_MS);
  }

  saveIn(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.saveAll(), milliseconds);
  }

  // A file has its place on the server now: what was typed before goes there.
  placed(entry) {
    if (!entry.typed?.title && !entry.unsaved) return;
    entry.unsaved = true;
    remember(entry);
    this.save(entry);
  }

  // What an earlier visit could not send.
  takeUp(entry) {
    const kept = recall(entry);
    if (!kept || entry.row.replaces) return;
    if (entry.row.state === "duplicate") return void forget(entry);
    entry.typed = { themes: [], ...kept };
    entry.unsaved = true;
    this.saveIn(0);
  }

  saveAll() {
    clearTimeout(this.timer);
    for (const entry of this.entries) if (entry.unsaved && !entry.untaken && !entry.saving) this.save(entry);
  }

  async save(entry, more = {}) {
    if (!entry.row.id) return this.tellOf(entry, this.words.savedHere);
    const sent = JSON.stringify(entry.typed);
    const typedOn = () => JSON.stringify(entry.typed) !== sent;
    entry.unsaved = false;
    entry.saving = true;
    try {
      entry.row = await this.post(entry, "details", { ...entry.typed, ...more });
      if (!entry.unsaved) forget(entry);
      this.tellOf(entry, entry.unsaved ? this.words.saving : this.words.saved); // typed on meanwhile
    } catch (failure) {
      const again = !failure.status || failure.status >= 500;
      entry.unsaved = true;
      // What the server does not take as it is waits for whoever types on.
      entry.untaken = again || typedOn() ? "" : failure.sentence;
      if (again) this.saveIn(TRY_AGAIN_MS);
      this.tellOf(entry, again ? this.words.savedHere : "", entry.untaken);
    } finally {
      entry.saving = false;
    }
    if (entry.unsaved && typedOn()) this.saveIn(SAVE_AFTER_MS);
    this.changed(entry);
    return undefined;
  }

  // Of one that is not shown nothing is told here: what it lacks is told once it is chosen.
  tellOf(entry, words, problem = "") {
    if (entry !== this.entry) return;
    this.tell(words);
    this.problem(problem);
  }

  async toggleSubmit() {
    const { entry } = this;
    if (!entry.row.submits && !this.form.elements.title.value.trim()) {
      this.problem(this.words.untitled);
      return this.form.elements.title.focus();
    }
    await this.save(entry);
    try {
      entry.row = await this.post(entry, entry.row.submits ? "withdraw" : "submit", {});
      this.problem("");
    } catch (failure) {
      this.problem(failure.sentence || this.words.offlineTells);
    }
    this.changed(entry);
    this.draw();
  }

  async propose() {
    const { entry } = this;
    const title = this.form.elements.title.value, description = this.form.elements.description.value;
    if (!entry || !(title + description).trim()) return;
    const found = await this.post(null, this.proposeAt, { title, description }).catch(() => null);
    if (!found || entry !== this.entry) return;
    this.proposed = found.themes;
    this.drawChips();
  }

  tell(words) {
    document.getElementById("kept").textContent = words;
  }

  problem(sentence) {
    const place = document.getElementById("details-problem");
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}

function remember(entry) {
  try {
    localStorage.setItem(storageKey(entry), JSON.stringify(entry.typed));
  } catch {
    // This browser keeps nothing for us: the server does.
  }
}

function recall(entry) {
  try {
    return JSON.parse(localStorage.getItem(storageKey(entry)));
  } catch {
    return null;
  }
}

export function forget(entry) {
  try {
    localStorage.removeItem(storageKey(entry));
    localStorage.removeItem(`upload-typed:${entry.row.fingerprint}`);
  } catch {
    // Nothing was kept.
  }
}
