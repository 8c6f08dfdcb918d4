// A tree whose branches are moved by their grip: by pointer before, or under, another one; by keyboard with Alt and arrows.

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

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-tree] .grip")?.closest("li");
  if (!row) return;
  const beside = siblings(row);
  const at = beside.indexOf(row);
  if (!event.altKey) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const next = step && all()[all().indexOf(row) + step];
    if (next) {
      event.preventDefault();
      next.querySelector(".grip").focus();
    }
    return;
  }
  const above = bySlug(row.dataset.parent);
  const acts = {
    ArrowUp: () => at > 0 && put(row, row.dataset.parent, beside[at - 1].dataset.slug),
    ArrowDown: () => at < beside.length - 1 && put(row, row.dataset.parent, beside[at + 2]?.dataset.slug ?? ""),
    ArrowRight: () => at > 0 && put(row, beside[at - 1].dataset.slug, ""),
    ArrowLeft: () => {
      if (!above) return;
      const aunts = siblings(above);
      put(row, above.dataset.parent, aunts[aunts.indexOf(above) + 1]?.dataset.slug ?? "");
    },
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-tree] .grip");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.focus();
  const row = grip.closest("li");
  const family = all().filter((one) => isBelow(one, row));
  let goal = null;
  grip.setPointerCapture(event.pointerId);
  for (const one of family) one.classList.add("carried");

  function clear() {
    for (const one of all()) one.classList.remove("before", "under");
  }

  function move(moved) {
    clear();
    goal = null;
    const over = all().find((one) => {
      const box = one.getBoundingClientRect();
      return moved.clientY >= box.top && moved.clientY < box.bottom;
    });
    if (!over || family.includes(over)) return;
    const box = over.getBoundingClientRect();
    const how = moved.clientY < box.top + box.height * 0.4 ? "before" : "under";
    over.classList.add(how);
    goal = { over, how };
  }

  function end(ended) {
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
});
