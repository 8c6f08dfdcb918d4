// The pairing page: eight characters and a QR code, renewed by themselves until somebody confirms them.

import { keepToken, post } from "./server.js";
import { say } from "./words.js";

const ASK_SECONDS = 3;

export function pair(done) {
  const box = document.getElementById("pairing");
  let secret = "", ends = 0, busy = false;
  box.hidden = false;

  function network(fine) {
    document.getElementById("net").className = fine ? "" : "off";
    document.getElementById("net-words").textContent = say(fine ? "online" : "offline");
  }

  function show(told) {
    secret = told.secret;
    ends = Date.now() + told.seconds * 1000;
    const code = document.getElementById("code");
    code.textContent = "";
    [told.code.slice(0, 4), told.code.slice(4)].forEach((half) => {
      const span = document.createElement("span");
      half.split("").forEach((letter) => { const b = document.createElement("b"); b.textContent = letter; span.append(b); });
      code.append(span);
    });
    document.getElementById("qr").src = told.qr;
    network(true);
    left();
  }

  function left() {
    document.getElementById("code-left").textContent =
      secret ? say("minutes", { number: Math.max(1, Math.ceil((ends - Date.now()) / 60000)) }) : "";
  }

  function renew() {
    return post("/tv/pairing", {}).then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); }).then(show);
  }

  function step() {
    left();
    if (busy) return;
    busy = true;
    const asked = !secret ? renew() : post("/tv/token", { secret: secret }).then((answer) => {
      network(true);
      if (answer.status === 404) { secret = ""; return; }
      // A code that is nearly over gives way to a new one only when nobody has confirmed it by now.
      if (answer.status === 204 && Date.now() > ends - 5000) return renew();
      if (answer.status !== 200) return;
      return answer.json().then((told) => {
        keepToken(told.token);
        clearInterval(timer);
        box.hidden = true;
        done();
      });
    });
    asked.catch(() => network(false)).then(() => { busy = false; });
  }

  const timer = setInterval(step, ASK_SECONDS * 1000);
  step();
}
