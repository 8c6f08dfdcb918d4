"""The script that feeds the player, with a pretended hls.js: what is made ready is used, and nothing else is kept."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "medialib" / "web" / "static"
PRETENDED = """
globalThis.window = globalThis;
globalThis.MediaSource = class {};
globalThis.addEventListener = globalThis.removeEventListener = () => {};
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Chrome/120" }, configurable: true });
let log = [];
class Hls {
  static isSupported() { return true; }
  static Events = new Proxy({}, { get: (_, name) => name });
  constructor({ startFragPrefetch }) { log.push(startFragPrefetch ? "makes, with parts" : "makes"); this.levels = []; }
  on() {}
  once() {}
  loadSource() { log.push("asks"); }
  attachMedia() { log.push("plays"); }
  destroy() { log.push("ends"); }
}
const head = { append(script) { globalThis.Hls = Hls; setTimeout(script.onload); } };
globalThis.document = { createElement: () => ({}), head };
const { Engine } = await import("./engine.js");
const video = { addEventListener() {}, canPlayType: () => "", play: async () => {}, paused: true };
const told = { status() {}, failed(key) { log.push(key); }, soundTracks() {} };
const lesson = { address: "master.m3u8", side: 240, script: "hls.js" };

async function walk({ prepared, seconds }) {
  log = [];
  const engine = new Engine(video, told);
  if (prepared) await engine.prepare({ ...lesson, ...prepared });
  if (seconds !== undefined) await engine.open({ ...lesson, seconds, playing: true });
  engine.close();
  return log.join(", ");
}
"""
WALKS = {
    "{}": "",
    "{ prepared: { seconds: 12, parts: true } }": "makes, with parts, asks, ends",
    "{ prepared: { seconds: 12, parts: true }, seconds: 12 }": "makes, with parts, asks, plays, ends",
    "{ prepared: { seconds: 12, parts: true }, seconds: 0 }": "makes, with parts, asks, ends, makes, plays, asks, ends",
    "{ prepared: { seconds: 0, parts: false }, seconds: 5 }": "makes, asks, plays, ends",
    "{ seconds: 3 }": "makes, plays, asks, ends",
}


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_what_was_made_ready_is_played_at_its_place_and_ends_with_its_player(tmp_path: Path) -> None:
    for name in ("engine.js", "pace.js"):
        shutil.copy(STATIC / name, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    walks = ", ".join(f"await walk({walk})" for walk in WALKS)
    (tmp_path / "walk.js").write_text(f"{PRETENDED}\nconsole.log(JSON.stringify([{walks}]));", encoding="utf-8")
    done = subprocess.run(["node", tmp_path / "walk.js"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == list(WALKS.values())
