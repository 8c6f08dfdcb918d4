// What this phone remembers, shown in lists: what goes on, how far each lesson was played, what is finished.

import { begun, clock, placeIn } from "./memory.js";

const MOST = 12;

const fill = (template, value) => template.replace("{}", value);

function made(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function bar(one) {
  const line = made("i", {});
  line.style.width = `${Math.min(100, (one.at / one.of) * 100)}%`;
  return made("span", { class: "watched" }, line);
}

const minutesLeft = (one) => Math.max(1, Math.round((one.of - one.at) / 60));

// A lesson in hand, with how long it goes on.
export function goingRow(one, says) {
  const art = made("img", { class: "art", src: one.art, alt: "" });
  const poster = made("span", { class: one.kind === "audio" ? "poster square" : "poster" }, art);
  const text = made("div", {}, made("h3", { class: "clamp-2" }, one.title), bar(one), made("p", { class: "meta" }, fill(says.left, minutesLeft(one))));
  return made("a", { class: "continue", href: one.address }, poster, text);
}

function fillShelf(shelf) {
  const lessons = begun().slice(0, MOST);
  if (!lessons.length) return shelf.remove();
  shelf.querySelector(".row-scroll").replaceChildren(...lessons.map((one) => goingRow(one, shelf.dataset)));
  return undefined;
}

// Beside each lesson of a list: finished, or how far.
function mark(link, says) {
  const known = placeIn(link.dataset.lesson);
  if (!known) return;
  if (known.at > 0) link.querySelector(".poster")?.append(bar(known));
  const meta = link.querySelector(".meta");
  if (!known.done || known.at > 0 || !meta) return;
  const kind = known.kind === "audio" ? says.heard : says.seen;
  meta.classList.add("okline");
  meta.prepend(made("span", { class: "ok" }, kind));
}

// Series go on where they were left: at the first part that is not finished.
function leadOn(button) {
  const rows = [...document.querySelectorAll(".episodes [data-lesson]")];
  const begunRow = rows.find((row) => placeIn(row.dataset.lesson)?.at > 0);
  const next = begunRow ?? rows.find((row) => !placeIn(row.dataset.lesson)?.done);
  if (!next || !rows.some((row) => placeIn(row.dataset.lesson))) return;
  button.href = next.href;
  button.querySelector("span").textContent = fill(button.dataset.on, next.querySelector(".no").textContent);
}

// The steps of a monthly package: what is learned, what is under way, what is left.
function markSteps(list) {
  const steps = [...list.querySelectorAll("[data-lesson]")].map((link) => ({ link, known: placeIn(link.dataset.lesson) }));
  const finished = steps.filter(({ known }) => known?.done).length;
  for (const { link, known } of steps) {
    const step = link.closest("li");
    const [seal, lead] = [step.querySelector(".seal"), step.querySelector(".lead")];
    if (!known) continue;
    seal.className = `seal ${known.done ? "" : "now"}`;
    const said = known.done ? list.dataset.learned : fill(list.dataset.at, clock(known.at));
    lead.append(made("span", { class: known.done ? "okline" : "" }, said));
  }
  const progress = document.querySelector(".pkg-progress");
  if (!progress || !finished) return;
  progress.querySelector("i").style.width = `${(finished / steps.length) * 100}%`;
  progress.querySelector(".meta").textContent = list.dataset.finished.replace("{}", finished).replace("{}", steps.length - finished);
  progress.querySelector(".watched").hidden = false;
}

export function start(root) {
  const shelf = root.querySelector(".shelf.going:not([hidden])");
  if (shelf) fillShelf(shelf);
  const says = root.querySelector("main").dataset;
  for (const link of root.querySelectorAll("main a[data-lesson]")) mark(link, says);
  for (const button of root.querySelectorAll("[data-on]")) leadOn(button);
  for (const list of root.querySelectorAll(".steps")) markSteps(list);
}
