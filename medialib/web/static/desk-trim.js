// Beginning and end of a lesson are taken from the player, tried out, and sent as times of the whole recording.

const LOOK_BEFORE_SECONDS = 3;
const ASK_EVERY_MS = 3000;
const form = document.querySelector("[data-trim]");
const video = document.querySelector(".player video");

function read(text) {
  const parts = text.replaceAll("：", ":").split(":").map(Number);
  return parts.some((part) => Number.isNaN(part)) ? null : parts.reduce((sum, part) => sum * 60 + part, 0);
}

function told(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const [hours, minutes, rest] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, tenths % 600];
  const clock = `${String(Math.floor(rest / 10)).padStart(2, "0")}${rest % 10 ? `.${rest % 10}` : ""}`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${clock}` : `${minutes}:${clock}`;
}

function begin(trim) {
  const offset = Number(trim.dataset.offset);
  const field = (name) => trim.querySelector(`[data-time="${name}"]`);
  let stopAt = null;

  const showLeft = () => {
    const left = read(field("end").value) - read(field("start").value);
    trim.querySelector("output").textContent = left > 0 ? trim.dataset.saysLeft.replace("{}", told(left)) : "";
  };

  const set = (name) => {
    field(name).value = told(video.currentTime + offset);
    showLeft();
  };

  const tryOut = (name) => {
    const at = read(field(name).value);
    if (at === null) return field(name).focus();
    stopAt = name === "end" ? at - offset : null;
    video.currentTime = Math.max(0, at - offset - (name === "end" ? LOOK_BEFORE_SECONDS : 0));
    const start = document.querySelector(".player .start");
    if (start && !start.hidden) start.click();
    else video.play();
    return undefined;
  };

  trim.querySelectorAll("[data-set], [data-try]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => (button.dataset.set ? set(button.dataset.set) : tryOut(button.dataset.try)));
  });
  trim.addEventListener("input", showLeft);
  video.addEventListener("timeupdate", () => {
    if (stopAt === null || video.currentTime < stopAt) return;
    stopAt = null;
    video.pause();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (event.key === "[") set("start");
    if (event.key === "]") set("end");
  });
  showLeft();
}

async function watch(note) {
  try {
    const answer = await fetch(note.dataset.pending, { headers: { Accept: "application/json" } });
    const wanted = JSON.parse(note.dataset.wanted);
    const { trim } = answer.ok ? await answer.json() : {};
    if (trim && trim.start_seconds === wanted.start_seconds && trim.end_seconds === wanted.end_seconds) {
      note.querySelector("span").hidden = true;
      note.querySelector("a").hidden = false;
      return;
    }
  } catch {
    // The network is away for a moment: the next look may succeed.
  }
  setTimeout(watch, ASK_EVERY_MS, note);
}

if (form && video) begin(form);
const pending = document.querySelector("[data-pending]");
if (pending) setTimeout(watch, ASK_EVERY_MS, pending);
