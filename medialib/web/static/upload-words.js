// How speeds and what is left are written, and what a file's row says.

import { sizeOf } from "./sizes.js";

function timeLeft(bytes, perSecond, words) {
  const seconds = bytes / perSecond;
  if (seconds < 60) return words.secondsLeft;
  if (seconds < 5400) return words.minutesLeft.replace("{n}", Math.round(seconds / 60));
  return words.hoursLeft.replace("{n}", Math.round(seconds / 3600));
}

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// What the row of an entry says: `tag` with its `look`, `part` of the bar (null: none), figures, sentence, main button.
export function describe(entry, words) {
  const { row, sending, problem } = entry;
  const received = Math.max(row.received_bytes, sending?.sent ?? 0);
  const bar = { part: row.size_bytes ? received / row.size_bytes : 1, figures: figures(entry, received, words) };
  if (problem) return { tag: words.failed, look: "late", fail: true, why: problem.sentence, act: problem.act, ...partly(row, bar) };
  if (row.state !== "sending") return settled(row, words);
  if (entry.waits) return { tag: words.waiting, ...bar, part: bar.part };
  if (!sending) return idle(entry, received, bar, words);
  if (sending.state === "sending" || sending.state === "done") return { tag: words.sending, act: "pause", ...bar };
  if (sending.state === "paused") return { tag: words.paused, act: "goOn", rest: true, ...bar };
  if (sending.state === "elsewhere") return { tag: words.elsewhere, rest: true, why: words.elsewhereWaits, act: "goOn", ...bar };
  const offline = sending.state === "offline";
  const why = offline ? words.offlineTells : words.busyTells;
  return { tag: offline ? words.offline : words.waiting, look: "late", rest: true, why, act: "goOn", ...bar };
}

function figures({ row, sending }, received, words) {
  const told = [
    { text: `${Math.floor((100 * received) / (row.size_bytes || 1))}%`, strong: true },
    { text: `${sizeOf(received)} / ${sizeOf(row.size_bytes)}` },
  ];
  if (sending?.state === "sending" && sending.bytesPerSecond > 1) {
    told.push({ text: fill(words.speed, { size: sizeOf(sending.bytesPerSecond) }) });
    told.push({ text: timeLeft(row.size_bytes - received, sending.bytesPerSecond, words) });
  }
  return told;
}

const partly = (row, bar) => (row.received_bytes && row.state === "sending" ? bar : {});

function idle(entry, received, bar, words) {
  if (entry.moves) return { tag: words.elsewhere, why: words.elsewhereTells, ...bar };
  const missing = sizeOf(entry.row.size_bytes - received);
  return { tag: words.unfinished, look: "late", rest: true, act: "choose", why: fill(words.unfinishedTells, { size: missing }), ...bar };
}

function settled(row, words) {
  const { lesson } = row;
  if (row.state === "whole") return { tag: words.checking, why: words.checkingTells };
  if (row.state === "refused") return { tag: words.failed, look: "late", fail: true, why: row.message, act: "exchange" };
  if (row.state === "failed") return { tag: words.failed, look: "late", fail: true, why: row.message, act: "again" };
  if (!lesson) return { tag: words.failed, look: "late", fail: true, why: words.gone };
  if (row.state === "duplicate") {
    return { tag: words.duplicate, look: "late", why: fill(words.duplicateTells, lesson), link: words.open };
  }
  const complete = lesson.renditions.every((one) => one.part === 1);
  const ready = lesson.kind === "audio" ? words.readyAudio : words.ready;
  const link = lesson.kind === "audio" ? words.listen : words.watch;
  if (row.replaces) {
    const why = [...lesson.notices, fill(words.exchangedTells, lesson)].join(" ");
    return { tag: words.exchanged, look: "done", link, rungs: lesson.renditions, why };
  }
  const tag = lesson.stage === "returned" ? words.returned : ready;
  const why = [...lesson.notices, complete ? words.readyTells : words.makingTells].join(" ");
  return { tag, look: lesson.stage === "returned" ? "late" : "done", link, rungs: lesson.renditions, why };
}
