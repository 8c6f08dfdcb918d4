// Questions to the server: with the screen's token, and never waiting for ever.

const KEY = "medialib-screen";
let token = "";
try { token = localStorage.getItem(KEY) || ""; } catch (error) { token = ""; }

// A set that was without power may think that it is 1970: the server's clock is right.
let skew = 0;

export function setServerTime(seconds) { skew = seconds * 1000 - Date.now(); }
export function serverTime() { return Date.now() + skew; }

export function isPaired() { return Boolean(token); }

export function keepToken(value) {
  token = value;
  try {
    if (value) localStorage.setItem(KEY, value);
    else localStorage.removeItem(KEY);
  } catch (error) {
    console.warn("this set keeps nothing", error);
  }
}

export function ask(path, options) {
  const asked = Object.assign({ headers: {}, seconds: 15 }, options);
  if (token) asked.headers.Authorization = "Screen " + token;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), asked.seconds * 1000);
  return fetch(path, { method: asked.method || "GET", body: asked.body, headers: asked.headers, signal: stop.signal, cache: asked.cache || "default" })
    .then((answer) => { clearTimeout(timer); return answer; }, (error) => { clearTimeout(timer); throw error; });
}

export function post(path, body) {
  return ask(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
}
