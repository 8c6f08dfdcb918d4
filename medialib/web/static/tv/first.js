// Run by every browser: one that is too old is told so; a page of which a part did not come is asked for again, since
// nobody is there to do it. Only what the oldest of them understand.
(function () {
  var AGAIN_MS = 20000;

  function isTooOld() {
    var plays = window.MediaSource || document.createElement("video").canPlayType("application/vnd.apple.mpegurl");
    return !window.fetch || !window.AbortController || !("noModule" in document.createElement("script")) || !plays;
  }

  function later() { setTimeout(again, AGAIN_MS); }

  // Only when there is a page to load: a browser's own message about the network would stay for ever.
  function again() {
    if (document.body.hasAttribute("data-lives")) return;
    fetch("/tv", { cache: "no-store" }).then(function (answer) { if (answer.ok) location.reload(); else later(); }, later);
  }

  // By then everything has come and has run, or has failed.
  addEventListener("load", function () {
    if (isTooOld()) document.getElementById("too-old").hidden = false;
    else later();
  });
})();
