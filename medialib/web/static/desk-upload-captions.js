// A large file of captions goes as it is: a form may only hold little.

const LARGE = 40_000;
const form = document.querySelector("form[data-captions]");

form?.addEventListener("submit", async (event) => {
  const file = form.elements.file.files[0];
  if (!file || file.size < LARGE) return;
  event.preventDefault();
  const query = new URLSearchParams({ name: file.name, language: form.elements.language.value });
  const answer = await fetch(`${form.action}?${query}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": form.elements.csrf_token.value },
    body: file,
  });
  if (answer.redirected) {
    location.assign(answer.url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main"));
});
