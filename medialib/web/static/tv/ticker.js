// Messages from the office, running along the bottom from their begin to their end.

import { serverTime } from "./server.js";

const PIXELS_PER_SECOND = 140;

export class Ticker {
  constructor() {
    this.box = document.getElementById("ticker");
    this.line = this.box.querySelector("p");
    this.messages = [];
    this.step = (time) => this.move(time);
    setInterval(() => this.choose(), 1000);
  }

  set(messages) { this.messages = messages; this.choose(); }

  choose() {
    const at = serverTime() / 1000;
    const text = this.messages.filter((one) => one.begin <= at && at < one.end).map((one) => one.text).join("　　　　");
    if (text === this.text) return;
    this.text = text;
    this.line.textContent = text;
    this.box.hidden = !text;
    this.box.parentElement.classList.toggle("ticking", Boolean(text));
    this.began = 0;
    cancelAnimationFrame(this.asked);
    if (text) this.asked = requestAnimationFrame(this.step);
  }

  move(time) {
    if (!this.began) { this.began = time; this.width = this.line.offsetWidth + 1920; }
    const gone = ((time - this.began) / 1000 * PIXELS_PER_SECOND) % this.width;
    this.line.style.transform = "translateX(" + (1920 - gone) + "px)";
    this.asked = requestAnimationFrame(this.step);
  }
}
