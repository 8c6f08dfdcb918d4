// What was typed outlives being signed out meanwhile, or a network that is away: a form that would only lead to a page that
// says so stays where it is, and says so itself. Whoever signs in again, on another page, sends it from here.

const says = document.body.dataset;

// Why a form would lead nowhere at the moment, nothing when it would not; its page then bears the tokens of whoever signed in.
export async function obstacle() {
  const answer = await fetch(says.account).catch(() => null);
  if (answer?.redirected) return "signedOut";
  if (!answer?.ok) return "away";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[name=csrf_token]").value;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  return "";
}

export function tell(form, why) {
  const note = form.querySelector("[data-stays]") ?? document.createElement("p");
  note.dataset.stays = "";
  note.className = "say late";
  note.setAttribute("role", "alert");
  note.textContent = why === "signedOut" ? says.saysSignedOut : says.saysAway;
  const add = (kind, parts) => note.append(" ", Object.assign(document.createElement(kind), { className: "btn plain", ...parts }));
  if (why === "signedOut") add("a", { href: says.account, target: "_blank", textContent: says.saysSignIn });
  if ("autosave" in form.dataset) add("button", { textContent: says.saysAgain }); // it shows no other
  form.append(note);
  note.scrollIntoView({ block: "nearest" });
}

const WORDS = "textarea, input:not([type=hidden], [type=password], [type=checkbox], [type=radio])";
const hasWords = (form) => [...form.elements].some((one) => one.matches(WORDS) && one.value !== one.defaultValue);
const sure = new WeakSet();
const asked = new WeakSet();

addEventListener("submit", async (event) => {
  const form = event.target, { submitter } = event;
  if (sure.delete(form) || form.method !== "post" || "swap" in form.dataset || !hasWords(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asked.has(form)) return;
  asked.add(form);
  const why = await obstacle();
  asked.delete(form);
  if (why) return void tell(form, why);
  form.querySelector("[data-stays]")?.remove();
  sure.add(form);
  form.requestSubmit(submitter);
}, true);

// Words that were typed and not sent are not left behind unasked, be it for another form of the page. What keeps itself is
// not asked about here, nor what a browser filled in by itself.
let going = null;
const unsent = (form) => form !== going && form.method === "post" && !("autosave" in form.dataset || "saysUnsaved" in form.dataset) && hasWords(form);

addEventListener("submit", (event) => {
  if (!event.defaultPrevented) going = event.target;
});
addEventListener("pageshow", () => (going = null));
addEventListener("beforeunload", (event) => {
  if (![...document.forms].some(unsent)) return;
  going = null;
  event.preventDefault();
});
