// Forms that change a part of the page: they are sent beside it, and #live is shown anew, with focus where it was.
// They go one after the other. The page is shown anew once all are answered and nothing is held, so that what is done
// meanwhile begins from what is seen, not from an answer that does not know of it yet.

import { obstacle, tell } from "./desk-staying.js";

const live = () => document.getElementById("live");
const plain = (form) => new URLSearchParams(new FormData(form));
let sending = Promise.resolve();
let unanswered = 0;
let answered = null; // the last page that came, not yet shown

document.documentElement.classList.add("swaps");

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-swap]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  const body = form.enctype === "multipart/form-data" ? new FormData(form) : plain(form);
  const untyped = "typedOnly" in form.dataset ? [...form.elements].filter((one) => one.value === last(one)) : [];
  for (const one of untyped) if (one.type !== "hidden") body.delete(one.name);
  count(1);
  sending = sending.then(() => send(form, body));
});

// What the server had of a field when it was last heard of: of a form with data-typed-only no other fields go, since somebody
// else may have changed those meanwhile.
const taken = new WeakMap();
const chosen = (choices) => ([...choices.options].find((one) => one.defaultSelected) ?? choices.options[0]).value;
const last = (field) => taken.get(field) ?? (field.options ? chosen(field) : field.defaultValue);

function count(more) {
  unanswered += more;
  document.documentElement.toggleAttribute("data-sending", unanswered > 0);
}

addEventListener("beforeunload", (event) => {
  if (unanswered) event.preventDefault();
});

document.addEventListener("let-go", showAnswered);

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (form && form.reportValidity()) form.requestSubmit();
});

async function send(form, body) {
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  const text = answer && (answer.ok || answer.status === 400) ? await answer.text() : "";
  count(-1);
  if (answer?.ok) for (const one of form.elements) if (body.has(one.name)) taken.set(one, body.get(one.name));
  if (!text.includes('id="live"')) {
    count(-unanswered);
    const why = await obstacle();
    if (why) return void tell(form, why);
    document.body.append(form); // it may be shown no longer, and would then send nothing
    form.submit(); // the whole page then tells what is wrong
    return;
  }
  answered = new DOMParser().parseFromString(text, "text/html");
  showAnswered();
}

function showAnswered() {
  if (!answered || unanswered || live().querySelector("[data-held]")) return;
  const page = answered;
  answered = null;
  show(page);
}

function show(page) {
  const focused = document.activeElement;
  const place = focused && { id: focused.id, entry: focused.closest("[data-entry]")?.dataset.entry };
  const typing = focused?.matches("input, textarea, select") && focused.closest("form[data-autosave]:not(.no)");
  const fresh = page.getElementById("live");
  const same = typing && fresh.querySelector(`form[data-autosave][action="${typing.getAttribute("action")}"]`);
  const selection = typing && focused.selectionStart;
  document.title = page.title;
  document.querySelector(".head h1").replaceChildren(...page.querySelector(".head h1").childNodes);
  if (same) same.replaceWith(typing);
  live().replaceWith(fresh);
  document.dispatchEvent(new CustomEvent("swapped"));
  if (same) {
    focused.focus({ preventScroll: true });
    if (selection !== null && focused.setSelectionRange && /text|search/.test(focused.type)) {
      focused.setSelectionRange(selection, selection);
    }
  } else {
    const next = (place?.id && document.getElementById(place.id)) || fresh.querySelector(place?.id.startsWith("add-") ? ".found button" : `[data-entry="${place?.entry}"] .grip`);
    if (next && !next.hidden) next.focus({ preventScroll: true });
  }
}

// What is typed into a search field is looked for at once; only what was found is shown anew.
let asked = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-find]");
  if (!form) return;
  const mine = ++asked;
  setTimeout(async () => {
    if (mine !== asked) return;
    const answer = await fetch(`${location.pathname}?${plain(form)}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("found").replaceChildren(...page.getElementById("found").childNodes);
  }, 200);
});

// A toast goes after eight seconds, unless somebody is at it.
function fade() {
  const toast = document.querySelector(".toast");
  if (!toast) return;
  const go = () => (toast.matches(":hover, :focus-within") ? setTimeout(go, 2000) : toast.remove());
  setTimeout(go, 8000);
}
document.addEventListener("swapped", fade);
fade();

function offerCopies() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy-address]")) {
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(new URL(button.dataset.copyAddress, location.href).href);
      button.textContent = button.dataset.copied;
    };
  }
}
document.addEventListener("swapped", offerCopies);
offerCopies();
