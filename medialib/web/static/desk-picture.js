// The picture that the player shows becomes the lesson's.

const take = document.querySelector("[data-take]");
const video = document.querySelector(".player video");

if (take && video) {
  const now = take.querySelector("[data-now]");
  const field = take.querySelector("[name=at]");
  now.hidden = false;
  now.addEventListener("click", () => {
    field.value = video.currentTime.toFixed(2);
    take.requestSubmit();
  });
  take.addEventListener("submit", () => {
    now.textContent = take.dataset.saysTaking;
    take.querySelectorAll("button").forEach((button) => setTimeout(() => (button.disabled = true)));
  });
}
