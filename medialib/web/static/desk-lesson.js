// The form of a lesson's details: Ctrl S saves it, and nothing typed is left behind unasked.

const form = document.getElementById("details");
if (form) {
  const note = form.querySelector("[data-note]");
  let changed = "unsaved" in form.dataset; // what could not be saved stands in it
  const show = () => {
    note.hidden = !changed;
  };
  form.addEventListener("input", () => {
    changed = true;
    show();
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
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
