// How far a lesson is made: asked every three seconds while the page is looked at.

import { lengthOf } from "./memory.js";

const EVERY_MS = 3000;

function fill(template, value) {
  return template.replace("{}", value);
}

function explain(row, says) {
  if (row.complete) return says.saysDone;
  const speed = row.speed ? ` · ${fill(says.saysSpeed, row.speed.toFixed(1))}` : "";
  if (row.seconds_left === null) return says.saysWaiting + speed;
  return (row.seconds_left < 60 ? says.saysSoon : fill(says.saysLeft, Math.round(row.seconds_left / 60))) + speed;
}

function show(row, panel) {
  const line = panel.querySelector(`[data-name="${CSS.escape(row.name)}"]`);
  if (!line) return;
  line.classList.toggle("done", row.complete);
  line.querySelector("progress").value = row.seconds_done;
  line.querySelector(".num").textContent = `${lengthOf(row.seconds_done)} / ${lengthOf(row.seconds_total)}`;
  line.querySelector("small").textContent = explain(row, panel.dataset);
}

function finish(lesson, panel) {
  panel.querySelector("h2").textContent =
    lesson.state === "parked" ? panel.dataset.saysParked : panel.dataset.saysComplete;
  panel.querySelector(".meta").textContent =
    lesson.state === "parked" ? (lesson.reason ?? "") : panel.dataset.saysCompleteMore;
  panel.classList.toggle("parked", lesson.state === "parked");
}

export function watchProgress(panel, signal) {
  async function look() {
    if (signal.aborted) return undefined;
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
        if (answer.ok) {
          const lesson = await answer.json();
          lesson.renditions.forEach((row) => show(row, panel));
          if (lesson.state !== "published") return finish(lesson, panel);
        }
      } catch {
        // The network is away for a moment: the next look may succeed.
      }
    }
    setTimeout(look, EVERY_MS);
    return undefined;
  }

  setTimeout(look, EVERY_MS);
}
