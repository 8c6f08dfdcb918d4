// What the desk's pages do beyond forms: shortcuts, links that are copied with one press, what is told before it is sent.

import "./desk-staying.js";

for (const field of document.querySelectorAll("[data-shortcut]")) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key !== field.dataset.shortcut || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    field.focus();
  });
}

// Of a row that is wider than a phone, where one is stands in sight.
for (const here of document.querySelectorAll(".rail .entries [aria-current], .segs [aria-current]")) {
  const row = here.parentElement, [inner, outer] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

for (const field of document.querySelectorAll("input[readonly]")) {
  field.addEventListener("focus", () => field.select());
}

// Browsers let pages copy over TLS and on this machine only; elsewhere the field itself can be copied from.
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const field = button.parentElement.querySelector("input[readonly]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.querySelector("span").textContent = field.dataset.copied;
  });
}

// A file that is too large is told of before it is sent, while everything typed is still there.
document.addEventListener("change", (event) => {
  const field = event.target.closest("input[type=file][data-most-bytes]");
  if (!field) return;
  const most = Number(field.dataset.mostBytes);
  const large = [...field.files].some((file) => file.size > most);
  field.setCustomValidity(large ? document.body.dataset.saysTooLarge.replace("{}", `${Math.round(most / 1e6)} MB`) : "");
  field.reportValidity();
}, true);

// "?" shows the keys of a page that has some.
const keys = document.querySelector("[data-keys]");
if (keys) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]")) return;
    event.preventDefault();
    keys.showModal();
  });
}

// What was just done is told for eight seconds, longer while someone points at it or is in it.
for (const toast of document.querySelectorAll("[data-toast]")) {
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, 8000);
}

// Enter in a field of a form with several buttons takes the one that follows the field, if any does.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.repeat || event.isComposing || event.defaultPrevented) return;
  if (!event.target.matches?.("input:not([type=checkbox])") || !event.target.form?.querySelector("[data-no-default]")) return;
  const field = event.target.closest(".field, fieldset");
  const button = field?.matches("fieldset") ? field.querySelector("button") : field?.nextElementSibling;
  if (button?.matches("button:not([type=button])")) button.click();
});
