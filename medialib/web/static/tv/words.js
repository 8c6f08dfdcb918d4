// The sentences of the page, in its language, with their values filled in.

import { serverTime } from "./server.js";

const words = JSON.parse(document.body.dataset.words);

export function say(name, values) {
  return words[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => (number < 10 ? "0" : "") + number;
  const hours = Math.floor(whole / 3600);
  return (hours ? hours + ":" + two(Math.floor(whole / 60) % 60) : String(Math.floor(whole / 60))) + ":" + two(whole % 60);
}

// By the channels' clock: many a set thinks that it is elsewhere.
const zoned = new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, hour: "2-digit", minute: "2-digit", hour12: false });

export function timeOfDay(moment) {
  return zoned.format(moment).replace(/^24/, "00");
}

const dated = new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, month: "numeric", day: "numeric" });
const DAY_SECONDS = 86400;

// A moment to come, in seconds: 06:00, or with its day when that is not the next time that it is six.
export function moment(seconds) {
  const at = new Date(seconds * 1000), time = timeOfDay(at);
  if (seconds - serverTime() / 1000 < DAY_SECONDS) return time;
  const day = {};
  dated.formatToParts(at).forEach((one) => { day[one.type] = one.value; });
  return say("day", { month: Number(day.month), day: Number(day.day), time: time });
}

// 马迹塘镇 · 2023年5月
export function who(one) {
  const parts = [];
  if (one.unit) parts.push(one.unit);
  if (/^\d{4}-\d\d/.test(one.recorded || "")) {
    parts.push(say("month", { year: one.recorded.slice(0, 4), month: Number(one.recorded.slice(5, 7)) }));
  }
  return parts.join(" · ");
}
