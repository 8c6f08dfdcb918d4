// The keys of remote controls: arrows, OK, Back and media keys, whatever the set calls them.

const NAMES = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Enter: "ok", " ": "play", Select: "ok",
  Backspace: "back", Escape: "back", GoBack: "back", BrowserBack: "back", XF86Back: "back",
  MediaPlayPause: "play", MediaPlay: "play", MediaPause: "play", MediaStop: "back",
  MediaTrackNext: "right", MediaFastForward: "right", MediaTrackPrevious: "left", MediaRewind: "left",
};
// Old sets tell numbers only: webOS and HbbTV (461, 415, 19, 413), Tizen (10009, 10252), Android (4).
const NUMBERS = {
  13: "ok", 37: "left", 38: "up", 39: "right", 40: "down", 8: "back", 27: "back", 461: "back", 10009: "back", 4: "back",
  415: "play", 19: "play", 10252: "play", 413: "back", 417: "right", 412: "left",
};

export function listen(press) {
  document.addEventListener("keydown", (event) => {
    const name = NAMES[event.key] || NUMBERS[event.keyCode];
    if (!name || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    press(name);
  });
}
