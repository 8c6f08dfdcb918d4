// Review by keyboard: p publishes, r returns, j and k go to the next and the previous lesson, space plays; a line of the
// captions is a way to its second, and a usual reason is put down with one press.

const form = document.querySelector("[data-decide]");
const video = document.querySelector("[data-player] video");
const reason = form.querySelector("[name=reason]");
const reasons = form.querySelector("[data-reasons]");

reasons.hidden = false;
for (const one of reasons.querySelectorAll("button")) {
  one.addEventListener("click", () => {
    const said = one.textContent.trim();
    if (!reason.value.includes(said)) reason.value = [reason.value.trim(), said].filter(Boolean).join("；");
    reason.focus();
  });
}

// What was decided is on its way: another key or press meanwhile would decide otherwise of the same lesson.
const ANSWER_MS = 15000;
let decided = false;
form.addEventListener("submit", (event) => {
  if (decided) event.preventDefault();
  decided = true;
  setTimeout(() => (decided = false), ANSWER_MS);
});
addEventListener("pageshow", () => (decided = false));

const neighbour = (step) => {
  const links = [...document.querySelectorAll(".queue ol a")];
  const at = links.findIndex((one) => one.closest("[aria-current]"));
  return links[at < 0 ? 0 : at + step];
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "p") form.requestSubmit(form.querySelector("[value=published]"));
  else if (key === "r") {
    if (reason.value.trim()) form.requestSubmit(form.querySelector("[value=returned]"));
    else reason.focus();
  } else if (key === "j") neighbour(1)?.click();
  else if (key === "k") neighbour(-1)?.click();
  else return;
  event.preventDefault();
});

const lines = [...document.querySelectorAll("[data-lines] button")];
for (const one of lines) {
  one.addEventListener("click", () => {
    video.currentTime = Number(one.dataset.seconds);
    if (video.paused) document.querySelector("[data-player] .start:not([hidden])")?.click();
  });
}
if (lines.length) {
  video.addEventListener("timeupdate", () => {
    const now = lines.filter((one) => Number(one.dataset.seconds) <= video.currentTime).pop();
    for (const one of lines) one.parentElement.classList.toggle("now", one === now);
  });
}
