// The week of a channel as it is in the fields, drawn on its grid; parts are drawn, moved and resized, and taken back.

const STEP_MINUTES = 30, USUAL_MINUTES = 120, DAY_MINUTES = 1440, UNITS_PER_MINUTE = 0.4, EDGE_PIXELS = 7;
const grid = document.querySelector(".week"), days = [...grid.querySelectorAll(".day svg")], undo = document.getElementById("undo-week");
const two = (number) => String(number).padStart(2, "0");
const clock = (minutes) => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
const field = (row, name) => row.querySelector(`[name$=-${name}]`);
const before = []; // what the fields said, newest last
let drag = null;

// --- fields ---

const rows = () => [...document.querySelectorAll(".part-rows > li")].filter((row) => row.querySelector("[name^=part-]"));
const rowOf = (name) => document.querySelector(`[name^="${name}-"]`)?.closest("li");
const nameOf = (row) => field(row, "begins").name.replace(/-begins$/, "");

function timesOf(row) {
  const [begins, ends] = ["begins", "ends"].map((name) => /^(\d\d):(\d\d)/.exec(field(row, name).value));
  if (!begins || !ends) return null;
  const [from, until] = [begins, ends].map((one) => Number(one[1]) * 60 + Number(one[2]));
  return { from, until: until || DAY_MINUTES };
}

const daysOf = (row) => [...row.querySelectorAll("[name$=-days]:checked")].map((box) => Number(box.value));

// The row of a part that is still empty; one more is put behind the last when all are in use.
function emptyRow() {
  const all = rows(), free = all.find((row) => !field(row, "show").value && !field(row, "begins").value);
  if (free) return free;
  const made = all[all.length - 1].cloneNode(true);
  for (const one of made.querySelectorAll("[name]")) {
    one.name = one.name.replace(/^part-\d+/, `part-${all.length}`);
    if (one.type !== "checkbox") one.value = "";
    else if (one.name.endsWith("-exact")) one.checked = false;
  }
  field(made, "order").selectedIndex = 0;
  all[all.length - 1].after(made);
  return made;
}

function remember(row) {
  const fields = [...row.querySelectorAll("[name]")].map((one) => [one, one.type === "checkbox" ? one.checked : one.value]);
  before.push(fields);
  undo.hidden = false;
}

function takeBack() {
  for (const [one, value] of before.pop() || []) {
    if (one.type === "checkbox") one.checked = value;
    else one.value = value;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
  undo.hidden = !before.length;
  if (undo.hidden && document.activeElement === document.body) grid.focus();
  draw();
}

function setTimes(row, from, until) {
  field(row, "begins").value = clock(from);
  field(row, "ends").value = clock(until);
  draw();
}

// --- what is seen ---

function put(svg, name, attributes, text) {
  const made = document.createElementNS(svg.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  svg.insertBefore(made, svg.querySelector(".special, .special-text, .now"));
  return made;
}

// Of a day: what each part has of it, after midnight too.
function piecesOf(row) {
  const times = timesOf(row), name = nameOf(row);
  if (!times) return [];
  const { from, until } = times, piece = (day, begins, ends) => ({ row, name, day, begins, ends });
  if (until > from) return daysOf(row).map((day) => piece(day, from, until));
  return daysOf(row).flatMap((day) => [piece(day, from, DAY_MINUTES), piece((day + 1) % 7, 0, until)]);
}

function clashesOf(pieces) {
  return pieces.flatMap((a, at) => pieces.slice(at + 1).filter((b) => a.day === b.day && a.row !== b.row).map((b) =>
    ({ day: a.day, name: b.name, begins: Math.max(a.begins, b.begins), ends: Math.min(a.ends, b.ends) })).filter((one) => one.begins < one.ends));
}

function titleOf(row) {
  const select = field(row, "show");
  return (select.value && (field(row, "words").value || select.selectedOptions[0].textContent)) || "";
}

function draw() {
  const focused = document.activeElement?.dataset?.row, day = days.indexOf(document.activeElement?.closest?.("svg"));
  for (const one of grid.querySelectorAll(".part, .part-text, .clash, .gap, .draft")) one.remove();
  const pieces = rows().flatMap(piecesOf);
  for (const one of pieces) block(one);
  for (const { day: on, name, begins, ends } of clashesOf(pieces)) {
    put(days[on], "rect", { class: "clash", "data-row": name, x: 1, width: 98, rx: 3, y: begins * UNITS_PER_MINUTE, height: (ends - begins) * UNITS_PER_MINUTE });
  }
  if (focused && day >= 0) days[day].querySelector(`.part[data-row="${focused}"]`)?.focus({ preventScroll: true });
}

function block({ row, name, day, begins, ends }) {
  const y = begins * UNITS_PER_MINUTE, height = Math.max(1, (ends - begins) * UNITS_PER_MINUTE), title = titleOf(row), svg = days[day];
  const told = `${clock(begins)}–${clock(ends)}`;
  const kind = field(row, "exact").checked ? "part exact" : "part";
  const rect = put(svg, "rect", { class: kind, "data-row": name, x: 1, width: 98, rx: 3, y, height, tabindex: 0, role: "button", "aria-label": `${told} ${title}`, "aria-describedby": "by-hand" });
  rect.append(Object.assign(document.createElementNS(svg.namespaceURI, "title"), { textContent: told }));
  if (height > 14) put(svg, "text", { class: "part-text", x: 6, y: y + 13 }, clock(begins) + (height <= 28 ? ` ${title.slice(0, 4)}` : ""));
  if (height > 28) put(svg, "text", { class: "part-text", x: 6, y: y + 27 }, title.slice(0, 8));
}

function sketch(svg, from, until) {
  svg.querySelector(".draft")?.remove();
  put(svg, "rect", { class: "draft", x: 1, width: 98, rx: 3, y: from * UNITS_PER_MINUTE, height: (until - from) * UNITS_PER_MINUTE });
}

function lead(row) {
  row.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  (row.querySelector("select") || field(row, "begins")).focus({ preventScroll: true });
}

// --- mouse and keys ---

function minutesAt(svg, event) {
  const box = svg.getBoundingClientRect();
  const steps = Math.floor((event.clientY - box.top) / box.height * (DAY_MINUTES / STEP_MINUTES));
  return Math.max(0, Math.min(DAY_MINUTES - STEP_MINUTES, steps * STEP_MINUTES));
}

function begin(day, from, until) {
  const row = emptyRow();
  remember(row);
  for (const box of row.querySelectorAll("[name$=-days]")) box.checked = Number(box.value) === day;
  setTimes(row, from, until);
  lead(row);
}

// Which hand is laid on a part: on its upper edge, its lower edge, or its middle.
function handOn(rect, event) {
  const box = rect.getBoundingClientRect(), edge = Math.min(EDGE_PIXELS, box.height / 4);
  return event.clientY - box.top < edge ? "begins" : box.bottom - event.clientY < edge ? "ends" : "both";
}

// The times of a part by so many minutes later, kept within its day; null where that changes nothing that can be.
function later({ from, until }, minutes, hand) {
  if (hand === "begins") return { from: Math.max(0, Math.min(until - STEP_MINUTES, from + minutes)), until };
  if (hand === "ends") return { from, until: Math.min(DAY_MINUTES, Math.max(from + STEP_MINUTES, until + minutes)) };
  const by = Math.max(-from, Math.min(DAY_MINUTES - until, minutes));
  return { from: from + by, until: until + by };
}

function change(row, times) {
  const now = timesOf(row);
  if (now && now.from === times.from && now.until === times.until) return false;
  setTimes(row, times.from, times.until);
  return true;
}

function hold(event, svg) {
  const name = event.target.dataset.row, row = name?.startsWith("part-") ? rowOf(name) : null, times = row && timesOf(row);
  if (event.pointerType !== "mouse" || event.button !== 0 || (name && !(times && times.until > times.from))) return;
  drag = { svg, row, times, at: minutesAt(svg, event), hand: row && handOn(event.target, event), until: -1, moved: false };
  svg.setPointerCapture(event.pointerId);
}

function move(event) {
  if (!event.buttons) {
    drag = null; // let go elsewhere
    if (event.target.matches(".part")) event.target.style.cursor = handOn(event.target, event) === "both" ? "move" : "ns-resize";
  }
  if (!drag) return;
  const at = minutesAt(drag.svg, event);
  if (drag.row) {
    const times = later(drag.times, at - drag.at, drag.hand);
    if (!drag.moved && times.from === drag.times.from && times.until === drag.times.until) return;
    if (!drag.moved) remember(drag.row);
    drag.moved = true;
    change(drag.row, times);
  } else if (drag.until >= 0 || at > drag.at) {
    drag.until = Math.max(drag.at, at) + STEP_MINUTES;
    sketch(drag.svg, drag.at, drag.until);
  }
}

function click(event, svg, day) {
  const held = drag, name = document.elementFromPoint(event.clientX, event.clientY)?.dataset?.row;
  drag = null;
  if (held?.moved) return;
  if (name && !(held && held.until >= 0)) { lead(rowOf(name)); return; }
  const start = held ? held.at : minutesAt(svg, event);
  begin(day, start, held && held.until >= 0 ? held.until : Math.min(DAY_MINUTES, start + USUAL_MINUTES));
}

function press(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && before.length) { event.preventDefault(); takeBack(); return; }
  const name = event.target.dataset.row, row = name?.startsWith("part-") ? rowOf(name) : null, times = row && timesOf(row);
  if (!times || event.ctrlKey || event.altKey || event.metaKey) return;
  const minutes = { ArrowUp: -STEP_MINUTES, ArrowDown: STEP_MINUTES }[event.key];
  if (minutes && times.until > times.from) {
    const next = later(times, minutes, event.shiftKey ? "ends" : "both");
    if (next.from !== times.from || next.until !== times.until) remember(row);
    change(row, next);
  } else if (event.key === "Delete") {
    remember(row);
    for (const one of ["begins", "ends", "show", "words"]) field(row, one).value = "";
    draw();
    undo.focus();
  } else if (event.key === "Enter" || event.key === " ") lead(row);
  else return;
  event.preventDefault();
}

days.forEach((svg, day) => {
  svg.addEventListener("pointerdown", (event) => hold(event, svg));
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointercancel", () => { drag = null; draw(); });
  svg.addEventListener("click", (event) => click(event, svg, day));
});
grid.addEventListener("keydown", press);
undo.addEventListener("click", takeBack);
document.querySelector(".part-rows").addEventListener("change", draw);
document.getElementById("by-hand").hidden = false;
draw();
