// Lessons saved on this phone: their sound, or their smallest picture with its sound, into the cache that the service
// worker plays from. Without one, the sheet offers the file to download.

import { goingRow } from "./going.js";
import { keep, recall } from "./memory.js";
import { sizeOf } from "./sizes.js";

const CACHE = "lessons";
const SAVED = "saved";
const WANTED = "wanted";
const BEGUN = "begun";
const BEGUN_MS = 86_400_000;
const RETRIES = 5;
const RETRY_MS = 3000;

export const able = "serviceWorker" in navigator && "caches" in window;
export const saved = () => recall(SAVED, {});
const connection = navigator.connection;

export function onMeteredNetwork() {
  return Boolean(connection?.type) && !["wifi", "ethernet"].includes(connection.type);
}

const attribute = (line, name) => new RegExp(`[:,]${name}="?([^",]*)`).exec(line)?.[1] ?? "";

// One variant of a multivariant playlist, the sound that goes with it and its captions; nothing else is saved. Where there
// are pictures it is one of them: such a playlist ends in the sound alone, which takes the fewest bits of all.
function oneVariant(text, better) {
  const lines = text.split("\n");
  const variants = lines.flatMap((line, place) => (line.startsWith("#EXT-X-STREAM-INF") ? [{ line, uri: lines[place + 1] }] : []));
  const pictures = variants.filter((one) => attribute(one.line, "RESOLUTION"));
  const chosen = (pictures.length ? pictures : variants).reduce((best, one) => (better(one.line, best.line) ? one : best));
  const group = attribute(chosen.line, "AUDIO");
  const sounds = lines.filter((line) => line.startsWith("#EXT-X-MEDIA:TYPE=AUDIO") && attribute(line, "GROUP-ID") === group);
  const sound = sounds.find((line) => line.includes("DEFAULT=YES")) ?? sounds[0];
  const head = lines.filter((line) => /^#(EXTM3U|EXT-X-VERSION|EXT-X-INDEPENDENT)/.test(line));
  const captions = lines.filter((line) => line.startsWith("#EXT-X-MEDIA:TYPE=SUBTITLES") && attribute(line, "GROUP-ID") === attribute(chosen.line, "SUBTITLES"));
  const beside = [...(sound ? [sound] : []), ...captions];
  const uris = [chosen.uri, ...beside.map((line) => attribute(line, "URI"))];
  return { text: [...head, ...beside, chosen.line, chosen.uri, ""].join("\n"), uris };
}

const smallestPicture = (one, best) => Number(attribute(one, "BANDWIDTH")) < Number(attribute(best, "BANDWIDTH"));
const bestSound = (one, best) => Number(attribute(one, "BANDWIDTH")) > Number(attribute(best, "BANDWIDTH"));

// A part that is still being made is asked for again.
async function fetched(address, signal) {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(address, { signal });
    if (answer.ok) return answer;
    if (answer.status !== 503 || tries === RETRIES) throw new Error(answer.status);
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}

function partsOf(text, base) {
  const map = /#EXT-X-MAP:URI="([^"]+)"/.exec(text);
  const names = text.split("\n").filter((line) => line && !line.startsWith("#"));
  return [...(map ? [map[1]] : []), ...names].map((name) => new URL(name, base).href);
}

// The words beside the lesson, in every language that its page offers.
async function wordsOf(page) {
  const shown = new DOMParser().parseFromString(await (await fetched(page)).text(), "text/html");
  return Object.values(JSON.parse(shown.querySelector("[data-languages]")?.dataset.languages ?? "{}"));
}

// `lesson` is what the player's box says of it; `told` hears the share that has come, from 0 to 1.
export async function save(lesson, kind, told, signal) {
  const cache = await caches.open(CACHE);
  const listening = kind === "audio";
  const address = new URL((listening ? lesson.audio : null) ?? lesson.master, location.href).href;
  const { text, uris } = oneVariant(await (await fetched(address, signal)).text(), listening ? bestSound : smallestPicture);
  const playlists = await Promise.all(uris.map(async (uri) => {
    const where = new URL(uri, address).href;
    return { where, text: await (await fetched(where, signal)).text() };
  }));
  const parts = playlists.flatMap((one) => partsOf(one.text, one.where));
  let bytes = 0;
  keep(BEGUN, { ...recall(BEGUN, {}), [lesson.lesson]: Date.now() });
  for (const [place, part] of parts.entries()) {
    // What an attempt that broke off has left is not fetched again.
    const there = await cache.match(part);
    const body = await (there ?? (await fetched(part, signal))).blob();
    bytes += body.size;
    if (!there) await cache.put(part, new Response(body, { headers: { "Content-Type": body.type, "Content-Length": String(body.size) } }));
    told((place + 1) / parts.length);
  }
  const page = location.origin + lesson.page;
  const beside = [page, lesson.art, lesson.hls, ...(await wordsOf(page))];
  await Promise.all(beside.map((one) => cache.add(new URL(one, location.href).href)));
  const hls = { headers: { "Content-Type": "application/vnd.apple.mpegurl" } };
  for (const one of playlists) await cache.put(one.where, new Response(one.text, hls));
  await cache.put(address, new Response(text, hls)); // the last: a lesson is saved when it is whole
  const { title, art, kind: sort, seconds } = lesson;
  keep(SAVED, { ...saved(), [lesson.lesson]: { title, art, kind: sort, address: lesson.page, of: Number(seconds), at: 0, saved: kind, bytes, when: Date.now() } });
  without(WANTED, lesson.lesson);
  without(BEGUN, lesson.lesson);
}

const ownerOf = (request) => /^\/(?:media|lessons)\/(\w+)(?:\/|$)/.exec(new URL(request.url).pathname)?.[1];

// What was begun, and nobody went on with for a day, gives its room back.
export async function tidy() {
  const begun = Object.fromEntries(Object.entries(recall(BEGUN, {})).filter(([, when]) => Date.now() - when < BEGUN_MS));
  keep(BEGUN, begun);
  const living = { ...saved(), ...recall(WANTED, {}), ...begun };
  const cache = await caches.open(CACHE);
  const gone = (await cache.keys()).filter((request) => ownerOf(request) && !(ownerOf(request) in living));
  await Promise.all(gone.map((request) => cache.delete(request)));
}

export async function remove(id) {
  const cache = await caches.open(CACHE);
  const own = (request) => ownerOf(request) === id;
  await Promise.all((await cache.keys()).filter(own).map((request) => cache.delete(request)));
  without(BEGUN, id);
  const { [id]: _gone, ...rest } = saved();
  keep(SAVED, rest);
}

export function want(lesson, kind) {
  keep(WANTED, { ...recall(WANTED, {}), [lesson.lesson]: { lesson: { ...lesson }, kind } });
}

function without(list, id) {
  const { [id]: _gone, ...rest } = recall(list, {});
  keep(list, rest);
}

// What waits for Wi-Fi, when there is some and the browser can tell.
export async function fetchWanted() {
  if (!able || onMeteredNetwork() || !connection?.type) return;
  for (const { lesson, kind } of Object.values(recall(WANTED, {}))) await save(lesson, kind, () => {}).catch(() => {});
}

// The sheet of a lesson's page.
export function bindKeeping({ says, id }, sheet, signal) {
  const [status, progress, now, later, gone] = [".told", "progress", ".now", ".later", ".gone"].map((one) => sheet.querySelector(one));
  if (!able || sheet.dataset.private) return;
  sheet.querySelector(".choices").hidden = false;
  later.hidden = !onMeteredNetwork();
  const show = (sentence) => {
    const have = saved()[id];
    status.textContent = sentence ?? (have ? sheet.dataset.have.replace("{}", sizeOf(have.bytes)) : "");
    gone.hidden = !have;
    now.hidden = Boolean(have);
    sheet.querySelector("fieldset").hidden = Boolean(have);
  };
  const lesson = { ...says };
  const kind = () => sheet.querySelector("[name=keep]:checked").value;
  now.addEventListener("click", async () => {
    now.disabled = true;
    progress.hidden = false;
    try {
      await navigator.serviceWorker.ready;
      await save(lesson, kind(), (share) => (progress.value = share), undefined);
      show();
    } catch {
      show(sheet.dataset.failed);
    }
    progress.hidden = true;
    now.disabled = false;
  }, { signal });
  later.addEventListener("click", () => {
    want(lesson, kind());
    show(sheet.dataset.waits);
  }, { signal });
  gone.addEventListener("click", async () => {
    await remove(id);
    show("");
  }, { signal });
  show();
}

// On the page of what is this phone's. What is removed can be taken back as long as `toast` says so: its files stay so
// long, or until `tidy` finds them.
export async function showKept(root, toast) {
  const section = root.querySelector(".kept");
  const says = section.dataset;
  if (!able) {
    section.querySelector(".none").textContent = says.cannot;
    return;
  }
  const put = (list) => {
    keep(SAVED, list);
    showKept(root, toast);
  };
  const rows = Object.entries(saved()).sort(([, a], [, b]) => b.when - a.when).map(([id, one]) => {
    const row = document.createElement("li");
    const link = goingRow({ ...one, at: 0 }, { left: "" });
    link.querySelector(".watched").remove();
    link.querySelector(".meta").textContent = sizeOf(one.bytes);
    const button = Object.assign(document.createElement("button"), { className: "more", textContent: says.remove });
    button.addEventListener("click", () => {
      const { [id]: _gone, ...rest } = saved();
      put(rest);
      toast(root, says.removed, says.undo, () => put({ ...saved(), [id]: one }), () => remove(id));
    });
    row.append(link, button);
    return row;
  });
  for (const [id, { lesson }] of Object.entries(recall(WANTED, {}))) {
    const row = document.createElement("li");
    const text = Object.assign(document.createElement("p"), { className: "meta", textContent: `${lesson.title} · ${says.waits}` });
    const button = Object.assign(document.createElement("button"), { className: "more", textContent: says.remove });
    button.addEventListener("click", () => {
      without(WANTED, id);
      showKept(root, toast);
    });
    row.append(text, button);
    rows.push(row);
  }
  section.querySelector(".rows").replaceChildren(...rows);
  section.querySelector(".none").hidden = rows.length > 0;
  await showRoom(section.querySelector(".meter"), says);
}

async function showRoom(meter, says) {
  const used = Object.values(saved()).reduce((sum, one) => sum + one.bytes, 0);
  const { quota } = (await navigator.storage?.estimate?.()) ?? {};
  meter.hidden = !used || !quota;
  if (meter.hidden) return;
  meter.querySelector("progress").value = used / quota;
  const [first, second] = [sizeOf(used), quota > 1e9 ? `${Math.round(quota / 1e9)} GB` : sizeOf(quota)];
  meter.querySelector("span").textContent = says.used.replace("{}", first).replace("{}", second);
}
