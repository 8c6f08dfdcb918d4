// The service worker: keeps the shell, the pages that were seen and the lessons that were saved, so that they are there
// without a network. Its server puts SHELL before it. Only what is for everyone is kept: pages say so in a header.

const CACHES = { shell: `shell-${SHELL.version}`, pages: "pages", pictures: "pictures", lessons: "lessons" };
const MOST = { pages: 60, pictures: 150 };
const PATIENCE_MS = 6000;

self.addEventListener("install", (event) => {
  const filled = caches.open(CACHES.shell).then((cache) => cache.addAll([...SHELL.shell, SHELL.mine]));
  event.waitUntil(filled.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const known = new Set(Object.values(CACHES));
  const cleaned = caches.keys().then((names) => Promise.all(names.filter((one) => !known.has(one)).map((one) => caches.delete(one))));
  event.waitUntil(cleaned.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const wantsPage = request.mode === "navigate" || request.headers.get("Accept")?.startsWith("text/html");
  if (pathname.startsWith("/static/") && searchParams.has("v")) {
    event.respondWith(first(request, CACHES.shell));
  } else if (pathname.startsWith("/scripts/")) {
    event.respondWith(present(request, pathname.split("/").pop()));
  } else if (/^\/media\/\w+\/v\d+\/poster\//.test(pathname)) {
    event.respondWith(first(request, CACHES.pictures));
  } else if (pathname.startsWith("/media/") && !request.headers.has("Range")) {
    event.respondWith(media(request, pathname));
  } else if (wantsPage && !/^\/(desk|api|media)\b/.test(pathname)) {
    event.respondWith(page(request, pathname));
  }
});

// The picture of a lesson that is for some only would be there for whoever holds the phone next.
function isForEveryone(answer) {
  return !/private|no-store/.test(answer.headers.get("Cache-Control") ?? "");
}

// What never changes: from the cache, else from the network and into the cache.
async function first(request, name) {
  const kept = (await caches.match(request.url)) ?? null;
  if (kept) return kept;
  try {
    const answer = await fetch(request);
    if (answer.status === 200 && isForEveryone(answer)) await put(name, request.url, answer.clone());
    return answer;
  } catch (error) {
    // A page that was kept before the site changed asks for the files of then.
    const similar = await caches.match(request.url, { ignoreSearch: true });
    if (similar) return similar;
    throw error;
  }
}

// Pages that were kept while each script was a file of its own, under /scripts/: they run what there is now.
async function present(request, name) {
  const address = SHELL.shell.find((one) => one.includes(`/${name}?`));
  return (address && (await caches.match(address))) || fetch(request);
}

// Saved lessons play from the phone. Without a network one whose sound only was saved plays that, and who wants to
// listen to one whose picture was saved hears the sound that was saved with it.
async function media(request, pathname) {
  const lessons = await caches.open(CACHES.lessons);
  const kept = await lessons.match(request.url);
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    const usual = await lessons.match(request.url, { ignoreSearch: true }); // one sound track is saved
    if (usual) return usual;
    const [, lesson, name] = /^(.*)\/(master|audio)\.m3u8$/.exec(pathname) ?? [];
    const other = name && (await lessons.match(`${lesson}/${name === "master" ? "audio" : "master"}.m3u8`));
    if (other) return other;
    throw error;
  }
}

// Pages from the network, as long as it answers; else as they were seen last, else what this phone has.
async function page(request, pathname) {
  const asked = fetch(request).then(async (answer) => {
    // Browsers refuse a redirected answer when they go to a page.
    if (answer.headers.get("Medialib-Keep") === "yes" && !answer.redirected) await put(CACHES.pages, request.url, answer.clone());
    return answer;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  try {
    return (await Promise.race([asked, late])) ?? (await seen(request, pathname)) ?? (await asked);
  } catch (error) {
    const kept = (await seen(request, pathname)) ?? (await caches.match(SHELL.mine));
    if (kept) return kept;
    throw error;
  }
}

async function seen(request, pathname) {
  const pages = await caches.open(CACHES.pages);
  const kept = await pages.match(request.url);
  if (kept || !pathname.startsWith("/lessons/")) return kept;
  return (await caches.open(CACHES.lessons)).match(location.origin + pathname);
}

async function put(name, address, answer) {
  const cache = await caches.open(name);
  try {
    await cache.put(address, answer);
    const addresses = await cache.keys();
    const over = addresses.length - (MOST[name] ?? Infinity);
    await Promise.all(addresses.slice(0, Math.max(0, over)).map((one) => cache.delete(one)));
  } catch {
    // no room left: the page itself still came
  }
}
