// The form of a lesson's details: Ctrl S saves it, what else is pressed saves it first, and nothing typed is left behind
// unasked. What is still being made of the lesson is followed.

import { watchProgress } from "./progress.js";

const making = document.querySelector("[data-progress]");
if (making) watchProgress(making, new AbortController().signal);

const form = document.getElementById("details");

// An empty answer when it is saved, else why it is not.
async function save() {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (answer?.redirected && answer.url.startsWith(form.action.replace(/details$/, "").replace(/\/$/, ""))) return "";
  const page = answer && new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html");
  return page?.querySelector(".told-wide [role=alert]")?.textContent || form.dataset.saysUnsaved;
}

if (form) {
  const note = form.querySelector("[data-note]");
  let changed = "unsaved" in form.dataset; // what could not be saved stands in it
  let saving = false; // who presses twice does it once
  const usual = note.textContent;
  const show = (problem = "") => {
    note.hidden = !changed;
    note.textContent = problem || usual;
    note.className = problem ? "say late" : "muted";
  };
  form.addEventListener("input", () => {
    changed = true;
    show();
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  addEventListener("submit", async (event) => {
    if (event.target === form || event.target.method !== "post" || !changed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (saving || !form.reportValidity()) return;
    saving = true;
    const problem = await save();
    saving = false;
    if (problem) {
      show(problem);
      note.scrollIntoView({ block: "nearest" });
      return;
    }
    changed = false;
    event.target.requestSubmit(event.submitter);
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  show();
}
