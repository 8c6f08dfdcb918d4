// Lessons kept on the set for when the network is gone: fetched in the small hours, within a budget of bytes.

import { ask } from "./server.js";

const CACHE = "medialib-lessons", LIST = "medialib-kept";
export const can = "caches" in window && "serviceWorker" in navigator;

export function kept() {
  try { return JSON.parse(localStorage.getItem(LIST) || "[]"); } catch (error) { return []; }
}

function remember(list) {
  try { localStorage.setItem(LIST, JSON.stringify(list)); } catch (error) { console.warn("the set's memory is full", error); }
}

export function inHours(keep, hour) {
  return keep.from <= keep.until ? keep.from <= hour && hour < keep.until : hour >= keep.from || hour < keep.until;
}

class Full extends Error {}

// Keeps what fits of these cards ({lesson, title, unit, recorded, seconds, picture, master}), the first ones first. One
// that cannot be fetched now does not keep the others away.
export async function fetchAhead(cards, megabytes) {
  if (!can) return 0;
  const store = await caches.open(CACHE);
  const found = [];
  let bytes = 0;
  for (const card of megabytes ? cards : []) {
    const before = kept().find((other) => other.lesson === card.lesson);
    let one = before && isAsTold(before, card) ? before : null;
    try {
      one = one || await keep(store, card, megabytes * 1e6 - bytes);
    } catch (error) {
      console.warn("not kept:", card.title, error);
      if (error instanceof Full || error.name === "QuotaExceededError") break;
      if (!before) continue;
      one = before;
    }
    if (bytes + one.bytes > megabytes * 1e6) break;
    bytes += one.bytes;
    found.push(one);
    remember(found.concat(kept().filter((other) => !found.some((mine) => mine.lesson === other.lesson))));
  }
  await forgetOthers(store, found);
  remember(found);
  return found.length;
}

// Not so when its name, its picture or its recording has been changed since.
function isAsTold(one, card) { return Object.keys(card).every((name) => one[name] === card[name]); }

async function keep(store, card, room) {
  const files = await filesOf(card);
  let bytes = 0;
  for (const address of files.all) {
    const there = await store.match(address);
    const answer = there || await ask(address, { seconds: 120 });
    if (!answer.ok) throw new Error(answer.status + " " + address);
    const content = await answer.clone().arrayBuffer();
    bytes += content.byteLength;
    if (bytes > room) throw new Full("the budget is used up");
    if (!there) await store.put(address, answer);
  }
  return Object.assign({}, card, { bytes: bytes, files: files.all, playlist: files.playlist });
}

// The first rung and the sound: what the lesson's own playlist names first.
async function filesOf(card) {
  const text = async (address) => { const answer = await ask(address); if (!answer.ok) throw new Error(answer.status); return answer.text(); };
  const base = new URL(card.master, location.href);
  const lines = (await text(base.href)).split("\n");
  const at = lines.findIndex((line) => line.startsWith("#EXT-X-STREAM-INF"));
  const picked = [new URL(lines[at + 1], base).href];
  const media = lines.find((line) => line.startsWith("#EXT-X-MEDIA:TYPE=AUDIO"));
  const sound = media && /URI="([^"]+)"/.exec(media);
  let playlist = "#EXTM3U\n#EXT-X-VERSION:7\n";
  if (sound) {
    picked.push(new URL(sound[1], base).href);
    playlist += media.replace(sound[1], picked[1]) + "\n";
  }
  playlist += lines[at].replace(/,SUBTITLES="[^"]*"/, "") + "\n" + picked[0] + "\n";
  let all = picked.slice();
  for (const address of picked) {
    for (const line of (await text(address)).split("\n")) {
      const init = /^#EXT-X-MAP:URI="([^"]+)"/.exec(line);
      if (init) all.push(new URL(init[1], address).href);
      else if (line && line[0] !== "#") all.push(new URL(line, address).href);
    }
  }
  if (card.picture) all.push(new URL(card.picture, location.href).href);
  return { all: all, playlist: playlist };
}

async function forgetOthers(store, found) {
  const wanted = new Set();
  found.forEach((one) => one.files.forEach((file) => wanted.add(file)));
  for (const request of await store.keys()) if (!wanted.has(request.url)) await store.delete(request);
}

// An address that a player can open without the network, until the next one is asked for: a set that is without a
// network for weeks must not gather them.
let address = "";

export function addressOf(one) {
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([one.playlist], { type: "application/vnd.apple.mpegurl" }));
  return address;
}
