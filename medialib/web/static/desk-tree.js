// A tree whose branches are moved by their grip: by pointer before, or under, another one; by keyboard with Alt and arrows.

const EDGE = 72; // pixels; held there, the page moves on
const FASTEST = 1200; // pixels a second
const LONGEST_FRAME_MS = 200;

function ready() {
  for (const grip of document.querySelectorAll("[data-tree] .grip")) grip.hidden = false;
}
document.addEventListener("swapped", ready);
ready();

const all = () => [...document.querySelectorAll("[data-tree] > li")];
const depth = (row) => Number(row.dataset.depth);
const bySlug = (slug) => (slug ? document.getElementById(slug) : null);
const siblings = (row) => all().filter((one) => one.dataset.parent === row.dataset.parent);

function isBelow(row, other) {
  for (let one = row; one; one = bySlug(one.dataset.parent)) if (one === other) return true;
  return false;
}

function put(row, parent, before) {
  const form = row.querySelector("form");
  form.elements.parent.value = parent;
  form.elements.before.value = before;
  form.requestSubmit();
}

const pressed = []; // while a move is on its way: the theme and the key of those that follow it

const steps = {
  ArrowUp: (row, beside, at) => at > 0 && put(row, row.dataset.parent, beside[at - 1].dataset.slug),
  ArrowDown: (row, beside, at) => at < beside.length - 1 && put(row, row.dataset.parent, beside[at + 2]?.dataset.slug ?? ""),
  ArrowRight: (row, beside, at) => at > 0 && put(row, beside[at - 1].dataset.slug, ""),
  ArrowLeft: (row) => {
    const above = bySlug(row.dataset.parent);
    if (!above) return;
    const aunts = siblings(above);
    put(row, above.dataset.parent, aunts[aunts.indexOf(above) + 1]?.dataset.slug ?? "");
  },
};

function step(row, key) {
  const beside = siblings(row);
  steps[key](row, beside, beside.indexOf(row));
}

document.addEventListener("swapped", () => {
  while (pressed.length && !document.documentElement.hasAttribute("data-sending")) {
    const { slug, key } = pressed.shift();
    if (bySlug(slug)) step(bySlug(slug), key);
  }
});

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-tree] .grip")?.closest("li");
  if (!row) return;
  if (!event.altKey) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const next = by && all()[all().indexOf(row) + by];
    if (next) {
      event.preventDefault();
      next.querySelector(".grip").focus();
    }
    return;
  }
  if (!steps[event.key]) return;
  event.preventDefault();
  if (document.documentElement.hasAttribute("data-sending")) pressed.push({ slug: row.dataset.slug, key: event.key });
  else step(row, event.key);
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-tree] .grip");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.focus();
  const row = grip.closest("li");
  const family = all().filter((one) => isBelow(one, row));
  let goal = null;
  let pointer = event.clientY, scrolling = 0, last = performance.now();
  grip.setPointerCapture(event.pointerId);
  for (const one of family) one.classList.add("carried");

  function clear() {
    for (const one of all()) one.classList.remove("before", "under");
  }

  function scroll(now) {
    const deep = Math.min(Math.max(EDGE - pointer, pointer - (innerHeight - EDGE), 0) / EDGE, 1);
    if (deep) {
      scrollBy(0, Math.sign(pointer - EDGE) * deep * FASTEST * Math.min(now - last, LONGEST_FRAME_MS) / 1000);
      aim();
    }
    last = now;
    scrolling = requestAnimationFrame(scroll);
  }

  function move(moved) {
    pointer = moved.clientY;
    aim();
  }

  function aim() {
    clear();
    goal = null;
    const over = all().find((one) => {
      const box = one.getBoundingClientRect();
      return pointer >= box.top && pointer < box.bottom;
    });
    if (!over || family.includes(over)) return;
    const box = over.getBoundingClientRect();
    const how = pointer < box.top + box.height * 0.4 ? "before" : "under";
    over.classList.add(how);
    goal = { over, how };
  }

  function end(ended) {
    cancelAnimationFrame(scrolling);
    grip.removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) grip.removeEventListener(name, end);
    clear();
    for (const one of family) one.classList.remove("carried");
    if (ended.type !== "pointerup" || !goal) return;
    if (goal.how === "under") put(row, goal.over.dataset.slug, "");
    else put(row, goal.over.dataset.parent, goal.over.dataset.slug);
  }

  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
  scrolling = requestAnimationFrame(scroll);
});
