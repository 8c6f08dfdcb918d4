// What every page of the members does. `make setup` puts this and all that it imports into one file.

import "./older.js";
import * as going from "./going.js";
import * as lesson from "./lesson.js";
import * as listing from "./listing.js";
import * as mine from "./mine.js";
import { install } from "./navigate.js";
import { fetchWanted } from "./offline.js";
import * as sharing from "./sharing.js";
import * as suggest from "./suggest.js";

const SOME_PAGES = { lesson, mine, list: sharing };

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
  try {
    SOME_PAGES[wanted]?.start(document, signal, play);
  } catch (error) {
    root.classList.replace("scripted", "unscripted"); // this browser is too old for it
    throw error;
  }
}

install(begin);

// Where browsers have none (WeChat), or the site has no TLS, everything else works all the same.
addEventListener("load", () => {
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  fetchWanted();
});

begin({}); // the last: what fails in it keeps nothing else from being there
