// The upload page: files that are chosen, dropped or left unfinished, each a row; one of them has its details shown.

import { fingerprint } from "./upload-bytes.js";
import { Details, forget } from "./upload-form.js";
import { drawDone, drawRow, makeRow } from "./upload-rows.js";
import { Sending, sentenceOf } from "./upload-sending.js";
import { fill } from "./upload-words.js";

const AT_ONCE = 2;
const POLL_SOON_MS = 1000;
const POLL_LATER_MS = 5000;
const UNDO_MS = 8000;
const TRY_AGAIN_MS = 3000;
const LOOK_MS = 1500;

const page = document.getElementById("uploads");
const { token, create, propose, replaces } = page.dataset;
const words = JSON.parse(page.dataset.words);
const list = document.getElementById("files");
const chooser = document.getElementById("chooser");
const narrow = matchMedia("(max-width: 860px)");
const entries = [];
let chosen = null;
// So many of the files that were just chosen stand above all others.
let added = 0;
let wanted = null;

const details = new Details({
  entries,
  words,
  themes: JSON.parse(page.dataset.themes),
  proposeAt: propose,
  post: (entry, act, body) => post(entry ? `${entry.row.address}/${act}` : act, body),
  changed: () => draw(),
});

// ---------- what is asked of the server ----------

async function ask(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { "X-CSRFToken": token, ...options.headers } });
  const text = await answer.text();
  if (!answer.ok) throw { status: answer.status, sentence: sentenceOf(text) };
  return { answer, body: text ? JSON.parse(text) : null };
}

async function post(address, body) {
  const headers = { "Content-Type": "application/json" };
  return (await ask(address, { method: "POST", headers, body: JSON.stringify(body), keepalive: true })).body;
}

const inBase64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function begin(entry) {
  const told = { filename: entry.row.name, fingerprint: entry.row.fingerprint, again: "1", unit: page.dataset.unit, instead: entry.instead, replaces };
  const metadata = Object.entries(told).filter(([, value]) => value).map(([key, value]) => `${key} ${inBase64(value)}`);
  const headers = { "Tus-Resumable": "1.0.0", "Upload-Length": String(entry.row.size_bytes), "Upload-Metadata": metadata.join(",") };
  const { answer } = await ask(create, { method: "POST", headers });
  // 200: another page has begun with the same file meanwhile.
  return { address: answer.headers.get("Location"), elsewhere: answer.status === 200 };
}

// ---------- files ----------

// The first of the files that were chosen has its details shown.
async function add(files) {
  let first = null;
  const before = chosen, asked = wanted;
  added = 0;
  choose(null); // nobody types for another file meanwhile
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), LOOK_MS);
  await look({ signal: late.signal }); // another page may have begun with the same file meanwhile
  clearTimeout(timer);
  wanted = asked; // whatever was pressed meanwhile
  for (const file of files) {
    const mark = await fingerprint(file).catch(() => null);
    const taken = mark ? take(file, mark) : void notice(words.unreadable);
    if (taken && !first) first = choose(taken);
  }
  if (!first && entries.includes(before)) choose(before);
  chooser.value = "";
  wanted = null;
}

function take(file, mark) {
  const same = (entry) => entry.row.fingerprint === mark && ["sending", "whole"].includes(entry.row.state);
  const here = entries.find((entry) => entry.row.fingerprint === mark && entry.row.state === "made" && entry.row.lesson);
  if (here && !wanted && !replaces) { // to send it all once more would only end in hearing the same
    notice(fill(words.hereTells, here.row.lesson));
    return here;
  }
  if (wanted?.act === "choose" && wanted.entry.row.fingerprint !== mark && wanted.entry.row.fingerprint) {
    notice(fill(words.otherFile, wanted.entry.row));
    return null;
  }
  const known = wanted?.act === "choose" ? wanted.entry : entries.find(same);
  if (known) {
    if (known.row.name !== file.name) notice(fill(words.sameTells, { name: file.name, other: known.row.name }));
    if (!known.sending || ["over", "paused"].includes(known.sending.state)) attach(known, file);
    return known;
  }
  const row = { id: null, name: file.name, size_bytes: file.size, received_bytes: 0, state: "sending", fingerprint: mark, typed: {}, unit: page.dataset.unit, submits: false, replaces, lesson: null };
  const stem = file.name.replace(/\.\w+$/, "").replaceAll("_", " ").trim();
  const entry = { row, file, waits: true, typed: { title: /\p{Script=Han}/u.test(stem) ? stem : "", unit: page.dataset.unit, themes: [] } };
  if (wanted?.act === "exchange") replaceBy(wanted.entry, entry);
  else entries.splice(added++, 0, entry), details.takeUp(entry);
  settle(entry);
  return entry;
}

// Another file in the place of one that was refused: what was typed stays.
function replaceBy(before, entry) {
  entry.instead = before.row.id;
  entry.typed = before.typed ?? { themes: [], ...before.row.typed, unit: before.row.unit };
  entry.row.submits = before.row.submits;
  entry.unsaved = before.unsaved;
  entry.item = before.item;
  entries[entries.indexOf(before)] = entry;
  wanted = null;
  if (chosen === before) choose(entry);
}

// Every file gets its place on the server at once, so that what is typed has one too.
async function settle(entry) {
  let elsewhere;
  try {
    const begun = await begin(entry);
    ({ elsewhere } = begun);
    const { address } = begun, id = address.split("/").pop();
    const known = entries.find((one) => one !== entry && one.row.id === id);
    if (known) return foldInto(known, entry);
    Object.assign(entry.row, { address, id });
    entry.problem = null;
  } catch (failure) {
    if (failure.status && failure.status < 500 || failure.status === 507) {
      entry.problem = problemOf(failure);
      entry.waits = false;
    } else {
      entry.timer = setTimeout(() => settle(entry), TRY_AGAIN_MS);
    }
    return draw();
  }
  if (elsewhere) await look();
  if (elsewhere && !replaces) tellShared(entry);
  if (elsewhere && !entry.unsaved) takeTyped(entry);
  else if (!replaces) details.placed(entry);
  attach(entry, entry.file);
}

// The file had a row already, which was not known here when it was chosen.
function foldInto(known, entry) {
  entries.splice(entries.indexOf(entry), 1);
  entry.item?.remove();
  if (entry.unsaved) Object.assign(known, { typed: entry.typed, unsaved: true });
  if (!known.sending || ["over", "paused"].includes(known.sending.state)) attach(known, entry.file);
  if (chosen === entry) choose(known);
  else draw();
}

// One file is one lesson, of one unit: that of the page that began.
function tellShared({ row }) {
  const unit = [...details.form.elements.unit.options].find((one) => one.value === row.unit);
  notice(fill(words.sharedTells, { name: row.name, unit: unit?.text.trim() ?? "" }));
}

// What was typed about it in the other page.
function takeTyped(entry) {
  entry.typed = null;
  if (entry === chosen) details.show(entry);
}

function problemOf(failure) {
  if (failure.status === 401) return { sentence: words.signedOut, act: "signIn" };
  // A file that is too large stays so.
  return { sentence: failure.sentence || words.busyTells, act: failure.status === 413 ? "exchange" : "again" };
}

function attach(entry, file) {
  entry.sending?.stop();
  entry.file = file;
  entry.problem = null;
  entry.waits = true;
  entry.sending = new Sending(file, entry.row.address, token, (sending) => told(entry, sending));
  startNext();
}

function startNext() {
  let going = entries.filter((one) => one.sending && (one.sending.state === "sending" || one.sending.waits)).length;
  for (const entry of entries) {
    if (going >= AT_ONCE) break;
    if (!entry.waits || !entry.sending) continue;
    entry.waits = false;
    going += 1;
    entry.sending.start();
  }
  draw();
}

function told(entry, sending) {
  if (entry.sending !== sending) return;
  if (sending.state === "done") {
    Object.assign(entry.row, { received_bytes: entry.row.size_bytes, state: "whole" });
    entry.sending = null;
    startNext();
    poll(POLL_SOON_MS);
  } else if (sending.state === "over" && sending.problem) {
    const { kind, sentence } = sending.problem;
    const acts = { unreadable: "choose", signedOut: "signIn", gone: "anew", refused: "again" };
    entry.problem = { sentence: sentence || words[kind], act: acts[kind] === "anew" ? "again" : acts[kind], gone: kind === "gone" };
    entry.sending = null;
    startNext();
  }
  drawSoon();
}

// ---------- what is pressed ----------

function act(entry, name) {
  if (name === "pause") entry.sending?.pause(), startNext();
  else if (name === "goOn") entry.sending.state === "paused" ? ((entry.waits = true), startNext()) : entry.sending.retry();
  else if (name === "choose" || name === "exchange") (wanted = { entry, act: name }), chooser.click();
  else if (name === "signIn") location.reload();
  else if (name === "again") again(entry);
  draw();
}

async function again(entry) {
  const { problem } = entry;
  entry.problem = null;
  if (entry.row.state === "failed") {
    entry.row = await post(`${entry.row.address}/retry`, {}).catch(() => entry.row);
    return poll(POLL_SOON_MS);
  }
  entry.waits = true;
  if (entry.row.id && !problem.gone) return attach(entry, entry.file);
  Object.assign(entry.row, { id: null, received_bytes: 0 });
  return settle(entry);
}

async function cancel(entry) {
  const at = entries.indexOf(entry);
  entries.splice(at, 1);
  clearTimeout(entry.timer);
  entry.sending?.stop();
  entry.sending = null;
  entry.item?.remove();
  if (chosen === entry) choose(entries[at] ?? entries[at - 1] ?? null);
  startNext();
  const gone = entry.row.id ? post(`${entry.row.address}/cancel`, {}).catch(() => null) : null;
  offerUndo(fill(words.cancelled, entry.row), async () => {
    await gone;
    if (entry.row.id) await post(`${entry.row.address}/restore`, {}).catch(() => null);
    entries.splice(at, 0, entry);
    if (entry.row.state !== "sending" || !entry.file) return poll(0);
    if (entry.row.id) attach(entry, entry.file);
    else settle(entry);
    choose(entry);
  }, () => forget(entry));
}

let undo = null;
function offerUndo(sentence, take, leave) {
  undo?.leave();
  const toast = document.getElementById("undo");
  toast.querySelector("span").textContent = sentence;
  toast.hidden = false;
  const close = () => ((toast.hidden = true), clearTimeout(timer), (undo = null));
  const timer = setTimeout(() => undo?.leave(), UNDO_MS);
  undo = { take: () => (close(), take()), leave: () => (close(), leave()) };
}
document.querySelector("#undo button").addEventListener("click", () => undo?.take());

function notice(sentence) {
  const place = document.getElementById("network");
  place.textContent = sentence;
  place.hidden = !sentence;
  if (sentence) place.scrollIntoView({ block: "nearest" });
}

function choose(entry) {
  chosen = entry;
  details.show(entry);
  draw();
  return entry;
}

// ---------- what is shown ----------

// Lessons that wait for the county, or are out.
function isSent({ row }) {
  return row.state === "made" && row.lesson && !["draft", "returned"].includes(row.lesson.stage);
}

let drawing = 0;
function drawSoon() {
  drawing = drawing || requestAnimationFrame(() => ((drawing = 0), draw()));
}

function draw() {
  const shown = entries.filter((entry) => !isSent(entry) || entry === chosen);
  for (const [n, entry] of shown.entries()) {
    if (!entry.item) listen(entry);
    drawRow(entry.item, entry, words, entry === chosen);
    const there = [...list.children].filter((one) => one.matches(".file"));
    if (there[n] !== entry.item) list.insertBefore(entry.item, there[n] ?? null);
  }
  for (const item of list.querySelectorAll(".file")) if (!shown.some((one) => one.item === item)) item.remove();
  const done = entries.filter((entry) => isSent(entry) && !entry.row.replaces).map((entry) => entry.row);
  drawDone(document.getElementById("done"), document.getElementById("done-heading"), done, words);
  document.getElementById("count").textContent = shown.length ? (replaces ? words.filesOnly : words.files).replace("{n}", shown.length) : "";
  const offline = entries.some((entry) => entry.sending?.state === "offline");
  if (offline || document.getElementById("network").textContent === words.offlineTells) notice(offline ? words.offlineTells : "");
  placeForm();
  details.draw();
}

// On a phone the details stand right below their file.
function placeForm() {
  const { form } = details;
  if (narrow.matches && chosen?.item) {
    let place = list.querySelector(".form-row");
    if (!place) place = Object.assign(document.createElement("li"), { className: "form-row" });
    if (chosen.item.nextElementSibling !== place) chosen.item.after(place);
    if (form.parentElement !== place) place.append(form);
  } else if (form.parentElement !== page) {
    page.append(form);
    list.querySelector(".form-row")?.remove();
  }
}
narrow.addEventListener("change", placeForm);

function listen(entry) {
  entry.item = makeRow();
  const current = () => entries.find((one) => one.item === entry.item) ?? entry;
  entry.item.querySelector(".name").addEventListener("click", () => choose(current()));
  entry.item.querySelector(".act-main").addEventListener("click", (event) => act(current(), event.currentTarget.dataset.act));
  entry.item.querySelector(".act-cancel").addEventListener("click", () => cancel(current()));
}

// ---------- what the server says ----------

let pollTimer;
function poll(after) {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(async () => {
    await look();
    draw();
    const busy = entries.some(({ row }) => row.state === "whole");
    poll(busy ? POLL_SOON_MS : POLL_LATER_MS);
  }, document.hidden ? POLL_LATER_MS * 4 : after);
}

async function look(options) {
  const found = await ask(create, options).then(({ body }) => body.uploads, () => null);
  if (found) found.forEach(learn), dropGone(found);
}

function learn(row) {
  const entry = entries.find((one) => one.row.id === row.id);
  if (!entry) return void entries.unshift({ row });
  entry.moves = !entry.sending && row.state === "sending" && row.received_bytes > entry.row.received_bytes;
  const sent = entry.sending && row.state === "sending" ? Math.max(entry.row.received_bytes, row.received_bytes) : row.received_bytes;
  const became = entry.row.state !== "made" && row.state === "made";
  const typedElsewhere = JSON.stringify(row.typed) !== JSON.stringify(entry.row.typed) && !details.form.contains(document.activeElement);
  entry.row = { ...row, received_bytes: sent };
  if (entry.sending && row.state !== "sending") entry.sending.stop(), (entry.sending = null);
  // The recording itself may have known its title, speaker and date.
  if (entry.unsaved || entry.saving) return;
  if (entry !== chosen) entry.typed = null;
  else if (became || typedElsewhere) (entry.typed = null), details.show(entry);
}

function dropGone(found) {
  for (const entry of [...entries]) {
    if (!entry.row.id || entry.sending || entry.waits || entry.problem || found.some((row) => row.id === entry.row.id)) continue;
    entries.splice(entries.indexOf(entry), 1);
    entry.item?.remove();
    if (chosen === entry) choose(null);
  }
}

// ---------- choosing and dropping ----------

chooser.addEventListener("change", () => add([...chooser.files]));
chooser.addEventListener("cancel", () => (wanted = null));
const area = document.getElementById("drop");
// The chooser lies in the area: a press on a row’s button passes here too.
area.addEventListener("click", (event) => event.target === chooser || (wanted = null));
addEventListener("dragover", (event) => (event.preventDefault(), area.classList.add("over")));
addEventListener("dragleave", (event) => event.relatedTarget ?? area.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  area.classList.remove("over");
  add([...event.dataTransfer.files]);
});
document.addEventListener("visibilitychange", () => document.hidden || poll(0));

for (const row of JSON.parse(page.dataset.known)) entries.push({ row });
for (const entry of entries) details.takeUp(entry);
const first = entries.find((entry) => entry.row.state !== "duplicate" && !isSent(entry));
choose(first ?? null);
poll(POLL_LATER_MS);
