// The lower third: eight seconds at the start, at a chapter, and during the last half minute. While the channel is dark
// it is there only for whoever switches the set on or presses a key.

import { clock, moment, say, timeOfDay, who } from "./words.js";

const SHOWN_SECONDS = 8, LAST_SECONDS = 30;
const part = (id) => document.getElementById(id);

export class Third {
  constructor() {
    this.until = 0;
    this.last = "";
  }

  // `now` is {title, unit, recorded, chapters, until, begin, end, position} in seconds, `next` is {title, begin, picture} or null.
  show(channel, now, next) {
    const chapter = (now.chapters || []).filter((one) => one.start_seconds <= now.position).pop();
    const mark = (now.lesson || now.title) + "|" + (chapter ? chapter.title : "") + "|" + Math.round(now.begin);
    if (mark !== this.last) {
      this.last = mark;
      if (now.lesson) this.wake();
    }
    const length = now.end - now.begin, ending = now.lesson && length - now.position <= LAST_SECONDS && length > 2 * LAST_SECONDS;
    part("overlay").hidden = !(ending || Date.now() < this.until);
    part("channel-name").textContent = channel || "";
    part("chapter").textContent = chapter ? chapter.title : "";
    part("title").textContent = now.title || "";
    part("who").textContent = now.until ? say("resumes", { time: moment(now.until) }) : who(now);
    part("line").parentElement.hidden = !now.lesson;
    part("line").style.width = Math.max(0, Math.min(100, (now.position / length) * 100)) + "%";
    part("next").hidden = !next;
    if (!next) return;
    part("next-word").textContent = say("next");
    part("next-time").textContent = next.begin ? timeOfDay(new Date(next.begin * 1000)) : clock(Math.round(next.seconds || 0));
    part("next-title").textContent = next.title;
    const picture = part("next-picture");
    if (picture.getAttribute("src") !== (next.picture || "")) picture.src = next.picture || "";
  }

  wake(seconds) { this.until = Math.max(this.until, Date.now() + (seconds || SHOWN_SECONDS) * 1000); }
}
