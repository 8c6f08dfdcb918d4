// Draws the rows of files, and those that were sent for review.

import { lengthOf } from "./memory.js";
import { describe } from "./upload-words.js";

const template = (id) => document.getElementById(id).content.firstElementChild;

export function makeRow() {
  return template("row-template").cloneNode(true);
}

export function drawRow(item, entry, words, chosen) {
  const { row } = entry;
  const view = describe(entry, words);
  const find = (selector) => item.querySelector(selector);
  item.classList.toggle("open", chosen);
  item.classList.toggle("fail", Boolean(view.fail));
  item.classList.toggle("rest", Boolean(view.rest));
  write(find(".name"), row.name);
  find(".name").setAttribute("aria-pressed", chosen);
  const tag = find(".tag");
  write(tag, view.tag);
  tag.className = `tag ${view.look ?? ""}`;
  drawBar(find(".bar.big"), view);
  drawFigures(find(".fmeta"), view.figures ?? []);
  drawRungs(find(".rungs"), view.rungs ?? [], words);
  write(find(".why"), view.why ?? "");
  drawPoster(find(".poster"), row, view);
  const link = find(".acts a");
  link.hidden = !view.link;
  if (view.link) write(link, view.link), (link.href = row.lesson.page);
  const button = find(".act-main");
  button.hidden = !view.act;
  if (view.act) write(button, words[view.act]);
  button.dataset.act = view.act ?? "";
  button.className = `btn act-main ${["exchange", "again", "choose", "signIn"].includes(view.act) ? "primary" : "plain"}`;
  const cancel = find(".act-cancel");
  cancel.hidden = row.state === "whole" || row.state === "made";
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function drawBar(bar, { part }) {
  bar.hidden = part === undefined;
  if (bar.hidden) return;
  const percent = Math.floor(100 * part);
  bar.setAttribute("aria-valuenow", percent);
  bar.setAttribute("aria-label", `${percent}%`);
  bar.firstElementChild.style.width = `${100 * part}%`;
}

function drawFigures(place, figures) {
  while (place.children.length > figures.length) place.lastElementChild.remove();
  figures.forEach(({ text, strong }, n) => {
    const there = place.children[n] ?? place.appendChild(document.createElement(strong ? "b" : "span"));
    write(there, text);
  });
}

function drawRungs(place, rungs, words) {
  while (place.children.length > rungs.length) place.lastElementChild.remove();
  rungs.forEach(({ name, part }, n) => {
    const there = place.children[n] ?? place.appendChild(template("rung-template").cloneNode(true));
    there.className = part === 1 ? "ok" : part > 0 ? "go" : "";
    there.querySelector(".bar i").style.width = `${100 * part}%`;
    const told = part === 1 ? name : part > 0 ? `${name} ${Math.floor(100 * part)}%` : `${name} ${words.queued}`;
    write(there.querySelector(".of"), told);
  });
}

function drawPoster(place, row, view) {
  const made = row.state === "made" && row.lesson;
  place.classList.toggle("ghost", !made);
  for (const [name, shown] of [["film", !made && !view.fail], ["alert", view.fail]]) place.querySelector(`.icon-${name}`).hidden = !shown;
  if (!made) return place.querySelectorAll("img, .dur").forEach((one) => one.remove());
  const image = place.querySelector("img") ?? place.appendChild(Object.assign(new Image(), { className: "art", alt: "" }));
  const address = row.lesson.poster ?? row.lesson.cover;
  if (image.getAttribute("src") !== address) image.src = address;
  const length = place.querySelector(".dur") ?? place.appendChild(Object.assign(document.createElement("span"), { className: "dur" }));
  write(length, lengthOf(row.lesson.seconds));
}

export function drawDone(list, heading, rows, words) {
  heading.hidden = rows.length === 0;
  list.replaceChildren(...rows.map((row) => {
    const item = template("done-template").cloneNode(true);
    item.querySelector("img").src = row.lesson.poster ?? row.lesson.cover;
    const link = item.querySelector("a");
    link.href = row.lesson.page;
    link.textContent = row.lesson.title;
    const state = item.querySelector(".state");
    state.textContent = words[row.lesson.stage];
    state.className = `state ${{ submitted: "wait", archived: "back" }[row.lesson.stage] ?? ""}`;
    const at = new Date(row.created_at * 1000);
    item.querySelector("time").textContent = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
    return item;
  }));
}
