// The service worker: keeps the shell, the pages that were seen and the lessons that were saved, so that they are there
// without a network. Its server puts SHELL before it. Only what is for everyone is kept: pages say so in a header.

const CACHES = { shell: `shell-${SHELL.version}`, pages: "pages", pictures: "pictures", lessons: "lessons" };
const MOST = { pages: 60, pictures: 150 };
const PATIENCE_MS = 6000;
// Where nothing is kept the network is waited for longer, but not for ever: a server may take a question and answer none.
const LONGEST_MS = 30000;

self.addEventListener("install", (event) => {
  const filled = caches.open(CACHES.shell).then((cache) => cache.addAll([...SHELL.shell, SHELL.mine]));
  event.waitUntil(filled.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const known = new Set(Object.values(CACHES));
  const cleaned = caches.keys().then((names) => Promise.all(names.filter((one) => !known.has(one)).map((one) => caches.delete(one))));
  // Pages wait until this is done: what cannot be taken away now goes with the next version.
  event.waitUntil(within(PATIENCE_MS, cleaned).catch(() => {}).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const wantsPage = request.mode === "navigate" || request.headers.get("Accept")?.startsWith("text/html");
  if (pathname.startsWith("/static/") && searchParams.has("v")) {
    event.respondWith(first(event, CACHES.shell));
  } else if (pathname.startsWith("/scripts/")) {
    event.respondWith(present(request, pathname.split("/").pop()));
  } else if (/^\/media\/\w+\/v\d+\/poster\//.test(pathname)) {
    event.respondWith(first(event, CACHES.pictures));
  } else if (pathname.startsWith("/media/") && !request.headers.has("Range")) {
    event.respondWith(media(request, pathname));
  } else if (wantsPage && !/^\/(desk|api|media)\b/.test(pathname)) {
    event.respondWith(page(event, pathname));
  }
});

function within(ms, promise) {
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error("late")), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// The picture of a lesson that is for some only would be there for whoever holds the phone next.
function isForEveryone(answer) {
  return !/private|no-store/.test(answer.headers.get("Cache-Control") ?? "");
}

// What never changes: from the cache, else from the network and into the cache.
async function first(event, name) {
  const { request } = event;
  const kept = await keptIn(name, request.url);
  if (kept) return kept;
  try {
    const answer = await within(LONGEST_MS, fetch(request));
    if (answer.status === 200 && isForEveryone(answer)) meanwhile(event, put(name, request.url, answer.clone()));
    return answer;
  } catch (error) {
    // A page that was kept before the site changed asks for the files of then.
    const similar = await keptIn(name, request.url, { ignoreSearch: true });
    if (similar) return similar;
    throw error;
  }
}

// Pages that were kept while each script was a file of its own, under /scripts/: they run what there is now.
async function present(request, name) {
  const address = SHELL.shell.find((one) => one.includes(`/${name}?`));
  return (address && (await keptIn(CACHES.shell, address))) || fetch(request);
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
async function page(event, pathname) {
  const { request } = event;
  const asked = fetch(request).then((answer) => {
    // Browsers refuse a redirected answer when they go to a page.
    if (answer.headers.get("Medialib-Keep") === "yes" && !answer.redirected) meanwhile(event, put(CACHES.pages, request.url, answer.clone()));
    return answer;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  try {
    return (await Promise.race([asked, late])) ?? (await seen(request, pathname)) ?? (await within(LONGEST_MS, asked));
  } catch (error) {
    const kept = (await seen(request, pathname)) ?? (await keptIn(CACHES.shell, SHELL.mine));
    if (kept) return kept;
    throw error;
  }
}

async function seen(request, pathname) {
  const look = async () => {
    const kept = await (await caches.open(CACHES.pages)).match(request.url);
    if (kept || !pathname.startsWith("/lessons/")) return kept;
    return (await caches.open(CACHES.lessons)).match(location.origin + pathname);
  };
  return within(PATIENCE_MS, look()).catch(() => undefined);
}

// With the saved lessons lie the files that their pages need. A cache that nobody gets into holds up no page.
async function keptIn(name, address, how) {
  const look = async () => (await (await caches.open(name)).match(address, how)) ?? (await caches.open(CACHES.lessons)).match(address, how);
  return within(PATIENCE_MS, look()).catch(() => undefined);
}

// No page waits until it is kept, which takes until its last byte. An event that is over takes no more work: it is done
// all the same, if the browser gives the time.
function meanwhile(event, work) {
  try {
    event.waitUntil(work);
  } catch {
    work.catch(() => {});
  }
}

async function put(name, address, answer) {
  try {
    const cache = await caches.open(name);
    await cache.put(address, answer);
    const addresses = await cache.keys();
    const over = addresses.length - (MOST[name] ?? Infinity);
    await Promise.all(addresses.slice(0, Math.max(0, over)).map((one) => cache.delete(one)));
  } catch {
    // no room left, or the network went: the page itself still came
  }
}
