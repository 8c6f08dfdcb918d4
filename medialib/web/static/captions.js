// Captions and chapters of the lesson's player. The tracks are the browser's own, whoever plays (hls.js adds its to
// them), so the choice made here and the one in the player's menu are one.

const KEPT = "captions";

function remembered() {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return ""; // no storage in private windows
  }
}

function remember(language) {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // then it holds for this page only
  }
}

const spoken = (video) => [...video.textTracks].filter((one) => ["captions", "subtitles"].includes(one.kind));

function bindCaptions(video, label) {
  const select = label.querySelector("select");
  const known = [...select.options].map((one) => one.value);
  let applying = false;

  function apply() {
    applying = true;
    for (const track of spoken(video)) {
      const mode = track.language === select.value ? "showing" : "disabled";
      if (track.mode !== mode) track.mode = mode;
    }
    // The change event of the browser comes later: what it reports then is our own doing.
    setTimeout(() => (applying = false), 0);
  }

  function follow() {
    if (applying) return;
    const shown = spoken(video).find((one) => one.mode === "showing")?.language ?? "";
    if (!known.includes(shown) || shown === select.value) return;
    select.value = shown;
    remember(shown);
  }

  if (known.includes(remembered())) select.value = remembered();
  select.addEventListener("change", () => {
    remember(select.value);
    apply();
  });
  video.textTracks.addEventListener("addtrack", () => setTimeout(apply, 0));
  video.textTracks.addEventListener("change", follow);
  video.addEventListener("playing", apply);
  label.hidden = false;
}

function bindChapters(video, start, list) {
  const links = [...list.querySelectorAll("[data-seconds]")];
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      video.currentTime = Number(link.dataset.seconds);
      if (start.hidden) video.play().catch(() => {});
      else start.click();
      video.scrollIntoView({ block: "nearest" });
    });
  }
  video.addEventListener("timeupdate", () => {
    const begun = links.filter((one) => Number(one.dataset.seconds) <= video.currentTime + 0.05);
    for (const link of links) {
      if (link === begun.at(-1)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  });
}

const box = document.querySelector("[data-player]");
if (box) {
  const video = box.querySelector("video");
  const label = document.querySelector(".captions");
  if (label) bindCaptions(video, label);
  const list = document.querySelector(".chapters");
  if (list) bindChapters(video, box.querySelector(".start"), list);
}
