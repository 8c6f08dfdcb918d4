// Lists: posters are fetched when they come near the screen; a choice in a filter shows its result at once.

document.documentElement.classList.add("scripted");

function drawnCover(event) {
  const image = event.currentTarget;
  image.removeEventListener("error", drawnCover);
  image.parentElement.querySelector("source")?.remove();
  image.removeAttribute("srcset");
  image.src = image.dataset.cover;
}

// A picture in several sizes: the browser takes the one that fits this screen.
function fetchPoster(image) {
  const source = image.parentElement.querySelector("source[data-srcset]");
  if (source) source.srcset = source.dataset.srcset;
  if (image.dataset.srcset) image.srcset = image.dataset.srcset;
  image.src = image.dataset.poster;
}

const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      fetchPoster(target);
    }
  },
  { rootMargin: "160px" },
);

for (const image of document.querySelectorAll("img[data-cover]")) {
  image.addEventListener("error", drawnCover);
  if (image.dataset.poster) nearby.observe(image);
  else if (image.complete && image.naturalWidth === 0) drawnCover({ currentTarget: image });
}

for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("submit", () => {
    // An address without empty words is shorter to share.
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}

// A browser that goes back to this page finds its fields usable again.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-submit-on-change] :disabled")) field.disabled = false;
});

// The choices of a filter lie over the list: a press beside them, or Escape, puts them away.
const choices = document.querySelector("details.narrow-by");
if (choices) {
  addEventListener("click", (event) => choices.contains(event.target) || (choices.open = false));
  choices.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !choices.open) return;
    choices.open = false;
    choices.querySelector("summary").focus();
  });
}
