// Where our scripts did not run, in a browser that is too old for them or because one of them did not come: what needs
// them is put away, as where there are none, and pictures that one would fetch as they come near are fetched at once.
// Only what the oldest browsers understand.
document.addEventListener("DOMContentLoaded", function () {
  var root = document.documentElement, images = document.querySelectorAll("img[data-poster]");
  if (isGapless()) root.className += " gapless";
  if (/\b(un)?scripted\b/.test(root.className)) return; // they run, or have said so themselves
  root.className += " unscripted";
  for (var place = 0; place < images.length; place += 1) images[place].src = images[place].getAttribute("data-poster");
});

// The styles leave room another way where rows know no gaps.
function isGapless() {
  var row = document.createElement("div"), height;
  if (window.CSS && CSS.supports("aspect-ratio", "1")) return false; // newer, and nothing need be laid out to know
  row.style.cssText = "display:flex;flex-direction:column;row-gap:1px;position:absolute";
  row.appendChild(document.createElement("i"));
  row.appendChild(document.createElement("i"));
  document.body.appendChild(row);
  height = row.scrollHeight;
  document.body.removeChild(row);
  return height !== 1;
}
