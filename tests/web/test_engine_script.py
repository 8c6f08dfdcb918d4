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
  static ErrorTypes = { MEDIA_ERROR: "media", NETWORK_ERROR: "network" };
  heard = [];
  levels = [];
  constructor({ startFragPrefetch }) { log.push(startFragPrefetch ? "makes, with parts" : "makes"); Hls.latest = this; }
  on(name, act) { this.heard.push({ name, act }); }
  once(name, act) { this.heard.push({ name, act, once: true }); }
  off() {}
  tell(name, about = {}) {
    const all = this.heard.filter((one) => one.name === name);
    this.heard = this.heard.filter((one) => !(one.once && one.name === name));
    for (const { act } of all) act(name, about);
  }
  loadSource(address) {
    log.push(`asks for ${address}`);
    queueMicrotask(() => {
      this.levels = [{ width: 854, height: 480 }, { width: 426, height: 240 }];
      this.tell("MANIFEST_PARSED");
    });
  }
  attachMedia() { log.push("plays"); queueMicrotask(() => this.tell("MEDIA_ATTACHED")); }
  startLoad(at) { log.push(`loads ${this.levels[this.startLevel]?.height ?? "any"} from ${at}`); }
  recoverMediaError() { log.push("recovers"); }
  set audioTrack(number) { log.push(`speaks ${number}`); }
  destroy() { log.push("ends"); this.heard = []; }
}
const head = { append(script) { globalThis.Hls = Hls; setTimeout(script.onload); } };
globalThis.document = { createElement: () => ({}), head };
const { Engine } = await import("./engine.js");
const video = { addEventListener() {}, canPlayType: () => "", play: async () => {}, paused: true };
const told = { status() {}, failed(key) { log.push(key); }, soundTracks() {} };
const lesson = { address: "master.m3u8", side: 240, script: "hls.js" };

const soon = () => new Promise((done) => setTimeout(done));
const TRACKS = { audioTracks: [{ name: "zh", default: true }, { name: "en" }] };

async function walk({ prepared, seconds, sound, fails, forgets }) {
  log = [];
  const engine = new Engine(video, told);
  if (prepared) await engine.prepare({ ...lesson, ...prepared });
  if (prepared) await soon();
  if (fails === "early") Hls.latest.tell("ERROR", { fatal: true, type: "network" });
  if (forgets) engine.forget();
  if (sound) engine.setSoundTrack(sound);
  if (seconds !== undefined) await engine.open({ ...lesson, seconds, playing: true });
  await soon();
  if (sound) Hls.latest.tell("AUDIO_TRACKS_UPDATED", TRACKS);
  if (fails === "media") Hls.latest.tell("ERROR", { fatal: true, type: "media" });
  if (fails === "missing") Hls.latest.tell("ERROR", { fatal: true, type: "network", response: { code: 404 } });
  await soon();
  engine.close();
  return log.join(", ");
}
"""
READY = "makes, with parts, asks for master.m3u8, loads 240 from 12"
PLAYED = "makes, plays, asks for master.m3u8, loads 240 from"
WALKS = {
    "{}": "",
    "{ prepared: { seconds: 12, parts: true } }": f"{READY}, ends",
    "{ prepared: { seconds: 12, parts: true }, seconds: 12 }": f"{READY}, plays, ends",
    "{ prepared: { seconds: 12, parts: true }, seconds: 0 }": f"{READY}, ends, {PLAYED} -1, ends",
    "{ prepared: { seconds: 12, parts: true }, forgets: true, seconds: 12 }": f"{READY}, ends, {PLAYED} 12, ends",
    "{ prepared: { seconds: 12, parts: true }, fails: 'early', seconds: 12 }": f"{READY}, ends, {PLAYED} 12, ends",
    "{ prepared: { seconds: 0, parts: false }, seconds: 5 }":
        "makes, asks for master.m3u8, plays, loads 240 from 5, ends",
    "{ seconds: 3 }": f"{PLAYED} 3, ends",
    "{ seconds: 3, sound: 1 }": f"{PLAYED} 3, speaks 1, ends",
    "{ seconds: 3, fails: 'media' }": f"{PLAYED} 3, recovers, ends",
    "{ seconds: 3, fails: 'missing' }": f"{PLAYED} 3, ends, missing",
}  # fmt: skip


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
