// The keyboard on the screen: letters of pinyin, typed with the arrows.

import { say } from "./words.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz".split("");
const COLUMNS = 6;

export class Keyboard {
  constructor(typed, back) {
    this.typed = typed;
    this.back = back;
    this.words = "";
    this.at = 0;
    this.hasFocus = false;
    this.box = document.getElementById("b-search");
    this.keys = LETTERS.concat(["erase", "clear"]);
    const board = document.getElementById("keyboard");
    this.cells = this.keys.map((name) => {
      const key = document.createElement("span");
      key.className = "key" + (name.length > 1 ? " wide" : "");
      key.textContent = name.length > 1 ? say(name) : name;
      board.append(key);
      return key;
    });
  }

  show() { this.box.hidden = false; this.words = ""; this.at = 0; this.enter(); }
  hide() { this.box.hidden = true; this.leave(); }
  enter() { this.hasFocus = true; this.draw(); }
  leave() { this.hasFocus = false; this.draw(); }

  draw() {
    const field = document.getElementById("typed");
    field.textContent = this.words || say("search_hint");
    field.className = "typed" + (this.words ? "" : " hint");
    this.cells.forEach((cell, number) => cell.classList.toggle("on", this.hasFocus && number === this.at));
  }

  // False when the ring leaves the keyboard.
  press(key) {
    const last = this.keys.length - 1;
    if (key === "back") { this.back(); return true; }
    if (key === "right" && (this.at % COLUMNS === COLUMNS - 1 || this.at === last)) return false;
    if (key === "right") this.at += 1;
    if (key === "left" && this.at % COLUMNS) this.at -= 1;
    if (key === "up" && this.at >= COLUMNS) this.at -= COLUMNS;
    if (key === "down") this.at = Math.min(last, this.at + COLUMNS);
    if (key === "ok" || key === "play") this.type(this.keys[this.at]);
    this.draw();
    return true;
  }

  type(name) {
    if (name === "erase") this.words = this.words.slice(0, -1);
    else if (name === "clear") this.words = "";
    else this.words = (this.words + name).slice(0, 30);
    this.typed(this.words);
  }
}
