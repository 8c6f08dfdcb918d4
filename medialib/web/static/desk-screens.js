// The desk's list of screens: tick all at once, and begin with the present in fields of time.

const all = document.querySelector("[data-all]");
all?.addEventListener("change", () => {
  for (const box of document.querySelectorAll("input[name=screen]")) box.checked = all.checked;
});

for (const field of document.querySelectorAll("[data-now]")) {
  const at = new Date(Date.now() + field.dataset.now * 1000);
  at.setMinutes(at.getMinutes() - at.getTimezoneOffset());
  field.value ||= at.toISOString().slice(0, 16);
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
