// The table of lessons by keyboard: j and k walk, x ticks, Enter opens, Esc unticks, ? shows the keys; the bulk bar
// is there while something is ticked.

document.documentElement.classList.add("scripted");

for (const form of document.querySelectorAll("[data-sends-itself]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

const form = document.querySelector("[data-rows]");
if (form) {
  const rows = [...form.querySelectorAll("tbody tr")];
  const ticks = rows.map((row) => row.querySelector(".check"));
  const all = form.querySelector("[data-all]");
  const bulk = form.querySelector("[data-bulk]");
  const count = bulk.querySelector("[data-count]");
  const none = bulk.querySelector("[data-none]");
  let at = -1;
  let last = null;
  none.hidden = false;

  const show = () => {
    const ticked = ticks.filter((one) => one.checked).length;
    rows.forEach((row, number) => row.classList.toggle("sel", ticks[number].checked));
    all.checked = ticked === rows.length;
    all.indeterminate = ticked > 0 && ticked < rows.length;
    bulk.hidden = ticked === 0;
    count.textContent = count.dataset.count.replace("{}", ticked);
  };
  const tickNone = () => {
    for (const one of ticks) one.checked = false;
    for (const open of bulk.querySelectorAll("details[open]")) open.open = false;
    show();
  };
  const go = (to) => {
    at = Math.min(Math.max(to, 0), rows.length - 1);
    rows.forEach((row, number) => row.classList.toggle("cursor", number === at));
    rows[at].querySelector("a").focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };

  form.addEventListener("change", (event) => {
    if (event.target === all) for (const one of ticks) one.checked = all.checked;
    show();
  });
  // With Shift, everything from the last tick to this one.
  form.addEventListener("click", (event) => {
    const number = ticks.indexOf(event.target);
    if (number < 0) return;
    if (event.shiftKey && last !== null) {
      for (let one = Math.min(last, number); one <= Math.max(last, number); one += 1) ticks[one].checked = event.target.checked;
      show();
    }
    last = number;
  });
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest("tbody tr");
    if (row) at = rows.indexOf(row);
  });
  none.addEventListener("click", tickNone);
  for (const one of bulk.querySelectorAll("details")) {
    one.addEventListener("toggle", () => {
      if (one.open) for (const other of bulk.querySelectorAll("details[open]")) if (other !== one) other.open = false;
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]")) return;
    if (event.key === "j") go(at + 1);
    else if (event.key === "k") go(at < 0 ? 0 : at - 1);
    else if (event.key === "x" && at >= 0) {
      ticks[at].checked = !ticks[at].checked;
      show();
    } else if (event.key === "Escape") tickNone();
    else return;
    event.preventDefault();
  });
  show();
}
