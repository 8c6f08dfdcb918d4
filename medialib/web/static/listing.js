// Lists: posters are fetched when they come near the screen; a choice in a filter shows its result at once.

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

function bindPictures(root) {
  for (const image of root.querySelectorAll("img[data-cover]")) {
    image.addEventListener("error", drawnCover);
    if (image.dataset.poster) nearby.observe(image);
    else if (image.complete && image.naturalWidth === 0) drawnCover({ currentTarget: image });
  }
}

function bindChoices(root, signal) {
  for (const form of root.querySelectorAll("form[data-submit-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", () => {
      // An address without empty words is shorter to share.
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    });
  }
  // A browser that goes back to this page finds its fields usable again.
  addEventListener("pageshow", () => {
    for (const field of root.querySelectorAll("form[data-submit-on-change] :disabled")) field.disabled = false;
  }, { signal });
}

// The choices of a filter lie over the list: a press beside them, or Escape, puts them away.
function bindFilters(choices, signal) {
  addEventListener("click", (event) => choices.contains(event.target) || (choices.open = false), { signal });
  choices.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !choices.open) return;
    choices.open = false;
    choices.querySelector("summary").focus();
  });
}

export function start(root, signal) {
  bindPictures(root);
  bindChoices(root, signal);
  const choices = root.querySelector("details.narrow-by");
  if (choices) bindFilters(choices, signal);
}

// A picture that was put into the page afterwards.
export const show = (root) => bindPictures(root);
