// Lists whose order is changed by dragging a grip, with a finger too, or by keyboard: Space, arrows, Space.

const EDGE = 72; // pixels
const SLOWEST = 300; // pixels a second
const FASTER = 1500;
const LONGEST_FRAME_MS = 200;

const rows = (list) => [...list.children].filter((row) => !row.classList.contains("slot"));
const placeOf = (row) => rows(row.parentElement).indexOf(row) + 1;

function ready() {
  for (const grip of document.querySelectorAll("[data-order] .grip")) grip.hidden = false;
}
document.addEventListener("swapped", ready);
ready();

function say(list, name, row) {
  const told = { title: row.dataset.title, place: placeOf(row), count: rows(list).length };
  const spoken = list.dataset[name].replace(/\{(\w+)\}/g, (_, key) => told[key]);
  document.getElementById("spoken").textContent = spoken;
  return spoken;
}

function send(row) {
  const form = row.querySelector("form.no");
  form.elements.place.value = placeOf(row);
  form.requestSubmit();
}

function renumber(list) {
  rows(list).forEach((row, at) => { row.querySelector("[name=place]").value = at + 1; });
}

// A list that changes while a row is held is shown anew only after it was let go.
function hold(row) {
  row.dataset.held = "";
}

function letGo(row) {
  delete row.dataset.held;
  queueMicrotask(() => document.dispatchEvent(new Event("let-go")));
}

// --- by pointer ---

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-order] .grip");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.focus();
  drag(grip, event);
});

function drag(grip, start) {
  const row = grip.closest("li");
  const list = row.parentElement;
  const before = row.nextElementSibling;
  const box = row.getBoundingClientRect();
  const within = start.clientY - box.top;
  const slot = Object.assign(document.createElement("li"), { className: "slot" });
  slot.setAttribute("aria-hidden", "true");
  slot.style.height = `${box.height}px`;
  slot.append(document.createElement("span"));
  row.before(slot);
  row.style.width = `${box.width}px`;
  row.classList.add("lift");
  hold(row);
  grip.setPointerCapture(start.pointerId);
  let pointer = start.clientY;
  let scrolling = 0;
  let last = performance.now();

  function place() {
    const top = list.getBoundingClientRect().top;
    row.style.top = `${pointer - within - top}px`;
    const middle = pointer - within + box.height / 2;
    const next = rows(list).find((one) => {
      if (one === row) return false;
      const its = one.getBoundingClientRect();
      return middle < its.top + its.height / 2;
    });
    if (slot.nextElementSibling !== next && next !== slot) list.insertBefore(slot, next ?? null);
    const order = [...list.children].filter((one) => one !== row);
    row.querySelector("[name=place]").value = order.indexOf(slot) + 1;
    row.querySelector(".hint").textContent = list.dataset.hint.replace("{place}", order.indexOf(slot) + 1);
  }

  // At an edge the page moves on, the faster the nearer: a long list is walked through in seconds on a slow machine too.
  function scroll(now) {
    const deep = Math.max(EDGE - pointer, pointer - (innerHeight - EDGE), 0) / EDGE;
    if (deep > 0) {
      const step = (SLOWEST + Math.min(deep, 1) * FASTER) * Math.min(now - last, LONGEST_FRAME_MS) / 1000;
      scrollBy(0, pointer < EDGE ? -step : step);
      place();
    }
    last = now;
    scrolling = requestAnimationFrame(scroll);
  }

  function move(event) {
    pointer = event.clientY;
    place();
  }

  function end(event) {
    cancelAnimationFrame(scrolling);
    grip.removeEventListener("pointermove", move);
    removeEventListener("keydown", leave, true);
    for (const name of ["pointerup", "pointercancel"]) grip.removeEventListener(name, end);
    if (event.type !== "pointerup") list.insertBefore(slot, before);
    slot.replaceWith(row);
    row.classList.remove("lift");
    letGo(row);
    row.style.width = row.style.top = "";
    row.querySelector(".hint").textContent = "";
    const moved = row.nextElementSibling !== before;
    renumber(list);
    if (moved) {
      say(list, "down", row);
      send(row);
    }
    grip.focus();
  }

  function leave(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    end(event);
  }

  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
  addEventListener("keydown", leave, true);
  scrolling = requestAnimationFrame(scroll);
  place();
}

// --- by keyboard ---

let held = null; // the row that is taken up, and what it stood before

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-order] .grip");
  if (!grip) return;
  const row = grip.closest("li");
  const list = row.parentElement;
  const step = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    if (held) drop(list);
    else take(row, list);
  } else if (step && (held || event.altKey)) {
    event.preventDefault();
    if (shift(row, list, step) && !held) send(row);
    grip.focus();
  } else if (event.key === "Escape" && held) {
    list.insertBefore(row, held.before);
    say(list, "left", row);
    release(list);
    grip.focus();
  } else if (step) {
    const next = reached(row, list, step);
    if (next !== row) {
      event.preventDefault();
      next.querySelector(".grip").focus();
    }
  }
});

document.addEventListener("focusout", (event) => {
  const row = held?.row;
  if (row && event.target.closest("li") === row) setTimeout(() => { if (held && !row.contains(document.activeElement)) drop(row.parentElement); });
});

function take(row, list) {
  held = { row, before: row.nextElementSibling };
  row.classList.add("kb");
  hold(row);
  row.querySelector(".grip").setAttribute("aria-pressed", "true");
  say(list, "up", row);
}

function drop(list) {
  const { row, before } = held;
  say(list, "down", row);
  release(list);
  if (row.nextElementSibling !== before) send(row);
}

function release(list) {
  held.row.classList.remove("kb");
  letGo(held.row);
  held.row.querySelector(".grip").removeAttribute("aria-pressed");
  held = null;
  renumber(list);
}

function reached(row, list, step) {
  const all = rows(list);
  return all[Math.min(Math.max(placeOf(row) - 1 + step, 0), all.length - 1)];
}

function shift(row, list, step) {
  const other = reached(row, list, step);
  if (other === row) return false;
  const kept = held;
  held = null; // moving it takes the focus away for a moment, which is no reason to put it down
  if (step < 0) other.before(row);
  else other.after(row);
  row.querySelector(".grip").focus();
  held = kept;
  renumber(list);
  row.scrollIntoView({ block: "nearest" });
  say(list, "moved", row);
  return true;
}
