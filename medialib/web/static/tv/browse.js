// Choosing with the arrows: shelves, lists and search. Exactly one thing has the ring.

import { ask } from "./server.js";
import { clock, say, who } from "./words.js";
import { Keyboard } from "./keyboard.js";

const part = (id) => document.getElementById(id);
const IN_ROW = 4, EDGE_PIXELS = 96, MOST_LETTERS = 12;

export class Browse {
  constructor(page) {
    this.page = page; // {play(card, cards, list), kept(), close(), position(lesson)}
    this.stack = [];
    this.rows = [];
    this.row = this.column = 0;
    this.asked = 0; // how often something was asked for: what comes late is not shown over what is seen by then
    this.keyboard = new Keyboard((words) => this.search(words), () => this.back());
  }

  get isOpen() { return !part("browse").hidden; }

  open() {
    part("browse").hidden = false;
    this.leaveSearch();
    this.stack = [];
    this.show(this.withSearch([]));
    const shelves = this.fetch("/tv/shelves.json").then((told) => this.withSearch(told.rows), () => this.withSearch(this.keptRows(), say("offline")));
    this.latest(shelves, (rows) => this.show(rows));
  }

  // As it was left, when a lesson was chosen.
  reopen() {
    if (!this.rows.length) return this.open();
    part("browse").hidden = false;
    this.focus();
  }

  // Without a network there is still what the set has kept.
  keptRows() {
    const cards = this.page.kept();
    return cards.length ? [{ title: say("kept_here"), cards: cards }] : [];
  }

  close() {
    this.asked += 1;
    part("browse").hidden = true;
    this.leaveSearch();
    this.page.close();
  }

  withSearch(rows, note) {
    const actions = [{ title: say("back"), action: "close", note: note }, { title: say("search"), action: "search", note: note }];
    return rows.concat([{ title: "", cards: actions }]);
  }

  fetch(address) {
    return ask(address).then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); });
  }

  // `act` gets the answer unless something else was done meanwhile; no answer is told too.
  latest(answer, act) {
    const number = this.asked += 1;
    answer.then((told) => { if (number === this.asked) act(told); }).catch((error) => {
      if (number !== this.asked) return;
      console.warn("nothing came:", error);
      this.show([], 1, say("waiting"));
    });
  }

  show(rows, grid, empty) {
    this.rows = [];
    this.row = this.column = 0;
    const body = part("b-body");
    body.textContent = "";
    rows.forEach((row) => {
      const section = document.createElement("section");
      section.className = "b-shelf";
      if (row.title) { const h2 = document.createElement("h2"); h2.textContent = row.title; section.append(h2); }
      // A list is a grid of rows, so that the arrows mean the same everywhere.
      for (let at = 0; at < row.cards.length; at += grid ? grid : row.cards.length) {
        const some = row.cards.slice(at, at + (grid || row.cards.length));
        const line = document.createElement("div");
        line.className = "b-row";
        const cells = some.map((card) => { const cell = cardOf(card, row.square); line.append(cell); return { card: card, cell: cell, cards: row.cards, list: row.title }; });
        this.rows.push({ line: line, section: section, cells: cells });
        section.append(line);
      }
      body.append(section);
    });
    if (!this.rows.length) { body.textContent = empty === undefined ? say("empty") : empty; }
    this.focus();
  }

  current() {
    const row = this.rows[this.row];
    return row && row.cells[this.column];
  }

  focus() {
    const found = this.current();
    document.querySelectorAll(".b-card.on").forEach((one) => one.classList.remove("on"));
    if (this.keyboard.hasFocus) return this.tell({ title: say("search") });
    if (!found) return;
    found.cell.classList.add("on");
    const row = this.rows[this.row];
    row.line.style.transform = "translateX(-" + this.movedLeft(row) + "px)";
    part("b-body").scrollTop = row.line.offsetTop - (row.section.firstChild === row.line ? 28 : 96);
    this.tell(found.card);
  }

  // As far as the card before the one with the ring is still whole; not at all when all of the row are in sight.
  movedLeft(row) {
    // From the first card on: what its place is counted from depends on whether the row was ever moved.
    const cells = row.cells.map((one) => one.cell), last = cells[cells.length - 1], before = cells[Math.max(0, this.column - 1)];
    const beyond = last.offsetLeft + last.offsetWidth - cells[0].offsetLeft - (row.line.clientWidth - EDGE_PIXELS);
    return Math.max(0, Math.min(before.offsetLeft - cells[0].offsetLeft, beyond));
  }

  tell(card) {
    const searching = part("browse").classList.contains("searching");
    part("b-title").textContent = card.title;
    part("b-title").classList.toggle("long", !searching && card.title.length > MOST_LETTERS);
    const facts = [card.note || card.about || who(card)];
    if (card.seconds) facts.push(say("minute", { number: Math.max(1, Math.round(card.seconds / 60)) }));
    if (card.captions) facts.push(say("captions"));
    part("b-who").textContent = searching ? "" : facts.filter(Boolean).join(" · ");
    const place = card.lesson ? this.page.position(card.lesson) : 0;
    part("b-press").textContent = card.action ? card.title : place ? say("resume", { time: clock(place) })
      : say(card.lesson ? (card.kind === "audio" ? "listen" : "watch") : "open");
    part("b-up").hidden = searching || this.row > 0 || !this.above();
    const hero = part("hero");
    hero.hidden = !card.picture;
    if (card.picture && hero.getAttribute("src") !== card.picture) hero.src = card.picture;
  }

  press(key) {
    if (this.keyboard.hasFocus) {
      if (!this.keyboard.press(key) && key === "right" && this.rows.length) { this.keyboard.leave(); this.focus(); }
      return;
    }
    if (key === "back") return this.back();
    if (key === "ok" || key === "play") return this.choose();
    if (key === "left" && this.column === 0 && part("browse").classList.contains("searching")) {
      this.keyboard.enter();
      return this.focus();
    }
    if (!this.rows.length) return;
    if (key === "left") this.column = Math.max(0, this.column - 1);
    if (key === "right") this.column = Math.min((this.rows[this.row] || { cells: [0] }).cells.length - 1, this.column + 1);
    if (key === "up") this.row = this.row ? this.row - 1 : this.above();
    if (key === "down") this.row = Math.min(this.rows.length - 1, this.row + 1);
    if (key === "up" || key === "down") this.column = Math.min(this.column, this.rows[this.row].cells.length - 1);
    this.focus();
  }

  // Above the first shelf lie search and the way back, which else are below the last one.
  above() {
    const last = this.rows.length - 1;
    return last > 0 && this.rows[last].cells[0].card.action ? last : 0;
  }

  choose() {
    const found = this.current();
    if (!found) return;
    const card = found.card;
    this.asked += 1;
    if (card.action === "close") return this.close();
    if (card.action === "search") return this.openSearch();
    if (card.lesson) return this.page.play(card, found.cards.filter((one) => one.lesson), found.list);
    this.remember();
    this.show([], 1, "");
    this.latest(this.fetch("/tv/list.json?kind=" + card.list.kind + "&slug=" + encodeURIComponent(card.list.slug)),
      (told) => this.show([{ title: told.title, cards: told.cards }], IN_ROW));
  }

  openSearch() {
    this.remember();
    part("browse").classList.add("searching");
    this.keyboard.show();
    this.show([], 1, "");
  }

  search(words) {
    clearTimeout(this.typing);
    this.asked += 1;
    this.typing = setTimeout(() => {
      if (!words) { this.show([], 1, ""); return; }
      this.latest(this.fetch("/tv/search.json?q=" + encodeURIComponent(words)),
        (told) => this.show(told.cards.length ? [{ title: "", cards: told.cards }] : [], 2, say("nothing")));
    }, 300);
  }

  remember() {
    this.stack.push({ nodes: Array.from(part("b-body").childNodes), rows: this.rows, row: this.row, column: this.column });
  }

  leaveSearch() {
    clearTimeout(this.typing);
    this.keyboard.hide();
    part("browse").classList.remove("searching");
  }

  back() {
    this.asked += 1;
    const before = this.stack.pop();
    this.leaveSearch();
    if (!before) return this.close();
    const body = part("b-body");
    body.textContent = "";
    before.nodes.forEach((node) => body.append(node));
    this.rows = before.rows;
    this.row = before.row;
    this.column = before.column;
    this.focus();
  }
}

function cardOf(card, square) {
  const cell = document.createElement("div");
  cell.className = "b-card" + (square ? " sq" : "") + (card.action ? " action" : "");
  const poster = document.createElement("span");
  poster.className = "poster" + (square ? " square" : "");
  if (card.picture) {
    const picture = document.createElement("img");
    picture.src = card.picture;
    picture.alt = "";
    poster.append(picture);
  } else {
    const word = document.createElement("span");
    word.className = "word";
    word.textContent = card.title;
    poster.append(word);
  }
  if (card.seconds) {
    const length = document.createElement("span");
    length.className = "dur";
    length.textContent = clock(Math.round(card.seconds));
    poster.append(length);
  }
  cell.append(poster);
  const title = document.createElement("h3");
  title.textContent = card.picture ? card.title : card.about || "";
  cell.append(title);
  return cell;
}
