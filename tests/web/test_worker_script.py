"""The service worker, with a pretended browser: whatever stands still, a page is answered."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "medialib" / "web" / "static"
# What is put into a cache is there once its last byte has come. Time runs a thousand times as fast. `NETWORK` tells how
# each address is answered: whole, without an end to its body, or never.
PRETENDED = """
const NETWORK = {}, BOXES = new Map(), heard = {};
const later = globalThis.setTimeout;
globalThis.setTimeout = (act, ms) => later(act, (ms ?? 0) / 1000);
globalThis.location = new URL("https://site/sw.js");
globalThis.self = { addEventListener: (name, act) => (heard[name] = act), skipWaiting() {}, clients: { claim() {} } };
const full = (address) => new URL(address.url ?? address, location.href).href;
class Box {
  kept = new Map();
  async match(address, { ignoreSearch } = {}) {
    const bare = (one) => (ignoreSearch ? one.split("?")[0] : one);
    const found = [...this.kept].find(([one]) => bare(one) === bare(full(address)));
    return found && new Response(found[1]);
  }
  async put(address, answer) { this.kept.set(full(address), await answer.text()); }
  async addAll(addresses) { for (const one of addresses) await this.put(one, await fetch(one)); }
  async keys() { return [...this.kept.keys()]; }
  async delete(address) { this.kept.delete(full(address)); }
}
globalThis.caches = {
  async open(name) { if (!BOXES.has(name)) BOXES.set(name, new Box()); return BOXES.get(name); },
  async keys() { return [...BOXES.keys()]; },
  async match(address, how) {
    for (const box of BOXES.values()) if (await box.match(address, how)) return box.match(address, how);
  },
  async delete(name) { if (name === "stuck") await new Promise(() => {}); BOXES.delete(name); },
};
globalThis.fetch = async (request) => {
  const how = NETWORK[new URL(full(request)).pathname] ?? "gone";
  if (how === "gone") throw new TypeError("no network");
  if (how === "silent") await new Promise(() => {});
  const headers = { "Medialib-Keep": "yes" };
  const half = new ReadableStream({ start: (one) => one.enqueue(new TextEncoder().encode("half")) });
  if (how === "stalls") return new Response(half, { headers });
  return new Response(how, { headers });
};
function happens(name, about = {}) {
  const done = [];
  let answer;
  heard[name]({ ...about, waitUntil: (work) => done.push(work), respondWith: (work) => (answer = work) });
  return answer ?? Promise.all(done);
}
const ask = (path, mode = "navigate") =>
  happens("fetch", { request: { url: full(path), method: "GET", mode, headers: new Headers() } });
const ends = (work) => Promise.race([work, new Promise((done) => later(() => done("NEVER"), 400))]);
// What is read of an answer, "head" for one whose body does not end.
const text = (work) => ends(Promise.resolve(work).then(async (answer) => {
  const read = await Promise.race([answer.text(), new Promise((done) => later(() => done("head"), 30))]);
  return read;
}, (error) => `error: ${error.message}`));
const log = [];
"""
MEMBERS = """
Object.assign(NETWORK, { "/static/page.js": "script", "/mine": "mine", "/a": "page a", "/b": "page b" });
await happens("install");
(await caches.open("old")); (await caches.open("stuck"));
log.push(await ends(happens("activate")) === "NEVER" ? "waits for ever" : "active");
log.push(await text(ask("/a")));
await new Promise((done) => later(done, 20));
NETWORK["/b"] = "stalls";
log.push(await text(ask("/b")));
for (const how of ["gone", "silent", "stalls"]) {
  NETWORK["/a"] = NETWORK["/never"] = NETWORK["/static/page.js"] = how;
  const script = await text(ask("/static/page.js?v=1", "cors"));
  log.push(`${how}: ${await text(ask("/a"))}, ${await text(ask("/never"))}, ${script}`);
}
console.log(JSON.stringify(log));
process.exit();
"""
TELEVISION = """
Object.assign(NETWORK, { "/tv": "set", "/static/tv/main.js": "script" });
log.push(await text(ask("/tv")), await text(ask("/static/tv/main.js?v=1", "cors")));
await new Promise((done) => later(done, 20));
NETWORK["/static/tv/other.js"] = "stalls";
log.push(await text(ask("/static/tv/other.js?v=1", "cors")));
for (const how of ["silent", "gone"]) {
  NETWORK["/tv"] = NETWORK["/static/tv/main.js"] = how;
  log.push(`${how}: ${await text(ask("/static/tv/main.js?v=1", "cors"))}, ${await text(ask("/tv"))}`);
}
console.log(JSON.stringify(log));
process.exit();
"""


def played(folder: Path, script: str, walk: str) -> list[str]:
    shell = 'const SHELL = { version: "1", shell: ["/static/page.js?v=1"], mine: "/mine" };\n'
    (folder / "walk.mjs").write_text(PRETENDED + shell + script + walk, encoding="utf-8")
    done = subprocess.run(["node", folder / "walk.mjs"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told: list[str] = json.loads(done.stdout)
    return told


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_a_members_page_never_waits_for_what_stands_still(tmp_path: Path) -> None:
    assert played(tmp_path, (STATIC / "worker.js").read_text(encoding="utf-8"), MEMBERS) == [
        "active",
        "page a",
        "head",
        "gone: page a, mine, script",
        "silent: page a, mine, script",
        "stalls: head, head, script",
    ]


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_a_television_never_waits_for_what_stands_still(tmp_path: Path) -> None:
    assert played(tmp_path, (STATIC / "tv" / "worker.js").read_text(encoding="utf-8"), TELEVISION) == [
        "set", "script", "head", "silent: script, set", "gone: script, set",
    ]  # fmt: skip
