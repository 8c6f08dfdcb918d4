// What every page of the members does; pages with a player or with what this phone keeps fetch more.

import "./older.js";
import * as going from "./going.js";
import * as listing from "./listing.js";
import { recall } from "./memory.js";
import { install } from "./navigate.js";
import * as suggest from "./suggest.js";

const root = document.documentElement;
root.classList.add("scripted");

let leaving = new AbortController();

function begin(play) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  root.classList.replace("unscripted", "scripted");
  for (const behaviour of [listing, suggest, going]) behaviour.start(document, signal);
  const wanted = document.querySelector("main [data-script]")?.dataset.script;
  const more = { lesson: () => import("./lesson.js"), mine: () => import("./mine.js"), list: () => import("./sharing.js") }[wanted];
  more?.().then(
    (behaviour) => signal.aborted || behaviour.start(document, signal, play),
    // It did not come, or this browser is too old for it.
    () => signal.aborted || root.classList.replace("scripted", "unscripted"),
  );
}

install(begin);
begin({});

// Where browsers have none (WeChat), or the site has no TLS, everything else works all the same.
addEventListener("load", () => {
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  if (Object.keys(recall("wanted", {})).length) import("./offline.js").then((offline) => offline.fetchWanted());
});
