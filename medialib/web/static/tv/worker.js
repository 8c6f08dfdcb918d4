// Keeps the television's page and its files, and answers with what is kept when the network does not.

const PAGE = "medialib-page", LESSONS = "medialib-lessons", PATIENCE_MS = 8000;

let asKept = false; // the page that is open is the one that was kept, and its files are those that belong to it

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/media/")) event.respondWith(keptFirst(request));
  else if (address.pathname === "/tv" && request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function keptFirst(request) {
  const found = await (await caches.open(LESSONS)).match(request.url);
  return found || fetch(request);
}

// A server that takes questions and answers none, or says that it is out of order, is as good as none: a set that has
// the page does not stay dark.
async function page(request) {
  const asked = fresh(request), late = new Promise((done) => setTimeout(done, PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  const found = answer || await keptOf(request);
  asKept = !answer && Boolean(found);
  return found || asked;
}

async function file(request) {
  const first = asKept && await keptOf(request);
  if (first) return first;
  try {
    const asked = fresh(request), late = new Promise((done) => setTimeout(done, PATIENCE_MS));
    return (await Promise.race([asked, late])) || (await (await caches.open(PAGE)).match(request)) || (await asked);
  } catch (error) {
    const found = await keptOf(request);
    if (found) return found;
    throw error;
  }
}

async function keptOf(request) {
  const cache = await caches.open(PAGE);
  return (await cache.match(request)) || cache.match(request, { ignoreSearch: true });
}

async function fresh(request) {
  const answer = await fetch(request);
  if (answer.type === "opaqueredirect") return answer;
  if (!answer.ok) throw new Error(answer.status + " " + request.url);
  const cache = await caches.open(PAGE), copy = answer.clone();
  cache.put(request, copy).catch(() => undefined);
  return answer;
}
