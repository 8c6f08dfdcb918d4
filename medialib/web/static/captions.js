// Captions of the lesson's player. The tracks are the browser's own, whoever plays (hls.js adds its to them), so the
// choice made here and the one in the player's menu are one.

import { keep, recall } from "./memory.js";

const spoken = (video) => [...video.textTracks].filter((one) => ["captions", "subtitles"].includes(one.kind));

// `chosen` hears which language is on show, "" for none.
export function bindCaptions({ box, video }, label, signal, chosen) {
  const select = label.querySelector("select");
  const known = [...select.options].map((one) => one.value);
  let applying = false;

  function apply() {
    applying = true;
    for (const track of spoken(video)) {
      const mode = track.language === select.value ? "showing" : "disabled";
      if (track.mode !== mode) track.mode = mode;
    }
    label.classList.toggle("on", select.value !== "");
    // The change event of the browser comes later: what it reports then is our own doing.
    setTimeout(() => (applying = false), 0);
  }

  function follow() {
    if (applying) return;
    const shown = spoken(video).find((one) => one.mode === "showing")?.language ?? "";
    if (!known.includes(shown) || shown === select.value) return;
    select.value = shown;
    keep("captions", shown);
    chosen(shown);
  }

  if (known.includes(recall("captions"))) select.value = recall("captions");
  select.addEventListener("change", () => {
    keep("captions", select.value);
    apply();
    chosen(select.value);
  }, { signal });
  video.textTracks.addEventListener("addtrack", () => setTimeout(apply, 0), { signal });
  video.textTracks.addEventListener("change", follow, { signal });
  video.addEventListener("playing", apply, { signal });
  box.dataset.captionSize = recall("caption-size", "usual");
  apply();
  if (select.value) chosen(select.value);
}

export function bindCaptionSize({ box }, group, signal) {
  for (const choice of group.querySelectorAll("input")) {
    choice.checked = choice.value === recall("caption-size", "usual");
    choice.addEventListener("change", () => {
      keep("caption-size", choice.value);
      box.dataset.captionSize = choice.value;
    }, { signal });
  }
}
