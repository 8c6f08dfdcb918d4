// What browsers of 2020 lack of what our scripts use (Chromium 80 to 87, Safari 14 to 15): it comes before all others.

// Chromium 88, Safari 15: listeners that end with a signal. Without that, pages left behind would go on listening.
let known = false;
new EventTarget().addEventListener("x", null, { get signal() { known = true; return undefined; } });
if (!known) {
  const { addEventListener: listen } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (name, act, options) {
    const target = this || window; // that of a bare addEventListener()
    const signal = options && options.signal;
    if (signal && signal.aborted) return;
    listen.call(target, name, act, options);
    if (signal) listen.call(signal, "abort", () => target.removeEventListener(name, act, options));
  };
}

// Chromium 86.
if (!Element.prototype.replaceChildren) {
  Element.prototype.replaceChildren = function (...children) {
    while (this.lastChild) this.lastChild.remove();
    this.append(...children);
  };
}

// Safari 16.
if (!HTMLFormElement.prototype.requestSubmit) {
  HTMLFormElement.prototype.requestSubmit = function () {
    this.querySelector("button:not([type=button])").click();
  };
}
