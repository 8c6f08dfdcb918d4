// The files of a lesson: one that nobody has asked for yet is put together first, and that is told meanwhile.

const AGAIN_SECONDS = 5;
const LONGEST_SECONDS = 20 * 60;

// Answered once the file is there; the server lets one wait for it, and says when to come back if that takes longer.
async function made(address, signal, since = performance.now()) {
  const answer = await fetch(address, { method: "HEAD", signal });
  if (answer.ok) return;
  if (answer.status !== 503 || performance.now() - since > LONGEST_SECONDS * 1000) throw new Error(answer.statusText);
  const seconds = Number(answer.headers.get("Retry-After")) || AGAIN_SECONDS;
  await new Promise((done) => setTimeout(done, seconds * 1000));
  await made(address, signal, since); // which fails when the page was left meanwhile
}

export function bindFiles(files, signal) {
  const status = files.querySelector(".told");
  const says = status.dataset;
  for (const link of files.querySelectorAll("a")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      if (link.getAttribute("aria-busy")) return;
      link.setAttribute("aria-busy", "true");
      status.textContent = says.making;
      try {
        await made(link.href, signal);
        link.cloneNode().click(); // one that nothing listens to
        status.textContent = says.coming;
      } catch {
        status.textContent = says.failed;
      }
      link.removeAttribute("aria-busy");
    }, { signal });
  }
}
