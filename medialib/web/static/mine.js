// What this phone keeps for the one who holds it: lessons in hand, lessons saved, everything played; and one setting.

import { goingRow } from "./going.js";
import { begun, forgetPlace, forgetPlaces, history, keep, places, recall } from "./memory.js";
import { able, showKept, tidy } from "./offline.js";

const TOAST_MS = 8000;

function button(label, act, name) {
  const made = document.createElement("button");
  made.className = "more";
  made.textContent = label;
  if (name) made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}

// Every change here can be taken back for a while; `after` it is for good.
function toast(root, said, undoLabel, undo, after = () => {}) {
  const box = root.querySelector(".toast");
  box.querySelector("span").textContent = said;
  const back = box.querySelector(".undo");
  back.textContent = undoLabel;
  back.onclick = () => {
    clearTimeout(toast.timer);
    undo();
    box.hidden = true;
  };
  box.hidden = false;
  // What was pressed by keyboard is gone: on from where it can be taken back.
  if (document.activeElement === document.body) back.focus({ preventScroll: true });
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    box.hidden = true;
    after();
  }, TOAST_MS);
}

function showGoing(shelf) {
  const lessons = begun();
  shelf.hidden = !lessons.length;
  shelf.querySelector(".row-scroll").replaceChildren(...lessons.slice(0, 12).map((one) => goingRow(one, shelf.dataset)));
}

function showHistory(root) {
  const section = root.querySelector(".history");
  const says = section.dataset;
  const { heard, seen } = root.querySelector("main").dataset;
  const lessons = history();
  const rows = lessons.map((one) => {
    const row = document.createElement("li");
    const link = goingRow(one, says);
    if (one.done && !one.at) {
      link.querySelector(".watched").remove();
      link.querySelector(".meta").textContent = one.kind === "audio" ? heard : seen;
      link.querySelector(".meta").classList.add("okline");
    }
    row.append(link, button("×", () => change(root, () => forgetPlace(one.id), says.forgotten, says.undo), `${says.forget}${one.title}`));
    return row;
  });
  section.querySelector(".rows").replaceChildren(...rows);
  section.querySelector(".none").hidden = rows.length > 0;
  const all = root.querySelector(".forget");
  all.hidden = rows.length === 0;
  all.onclick = () => change(root, forgetPlaces, says.forgotten, says.undo);
}

function change(root, act, said, undo) {
  const before = places();
  act();
  show(root);
  toast(root, said, undo, () => {
    keep("places", before);
    show(root);
  });
}

function show(root) {
  showGoing(root.querySelector(".shelf.going"));
  showHistory(root);
}

// Without a network this page stands in for whatever was asked for.
function watchNetwork(note, signal) {
  const instead = location.pathname !== note.dataset.here;
  const look = () => (note.hidden = navigator.onLine && !instead);
  for (const event of ["offline", "online"]) addEventListener(event, look, { signal });
  look();
}

export function start(root, signal) {
  show(root);
  const note = root.querySelector(".away"); // a page that was kept by an earlier version may have none
  if (note) watchNetwork(note, signal);
  const saving = root.querySelector("[name=saving]");
  saving.checked = recall("saving", false);
  saving.addEventListener("change", () => {
    keep("saving", saving.checked);
    keep("quality", saving.checked ? "low" : undefined);
  }, { signal });
  showSaved(root, signal).catch(() => {});
}

async function showSaved(root, signal) {
  if (able) await tidy();
  if (!signal.aborted) await showKept(root, toast);
}
