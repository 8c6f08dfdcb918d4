// The field for speakers: while somebody types a name, those that are known and fit stand below it; one press takes one.
// Any other name can be typed as well, several with “、” between them.

const PAUSE_MS = 150;
const LAST = /[^、,，;；/]*$/; // the name that is being typed
let asked = 0;

function rowOf(field) {
  const known = field.parentElement.querySelector("[data-known]");
  if (known) return known;
  const row = document.createElement("span");
  row.className = "chips known";
  row.dataset.known = "";
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", field.dataset.says);
  field.after(row);
  return row;
}

async function look(field) {
  const mine = ++asked;
  const typed = field.value.match(LAST)[0].trim();
  const answer = await fetch(`${field.dataset.speakers}?${new URLSearchParams({ q: typed })}`).catch(() => null);
  if (!answer?.ok || mine !== asked || !field.isConnected) return;
  const { names } = await answer.json();
  const there = field.value.split(/[、,，;；/]/).map((one) => one.trim());
  rowOf(field).replaceChildren(...names.filter((name) => !there.includes(name)).map((name) => chip(field, name)));
}

function chip(field, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chip suggest";
  button.textContent = name;
  button.addEventListener("click", (event) => {
    event.preventDefault(); // a press inside a label is not one of its field
    field.value = field.value.replace(LAST, name);
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    rowOf(field).replaceChildren();
    field.focus();
  });
  return button;
}

const fieldOf = (event) => event.target.closest?.("input[data-speakers]");

let waiting = 0;
document.addEventListener("input", (event) => {
  const field = fieldOf(event);
  if (!field || !event.isTrusted) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => look(field), PAUSE_MS);
});

document.addEventListener("focusin", (event) => {
  const field = fieldOf(event);
  if (field && !field.value.trim()) look(field);
});
