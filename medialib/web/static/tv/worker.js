// Keeps the television's page and its files, and answers with what is kept when the network does not.

const PAGE = "medialib-page", LESSONS = "medialib-lessons";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/media/")) event.respondWith(keptFirst(request));
  else if (address.pathname === "/tv" || address.pathname.startsWith("/static/")) event.respondWith(freshFirst(request));
});

async function keptFirst(request) {
  const found = await (await caches.open(LESSONS)).match(request.url);
  return found || fetch(request);
}

async function freshFirst(request) {
  const cache = await caches.open(PAGE);
  try {
    const answer = await fetch(request);
    if (answer.ok) cache.put(request, answer.clone()).catch(() => undefined);
    return answer;
  } catch (error) {
    const found = (await cache.match(request)) || (await cache.match(request, { ignoreSearch: true }));
    if (found) return found;
    throw error;
  }
}
