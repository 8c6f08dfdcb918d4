// Captions are written line by line beside the player; what is typed is kept as a draft, saving stores all of it at once.
import { amount, change, cut, insert, mark, merge, nudge, read, remove, rounded, shift, split, told, tooEarly } from "./desk-caption-lines.js";

const root = document.getElementById("captions");
const list = document.getElementById("lines");
const video = root.querySelector("video");
const says = root.dataset;
const given = JSON.parse(says.told);
const $ = (id) => document.getElementById(id);

let lines = given.lines.map((one) => [...one]);
let base = given.base;
let at = -1; // the line with the cursor
let theirs = null;
const past = [];
const future = [];

// --- what is shown ---

function draw(focus = null) {
  while (list.children.length > lines.length) list.lastChild.remove();
  while (list.children.length < lines.length) list.append(row());
  lines.forEach((line, place) => fill(list.children[place], line, place));
  grow([...list.querySelectorAll("textarea")]);
  tellMarks();
  if (focus) {
    const [place, part, cursor] = focus;
    const field = list.children[Math.min(Math.max(place, 0), lines.length - 1)]?.querySelector(`[data-part="${part}"]`);
    field?.focus();
    if (cursor !== undefined) field?.setSelectionRange?.(cursor, cursor);
  }
}

function row() {
  const item = document.createElement("li");
  const number = Object.assign(document.createElement("span"), { className: "n" });
  const begin = Object.assign(document.createElement("input"), { inputMode: "decimal", autocomplete: "off" });
  const end = begin.cloneNode();
  const text = Object.assign(document.createElement("textarea"), { rows: 1 });
  [begin, end, text].forEach((field, part) => (field.dataset.part = part));
  item.append(number, begin, end, text, Object.assign(document.createElement("span"), { className: "mark", hidden: true }));
  return item;
}

function fill(item, line, place) {
  const [number, begin, end, text, marks] = item.children;
  number.textContent = place + 1;
  for (const [field, value, name] of [[begin, told(line[0]), "saysBegin"], [end, told(line[1]), "saysEnd"], [text, line[2], "saysText"]]) {
    if (field.value !== value) field.value = value;
    field.setAttribute("aria-label", says[name].replace("{n}", place + 1));
  }
  const what = mark(lines, place);
  marks.hidden = !what;
  marks.textContent = what && { fast: says.saysFast, overlap: says.saysOverlap, backwards: says.saysBackwards }[what];
}

// For browsers that do not fit a field to its words by themselves.
function grow(fields) {
  if (CSS.supports("field-sizing", "content")) return;
  for (const field of fields) field.style.height = "auto";
  const heights = fields.map((field) => field.scrollHeight);
  fields.forEach((field, n) => (field.style.height = `${heights[n]}px`));
}

function tell(id, problem) {
  $(id).textContent = problem;
  $(id).hidden = !problem;
  $(id).scrollIntoView({ block: "nearest" });
}

function tellMarks() {
  const count = lines.filter((_, place) => mark(lines, place)).length;
  $("marks").textContent = count ? says.saysMarks.replace("{n}", count) : "";
}

// --- changes, each of which can be undone ---

let typingSince = 0;

function become(next, focus = null) {
  if (next === lines) return;
  past.push(lines);
  future.length = typingSince = 0;
  lines = next;
  draw(focus);
  changed();
}

function step(from, to) {
  if (!from.length) return;
  to.push(lines);
  lines = from.pop();
  typingSince = 0;
  draw(at >= 0 ? [at, 2] : null);
  changed();
}

list.addEventListener("input", (event) => {
  const { part } = event.target.dataset;
  if (part !== "2") return;
  const place = placeOf(event.target);
  // Letters typed one after the other are undone together.
  if (Date.now() - typingSince > 1500) past.push(lines);
  typingSince = Date.now();
  future.length = 0;
  lines = change(lines, place, 2, event.target.value);
  fill(list.children[place], lines[place], place);
  grow([event.target]);
  tellMarks();
  changed();
});

list.addEventListener("change", (event) => {
  const part = Number(event.target.dataset.part);
  if (part === 2) return;
  const place = placeOf(event.target);
  const seconds = read(event.target.value);
  if (seconds === null) {
    tell("problem", says.saysNoTime.replace("{text}", event.target.value));
    fill(list.children[place], lines[place], place);
  } else become(change(lines, place, part, seconds));
});

const placeOf = (field) => [...list.children].indexOf(field.closest("li"));
const field = () => list.children[at]?.querySelector('[data-part="2"]');
const here = () => at >= 0 && at < lines.length;

const acts = {
  undo: () => step(past, future),
  redo: () => step(future, past),
  save,
  play: () => toggle(),
  again: () => here() && playLine(at),
  begin: () => here() && become(change(lines, at, 0, rounded(video.currentTime)), [at, 2]),
  end: () => here() && become(change(lines, at, 1, rounded(video.currentTime)), [at, 2]),
  split: () => here() && become(split(lines, at, field().selectionStart), [at + 1, 2, 0]),
  cut: () => here() && become(cut(lines, at, video.currentTime), [at + 1, 2, 0]),
  merge: () => here() && become(merge(lines, at), [at, 2, lines[at][2].length]),
  insert: () => become(insert(lines, at, null, given.seconds), [at + 1, 2]),
  remove: () => here() && become(remove(lines, at), [Math.min(at, lines.length - 2), 2]),
  append: () => {
    const after = lines.filter((one) => one[0] <= video.currentTime).length - 1;
    become(insert(lines, after, video.currentTime, given.seconds), [after + 1, 2]);
  },
  mine: () => choose(null),
  theirs: () => choose(theirs.lines),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) acts[button.dataset.do]();
});

// Buttons leave the cursor where it is: they are about its line.
for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("pointerdown", (event) => event.preventDefault());

$("shift").addEventListener("submit", (event) => {
  event.preventDefault();
  const { seconds: field } = event.target.elements;
  const seconds = amount(field.value);
  const by = (seconds ?? 0) * Number(event.submitter?.value ?? 1);
  const problem = seconds === null ? says.saysNoNumber : tooEarly(lines, by) ? says.saysTooEarly : "";
  tell("shift-problem", problem);
  field.setAttribute("aria-invalid", String(Boolean(problem)));
  if (problem) field.select();
  else if (by) become(shift(lines, by));
});

$("shift").elements.seconds.addEventListener("input", (event) => {
  tell("shift-problem", "");
  event.target.removeAttribute("aria-invalid");
});

const KEYS = { F2: "begin", F4: "end", F7: "again", F8: "play", F9: "cut" };
const CONTROL = { z: "undo", y: "redo", s: "save", j: "merge", Enter: "split", Backspace: "remove" };

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const control = event.ctrlKey || event.metaKey;
  let act = KEYS[event.key] ?? (control && CONTROL[event.key.length === 1 ? event.key.toLowerCase() : event.key]);
  if (control && event.shiftKey && event.key.toLowerCase() === "z") act = "redo";
  if (event.altKey && event.code === "KeyN") act = "insert";
  if (act) {
    event.preventDefault();
    acts[act]();
  } else if (event.altKey && here()) {
    move(event);
  }
});

function move(event) {
  const seconds = { ArrowLeft: -0.1, ArrowRight: 0.1 }[event.key];
  const rows = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!seconds && !rows) return;
  event.preventDefault();
  if (seconds) become(nudge(lines, at, event.shiftKey ? 1 : 0, seconds), [at, 2, field().selectionStart]);
  else draw([Math.min(Math.max(at + rows, 0), lines.length - 1), 2]);
}

// --- the player ---

let until = Infinity;
let ready = null;

function open() {
  ready ??= new Promise((resolve) => {
    const address = video.dataset.master;
    if (!("MediaSource" in window) && !("ManagedMediaSource" in window)) {
      video.src = address;
      resolve();
      return;
    }
    const script = document.createElement("script");
    script.src = video.dataset.hls;
    script.onload = () => {
      const hls = new window.Hls({ maxBufferLength: 20, capLevelToPlayerSize: true });
      hls.loadSource(address);
      hls.attachMedia(video);
      hls.once(window.Hls.Events.MANIFEST_PARSED, resolve);
    };
    document.head.append(script);
  });
  return ready;
}

async function toggle() {
  until = Infinity;
  if (!video.paused) {
    video.pause();
    return;
  }
  await open();
  await video.play().catch(() => {});
}

async function playLine(place) {
  await open();
  if (!lines[place]) return;
  [video.currentTime, until] = lines[place];
  await video.play().catch(() => {});
}

video.addEventListener("play", () => ready ?? open().then(() => video.play()));
video.addEventListener("timeupdate", () => {
  if (video.currentTime >= until) {
    video.pause();
    until = Infinity;
  }
  const now = lines.findIndex(([begin, end]) => begin <= video.currentTime && video.currentTime < end);
  [...list.children].forEach((item, place) => item.classList.toggle("now", place === now));
  $("shown").textContent = lines[now]?.[2] ?? "";
});

let coming = 0;
list.addEventListener("focusin", (event) => {
  const place = placeOf(event.target);
  if (place === at) return;
  at = place;
  clearTimeout(coming);
  if ($("follow").checked && event.target.dataset.part === "2") coming = setTimeout(() => playLine(place), 250);
});

// --- keeping and saving ---

let waiting = 0;
let kept = true;

function changed() {
  kept = false;
  $("problem").hidden = true;
  $("kept").textContent = says.saysTyping;
  clearTimeout(waiting);
  waiting = setTimeout(keep, 1200);
}

const send = (address) =>
  fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": says.token },
    body: JSON.stringify({ base, lines }),
  }).catch(() => null);

async function keep() {
  const mine = lines;
  const answer = await send(says.draft);
  if (answer?.ok) {
    if (mine === lines) {
      kept = true;
      $("kept").textContent = says.saysDraft;
    }
  } else {
    $("kept").textContent = says.saysOffline;
    waiting = setTimeout(keep, 5000);
  }
}

async function save() {
  clearTimeout(waiting);
  const mine = lines;
  const answer = await send(says.save);
  $("problem").hidden = true;
  if (!answer) {
    $("kept").textContent = says.saysOffline;
    waiting = setTimeout(keep, 5000);
    return;
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) {
    base = told.revision;
    if (mine === lines) {
      lines = told.lines;
      draw(at >= 0 ? [at, 2] : null);
      kept = true;
      $("kept").textContent = says.saysSaved;
    }
  } else if (answer.status === 409) {
    showBoth(told);
  } else {
    tell("problem", told.error ?? says.saysOffline);
    keep();
  }
}

function showBoth(other) {
  theirs = other;
  const same = (one, two) => one.join("\n") === two.join("\n");
  for (const [id, ours, its] of [["mine", lines, other.lines], ["theirs", other.lines, lines]]) {
    const differing = ours.filter((line) => !its.some((one) => same(one, line)));
    $(id).replaceChildren(...differing.map((line) => Object.assign(document.createElement("li"), { textContent: `${told(line[0])} ${line[2]}` })));
  }
  $("both").hidden = false;
  $("both").scrollIntoView({ block: "nearest" });
}

function choose(other) {
  base = theirs.revision;
  $("both").hidden = true;
  if (other) become(other.map((one) => [...one]));
  changed();
}

addEventListener("beforeunload", (event) => {
  if (!kept) event.preventDefault();
});

if (!lines.length) lines = insert([], -1, 0, given.seconds);
draw();
if (given.theirs) showBoth({ lines: given.theirs, revision: given.revision });
