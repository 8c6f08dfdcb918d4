// The desk's list of screens: tick all at once, and print.

const all = document.querySelector("[data-all]");
all?.addEventListener("change", () => {
  for (const box of document.querySelectorAll("input[name=screen]")) box.checked = all.checked;
});

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
