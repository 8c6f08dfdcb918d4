// What the screen tells the server every minute, and what it is told: channel, orders, messages, a new version.

import { ask, post } from "./server.js";

const PICTURE_EVERY = 10; // beats
const MOST_AT_ONCE = 150; // lessons; what else was shown without a network is told with the next one
const KEY = "medialib-shown";

export class Beat {
  constructor(page) {
    this.page = page; // {state(), told(answer), revoked(), video}
    this.count = 0;
    this.seconds = 60;
    this.shown = {};
    try { this.shown = JSON.parse(localStorage.getItem(KEY) || "{}"); } catch (error) { this.shown = {}; }
    this.lesson = "";
    setTimeout(() => this.send(), 500);
  }

  // Called as the picture moves: `lesson` was on for so many seconds more.
  note(lesson, seconds) {
    if (!lesson || !(seconds > 0 && seconds < 60)) return;
    const one = this.shown[lesson] || (this.shown[lesson] = [0, 0]);
    if (lesson !== this.lesson) one[0] += 1;
    this.lesson = lesson;
    one[1] += seconds;
  }

  send() {
    clearTimeout(this.timer);
    const shown = {}, rounded = {};
    Object.keys(this.shown).slice(0, MOST_AT_ONCE).forEach((id) => {
      shown[id] = this.shown[id];
      delete this.shown[id];
      rounded[id] = [Math.min(1000, shown[id][0]), Math.min(86400, Math.round(shown[id][1]))];
    });
    post("/tv/beat", Object.assign({ shown: rounded }, this.page.state())).then((answer) => {
      if (answer.status === 404) return answer.json().then((told) => { if (told.paired === false) this.page.revoked(); });
      if (!answer.ok) throw new Error(answer.status);
      this.store();
      return answer.json().then((told) => {
        this.seconds = told.keep.beat;
        this.page.told(told);
        if (this.count++ % PICTURE_EVERY === 0) this.picture();
      });
    }).catch(() => {
      // It is told with the next one that arrives.
      Object.keys(shown).forEach((id) => {
        const one = this.shown[id] || (this.shown[id] = [0, 0]);
        one[0] += shown[id][0];
        one[1] += shown[id][1];
      });
      this.store();
    }).then(() => { this.timer = setTimeout(() => this.send(), this.seconds * (900 + Math.random() * 200)); });
  }

  store() {
    try { localStorage.setItem(KEY, JSON.stringify(this.shown)); } catch (error) { localStorage.removeItem(KEY); }
  }

  picture() {
    const video = this.page.video;
    if (!video.videoWidth || video.readyState < 2) return;
    const canvas = document.createElement("canvas");
    canvas.width = 480;
    canvas.height = 270;
    try {
      canvas.getContext("2d").drawImage(video, 0, 0, 480, 270);
      canvas.toBlob((blob) => {
        if (blob && blob.size < 60000) ask("/tv/picture", { method: "POST", body: blob, headers: { "Content-Type": "image/jpeg" } }).catch(() => undefined);
      }, "image/jpeg", 0.6);
    } catch (error) {
      console.warn("this set shows no picture of itself", error);
    }
  }
}
