// Sheets over the page, and passing a lesson on: by the phone's own way, by a copied link, from where it plays now.

export function bindDialogs(root, signal) {
  for (const opener of root.querySelectorAll("[data-opens]")) {
    const sheet = root.getElementById(opener.dataset.opens);
    if (!sheet?.showModal) {
      opener.hidden = opener.localName === "button"; // one that is a link leads on by itself
      continue;
    }
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      for (const image of sheet.querySelectorAll("img[data-src]")) image.src = image.dataset.src;
      sheet.showModal();
    }, { signal });
    // A press beside a sheet puts it away.
    sheet.addEventListener("click", (event) => event.target === sheet && sheet.close(), { signal });
    sheet.querySelector(".close")?.addEventListener("click", () => sheet.close(), { signal });
    signal.addEventListener("abort", () => sheet.open && sheet.close());
  }
}

async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select(); // no TLS, or WeChat: the old way
    return document.execCommand?.("copy") ?? false;
  }
}

// `player` is null on pages of lists.
export function bindShare(player, root, signal) {
  const sheet = root.querySelector(".share-sheet");
  if (!sheet) return;
  const field = sheet.querySelector("input[readonly]");
  const whole = field.value;
  const from = sheet.querySelector("[name=from]");
  const put = () => {
    const seconds = Math.floor(player?.place ?? 0);
    field.value = from?.checked && seconds ? `${whole}${whole.includes("?") ? "&" : "?"}t=${seconds}` : whole;
  };
  from?.addEventListener("change", put, { signal });
  field.addEventListener("focus", () => field.select(), { signal });
  const copy = sheet.querySelector(".copy");
  copy.addEventListener("click", async () => {
    const said = copy.querySelector("span");
    if (await copied(field)) said.textContent = copy.dataset.copied;
  }, { signal });
  const pass = sheet.querySelector(".pass-on");
  if (!navigator.share) return;
  pass.hidden = false;
  pass.addEventListener("click", () => navigator.share({ title: document.title, url: field.value }).catch(() => {}), { signal });
}
