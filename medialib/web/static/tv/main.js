// The television's page: pairs once, then plays its channel for months with nobody in the room.

import { Beat } from "./beat.js";
import { Browse } from "./browse.js";
import { addressOf, can, fetchAhead, inHours, kept } from "./keeping.js";
import { listen } from "./keys.js";
import { Offline, channelAddress } from "./offline.js";
import { pair } from "./pairing.js";
import { Player } from "./player.js";
import { Renewal } from "./renewing.js";
import { ask, isPaired, keepToken, serverTime, setServerTime } from "./server.js";
import { Third } from "./third.js";
import { Ticker } from "./ticker.js";
import { say, timeOfDay } from "./words.js";

const CHANNEL_SECONDS = 30, SHIFT_MINUTES = 3, LEFT_MINUTES = 5, SOON_SECONDS = 4, OPENING_SECONDS = 20, PLACES = "medialib-places";
const part = (id) => document.getElementById(id);
const version = document.body.dataset.version;
const state = { channel: undefined, onAir: null, lesson: null, list: [], mode: "channel", pressed: 0, orders: Number(stored("medialib-orders") || 0), keep: JSON.parse(document.body.dataset.keep) };
let beat = null;

function stored(name) { try { return localStorage.getItem(name); } catch (error) { return null; } }
function store(name, value) { try { localStorage.setItem(name, value); } catch (error) { console.warn("this set keeps nothing", error); } }

// --- what is seen ---

function scale() {
  const size = Math.min(innerWidth / 1920, innerHeight / 1080);
  part("tv").style.transform = "translate(" + (innerWidth - 1920 * size) / 2 + "px," + (innerHeight - 1080 * size) / 2 + "px) scale(" + size + ")";
}

function tick() {
  const text = timeOfDay(new Date(serverTime()));
  document.querySelectorAll(".clock").forEach((one) => { one.textContent = text; });
}

// Nothing stands still for months in one place of the glass.
function shift() {
  const turn = Math.floor(Date.now() / (SHIFT_MINUTES * 60000)) % 9;
  document.querySelectorAll(".shift").forEach((one) => { one.style.transform = "translate(" + (turn % 3 - 1) * 6 + "px," + (Math.floor(turn / 3) - 1) * 6 + "px)"; });
}

function notice(text) {
  part("notice").hidden = !text;
  part("notice").textContent = text || "";
}

// Instead of a black glass, when there is nothing to play.
function idle(title, lead) {
  part("idle").hidden = !title;
  part("idle-title").textContent = title;
  part("idle-lead").textContent = lead || "";
}

function waits() {
  if (video.readyState < 2 || !part("idle").hidden) idle(say("waiting"), say("offline"));
  else notice(say("waiting"));
}

// --- playing ---

const video = part("video"), third = new Third(), ticker = new Ticker();
const player = new Player(video, { stuck: (times) => offline.stuck(times), moved: moved, ended: ended, muted: () => { state.muted = true; notice(say("unmute")); } });
const browse = new Browse({ play: playLesson, kept: kept, close: () => part("playing").hidden = false, position: placeOf });
const offline = new Offline(player, state, { shown: showKept, tuned: tuned, waits: waits });
const renewal = new Renewal(version, { isInUse: () => browse.isOpen || state.mode === "lesson", isBetween: isBetween, stored: stored, store: store });

function tune(channel) {
  if (!channel) player.stop();
  else player.play(channelAddress(channel), 0, true);
  tuned(channel);
}

function tuned(channel) {
  state.channel = channel;
  state.mode = "channel";
  state.tuned = Date.now();
  state.onAir = null;
  still(null);
  part("overlay").hidden = true; // it told of something else
  third.wake(OPENING_SECONDS);
  notice("");
  if (channel) idle("");
  else idle(state.name || document.title, say("no_channel"));
  lookUp();
}

function lookUp() {
  if (!state.channel || state.mode !== "channel") return;
  ask("/channels/" + state.channel + ".json").then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
    .then((told) => { state.onAir = told; }).catch(() => undefined);
}

// The moment of the broadcast that is on the screen: hls.js tells it from the playlist.
function moment() {
  const date = player.hls && player.hls.playingDate;
  return (date ? date.getTime() : serverTime()) / 1000;
}

function onNow() {
  if (!state.onAir) return null;
  const at = moment(), coming = state.onAir.coming;
  const place = coming.findIndex((one) => one.begin <= at && at < one.end);
  return place < 0 ? null : { one: coming[place], next: coming.slice(place + 1).find((other) => other.lesson), at: at };
}

function moved() {
  const seconds = (Date.now() - (state.looked || Date.now())) / 1000;
  state.looked = Date.now();
  if (video.readyState < 2) return; // it was only opened
  if (!state.muted && !player.held && state.mode !== "kept") notice("");
  idle("");
  tellWhatIsOn();
  if (state.mode === "lesson") keepPlace(state.card.lesson, video.currentTime, state.card.seconds);
  if (beat) beat.note(state.lesson, seconds);
}

function tellWhatIsOn() {
  if (state.mode === "channel") {
    const now = onNow();
    state.lesson = now ? now.one.lesson : null;
    if (now) third.show(state.onAir.title, Object.assign({ position: now.at - now.one.begin }, now.one), now.next);
  } else if (state.card) {
    state.lesson = state.card.lesson;
    third.show(state.from || document.title, Object.assign({ position: video.currentTime, begin: 0, end: state.card.seconds }, state.card), following());
  }
}

// Whoever presses a key sees at once that it was heard.
function wake() {
  third.wake();
  tellWhatIsOn();
}

function ended() {
  if (state.mode === "kept") return offline.next();
  const next = state.mode === "lesson" ? following() : null;
  if (next) playLesson(next, state.list, state.from);
  else tune(state.channel);
}

function following() {
  const place = state.list.findIndex((one) => state.card && one.lesson === state.card.lesson);
  return place >= 0 ? state.list[place + 1] : null;
}

// One of `cards`, which are those of the list that is called `from`.
function playLesson(card, cards, from) {
  part("browse").hidden = true;
  part("playing").hidden = false;
  state.mode = "lesson";
  state.card = card;
  state.list = cards;
  state.from = from;
  notice("");
  idle("");
  still(card);
  player.play(card.playlist ? addressOf(card) : card.master, placeOf(card.lesson), false);
  wake();
}

// A reading shows its cover.
function still(card) {
  part("still").hidden = !(card && card.kind === "audio");
  if (card && card.kind === "audio") part("still").firstElementChild.src = card.picture;
}

function showKept(card) {
  state.card = card;
  state.list = kept();
  state.from = "";
  notice(say("kept"));
  still(card);
}

function placeOf(lesson) { return (JSON.parse(stored(PLACES) || "{}"))[lesson] || 0; }

function keepPlace(lesson, seconds, length) {
  const places = JSON.parse(stored(PLACES) || "{}");
  if (seconds < 10 || seconds > length - 15) delete places[lesson];
  else places[lesson] = Math.round(seconds);
  const names = Object.keys(places);
  if (names.length > 100) delete places[names[0]];
  store(PLACES, JSON.stringify(places));
}

// --- what the office says ---

function told(answer) {
  state.keep = answer.keep;
  state.name = answer.name;
  setServerTime(answer.now);
  tick();
  ticker.set(answer.messages);
  if (answer.channel !== state.channel) { if (state.mode === "channel" || state.channel === undefined || state.mode === "kept" && !answer.channel) tune(answer.channel); else state.channel = answer.channel; }
  const orders = answer.orders;
  if (typeof orders.volume === "number") video.volume = Math.max(0, Math.min(1, orders.volume / 100));
  if (orders.number > state.orders) {
    state.orders = orders.number;
    store("medialib-orders", String(orders.number));
    if (orders.reload && serverTime() / 1000 - orders.number < 86400) renewal.order(answer.version);
    if (orders.tune) tune(answer.channel);
  }
  renewal.told(answer.version);
  ahead();
}

// A lesson is over in a moment, or none is on.
function isBetween() {
  const now = onNow();
  return Boolean(now) && (!now.one.lesson || now.one.end - now.at < SOON_SECONDS);
}

// Whoever was choosing, or held a lesson, has left the room.
function comeBack() {
  if (Date.now() - state.pressed < LEFT_MINUTES * 60000) return;
  if (browse.isOpen) browse.close();
  if (state.mode === "lesson" && player.held) tune(state.channel);
}

function ahead() {
  if (!can || state.fetching || !inHours(state.keep, Number(timeOfDay(new Date(serverTime())).slice(0, 2))) || stored("medialib-fetched") === new Date(serverTime()).toDateString()) return;
  state.fetching = true;
  ask("/tv/shelves.json").then((answer) => answer.json())
    .then((shelves) => {
      const cards = [];
      shelves.rows.forEach((row) => row.cards.forEach((card) => { if (card.lesson && !cards.some((one) => one.lesson === card.lesson)) cards.push(card); }));
      return fetchAhead(cards, state.keep.megabytes);
    })
    .then(() => store("medialib-fetched", new Date(serverTime()).toDateString()))
    .catch((error) => console.warn("nothing was kept", error))
    .then(() => { state.fetching = false; });
}

// The page and its files are kept at once: the power may go before it is opened a second time.
function keepPage() {
  if (!can) return;
  const loaded = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.indexOf("/static/") > 0);
  const files = Array.from(new Set(loaded.map((name) => name.split("#")[0]))); // a cache refuses one that is named twice
  caches.open("medialib-page").then((cache) => cache.addAll(["/tv"].concat(files)).then(() => cache.keys()).then((keys) => {
    keys.forEach((one) => { if (one.url.indexOf("/static/") > 0 && files.indexOf(one.url) < 0) cache.delete(one); });
  })).catch((error) => console.warn("the page is not kept", error));
}

// --- keys ---

function press(key) {
  if (!part("pairing").hidden) return;
  state.pressed = Date.now();
  if (state.muted) { state.muted = false; video.muted = false; notice(""); }
  if (browse.isOpen) return browse.press(key);
  if (state.mode === "lesson" && (key === "left" || key === "right")) { video.currentTime = Math.max(0, video.currentTime + (key === "left" ? -10 : 30)); wake(); return; }
  if (state.mode === "lesson" && (key === "ok" || key === "play")) { player.hold(); notice(player.held ? say("held") : ""); wake(); return; }
  if (state.mode === "lesson" && key === "back") { tune(state.channel); browse.reopen(); return; }
  if (key === "up") { wake(); return; }
  if (key === "back") { wake(); return; }
  part("playing").hidden = false;
  browse.open();
}

// --- life ---

function awake() {
  if (navigator.wakeLock && document.visibilityState === "visible") navigator.wakeLock.request("screen").catch(() => undefined);
}

function begin() {
  part("pairing").hidden = true;
  part("playing").hidden = false;
  if (!beat) beat = new Beat({ video: video, told: told, revoked: revoked, state: () => ({ lesson: state.lesson, offline: state.mode === "kept", problem: (player.problem || "").slice(0, 100), version: version, kept: kept().length }) });
  else beat.send();
  // Without an answer for a while, what is kept is played: the set may have started without a network.
  setTimeout(() => {
    if (state.channel !== undefined) return;
    if (!kept().length) { waits(); return; }
    state.channel = stored("medialib-channel") || null;
    offline.play();
  }, 10000);
}

function revoked() {
  keepToken("");
  player.stop();
  location.reload();
}

addEventListener("resize", scale);
document.addEventListener("visibilitychange", awake);
addEventListener("online", () => { if (beat) beat.send(); });
addEventListener("error", (event) => console.warn("a mistake of the page:", event.message));
scale();
tick();
shift();
awake();
listen(press);
setInterval(tick, 5000);
setInterval(shift, 20000);
setInterval(lookUp, CHANNEL_SECONDS * 1000);
setInterval(comeBack, 5000);
setTimeout(keepPage, 8000);
setInterval(() => { if (state.channel) store("medialib-channel", state.channel); }, 60000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/tv/worker.js", { scope: "/tv" }).catch((error) => console.warn("nothing can be kept here", error));
if (isPaired()) begin();
else pair(begin);
// Without either it would never play: tv/first.js then asks for the page again.
if (window.Hls || video.canPlayType("application/vnd.apple.mpegurl")) document.body.dataset.lives = "yes";
