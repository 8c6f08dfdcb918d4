// The week of a channel by hand: a part leads to its row, an empty place begins one; fields that would say nothing hide.

const STEP_MINUTES = 30, USUAL_MINUTES = 120, DAY_MINUTES = 1440;
const days = [...document.querySelectorAll(".week .day svg")];
const two = (number) => String(number).padStart(2, "0");
const clock = (minutes) => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;

document.getElementById("by-hand").hidden = false;

function minutesAt(svg, event) {
  const box = svg.getBoundingClientRect();
  const steps = Math.floor((event.clientY - box.top) / box.height * (DAY_MINUTES / STEP_MINUTES));
  return Math.max(0, Math.min(DAY_MINUTES - STEP_MINUTES, steps * STEP_MINUTES));
}

// The row of a part that is still empty; one more is put behind the last when all are in use.
function emptyRow() {
  const rows = [...document.querySelectorAll(".part-rows > li:has([name^=part-])")];
  const free = rows.find((row) => !row.querySelector("[name$=-show]").value && !row.querySelector("[name$=-begins]").value);
  if (free) return free;
  const made = rows.at(-1).cloneNode(true);
  for (const field of made.querySelectorAll("[name]")) {
    field.name = field.name.replace(/^part-\d+/, `part-${rows.length}`);
    if (field.type !== "checkbox") field.value = "";
    else if (field.name.endsWith("-exact")) field.checked = false;
  }
  made.querySelector("[name$=-order]").selectedIndex = 0;
  rows.at(-1).after(made);
  return made;
}

function begin(day, from, until) {
  const row = emptyRow();
  for (const box of row.querySelectorAll("[name$=-days]")) box.checked = Number(box.value) === day;
  row.querySelector("[name$=-begins]").value = clock(from);
  row.querySelector("[name$=-ends]").value = clock(until);
  lead(row);
}

function lead(row) {
  row.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  (row.querySelector("select") || row.querySelector("[name$=-begins]")).focus({ preventScroll: true });
}

function drawn(svg, from, until) {
  const rect = document.createElementNS(svg.namespaceURI, "rect");
  for (const [name, value] of Object.entries({ class: "draft", x: 1, width: 98, rx: 3, y: from * 0.4, height: (until - from) * 0.4 })) rect.setAttribute(name, value);
  svg.querySelector(".draft")?.remove();
  svg.append(rect);
}

days.forEach((svg, day) => {
  let from = -1, until = -1;
  svg.addEventListener("pointerdown", (event) => {
    from = event.pointerType === "mouse" && event.button === 0 && !event.target.dataset.row ? minutesAt(svg, event) : -1;
    until = -1;
    if (from >= 0) svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!event.buttons) from = -1; // let go elsewhere
    if (from < 0) return;
    const at = minutesAt(svg, event) + STEP_MINUTES;
    if (until < 0 && at <= from + STEP_MINUTES) return; // it has not moved yet
    until = Math.max(from + STEP_MINUTES, at);
    drawn(svg, from, until);
  });
  svg.addEventListener("click", (event) => {
    const row = event.target.dataset.row;
    if (row) { lead(document.querySelector(`[name^="${row}-"]`).closest("li")); return; }
    const start = from >= 0 ? from : minutesAt(svg, event);
    const end = until >= 0 ? until : Math.min(DAY_MINUTES, start + USUAL_MINUTES);
    from = -1;
    drawn(svg, start, end);
    begin(day, start, end);
  });
});

// Words are for one lesson and for a search, an order is for more than one lesson.
function show(select) {
  const line = select.parentElement, kind = select.value.split(":")[0];
  line.querySelector("[name$=-words]").hidden = kind !== "lesson" && kind !== "search";
  const order = line.querySelector("[name$=-order]");
  if (order) order.hidden = kind === "lesson" || kind === "";
}

document.querySelectorAll("select[name$=-show]").forEach(show);
document.addEventListener("change", (event) => { if (event.target.matches("select[name$=-show]")) show(event.target); });
