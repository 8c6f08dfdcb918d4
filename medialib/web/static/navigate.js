// Going from page to page while something plays: the next page's content takes the place of this one's, and the player
// stays. Where nothing plays, or anything goes wrong, links are links.

import { playDocked } from "./lesson.js";
import { stage } from "./stage.js";

const SWAPPED = ["header.site", "main", "footer.foot"];

let arrive;
let turn = 0; // who was asked for last: an answer that comes after another question is let go
let ours = false; // whether an entry of the history was made here: going back then is our work too

const dock = () => document.getElementById("dock");

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.body.dataset.surface !== "phone") throw new Error("another surface");
  // Where a page is only read, what is for browsers without scripts is in it too, and its pictures would all be fetched.
  for (const one of page.querySelectorAll("noscript")) one.remove();
  return { page, address: answer.redirected ? answer.url : address };
}

// The site has changed since this tab was opened: what it loaded then may not fit the page. What plays is not
// stopped by a page that is only read.
function isNewer(page) {
  const script = (of) => of.querySelector("script[type=module]")?.getAttribute("src");
  return script(page) !== script(document);
}

async function styled(page) {
  const known = new Set([...document.querySelectorAll("link[rel=stylesheet]")].map((one) => one.href));
  const wanted = [...page.querySelectorAll("link[rel=stylesheet]")].map((one) => new URL(one.getAttribute("href"), location.href).href);
  await Promise.all(wanted.filter((one) => !known.has(one)).map((href) => new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(link);
  })));
}

function swap(page) {
  for (const name of SWAPPED) document.querySelector(name).replaceWith(document.adoptNode(page.querySelector(name)));
  document.title = page.title;
  document.body.className = page.body.className;
  for (const { name } of [...document.documentElement.attributes]) {
    if (name !== "class" && !page.documentElement.hasAttribute(name)) document.documentElement.removeAttribute(name);
  }
  for (const { name, value } of page.documentElement.attributes) document.documentElement.setAttribute(name, value);
}

// Show the page at `address`; `entry` says what becomes of the history: push, or stay.
async function show(address, { entry = "push", scroll = 0, ...play } = {}) {
  let found;
  const mine = ++turn;
  document.documentElement.classList.add("turning");
  try {
    found = await fetched(address);
    await styled(found.page);
  } catch {
    if (mine === turn) location.assign(address);
    return;
  } finally {
    if (mine === turn) document.documentElement.classList.remove("turning");
  }
  if (mine !== turn) return;
  const player = stage.player;
  const stays = play.play || (player && !player.video.paused && !found.page.querySelector("main [data-script]"));
  if (!stays && isNewer(found.page)) {
    location.assign(address);
    return;
  }
  // Moved in one step, so that it does not stop.
  if (player && !player.docked) player.dock(dock());
  if (entry === "push") {
    history.replaceState({ ...history.state, scroll: scrollY }, "");
    history.pushState({ scroll: 0 }, "", found.address);
    ours = true;
  }
  swap(found.page);
  scrollTo(0, scroll);
  arrive(play);
  const heading = document.querySelector("main h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

// The next lesson: its page when the one that ends is looked at, else only its player.
async function next(address) {
  const player = stage.player;
  if (!player?.docked) {
    const video = player?.retire();
    return show(address, { play: true, video });
  }
  try {
    const { page } = await fetched(address);
    const box = document.adoptNode(page.querySelector("[data-player]"));
    await playDocked(box, dock(), player.retire());
  } catch {
    location.assign(address);
  }
  return undefined;
}

function isOurs(event, link) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  const to = new URL(link.href, location.href);
  if (link.target || link.hasAttribute("download") || to.origin !== location.origin) return false;
  return !(to.hash && to.pathname === location.pathname && to.search === location.search);
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || !stage.player || !isOurs(event, link)) return;
  if (/^\/(desk|media|static|api)\b|\.\w+$/.test(new URL(link.href).pathname)) return;
  event.preventDefault();
  show(link.href);
}

function submit(event) {
  const form = event.target;
  if (event.defaultPrevented || !stage.player || form.method !== "get") return;
  event.preventDefault();
  const words = new URLSearchParams(new FormData(form));
  show(`${form.action.split("?")[0]}?${words}`);
}

// `begin` starts what a page's scripts do; it is called again after every page.
export function install(begin) {
  arrive = begin;
  stage.go = { to: show, next };
  document.addEventListener("click", follow);
  document.addEventListener("submit", submit);
  addEventListener("popstate", (event) => {
    // A mark within the page is the browser's own affair.
    if (ours && event.state) show(location.href, { entry: "stay", scroll: event.state.scroll ?? 0 });
  });
}
