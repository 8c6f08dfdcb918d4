// A lesson's page: gives its player what the page has around it, and takes up a player that plays on from another page.

import { bindCaptionSize, bindCaptions } from "./captions.js";
import "./counting.js";
import { bindControls } from "./controls.js";
import { bindFiles } from "./files.js";
import { bindKeeping } from "./offline.js";
import { Player } from "./player.js";
import { watchProgress } from "./progress.js";
import { bindLockScreen, sleep } from "./session.js";
import { bindDialogs, bindShare } from "./share.js";
import { stage } from "./stage.js";
import { bindChapters, bindSeconds, Transcript } from "./transcript.js";
import { bindWaveform } from "./waveform.js";

// A player with all that it bears wherever it goes.
function make(box, video) {
  const player = new Player(box, video);
  bindControls(player);
  bindLockScreen(player, (address) => stage.go?.next(address));
  player.addEventListener("started", () => (player.stopAtEnd = sleep.choice === "end"));
  player.addEventListener("over", () => sleep.choice === "end" && sleep.set("", stage));
  box.querySelector(".minibar .next").addEventListener("click", () => stage.go?.next(player.says.next));
  box.querySelector(".minibar .quit").addEventListener("click", () => player.retire());
  return player;
}

function bindSwitch(player, group, signal) {
  const options = [...group.querySelectorAll("[role=radio]")];
  const show = () => {
    for (const one of options) {
      const on = one.dataset.mode === player.mode;
      one.setAttribute("aria-checked", String(on));
      one.tabIndex = on ? 0 : -1;
    }
  };
  for (const option of options) {
    option.addEventListener("click", () => option.dataset.mode === player.mode || player.setMode(option.dataset.mode), { signal });
    option.addEventListener("keydown", (event) => {
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const other = options.find((one) => one !== option);
      other.focus();
      player.setMode(other.dataset.mode);
    }, { signal });
  }
  player.addEventListener("mode", show, { signal });
  show();
}

function bindSoundTracks(player, label, signal) {
  const select = label.querySelector("select");
  const show = () => {
    const { names, chosen } = player.soundTracks ?? { names: [] };
    select.replaceChildren(...names.map((name, place) => new Option(name, place)));
    select.selectedIndex = chosen ?? -1;
    label.hidden = names.length < 2;
  };
  player.addEventListener("sound-tracks", show, { signal });
  show(); // a player that comes back from another page has been told already
  select.addEventListener("change", () => player.setSoundTrack(select.selectedIndex), { signal });
}

function bindSpeed(player, label, signal) {
  const select = label.querySelector("select");
  const show = () => (label.querySelector("b").textContent = `${select.value}×`);
  select.value = String(player.speed);
  select.addEventListener("change", () => {
    player.setSpeed(Number(select.value));
    show();
  }, { signal });
  show();
}

function bindQuality(player, group, signal) {
  if (!player.canChooseQuality) return;
  group.hidden = false;
  for (const choice of group.querySelectorAll("input")) {
    choice.checked = choice.value === player.quality;
    choice.addEventListener("change", () => player.setQuality(choice.value), { signal });
  }
}

function bindSleep(select, signal) {
  const show = () => (select.value = sleep.choice);
  show();
  sleep.addEventListener("chosen", show, { signal });
  select.addEventListener("change", () => sleep.set(select.value, stage), { signal });
}

function bindTabs(tabs, signal) {
  const links = [...tabs.querySelectorAll("[role=tab]")];
  const choose = (chosen) => {
    for (const link of links) {
      const on = link === chosen;
      link.setAttribute("aria-selected", String(on));
      link.tabIndex = on ? 0 : -1;
      document.getElementById(link.getAttribute("aria-controls")).hidden = !on;
    }
  };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link);
    }, { signal });
    link.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const other = links[(links.indexOf(link) + step + links.length) % links.length];
      choose(other);
      other.focus();
    }, { signal });
  }
  if (links.length) choose(links[0]);
  tabs.closest(".study").classList.add("tabbed");
}

function bindPage(player, root, signal) {
  const find = (name) => root.querySelector(name);
  const given = (name, act) => find(name) && act(find(name));
  given(".listen-switch", (group) => bindSwitch(player, group, signal));
  given(".sound-track", (label) => bindSoundTracks(player, label, signal));
  given(".speed", (label) => bindSpeed(player, label, signal));
  given(".quality", (group) => bindQuality(player, group, signal));
  given(".caption-size", (group) => bindCaptionSize(player, group, signal));
  given(".sleep select", (select) => bindSleep(select, signal));
  given(".tabs", (tabs) => bindTabs(tabs, signal));
  const words = find(".transcript") && new Transcript(player, find(".transcript"), find(".follow"), signal);
  given(".captions", (label) => bindCaptions(player, label, signal, (language) => words?.speak(language)));
  given(".chapters", (list) => bindChapters(player, list, signal));
  given(".study", (study) => bindSeconds(player, study, signal));
  given("canvas.waveform", (canvas) => bindWaveform(player, canvas, signal));
  given("[data-progress]", (panel) => watchProgress(panel, signal));
  given("#keep", (sheet) => bindKeeping(player, sheet, signal));
  given("#keep .files", (files) => bindFiles(files, signal));
  given(".report", (link) => link.addEventListener("click", () => (link.search = `?at=${Math.floor(player.place)}`), { signal }));
  bindDialogs(root, signal);
  bindShare(player, root, signal);
}

// `play` begins at once, in the element `video` of the lesson before.
export function start(root, signal, { play = false, video = null } = {}) {
  const box = root.querySelector("[data-player]");
  let player = stage.player;
  if (player && player.id === box.dataset.lesson) {
    player.undock(box);
    if (box.dataset.begin) player.playFrom(Number(box.dataset.begin));
  } else {
    player = make(box, video);
    if (play) player.play();
    else player.prepare();
  }
  bindPage(player, root, signal);
  signal.addEventListener("abort", () => stage.player === player || player.retire());
}

// The next lesson while somebody looks at another page: it plays on in the small player.
export function playDocked(box, dock, video) {
  const player = make(box, video);
  player.dock(dock);
  return player.play();
}
