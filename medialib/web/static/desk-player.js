// The player beside the desk's forms: the browser's own controls, fed by the engine, begun by a press or by Space.

import { Engine } from "./engine.js";

const SLOW_MS = 2000;

function bind(box) {
  const says = box.dataset;
  const [video, start, status, failed] = ["video", ".start", ".status", ".failed"].map((name) => box.querySelector(name));
  const sentence = (key) => says[`says${key[0].toUpperCase()}${key.slice(1)}`];
  let at = 0;
  let slow = 0;

  const tell = (words) => {
    clearTimeout(slow);
    status.textContent = words;
    status.hidden = !words;
  };
  const waitQuietly = () => {
    clearTimeout(slow);
    slow = setTimeout(() => tell(says.saysWaiting), SLOW_MS);
  };
  const fail = (key) => {
    tell("");
    failed.querySelector("p").textContent = sentence(key);
    failed.hidden = false;
  };

  video.replaceChildren(); // the engine brings all of it, captions too
  video.controls = false;
  start.hidden = false;
  const engine = new Engine(video, {
    status: (key) => (key === "waiting" ? waitQuietly() : tell(sentence(key))),
    failed: fail,
    place: () => video.currentTime || at,
    soundTracks: (names, chosen) => showSounds(box, names, chosen, (number) => engine.setSoundTrack(number)),
  });
  const address = engine.whole ? says.film ?? says.recording ?? says.master : says.master;

  // From where it was, or from where somebody has led it before it was begun.
  const play = () => {
    start.hidden = failed.hidden = video.controls = true;
    video.focus({ preventScroll: true });
    return engine.open({ address, side: NaN, script: says.hls, seconds: video.currentTime || at, playing: true });
  };
  const toggle = () => {
    if (!start.hidden) return play();
    return video.paused ? video.play().catch(() => {}) : video.pause();
  };

  start.addEventListener("click", play);
  failed.querySelector("button").addEventListener("click", play);
  video.addEventListener("timeupdate", () => {
    if (video.readyState) at = video.currentTime;
  });
  for (const name of ["waiting", "stalled"]) video.addEventListener(name, waitQuietly);
  for (const name of ["playing", "pause", "seeked"]) video.addEventListener(name, () => tell(""));
  bindSpeed(box, video);
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey) return;
    // Of these each has a use for Space itself.
    if (event.target.closest("input, select, textarea, button, a, summary, video, dialog[open]")) return;
    event.preventDefault();
    toggle();
  });
}

function bindSpeed(box, video) {
  const label = box.parentElement.querySelector(".player-more .speed:not(.sound-track)");
  label.hidden = false;
  label.querySelector("select").addEventListener("change", (event) => {
    video.defaultPlaybackRate = video.playbackRate = Number(event.target.value);
  });
}

function showSounds(box, names, chosen, choose) {
  const label = box.parentElement.querySelector(".player-more .sound-track");
  const select = label.querySelector("select");
  select.replaceChildren(...names.map((name, number) => new Option(name, number, false, number === chosen)));
  select.onchange = () => choose(Number(select.value));
  label.hidden = names.length < 2;
}

for (const box of document.querySelectorAll("[data-player]")) bind(box);
